"""Door cards: printed once, taken line by line, dead as soon as another is printed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.people.models import Customer
from koumen.visits.events import CardNumberTaken, DoorCardIssued, DoorCardWithdrawn
from koumen.visits.models import DoorCard, Visit
from koumen.visits.permissions import may_issue_door_card, may_withdraw_door_card
from koumen.visits.rules.cards import CardWay, lines_left, may_be_posted
from koumen.visits.rules.secrets import CARD_NUMBERS, CardPlace, card_code, card_pictures
from koumen.visits.states import OPEN_STATES


@dataclass(frozen=True)
class CardLine:
    """What stands on one line of the paper."""

    number: int
    pictures: tuple[str, str]
    code: str

    def __repr__(self) -> str:
        """No secret: a representation ends in logs and error reports."""
        return f"CardLine({self.number})"


@dataclass(frozen=True)
class IssuedCard:
    """A new card and what is printed on it, this once."""

    card: DoorCard
    lines: tuple[CardLine, ...]


@command
def issue_door_card(*, customer_id: UUID, way: CardWay, actor: Actor, at: datetime) -> IssuedCard:
    """Make a customer's door card and give back its lines for printing; they are given only here, only once.

    The card before dies; a visit that had taken one of its lines takes the first of the new card. Records
    DoorCardIssued. Raises Denied("door-card-not-yours"), Missing("customer-not-found") or Conflict
    ("contact-changed-lately") for a letter to an address of the last 72 hours.
    """
    require(may_issue_door_card(actor), "door-card-not-yours")
    visits = list(
        Visit.objects.select_for_update()
        .filter(customer_id=customer_id, state__in=OPEN_STATES, door_card__isnull=False)
        .order_by("id")
    )
    customer = lock(Customer.objects.all(), missing="customer-not-found", id=customer_id)
    if way is CardWay.LETTER and not may_be_posted(customer.contact_changed_at, at):
        raise Conflict("contact-changed-lately")
    before = DoorCard.objects.filter(customer=customer).order_by("-generation").first()
    if before and before.withdrawn_at is None:
        _withdraw(before, at)
    card = DoorCard.objects.create(
        customer=customer,
        generation=before.generation + 1 if before else 1,
        way=way,
        issued_at=at,
        issued_by=actor.key,
    )
    record(
        DoorCardIssued(subject_id=customer.id, card_id=card.id, generation=card.generation, way=way),
        actor=actor,
        at=at,
    )
    for visit in visits:
        take_next_line(visit, card, actor=actor, at=at)
    return IssuedCard(card, tuple(_line(card, number) for number in range(1, CARD_NUMBERS + 1)))


@command
def withdraw_door_card(*, customer_id: UUID, actor: Actor, at: datetime) -> DoorCard:
    """Declare the card lost: its pictures and codes open nothing more, and no visit takes a line of it.

    Records DoorCardWithdrawn. Raises Denied("door-card-not-yours") or Missing("door-card-not-found").
    """
    require(may_withdraw_door_card(actor, customer_id), "door-card-not-yours")
    card = lock(_in_force(customer_id), missing="door-card-not-found")
    _withdraw(card, at)
    record(
        DoorCardWithdrawn(subject_id=customer_id, card_id=card.id, generation=card.generation),
        actor=actor,
        at=at,
    )
    return card


def take_first_line(visit: Visit, *, actor: Actor, at: datetime) -> None:
    """Let a visit that has no line yet take the next one, if the customer has a card with lines left.

    For commands that hold the visit's lock. A line that was taken for a visit that never came stays taken: nobody
    has seen it, and the paper says which lines are crossed out.
    """
    if visit.door_card_id:
        return
    card = _in_force(visit.customer_id).select_for_update().first()
    if card and lines_left(card.next_number):
        take_next_line(visit, card, actor=actor, at=at)


def take_another_line(visit: Visit, *, actor: Actor, at: datetime) -> None:
    """The visit's line was seen by somebody who should not have, or was used: the next one, for the same visit.

    Raises Conflict("door-card-used-up") or Missing("door-card-not-found") when the card was withdrawn meanwhile.
    """
    card = _in_force(visit.customer_id).select_for_update(of=("self",)).filter(visits=visit).first()
    if card is None:
        raise Missing("door-card-not-found")
    if not lines_left(card.next_number):
        raise Conflict("door-card-used-up")
    take_next_line(visit, card, actor=actor, at=at)


def take_next_line(visit: Visit, card: DoorCard, *, actor: Actor, at: datetime) -> None:
    """Write the line to the visit and the next one to the card, whose row the caller has locked."""
    visit.door_card, visit.card_number = card, card.next_number
    card.next_number += 1
    card.save(update_fields=["next_number"])
    visit.save(update_fields=["door_card", "card_number"])
    record(
        CardNumberTaken(subject_id=visit.id, card_id=card.id, number=visit.card_number), actor=actor, at=at
    )


def _in_force(customer_id: UUID) -> QuerySet[DoorCard]:
    return DoorCard.objects.filter(customer_id=customer_id, withdrawn_at__isnull=True)


def _withdraw(card: DoorCard, at: datetime) -> None:
    card.withdrawn_at = at
    card.save(update_fields=["withdrawn_at"])


def _line(card: DoorCard, number: int) -> CardLine:
    place = CardPlace(customer_id=card.customer_id, generation=card.generation, number=number)
    key = settings.KOUMEN_DOOR_KEY
    return CardLine(number, card_pictures(key, place), card_code(key, place))
