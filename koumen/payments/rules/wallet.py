"""What passes between us and a wallet provider, and how a callback proves where it comes from.

A charge is known to the provider by our payment's id, so a question never needs the answer that was lost.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from koumen.kit.errors import Denied, Invalid
from koumen.kit.signed import is_fresh, is_signed

# A QR that nobody scans in ten minutes was put away; an open tender blocks every other one.
QR_LIVES = timedelta(minutes=10)


class ChargeState(StrEnum):
    """Where a charge stands at the provider."""

    PENDING = "pending"
    PAID = "paid"
    CLOSED = "closed"
    UNKNOWN_THERE = "unknown_there"  # the provider never got it: its QR was never shown to anybody


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A charge as the provider tells it."""

    payment_id: UUID
    state: ChargeState
    amount_minor: int = 0
    currency: str = ""
    reference: str = ""  # the provider's own number, on the customer's wallet statement
    qr_text: str = ""
    paid_at: datetime | None = None


def read_charge(body: bytes | str) -> Charge:
    """Read the provider's JSON; raises Invalid("charge-unreadable")."""
    try:
        said = json.loads(body)
        paid_at = said.get("paid_at")
        return Charge(
            payment_id=UUID(said["merchant_reference"]),
            state=ChargeState(said["state"]),
            amount_minor=int(said["amount_minor"]),
            currency=str(said["currency"]),
            reference=str(said["reference"]),
            qr_text=str(said.get("qr_text", "")),
            paid_at=datetime.fromisoformat(paid_at).astimezone(UTC) if paid_at else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("charge-unreadable", field="body") from None


def check_callback(key: bytes, *, timestamp: str, signed: str, body: bytes, at: datetime) -> Charge:
    """The charge of a genuine, fresh callback; raises Denied("callback-not-signed" | "callback-too-old")."""
    # the signature first: who cannot sign learns nothing about clocks
    if not is_signed(key, timestamp=timestamp, signed=signed, body=body):
        raise Denied("callback-not-signed")
    if not is_fresh(timestamp, at):
        raise Denied("callback-too-old")
    return read_charge(body)
