"""What the acts of each kind carry; read strictly, since it becomes money."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from koumen.devices.rules.envelope import MONEY, Kind, whole
from koumen.kit.errors import Invalid
from koumen.kit.place import Place
from koumen.visits.rules.points import Point

C = TypeVar("C", bound=StrEnum)

MOST_MINOR = 10**12
MOST_PIECES = 1000
MOST_NUMBER = 2**31 - 1
MOST_SEALED = 400  # base64url of an ephemeral key, a nonce and a few digits is below 200
MILLION = 10**6
MOST_ACCURACY_M = 100_000  # a telephone that only knows the city


class OpenReason(StrEnum):
    """Why an agent opened the full data of a stop without a signal."""

    SETTING_OUT = "setting_out"
    CUSTOMER_CALLED = "customer_called"
    CANNOT_FIND = "cannot_find"


@dataclass(frozen=True, kw_only=True)
class SealedWord:
    """Something secret that the customer said, sealed to the lender's key; ``number`` is the place on the door card."""

    number: int
    sealed: str


@dataclass(frozen=True, kw_only=True)
class Cash:
    """A count of notes, what it comes to, and the receipt that the phone gave for it."""

    amount_minor: int
    currency: str
    notes_in: Mapping[int, int]
    notes_out: Mapping[int, int]
    receipt_number: int
    visit_number: str
    card: SealedWord | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """What stands on the terminal's slip, and the receipt that the phone gave for it."""

    amount_minor: int
    currency: str
    terminal_id: UUID
    approval_code: str
    last_four: str
    receipt_number: int
    visit_number: str
    card: SealedWord | None


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A transfer that the customer makes, with the code that they write as its purpose."""

    amount_minor: int
    currency: str
    code: str
    card: SealedWord | None


@dataclass(frozen=True, kw_only=True)
class Forged:
    """A note that looks forged, and what became of it."""

    denomination_minor: int
    serial: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """All the cash that the second of a team saw counted at a visit."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """The amount that the customer chose on the turned phone, from a quote of the day pack; or said, with a reason."""

    amount_minor: int
    currency: str
    quote_id: UUID
    surplus_wanted: bool
    assisted_reason: str


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How far a device has come by its own word."""

    last_receipt: int
    last_sequence: int


def read_cash(body: Mapping[str, object]) -> Cash:
    """Raises Invalid("act-unreadable")."""
    _exactly(body, "amount_minor", "currency", "in", "out", "receipt", "visit_number", "card")
    return Cash(
        amount_minor=whole(body["amount_minor"], "amount_minor", 1, MOST_MINOR),
        currency=short_text(body["currency"], "currency", 3),
        notes_in=_notes(body["in"], "in"),
        notes_out=_notes(body["out"], "out"),
        receipt_number=whole(body["receipt"], "receipt", 1, MOST_NUMBER),
        visit_number=short_text(body["visit_number"], "visit_number", 20),
        card=None if body["card"] is None else _sealed(body["card"], "card"),
    )


def read_agreed(body: Mapping[str, object]) -> Agreed:
    """Raises Invalid("act-unreadable")."""
    _exactly({"assisted": "", **body}, "amount_minor", "currency", "quote", "surplus", "assisted")
    return Agreed(
        amount_minor=whole(body["amount_minor"], "amount_minor", 1, MOST_MINOR),
        currency=short_text(body["currency"], "currency", 3),
        quote_id=_id(body["quote"], "quote"),
        surplus_wanted=read_truth(body, "surplus"),
        assisted_reason=read_word(body, "assisted") if "assisted" in body else "",
    )


def read_card(body: Mapping[str, object]) -> Card:
    """Raises Invalid("act-unreadable")."""
    own = ("terminal", "approval", "last_four", "receipt", "visit_number", "card")
    _exactly(body, "amount_minor", "currency", *own)
    return Card(
        amount_minor=whole(body["amount_minor"], "amount_minor", 1, MOST_MINOR),
        currency=short_text(body["currency"], "currency", 3),
        terminal_id=_id(body["terminal"], "terminal"),
        approval_code=short_text(body["approval"], "approval", 12),
        last_four=short_text(body["last_four"], "last_four", 4),
        receipt_number=whole(body["receipt"], "receipt", 1, MOST_NUMBER),
        visit_number=short_text(body["visit_number"], "visit_number", 20),
        card=None if body["card"] is None else _sealed(body["card"], "card"),
    )


