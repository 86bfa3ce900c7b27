"""Reading stored files and judging signed ones."""

import hashlib
from functools import cache
from pathlib import Path
from uuid import UUID

from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # it has no types
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.sign.signers import SimpleSigner

from koumen.documents.models import Document
from koumen.documents.rules.sealed import Sealed, unseal
from koumen.documents.rules.signature import SignatureReport, check_pdf, ensure_signer, load_signer
from koumen.kit.errors import Missing


def read_document(document_id: UUID) -> bytes:
    """The bytes of a stored file; one query. Raises Missing("document-not-found").

    A document has no owner of its own: the room that holds the reference asks who may see it.
    """
    row = Document.objects.filter(id=document_id).first()
    if row is None:
        raise Missing("document-not-found")
    sealed = Sealed(key=bytes(row.sealed_key), content=bytes(row.sealed))
    content = unseal(sealed, row=row.id, master=settings.KOUMEN_MASTER_KEY)
    if hashlib.sha256(content).digest() != bytes(row.sha256):
        raise ValueError(f"document {row.id} is not the file that was stored")
    return content


def digest_of(document_id: UUID) -> str:
    """SHA-256 of a stored file, hexadecimal; one query. Raises Missing("document-not-found")."""
    row = Document.objects.filter(id=document_id).only("sha256").first()
    if row is None:
        raise Missing("document-not-found")
    return bytes(row.sha256).hex()


def verify_pdf(pdf: bytes) -> SignatureReport:
    """Whether a file somebody shows us is exactly a document this lender issued; no query."""
    return check_pdf(pdf, certificate())


@cache
def signer() -> SimpleSigner:
    """The lender's signer, loaded once; production refuses to make one of its own."""
    folder = Path(settings.KOUMEN_SIGNING_DIR)
    place = folder / "receipts" if settings.IS_PRODUCTION else ensure_signer(folder)
    try:
        return load_signer(place)
    except FileNotFoundError as absent:
        raise ImproperlyConfigured(
            f"KOUMEN_SIGNING_DIR has no {absent}: production signs with its own key"
        ) from None


def certificate() -> Certificate:
    """The certificate by which the lender's signature is known; no query."""
    found = signer().signing_cert
    if found is None:
        raise ImproperlyConfigured("the signing certificate cannot be read")
    return found


@cache
def signing_key() -> EllipticCurvePrivateKey:
    """The lender's key itself, for short statements that are no PDF, such as the certificate of a device; no query."""
    found = signer().signing_key
    key = load_der_private_key(found.dump(), None) if found is not None else None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ImproperlyConfigured("the signing key is not on the curve P-256")
    return key
