"""Keys and ciphertexts: everything opens in its own place and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from koumen.kit.ids import new_id
from koumen.people.rules import vault
from koumen.people.rules.details import PersonalDetails

MASTER, INDEX = bytes(range(32)), bytes(range(32, 64))
LI = PersonalDetails(
    name="李桂英",
    given_name="李阿姨",
    phone="+8613800000001",
    address="清河市中山区人民路1号",
    district="中山区",
    birth_year=1944,
    identity_number="11010119440101001X",
)

texts = st.text(max_size=40).filter(lambda text: not any(0xD800 <= ord(c) <= 0xDFFF for c in text))
documents = st.builds(
    PersonalDetails,
    name=texts,
    given_name=texts,
    phone=texts,
    address=texts,
    district=texts,
    birth_year=st.none() | st.integers(1900, 2026),
    identity_number=texts,
)


def sealed(person_id: UUID, details: PersonalDetails = LI, version: int = 1) -> tuple[vault.FreshKey, bytes]:
    key = vault.new_key(MASTER, person_id)
    return key, vault.seal_document(key.clear, person_id, version, details)


@given(documents)
def test_a_document_comes_back_as_it_was(details: PersonalDetails) -> None:
    person = new_id()
    key, document = sealed(person, details)
    clear = vault.unwrap(MASTER, person, key.wrapped)
    assert vault.open_document(clear, person, 1, document) == details


def test_nothing_of_a_person_can_be_read_in_the_sealed_bytes_or_in_a_log() -> None:
    _key, document = sealed(new_id())
    assert LI.name.encode() not in document
    assert b"138" not in document
    assert "李" not in repr(LI)


def test_the_same_document_is_never_sealed_to_the_same_bytes() -> None:
    person = new_id()
    key, first = sealed(person)
    assert vault.seal_document(key.clear, person, 1, LI) != first


def test_a_document_moved_to_another_person_does_not_open_even_under_the_right_key() -> None:
    key, document = sealed(new_id())
    with pytest.raises(InvalidTag):
        vault.open_document(key.clear, new_id(), 1, document)


def test_a_document_put_back_as_another_version_does_not_open() -> None:
    person = new_id()
    key, document = sealed(person)
    with pytest.raises(InvalidTag):
        vault.open_document(key.clear, person, 2, document)


def test_a_key_swapped_between_persons_does_not_unwrap() -> None:
    key, _document = sealed(new_id())
    with pytest.raises(InvalidTag):
        vault.unwrap(MASTER, new_id(), key.wrapped)


def test_another_master_key_opens_nothing() -> None:
    person = new_id()
    key, _document = sealed(person)
    with pytest.raises(InvalidTag):
        vault.unwrap(INDEX, person, key.wrapped)


def test_a_ciphertext_moved_to_another_column_does_not_open() -> None:
    key = vault.new_key(MASTER, new_id()).clear
    note = vault.seal(key, b"ring twice", vault.place("visits_note", "words", 1))
    for elsewhere in (("visits_note", "reply", 1), ("visits_visit", "words", 1), ("visits_note", "words", 2)):
        with pytest.raises(InvalidTag):
            vault.unseal(key, note, vault.place(*elsewhere))
    with pytest.raises(InvalidTag):
        vault.unseal(key, note, vault.place("visits_note", "words", 1, key_version=2))


@given(st.data())
def test_one_flipped_bit_anywhere_is_noticed(data: st.DataObject) -> None:
    person = new_id()
    key, document = sealed(person)
    position = data.draw(st.integers(0, len(document) * 8 - 1))
    broken = bytearray(document)
    broken[position // 8] ^= 1 << (position % 8)
    with pytest.raises(InvalidTag):
        vault.open_document(key.clear, person, 1, bytes(broken))


def test_an_index_needs_the_key_and_tells_phones_from_identity_numbers() -> None:
    index = vault.blind_index(INDEX, vault.PHONE, LI.phone)
    assert len(index) == 32
    assert index == vault.blind_index(INDEX, vault.PHONE, LI.phone)
    assert index != vault.blind_index(MASTER, vault.PHONE, LI.phone)
    assert index != vault.blind_index(INDEX, vault.IDENTITY, LI.phone)


def test_an_identity_number_is_found_however_it_was_written() -> None:
    written = replace(LI, identity_number=" 110101 19440101 001x ")
    assert vault.indexes_of(INDEX, written) == vault.indexes_of(INDEX, LI)


def test_what_is_empty_has_no_index() -> None:
    assert vault.indexes_of(INDEX, PersonalDetails(name="某", given_name="某")) == {}


def test_a_branchs_worth_of_persons_is_sealed_in_one_go() -> None:
    """24,000 take about a second; asserting it would only make a busy machine fail."""
    persons = [new_id() for _ in range(24_000)]
    bytes_kept = 0
    for person in persons:
        key, document = sealed(person)
        bytes_kept += len(key.wrapped) + len(document) + sum(map(len, vault.indexes_of(INDEX, LI).values()))
    assert bytes_kept < len(persons) * 600, "flat: some hundred bytes a person"