def read_transfer(body: Mapping[str, object]) -> Transfer:
    """Raises Invalid("act-unreadable")."""
    _exactly(body, "amount_minor", "currency", "code", "card")
    return Transfer(
        amount_minor=whole(body["amount_minor"], "amount_minor", 1, MOST_MINOR),
        currency=short_text(body["currency"], "currency", 3),
        code=short_text(body["code"], "code", 10),
        card=None if body["card"] is None else _sealed(body["card"], "card"),
    )


def read_forged(body: Mapping[str, object]) -> Forged:
    """Raises Invalid("act-unreadable")."""
    _exactly(body, "denomination", "serial", "outcome")
    return Forged(
        denomination_minor=whole(body["denomination"], "denomination", 1, MOST_MINOR),
        serial=short_text(body["serial"], "serial", 24),
        outcome=read_word(body, "outcome"),
    )


def read_witnessed(body: Mapping[str, object]) -> Witnessed:
    """Raises Invalid("act-unreadable")."""
    _exactly(body, "amount_minor", "currency")
    return Witnessed(
        amount_minor=whole(body["amount_minor"], "amount_minor", 1, MOST_MINOR),
        currency=short_text(body["currency"], "currency", 3),
    )


def read_place(words: str) -> Point | None:
    """Where the phone said it was, in millionths of a degree; None for what says no place."""
    try:
        said = json.loads(words)
        latitude = whole(said["lat_e6"], "lat_e6", -90 * MILLION, 90 * MILLION)
        longitude = whole(said["lon_e6"], "lon_e6", -180 * MILLION, 180 * MILLION)
        accuracy_m = whole(said["accuracy_m"], "accuracy_m", 0, MOST_ACCURACY_M)
    except (Invalid, ValueError, KeyError, TypeError, RecursionError):
        return None
    place = Place(latitude / MILLION, longitude / MILLION)
    return Point(place=place, accuracy_m=accuracy_m, is_mock=said.get("mock") is True)


def money_receipt(kind: Kind, body: Mapping[str, object]) -> int | None:
    """The number of the receipt that an act of money gave; None of other kinds. Raises Invalid("act-unreadable")."""
    return whole(body.get("receipt"), "receipt", 1, MOST_NUMBER) if kind in MONEY else None


def read_numbers(body: Mapping[str, object]) -> Numbers:
    """Raises Invalid("act-unreadable")."""
    _exactly(body, "last_receipt", "last_n")
    return Numbers(
        last_receipt=whole(body["last_receipt"], "last_receipt", 0, MOST_NUMBER),
        last_sequence=whole(body["last_n"], "last_n", 0, MOST_NUMBER),
    )


def read_truth(body: Mapping[str, object], field: str) -> bool:
    """Yes or no; raises Invalid("act-unreadable")."""
    value = body.get(field)
    if not isinstance(value, bool):
        raise Invalid("act-unreadable", field=field)
    return value


def read_word(body: Mapping[str, object], field: str) -> str:
    """A code of ours, such as a reason; raises Invalid("act-unreadable")."""
    return short_text(body.get(field), field, 40)


def read_sealed(body: Mapping[str, object], field: str) -> str:
    """A sealed word without a number; raises Invalid("act-unreadable")."""
    return short_text(body.get(field), field, MOST_SEALED)


def one_of(choices: type[C], word: str) -> C:
    """One of our own words; raises Invalid("act-unreadable")."""
    try:
        return choices(word)
    except ValueError:
        raise Invalid("act-unreadable", field=choices.__name__) from None


def short_text(value: object, field: str, most: int) -> str:
    """A text of some characters; raises Invalid("act-unreadable")."""
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isascii():
        raise Invalid("act-unreadable", field=field)
    return value


def _id(value: object, field: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Invalid("act-unreadable", field=field) from None


def _sealed(value: object, field: str) -> SealedWord:
    if not isinstance(value, dict):
        raise Invalid("act-unreadable", field=field)
    _exactly(value, "number", "sealed")
    return SealedWord(
        number=whole(value["number"], field, 1, MOST_NUMBER),
        sealed=short_text(value["sealed"], field, MOST_SEALED),
    )


def _notes(value: object, field: str) -> dict[int, int]:
    if not isinstance(value, dict):
        raise Invalid("act-unreadable", field=field)
    counted = {}
    for note, pieces in value.items():
        if not (note.isascii() and note.isdigit() and len(note) <= 9 and note[0] != "0"):
            raise Invalid("act-unreadable", field=field)
        counted[int(note)] = whole(pieces, field, 1, MOST_PIECES)
    return counted


def _exactly(body: Mapping[str, object], *names: str) -> None:
    if set(body) != set(names):
        raise Invalid("act-unreadable", field="body")
