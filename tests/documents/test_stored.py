import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, InternalError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from koumen.audit.models import Fact
from koumen.documents.commands import issue_receipt_pdf, store_document
from koumen.documents.models import Document
from koumen.documents.queries import read_document, signer, verify_pdf
from koumen.documents.rules.sealed import Sealed, seal, unseal
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Missing
from tests.documents.samples import AT, RECEIPT

MASTER, ROW = bytes(range(32)), UUID(int=7)


@pytest.fixture
def _fresh_signer() -> Iterator[None]:
    signer.cache_clear()
    yield
    signer.cache_clear()


def stored(content: bytes, at: datetime) -> Document:
    return store_document(
        kind="receipt",
        media_type="application/pdf",
        content=content,
        retain_until=date(2036, 12, 31),
        actor=SYSTEM,
        at=at,
    )


def test_what_was_sealed_opens_again() -> None:
    assert unseal(seal(b"a receipt", row=ROW, master=MASTER), row=ROW, master=MASTER) == b"a receipt"


def test_the_same_file_is_never_sealed_the_same_way() -> None:
    assert seal(b"x", row=ROW, master=MASTER) != seal(b"x", row=ROW, master=MASTER)


@pytest.mark.parametrize("place", range(12 + 9 + 16))
def test_a_flipped_byte_does_not_open(place: int) -> None:
    sealed = seal(b"a receipt", row=ROW, master=MASTER)
    forged = bytearray(sealed.content)
    forged[place] ^= 1
    with pytest.raises(InvalidTag):
        unseal(Sealed(sealed.key, bytes(forged)), row=ROW, master=MASTER)


def test_a_file_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(InvalidTag):
        unseal(seal(b"x", row=ROW, master=MASTER), row=UUID(int=8), master=MASTER)


def test_another_master_key_does_not_open_it() -> None:
    with pytest.raises(InvalidTag):
        unseal(seal(b"x", row=ROW, master=MASTER), row=ROW, master=bytes(32))


def test_the_parts_of_two_documents_cannot_be_mixed() -> None:
    one, other = seal(b"one", row=ROW, master=MASTER), seal(b"other", row=ROW, master=MASTER)
    with pytest.raises(InvalidTag):
        unseal(Sealed(one.key, other.content), row=ROW, master=MASTER)


@pytest.mark.django_db
def test_a_stored_file_is_read_again_and_stands_sealed_in_the_table(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    document = stored(b"the bytes of a receipt", at)
    row = Document.objects.get(id=document.id)
    assert b"receipt" not in bytes(row.sealed)
    assert bytes(row.sha256) == hashlib.sha256(b"the bytes of a receipt").digest()
    assert row.size == 22
    with django_assert_num_queries(1):
        assert read_document(document.id) == b"the bytes of a receipt"


@pytest.mark.django_db
def test_storing_is_a_fact(at: datetime) -> None:
    document = stored(b"x", at)
    fact = Fact.objects.get(subject_id=document.id)
    assert fact.kind == "DocumentStored"
    assert hashlib.sha256(b"x").hexdigest() in fact.body


@pytest.mark.django_db
def test_a_document_that_is_not_there_is_missing() -> None:
    with pytest.raises(Missing, match="document-not-found"):
        read_document(uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["kind", "media_type", "sha256", "size", "sealed", "created_at"])
def test_the_database_refuses_to_change_a_stored_file(at: datetime, column: str) -> None:
    document = stored(b"x", at)
    other = stored(b"another", at)
    value = {"kind": "letter", "media_type": "text/plain", "size": 99, "created_at": AT}.get(
        column, getattr(other, column)
    )
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Document.objects.filter(id=document.id).update(**{column: value})


@pytest.mark.usefixtures("_fresh_signer")
def test_an_issued_receipt_is_genuine_and_an_altered_one_is_not(
    at: datetime, settings: Settings, tmp_path: object
) -> None:
    settings.KOUMEN_SIGNING_DIR = tmp_path
    pdf = issue_receipt_pdf(RECEIPT, at)
    assert verify_pdf(pdf).is_genuine
    assert not verify_pdf(pdf[:2000] + bytes([pdf[2000] ^ 1]) + pdf[2001:]).is_genuine


@pytest.mark.usefixtures("_fresh_signer")
def test_production_refuses_to_make_a_key_of_its_own(settings: Settings, tmp_path: object) -> None:
    settings.KOUMEN_SIGNING_DIR, settings.IS_PRODUCTION = tmp_path, True
    with pytest.raises(ImproperlyConfigured, match="KOUMEN_SIGNING_DIR"):
        signer()
