import asyncio
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import SimpleSigner

from koumen.documents.rules.receipt import Language, Paper
from koumen.documents.rules.signature import SignatureReport, check_pdf, ensure_signer, load_signer, sign_pdf
from koumen.documents.rules.typeset import typeset_receipt
from tests.documents.pdf_rules import broken_rules
from tests.documents.samples import AT, RECEIPT, receipt


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> SimpleSigner:
    return load_signer(ensure_signer(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="module")
def signed(signer: SimpleSigner) -> bytes:
    return sign_pdf(typeset_receipt(RECEIPT, AT), signer)


def test_pyhanko_judges_the_signature_genuine_over_the_whole_file(
    signed: bytes, signer: SimpleSigner
) -> None:
    report = check_pdf(signed, signer.signing_cert)
    assert (report.is_signed, report.is_intact, report.is_valid, report.is_trusted) == (
        True,
        True,
        True,
        True,
    )
    assert report.covers_whole_file
    assert report.is_genuine


def test_signing_and_judging_work_where_an_event_loop_runs_already(signer: SimpleSigner) -> None:
    async def sign_and_judge() -> SignatureReport:
        return check_pdf(sign_pdf(typeset_receipt(RECEIPT, AT), signer), signer.signing_cert)

    assert asyncio.run(sign_and_judge()).is_genuine


def test_it_is_pades_by_ecdsa_on_p256(signed: bytes) -> None:
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_regular_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.signer_info["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
    assert signature.signer_cert.public_key.curve[1] == "secp256r1"
    attributes = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert {"content_type", "message_digest", "signing_certificate_v2"} <= attributes


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("language", Language)
def test_the_signature_breaks_no_rule_of_the_archive_or_of_accessibility(
    signer: SimpleSigner, language: Language, paper: Paper
) -> None:
    pdf = sign_pdf(typeset_receipt(receipt(language=language, paper=paper), AT), signer)
    assert broken_rules(pdf) == []
    assert check_pdf(pdf, signer.signing_cert).is_genuine


def test_signing_adds_and_changes_nothing_before_it(signed: bytes) -> None:
    assert signed.startswith(typeset_receipt(RECEIPT, AT))


def test_a_flipped_bit_is_found_wherever_the_signature_covers_it(signed: bytes, signer: SimpleSigner) -> None:
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_regular_signatures
    _, hole, after, _ = signature.byte_range
    chance = Random(2026)  # noqa: S311  (a repeatable choice of places)
    places = [chance.randrange(hole) for _ in range(150)]
    places += [
        *range(hole - 150, hole, 3),
        *range(after, len(signed), 3),
    ]  # where the signature itself is described
    for place in places:
        forged = bytearray(signed)
        forged[place] ^= 1 << chance.randrange(8)
        assert not check_pdf(bytes(forged), signer.signing_cert).is_genuine, place


def test_a_mangled_signature_gets_an_answer_too(signed: bytes, signer: SimpleSigner) -> None:
    """No exception; which answer is pyHanko's affair, for some bytes of the container carry nothing."""
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_regular_signatures
    _, hole, _, _ = signature.byte_range
    for place in range(hole + 1, hole + 400):
        forged = bytearray(signed)
        forged[place] = ord("0") if forged[place] != ord("0") else ord("7")
        assert isinstance(check_pdf(bytes(forged), signer.signing_cert), SignatureReport), place


def test_something_added_afterwards_is_found(signed: bytes, signer: SimpleSigner) -> None:
    assert not check_pdf(signed + b"\n% and one line more\n", signer.signing_cert).is_genuine


def test_a_signature_of_somebody_else_is_not_ours(signed: bytes, tmp_path: Path) -> None:
    other = load_signer(ensure_signer(tmp_path))
    report = check_pdf(signed, other.signing_cert)
    assert report.is_valid
    assert not report.is_trusted
    assert not report.is_genuine


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"a letter", b"\x00" * 5000])
def test_whatever_is_shown_to_us_gets_an_answer(content: bytes, signer: SimpleSigner) -> None:
    assert not check_pdf(content, signer.signing_cert).is_genuine


def test_an_unsigned_receipt_is_not_genuine(signer: SimpleSigner) -> None:
    assert not check_pdf(typeset_receipt(RECEIPT, AT), signer.signing_cert).is_signed


def test_qpdf_finds_no_error_in_a_signed_receipt(signed: bytes, tmp_path: Path) -> None:
    program = shutil.which("qpdf")
    if not program:
        pytest.skip("qpdf is not on this machine")
    file = tmp_path / "receipt.pdf"
    file.write_bytes(signed)
    assert subprocess.run([program, "--check", file], check=False, capture_output=True).returncode == 0


def test_the_key_is_made_once_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    place = ensure_signer(tmp_path / "keys")
    key = (place / "key.pem").read_bytes()
    assert ensure_signer(tmp_path / "keys") == place
    assert (place / "key.pem").read_bytes() == key
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()} == {0o600}


def test_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        places = list(threads.map(lambda _: ensure_signer(tmp_path / "keys"), range(16)))
    assert len({(place / "cert.pem").read_bytes() for place in places}) == 1
    assert [folder.name for folder in (tmp_path / "keys").iterdir()] == ["receipts"]


def test_a_folder_without_a_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"key\.pem"):
        load_signer(tmp_path)


def test_two_threads_sign_what_each_was_given(signer: SimpleSigner) -> None:
    contents = [replace(RECEIPT, number=f"R2026-{number:06}") for number in range(8)]
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda content: sign_pdf(typeset_receipt(content, AT), signer), contents))
    for content, pdf in zip(contents, made, strict=True):
        assert content.number in PdfFileReader(BytesIO(pdf)).root["/Metadata"].data.decode()
