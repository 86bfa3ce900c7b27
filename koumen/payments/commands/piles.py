"""Counting notes: who counted, when, and what was there."""

from collections.abc import Mapping
from datetime import datetime

from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Denied
from koumen.ledger.models import Account
from koumen.payments.models import Pile, PileNote
from koumen.payments.rules.custody import count_pile, pile_minor


def counted_pile(notes: Mapping[int, int], *, currency: str, actor: Actor, at: datetime) -> Pile:
    """Keep what a person counted; two queries. Raises Denied("count-by-a-person") or Invalid as ``rules.custody``."""
    if actor.person_id is None:
        raise Denied("count-by-a-person")
    counted = count_pile(notes, currency)
    pile = Pile.objects.create(
        currency=currency, amount_minor=pile_minor(counted), counted_by_id=actor.person_id, counted_at=at
    )
    PileNote.objects.bulk_create(
        PileNote(pile=pile, denomination_minor=value, count=pieces) for value, pieces in counted.items()
    )
    return pile


def require_same_count(pile: Pile, notes: Mapping[int, int], *, code: str) -> None:
    """Refuse with Conflict(code) unless a second count finds the same notes."""
    first = dict(pile.notes.values_list("denomination_minor", "count"))
    if first != count_pile(notes, pile.currency):
        raise Conflict(code)


def notes_as_text(notes: Mapping[int, int]) -> str:
    """A count as one of the submitted fields that a key is compared by."""
    return " ".join(f"{value}x{pieces}" for value, pieces in sorted(notes.items()) if pieces)


def in_account_minor(account: Account) -> int:
    """What stands on an account of cash, which stands in debit."""
    return account.debit_minor - account.credit_minor
