"""An agent's phone without a browser: it signs, counts and seals exactly as the agent app does."""

import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from koumen.devices.rules.certificate import enrolment_text
from koumen.devices.rules.envelope import (
    NOTHING_BEFORE,
    VERSION,
    Kind,
    SignedAct,
    item_of,
    moment_text,
    read_signed_act,
    write_act,
)
from koumen.devices.rules.sealing import NONCE_BYTES, belongs_to, seal_word
from koumen.devices.rules.signing import point_of, sign, to_text

CURVE = ec.SECP256R1()


@dataclass(kw_only=True)
class CashCount:
    """What is counted at a table: notes in and out (minor units → pieces), and the sum."""

    amount_minor: int
    notes_in: dict[int, int]
    notes_out: dict[int, int] = field(default_factory=dict)
    currency: str = "CNY"


@dataclass(kw_only=True)
class Phone:
    """A key, a chain and a series; what it has done waits in ``done`` until somebody uploads it."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    device_id: UUID | None = None
    pack_id: UUID | None = None
    seal_to: bytes = b""
    sequence: int = 0
    last_hash: bytes = NOTHING_BEFORE
    last_receipt: int = 0
    clock_off: timedelta = timedelta(0)  # how much its clock is ahead
    offset_ms: int | None = 0  # what it believes of that
    done: list[SignedAct] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        """The public key."""
        return point_of(self.key.public_key())

    def proof(self, token: str) -> bytes:
        """That it holds the key, for this enrolment."""
        digest = hashlib.sha256(token.encode()).digest()
        return sign(self.key, enrolment_text(token_digest=digest, point=self.point))

    def does(self, kind: Kind, *, at: datetime, visit_id: UUID | None = None, **body: object) -> SignedAct:
        """Write the next act, sign it and keep it."""
        self.sequence += 1
        text = write_act(
            {
                "v": VERSION,
                "device": str(self.device_id),
                "n": self.sequence,
                "prev": to_text(self.last_hash),
                "kind": str(kind),
                "visit": str(visit_id) if visit_id else None,
                "at": moment_text(at + self.clock_off),
                "offset_ms": self.offset_ms,
                "pack": str(self.pack_id) if self.pack_id else None,
                "body": body,
            }
        )
        act = read_signed_act(item_of(text, sign(self.key, text)))
        self.last_hash = act.hash
        self.done.append(act)
        return act

    def takes_cash(
        self, count: CashCount, *, visit_id: UUID, at: datetime, card: tuple[int, str] | None = None
    ) -> SignedAct:
        """Count, seal the code of the door card, and give the next receipt of the series."""
        self.last_receipt += 1
        sealed = None
        if card is not None:
            bound = belongs_to(
                device=str(self.device_id),
                visit=str(visit_id),
                word="door_card",
                amount_minor=count.amount_minor,
                currency=count.currency,
                receipt=self.last_receipt,
            )
            sealed = {"number": card[0], "sealed": self.seals(card[1], bound)}
        return self.does(
            Kind.CASH,
            at=at,
            visit_id=visit_id,
            amount_minor=count.amount_minor,
            currency=count.currency,
            **{"in": _as_text(count.notes_in), "out": _as_text(count.notes_out)},
            receipt=self.last_receipt,
            visit_number="10001",
            card=sealed,
        )

    def seals(self, word: str, bound: bytes) -> str:
        """Seal a word for the lender alone."""
        return seal_word(
            word,
            to=self.seal_to,
            bound=bound,
            ephemeral=ec.generate_private_key(CURVE),
            nonce=os.urandom(NONCE_BYTES),
        )


def _as_text(notes: dict[int, int]) -> dict[str, int]:
    return {str(value): pieces for value, pieces in notes.items()}
