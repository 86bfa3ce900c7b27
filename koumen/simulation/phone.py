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
from koumen.kit.canonical import canonical
from koumen.kit.place import Place

CURVE = ec.SECP256R1()


@dataclass(kw_only=True)
class CashCount:
    """What is counted at a table: notes in and out (minor units → pieces), and the sum."""

    amount_minor: int
    notes_in: dict[int, int]
    notes_out: dict[int, int] = field(default_factory=dict)
    currency: str = "CNY"


@dataclass(kw_only=True)
class CardCount:
    """What a card terminal printed."""

    amount_minor: int
    terminal_id: UUID
    approval_code: str = "A1B2C3"
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
        return self._done(kind, at, visit_id, body)

    def does_beside(
        self, kind: Kind, beside: str, *, at: datetime, visit_id: UUID, **body: object
    ) -> SignedAct:
        """The same with something that travels beside the act, which names it by its digest alone."""
        digest = to_text(hashlib.sha256(beside.encode()).digest())
        return self._done(kind, at, visit_id, {**body, "beside": digest}, beside)

    def _done(
        self, kind: Kind, at: datetime, visit_id: UUID | None, body: dict[str, object], beside: str = ""
    ) -> SignedAct:
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
        act = read_signed_act(item_of(text, sign(self.key, text), beside))
        self.last_hash = act.hash
        self.done.append(act)
        return act

    def takes_cash(
        self, count: CashCount, *, visit_id: UUID, at: datetime, card: tuple[int, str] | None = None
    ) -> SignedAct:
        """Count, seal the code of the door card, and give the next receipt of the series."""
        self.last_receipt += 1
        return self.does(
            Kind.CASH,
            at=at,
            visit_id=visit_id,
            amount_minor=count.amount_minor,
            currency=count.currency,
            **{"in": _as_text(count.notes_in), "out": _as_text(count.notes_out)},
            receipt=self.last_receipt,
            visit_number="10001",
            card=self._card(card, visit_id, count.amount_minor, count.currency, receipt=self.last_receipt),
        )

    def takes_card(
        self, slip: CardCount, *, visit_id: UUID, at: datetime, card: tuple[int, str] | None = None
    ) -> SignedAct:
        """Write down what the terminal printed, and give the next receipt of the series."""
        self.last_receipt += 1
        return self.does(
            Kind.CARD,
            at=at,
            visit_id=visit_id,
            amount_minor=slip.amount_minor,
            currency=slip.currency,
            terminal=str(slip.terminal_id),
            approval=slip.approval_code,
            last_four="4242",
            receipt=self.last_receipt,
            visit_number="10001",
            card=self._card(card, visit_id, slip.amount_minor, slip.currency, receipt=self.last_receipt),
        )

    def shows_transfer(
        self, amount_minor: int, code: str, *, visit_id: UUID, at: datetime, card: tuple[int, str] | None
    ) -> SignedAct:
        """Show the customer what they write as the purpose."""
        return self.does(
            Kind.TRANSFER,
            at=at,
            visit_id=visit_id,
            amount_minor=amount_minor,
            currency="CNY",
            code=code,
            card=self._card(card, visit_id, amount_minor, "CNY", code=code),
        )

    def is_at(self, place: Place, *, visit_id: UUID, moment: str, accuracy_m: int = 12) -> str:
        """Where it is, sealed, to travel beside an act."""
        said = {
            "lat_e6": round(place.latitude * 10**6),
            "lon_e6": round(place.longitude * 10**6),
            "accuracy_m": accuracy_m,
        }
        return self.seals(canonical(said), self._bound(visit_id, word="place", moment=moment))

    def words(self, text: str, *, visit_id: UUID, word: str) -> str:
        """Words or digits for the lender alone."""
        return self.seals(text, self._bound(visit_id, word=word))

    def _card(
        self, card: tuple[int, str] | None, visit_id: UUID, amount_minor: int, currency: str, **to: str | int
    ) -> dict[str, object] | None:
        if card is None:
            return None
        bound = self._bound(visit_id, word="door_card", amount_minor=amount_minor, currency=currency, **to)
        return {"number": card[0], "sealed": self.seals(card[1], bound)}

    def _bound(self, visit_id: UUID, **to: str | int) -> bytes:
        return belongs_to(device=str(self.device_id), visit=str(visit_id), **to)

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
