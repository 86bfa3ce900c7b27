"""The lender's signature inside a PDF: PAdES B-B, ECDSA P-256, invisible, covering the whole file.

ECDSA and not Ed25519: common viewers do not know the latter yet and call the file unsigned.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # it has no types
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

T = TypeVar("T")

FIELD = "Receipt"
KEY_FILE, CERTIFICATE_FILE = "key.pem", "cert.pem"

# A certificate made here proves nothing about who signs, so it gains nothing by running out: it spans any
# simulated day of a demonstration. Production brings its own.
_FIRST_DAY, _LAST_DAY = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)

# pyHanko tells each validation twice over; what matters is in the report.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class SignatureReport:
    """What pyHanko found in a PDF; ``is_genuine`` is the one answer for a customer."""

    is_signed: bool
    is_intact: bool = False  # the signed bytes are unchanged
    is_valid: bool = False  # and the signature belongs to them
    is_trusted: bool = False  # and to our certificate
    covers_whole_file: bool = False  # and nothing was added afterwards
    signer: str = ""

    @property
    def is_genuine(self) -> bool:
        """Whether the file is exactly as the lender issued it."""
        return self.is_intact and self.is_valid and self.is_trusted and self.covers_whole_file


def ensure_signer(folder: Path) -> Path:
    """The folder with key.pem and cert.pem; makes a self-signed pair when it is absent (demonstration and tests).

    Two processes that start at once agree on one pair: it is made aside and moved into place whole.
    """
    place = folder / "receipts"
    if (place / KEY_FILE).exists():
        return place
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(dir=folder, prefix="receipts."))
    _make_pair(aside)
    try:
        aside.rename(place)
    except OSError:  # another process was faster
        shutil.rmtree(aside)
    return place


def load_signer(place: Path) -> signers.SimpleSigner:
    """The signer of a folder with key.pem and cert.pem; raises FileNotFoundError when one is absent."""
    for name in (KEY_FILE, CERTIFICATE_FILE):
        if not (place / name).exists():
            raise FileNotFoundError(place / name)
    signer: signers.SimpleSigner = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(place / KEY_FILE), str(place / CERTIFICATE_FILE)
    )
    return signer


def sign_pdf(pdf: bytes, signer: signers.SimpleSigner) -> bytes:
    """The PDF with one signature over all of it, as an incremental section that keeps PDF/A-3 and PDF/UA-1.

    The widget lies outside the page: PDF/A forbids to hide it, PDF/UA asks a tag for one on the page.
    """
    unseen = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    spec = fields.SigFieldSpec(FIELD, on_page=0, invis_sig_settings=unseen)
    what = signers.PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason="Issued by the lender",
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    signed = _apart(lambda: signers.PdfSigner(what, signer, new_field_spec=spec).sign_pdf(writer))
    if not isinstance(signed, BytesIO):
        raise TypeError("pyHanko wrote elsewhere than into memory")
    return signed.getvalue()


def check_pdf(pdf: bytes, trusted: Certificate) -> SignatureReport:
    """What pyHanko says about the first signature of a file; a file that cannot be read is unsigned, never an error.

    Not covered by any signature is its own container with the spare zeros (ISO 32000-2, 12.8.1): nothing there
    reaches the page; whoever needs the same bytes compares the digest of the stored document.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf))
        embedded = reader.embedded_regular_signatures
        if not embedded:
            return SignatureReport(is_signed=False)
        context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
        status = _apart(lambda: validate_pdf_signature(embedded[0], context))
    except Exception:  # noqa: BLE001
        # A stranger may show anything: on mangled files pyHanko raises AttributeError, InvalidOperation and more.
        return SignatureReport(is_signed=False)
    unchanged = status.modification_level in {None, ModificationLevel.NONE}
    return SignatureReport(
        is_signed=True,
        is_intact=bool(status.intact),
        is_valid=bool(status.valid),
        is_trusted=bool(status.trusted),
        covers_whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE and unchanged,
        signer=str(status.signing_cert.subject.human_friendly),
    )


def _apart(work: Callable[[], T]) -> T:
    """Do something in a thread of its own: pyHanko starts an event loop, which a thread that runs one refuses."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def _make_pair(folder: Path) -> None:
    """A P-256 key and a certificate over itself, readable by the owner only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Koumen receipts (self-signed)")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FIRST_DAY)
        .not_valid_after(_LAST_DAY)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, content in (
        (KEY_FILE, private),
        (CERTIFICATE_FILE, certificate.public_bytes(serialization.Encoding.PEM)),
    ):
        with os.fdopen(os.open(folder / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
