"""What several customer pages show of a debt and of a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from koumen.agents import queries as agents
from koumen.agents.queries import AgentCard
from koumen.branch.queries import this_branch
from koumen.credit import queries as credit
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.messages.words import both_of
from koumen.people.commands import reveal
from koumen.visits.queries.visitors import portraits_for
from koumen.visits.states import AT_DOOR_STATES, VISIT, VisitState

if TYPE_CHECKING:
    from koumen.credit.models import CreditAccount
    from koumen.visits.models import Visit


@dataclass(frozen=True)
class DebtCard:
    """One credit account as its customer sees it."""

    account_id: UUID
    number: str
    minimum: Money
    bill: Money
    everything: Money
    accrued: Money  # interest and charges of today that are on no bill yet; part of everything
    future: Money  # instalments to come, no part of everything
    credit: Money
    due_date: date | None
    interest_free_until: date | None
    is_late: bool
    is_overdue: bool  # the due day of the newest bill has passed


@dataclass(frozen=True)
class VisitCard:
    """One visit as its customer sees it."""

    visit: "Visit"
    wanted: Money
    agent_name: str
    staff_number: str
    photos: tuple[str, ...]  # the addresses of the portraits of who comes
    verbs: tuple[str, ...]
    is_now: bool


def debt_cards(*, actor: Actor, accounts: "Sequence[CreditAccount]", at: datetime) -> list[DebtCard]:
    """What is owed on each account now."""
    cards, today = [], clock.local_date(at, this_branch().zone)
    for account in accounts:
        owed = credit.owed(actor=actor, account_id=account.id, at=at)
        cards.append(
            DebtCard(
                account_id=account.id,
                number=account.number,
                minimum=Money(owed.minimum_minor, owed.currency),
                bill=Money(owed.bill_minor, owed.currency),
                everything=Money(owed.all_minor, owed.currency),
                accrued=Money(owed.accrued_minor, owed.currency),
                future=Money(owed.future_minor, owed.currency),
                credit=Money(owed.credit_balance_minor, owed.currency),
                due_date=owed.due_date,
                interest_free_until=owed.interest_free_until,
                is_late=owed.is_late,
                is_overdue=owed.due_date is not None and owed.due_date < today,
            )
        )
    return cards


def visit_card(visit: "Visit", *, actor: Actor, at: datetime) -> VisitCard:
    """A visit with who comes."""
    state = VisitState(visit.state)
    name, number = who_comes(agents.cards_of_shift(shift_id=visit.shift_id), actor=actor, at=at)
    return VisitCard(
        visit=visit,
        wanted=Money(visit.wanted_minor, visit.currency),
        agent_name=name,
        staff_number=number,
        photos=tuple(
            reverse("visitor_face", args=[visit.id, number])
            for number in portraits_for(actor=actor, visit=visit, at=at)
        ),
        verbs=VISIT.verbs(state),
        is_now=state is VisitState.ON_THE_WAY or state in AT_DOOR_STATES,
    )


def who_comes(cards: Sequence[AgentCard], *, actor: Actor, at: datetime) -> tuple[str, str]:
    """The name and the badge of who comes, of both where two come."""
    named = reveal(person_ids=[card.person_id for card in cards], purpose="agent-card", actor=actor, at=at)
    return (
        both_of([named[card.person_id].given_name for card in cards]),
        both_of([card.staff_number for card in cards]),
    )


def own_name(actor: Actor, *, at: datetime) -> str:
    """How this person is spoken to; empty for nobody."""
    if actor.person_id is None:
        return ""
    return reveal(person_ids=[actor.person_id], purpose="self", actor=actor, at=at)[
        actor.person_id
    ].given_name
