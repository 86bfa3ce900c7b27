"""A signed act: what a phone says it did, in one form that two programs write byte for byte alike.

Described in docs/reference/device-acts.md.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from koumen.devices.rules.signing import SIGNATURE_BYTES, from_text, is_signed_by, to_text
from koumen.kit.canonical import canonical
from koumen.kit.errors import Invalid

VERSION = 1
# An act with a full count of notes and a sealed code is below 1,500; more is no act of ours.
MOST_CHARACTERS = 4096
# Five hundred Chinese characters, sealed, are below 2,200.
MOST_BESIDE = 3000
MOST_SEQUENCE = 2**31 - 1
HASH_BYTES = 32
# Before the first act stands nothing.
NOTHING_BEFORE = bytes(HASH_BYTES)

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_FIELDS = frozenset({"v", "device", "n", "prev", "kind", "visit", "at", "offset_ms", "pack", "body"})


class Kind(StrEnum):
    """What a phone may say it did."""

    SET_OUT = "set_out"
    TURN_BACK = "turn_back"
    OPENED = "opened"  # the full data of a stop, by PIN and without a signal
    ARRIVE = "arrive"
    PICTURES = "pictures"
    IDENTITY = "identity"
    WILL = "will"  # two questions before an amount
    AGREE = "agree"
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    FORGED = "forged"
    QUESTION = "question"
    SIGN = "sign"  # of life, at the door
    WITNESS = "witness"  # by the second of a team: so much was counted
    NO_ANSWER = "no_answer"
    BREAK_OFF = "break_off"
    LEAVE = "leave"
    NUMBERS = "numbers"  # how far its receipts and acts go, stated before a hand-in


# Money has changed hands, the customer holds a receipt of the phone's own series, and the lender is bound.
MONEY = frozenset({Kind.CASH, Kind.CARD})


@dataclass(frozen=True, kw_only=True)
class SignedAct:
    """One act with its signature; ``text`` is what was signed, ``beside`` what it names by its digest alone."""

    text: str
    signature: bytes
    device_id: UUID
    sequence: int
    previous: bytes
    kind: Kind
    visit_id: UUID | None
    said_at: datetime  # by the phone's own clock
    offset_ms: int | None  # what the phone last knew: our clock less its own
    pack_id: UUID | None
    body: Mapping[str, object]
    beside: str = ""

    @property
    def hash(self) -> bytes:
        """By which the next act names this one."""
        return hashlib.sha256(self.text.encode()).digest()

    @property
    def key(self) -> UUID:
        """The key of the command that it becomes: the same act, the same key."""
        return UUID(bytes=self.hash[:16], version=5)

    def is_signed_by(self, point: bytes) -> bool:
        """Whether the device with this public key made it."""
        return is_signed_by(point, self.text, self.signature)


def read_signed_act(item: object) -> SignedAct:
    """Read one item of an upload; raises Invalid("act-unreadable")."""
    if not isinstance(item, Mapping) or not {"act", "sig"} <= set(item) <= {"act", "sig", "beside"}:
        raise Invalid("act-unreadable", field="act")
    if not isinstance(item["act"], str):
        raise Invalid("act-unreadable", field="act")
    signature = from_text(item["sig"], field="sig")
    if len(signature) != SIGNATURE_BYTES:
        raise Invalid("act-unreadable", field="sig")
    act = _read(item["act"], signature)
    return replace(act, beside=_beside(item.get("beside"), act.body.get("beside")))


def _beside(found: object, named: object) -> str:
    """What the act names, if it came with it; anything else is not the act's and is not kept."""
    if not isinstance(found, str) or len(found) > MOST_BESIDE or not found.isascii():
        return ""
    return found if to_text(hashlib.sha256(found.encode()).digest()) == named else ""


def write_act(fields: Mapping[str, object]) -> str:
    """The text that is signed."""
    return canonical(fields)


def _read(text: str, signature: bytes) -> SignedAct:
    values = _mapping(text)
    if set(values) != _FIELDS or values["v"] != VERSION:
        raise Invalid("act-unreadable", field="v")
    body, kind = values["body"], values["kind"]
    if not isinstance(body, dict) or kind not in set(Kind):
        raise Invalid("act-unreadable", field="kind")
    previous = from_text(values["prev"], field="prev")
    if len(previous) != HASH_BYTES:
        raise Invalid("act-unreadable", field="prev")
    return SignedAct(
        text=text,
        signature=signature,
        device_id=_id(values["device"], "device"),
        sequence=whole(values["n"], "n", 1, MOST_SEQUENCE),
        previous=previous,
        kind=Kind(str(kind)),
        visit_id=_id_or_none(values["visit"], "visit"),
        said_at=_moment(values["at"]),
        offset_ms=None
        if values["offset_ms"] is None
        else whole(values["offset_ms"], "offset_ms", -_FAR, _FAR),
        pack_id=_id_or_none(values["pack"], "pack"),
        body=body,
    )


# A phone whose clock is off by more than ten years is not set at all.
_FAR = 10 * 366 * 86_400_000


def _mapping(text: str) -> Mapping[str, object]:
    """The one JSON object that this text is the canonical form of."""
    if len(text) > MOST_CHARACTERS:
        raise Invalid("act-unreadable", field="act")
    try:
        values = json.loads(text, parse_float=_no_fractions, parse_constant=_no_fractions)
        is_canonical = isinstance(values, dict) and canonical(values) == text
    except (ValueError, RecursionError):  # json's, rfc8785's and Unicode's errors are all ValueErrors
        raise Invalid("act-unreadable", field="act") from None
    if not is_canonical:
        raise Invalid("act-unreadable", field="act")
    found: Mapping[str, object] = values
    return found


def _no_fractions(text: str) -> float:
    raise ValueError(text)


def whole(value: object, field: str, least: int, most: int) -> int:
    """A whole number within bounds; raises Invalid("act-unreadable")."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid("act-unreadable", field=field)
    return value


def _id(value: object, field: str) -> UUID:
    try:
        found = UUID(str(value))
    except ValueError:
        raise Invalid("act-unreadable", field=field) from None
    if str(found) != value:
        raise Invalid("act-unreadable", field=field)
    return found


def _id_or_none(value: object, field: str) -> UUID | None:
    return None if value is None else _id(value, field)


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise Invalid("act-unreadable", field="at")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        raise Invalid("act-unreadable", field="at") from None


def moment_text(at: datetime) -> str:
    """A moment as an act writes it: UTC, with milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def item_of(text: str, signature: bytes, beside: str = "") -> dict[str, str]:
    """An act as it is uploaded."""
    item = {"act": text, "sig": to_text(signature)}
    return {**item, "beside": beside} if beside else item
