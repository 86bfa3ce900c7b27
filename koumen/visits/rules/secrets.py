"""Door secrets: derived when they are shown or checked, never stored, logged or part of a fact.

Both are an HMAC-SHA-256 of one server key over everything the secret is bound to. The picture pair proves the
agent (1 in 4,032 by chance, one try); the release code proves that the customer agrees to exactly this amount
with exactly this agent (three tries in a million). A printed door card carries both for visits to come, numbered;
its codes cannot know an amount, so each is good for one agreement of the visit that took its number (ADR 12).
"""

import hmac
from dataclasses import dataclass
from uuid import UUID

from koumen.kit.canonical import canonical
from koumen.kit.pictures import PICTURES

CODE_DIGITS = 6
SIGN_DIGITS = 4
# A visit a month for a year; by then names, numbers and hands have changed, and so should the card.
CARD_NUMBERS = 12


@dataclass(frozen=True, kw_only=True)
class CodeBinding:
    """What a release code is bound to; any other value needs another code."""

    visit_id: UUID
    agent_id: UUID
    quote_id: UUID
    amount_minor: int
    currency: str
    generation: int
    code_generation: int


@dataclass(frozen=True, kw_only=True)
class CardPlace:
    """One line of a printed door card; another generation, or another number, has other secrets."""

    customer_id: UUID
    generation: int
    number: int  # 1 to CARD_NUMBERS

    def __post_init__(self) -> None:
        """Refuse a line that no card has: ValueError."""
        if not 1 <= self.number <= CARD_NUMBERS:
            raise ValueError(f"a door card has no line {self.number}")


def picture_pair(key: bytes, *, visit_id: UUID, generation: int) -> tuple[str, str]:
    """Two different pictures of the 64, in the order in which both screens show them."""
    return _two_of(_derive(key, "pictures", visit_id=visit_id, generation=generation))


def card_pictures(key: bytes, place: CardPlace) -> tuple[str, str]:
    """The two pictures on a line of a door card; both sides see them in this order."""
    return _two_of(_derive(key, "card-pictures", **_bound(place)))


def card_code(key: bytes, place: CardPlace) -> str:
    """The six digits on a line of a door card, with leading zeros."""
    return _digits(_derive(key, "card-code", **_bound(place)))


def _bound(place: CardPlace) -> dict[str, UUID | int]:
    return {"customer_id": place.customer_id, "generation": place.generation, "number": place.number}


def _two_of(number: int) -> tuple[str, str]:
    first, rest = number % len(PICTURES), number // len(PICTURES)
    second = (first + 1 + rest % (len(PICTURES) - 1)) % len(PICTURES)
    return PICTURES[first], PICTURES[second]


def release_code(key: bytes, binding: CodeBinding) -> str:
    """Six digits, with leading zeros."""
    number = _derive(
        key,
        "code",
        visit_id=binding.visit_id,
        agent_id=binding.agent_id,
        quote_id=binding.quote_id,
        amount_minor=binding.amount_minor,
        currency=binding.currency,
        generation=binding.generation,
        code_generation=binding.code_generation,
    )
    return _digits(number)


def _digits(number: int) -> str:
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def under_duress(code: str) -> str:
    """The code that says "I am forced": its last digit one higher, nine becoming nought (ADR 17).

    Whoever forces the customer cannot tell the two apart: the true one is never shown to them.
    """
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"


def signs_of_life(key: bytes, *, agent_id: UUID) -> tuple[str, str]:
    """An agent's two numbers of four digits: all is well; and, looking the same, help."""
    number = _derive(key, "signs", agent_id=agent_id)
    well, rest = number % 10**SIGN_DIGITS, number // 10**SIGN_DIGITS
    alarm = (well + 1 + rest % (10**SIGN_DIGITS - 1)) % 10**SIGN_DIGITS
    return f"{well:0{SIGN_DIGITS}d}", f"{alarm:0{SIGN_DIGITS}d}"


def is_same_code(given: str, right: str) -> bool:
    """Compare what was typed, in equal time; spaces and full-width digits are how people write codes."""
    digits = "".join(str(int(c)) for c in given if c.isdecimal())
    return hmac.compare_digest(digits.encode(), right.encode())


def _derive(key: bytes, kind: str, **bound_to: UUID | str | int) -> int:
    """256 bits bound to a kind and its values; the modulo taken of them has no measurable bias."""
    values = {name: value if isinstance(value, int) else str(value) for name, value in bound_to.items()}
    text = canonical({"secret": f"koumen.door.1.{kind}", **values})
    return int.from_bytes(hmac.digest(key, text.encode(), "sha256"), "big")
