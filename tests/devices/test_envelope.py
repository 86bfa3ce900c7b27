"""An act has one form; a signature, a seal and a QR code hold for exactly that form."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from koumen.devices.rules.carried import pack_act, statement_text, unpack_act
from koumen.devices.rules.envelope import Kind, SignedAct, item_of, read_signed_act
from koumen.devices.rules.moments import believed
from koumen.devices.rules.sealing import belongs_to, open_word, seal_word, sealing_key
from koumen.devices.rules.signing import from_text, is_signed_by, point_of, public_key, to_text
from koumen.kit.canonical import canonical
from koumen.kit.errors import Invalid
from koumen.simulation.phone import CashCount, Phone

AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SOME = UUID("018f0000-0000-7000-8000-000000000001")
LENDER = sealing_key(b"k" * 32)


def a_phone() -> Phone:
    return Phone(device_id=SOME, seal_to=point_of(LENDER.public_key()))


def cash(phone: Phone) -> SignedAct:
    count = CashCount(amount_minor=30000, notes_in={10000: 3, 5000: 1}, notes_out={5000: 1})
    return phone.takes_cash(count, visit_id=SOME, at=AT, card=(3, "482913"))


def test_an_act_is_read_as_it_was_written_and_knows_its_signer() -> None:
    phone = a_phone()
    act = cash(phone)
    assert (act.kind, act.sequence, act.visit_id, act.said_at) == (Kind.CASH, 1, SOME, AT)
    assert act.is_signed_by(phone.point)
    assert not act.is_signed_by(a_phone().point)


def test_each_act_names_the_one_before_it() -> None:
    phone = a_phone()
    first = phone.does(Kind.SET_OUT, at=AT, visit_id=SOME)
    second = phone.does(Kind.ARRIVE, at=AT, visit_id=SOME)
    assert second.previous == first.hash
    assert (first.sequence, second.sequence) == (1, 2)


@given(st.integers(0, 2000), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_one_changed_character_is_another_act_or_none(place: int, change: int) -> None:
    phone = a_phone()
    act = cash(phone)
    letters = list(act.text)
    place %= len(letters)
    letters[place] = chr((ord(letters[place]) + change) % 128)
    if "".join(letters) == act.text:
        return
    try:
        changed = read_signed_act(item_of("".join(letters), act.signature))
    except Invalid:
        return
    assert not changed.is_signed_by(phone.point)


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {},
        {"act": "{}"},
        {"act": 1, "sig": "AA"},
        {"act": "{}", "sig": "AA"},
        {"act": "{}", "sig": "A" * 86},
        {"act": "not json", "sig": "A" * 86},
        {"act": "[1]", "sig": "A" * 86},
        {"act": '{"v":1.0}', "sig": "A" * 86},
        {"act": '{"v":NaN}', "sig": "A" * 86},
        {"act": "[" * 3000, "sig": "A" * 86},
        {"act": '{"a":"' + "x" * 5000 + '"}', "sig": "A" * 86},
        {"act": '{"a":"\ud800"}', "sig": "A" * 86},
        {"act": "{}", "sig": "not base64!"},
        {"act": "{}", "sig": "A" * 86, "more": 1},
    ],
)
def test_what_is_no_act_is_refused_by_one_code(item: object) -> None:
    with pytest.raises(Invalid, match="act-unreadable"):
        read_signed_act(item)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("n", 0),
        ("n", True),
        ("n", 2**31),
        ("n", "1"),
        ("kind", "pay_me"),
        ("visit", "018F0000-0000-7000-8000-000000000001"),
        ("device", "x"),
        ("at", "2026-11-24 04:00:00.000Z"),
        ("at", "2026-11-24T04:00:00.000+08:00"),
        ("at", "2026-13-24T04:00:00.000Z"),
        ("offset_ms", 10**15),
        ("prev", "AAAA"),
        ("body", []),
        ("extra", 1),
    ],
)
def test_a_field_that_cannot_be_is_refused(field: str, value: object) -> None:
    act = a_phone().does(Kind.SET_OUT, at=AT, visit_id=SOME)
    values = json.loads(act.text) | {field: value}
    with pytest.raises(Invalid, match="act-unreadable"):
        read_signed_act(item_of(canonical(values), act.signature))


def test_the_same_values_written_otherwise_are_no_act() -> None:
    act = a_phone().does(Kind.SET_OUT, at=AT, visit_id=SOME)
    for text in (act.text.replace(",", ", ", 1), act.text[:-1] + ',"n":1}', " " + act.text):
        with pytest.raises(Invalid, match="act-unreadable"):
            read_signed_act(item_of(text, act.signature))


def test_a_signature_of_another_length_or_key_is_none() -> None:
    phone = a_phone()
    act = cash(phone)
    assert not is_signed_by(phone.point, act.text, act.signature[:-1])
    assert not is_signed_by(phone.point, act.text, bytes(64))
    for point in (b"", bytes(65), b"\x04" + bytes(64), phone.point[:-1]):
        with pytest.raises(Invalid, match="device-key-unreadable"):
            public_key(point)


def test_base64_has_one_way_to_be_written() -> None:
    assert from_text(to_text(b"\xff\xfe"), field="x") == b"\xff\xfe"
    for text in ("__4=", "//4", "__5", "_", "a b", None, 7):
        with pytest.raises(Invalid, match="act-unreadable"):
            from_text(text, field="x")


# --- sealed words ---------------------------------------------------------------------------------------


def test_a_sealed_word_opens_only_for_what_it_was_sealed_for() -> None:
    bound = belongs_to(visit="a", amount_minor=30000)
    word = a_phone().seals("482913", bound)
    assert open_word(word, key=LENDER, bound=bound) == "482913"
    assert open_word(word, key=LENDER, bound=belongs_to(visit="a", amount_minor=30001)) is None
    assert open_word(word, key=sealing_key(b"j" * 32), bound=bound) is None
    assert open_word(word[:-2], key=LENDER, bound=bound) is None
    assert open_word("", key=LENDER, bound=bound) is None


def test_the_same_word_sealed_twice_looks_different() -> None:
    key, bound = ec.generate_private_key(ec.SECP256R1()), belongs_to(visit="a")
    to = point_of(LENDER.public_key())
    one, other = (
        seal_word("482913", to=to, bound=bound, ephemeral=key, nonce=bytes([n] * 12)) for n in (1, 2)
    )
    assert one != other


# --- in a QR code ---------------------------------------------------------------------------------------


def test_a_whole_signed_act_fits_into_a_qr_code_and_comes_out_the_same() -> None:
    act = cash(a_phone())
    packed = pack_act(act)
    assert unpack_act(packed) == act
    assert len(packed) < 1200  # version 25 of 40 at the lowest correction: read from a phone's screen
    assert json.loads(statement_text(packed))["act"] == act.text


def test_a_few_bytes_that_would_unfold_to_very_many_are_refused() -> None:
    import zlib

    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = to_text(bytes(64) + bomb.compress(b" " * 10_000_000) + bomb.flush())
    for text in (packed, to_text(bytes(64)), to_text(bytes(70)), "", "%%%"):
        with pytest.raises(Invalid, match="act-unreadable"):
            unpack_act(text)


# --- a device's time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said_min", "offset_min", "counted_min", "differed"),
    [
        (30, 0, 30, False),  # as said
        (90, -60, 30, False),  # its clock was an hour ahead, and it knew
        (-600, 0, 0, True),  # before its day pack: the earliest
        (600, 0, 60, True),  # after it came here: when it came
        (61, 0, 60, False),  # a minute is no lie
    ],
)
def test_a_device_is_believed_between_its_day_pack_and_the_arrival(
    said_min: int, offset_min: int, counted_min: int, differed: bool
) -> None:
    counted = believed(
        AT + timedelta(minutes=said_min),
        offset_min * 60_000,
        earliest=AT,
        latest=AT + timedelta(hours=1),
    )
    assert counted == (AT + timedelta(minutes=counted_min), differed)
