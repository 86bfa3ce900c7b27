"""Reading who holds cash: bags, floats, hand-ins, the safe and what is on its way to the bank."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.conduct.queries import cash_limits, custody_rules
from koumen.credit.models import Activity
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.ledger.models import Account
from koumen.ledger.queries import cash_held
from koumen.ledger.rules.chart import AccountKind
from koumen.payments.models import (
    CashFloat,
    CashReturn,
    Deposit,
    HandIn,
    NoteCount,
    Payment,
    Pile,
    PileNote,
)
from koumen.payments.permissions import (
    floats_visible_to,
    hand_ins_visible_to,
    may_see_cash,
    returns_visible_to,
)
from koumen.payments.rules.cash import change_for
from koumen.payments.rules.custody import Holding, known_notes
from koumen.payments.states import FloatState, HandInState, PaymentState, ReturnState
from koumen.visits.models import Visit
from koumen.visits.states import AT_DOOR_STATES, BEFORE_THE_DOOR, VisitState

Notes = dict[int, int]


def is_at_a_visit(*, agent_id: UUID) -> bool:
    """Whether an agent is on the way to a customer or with one; one query."""
    busy = {VisitState.ON_THE_WAY, *AT_DOOR_STATES}
    return Visit.objects.filter(agent_id=agent_id, state__in=busy).exists()


def holding(*, actor: Actor, agent_id: UUID, at: datetime) -> Holding:
    """What one agent holds, against the policy; three queries. Somebody else's is nothing to an agent."""
    currency = this_branch().currency
    held = [one for one in cash_held(actor=actor) if (one.agent_id, one.currency) == (agent_id, currency)]
    return _holding(held[0].in_hand_minor if held else 0, held[0].held_since if held else None, at)


def _holding(in_hand_minor: int, held_since: datetime | None, at: datetime) -> Holding:
    rules, limits = custody_rules(at=at), cash_limits(at=at)
    return Holding(
        in_hand_minor=in_hand_minor,
        held_since=held_since,
        in_hand_max_minor=limits.in_hand_max,
        warn_percent=rules.warn_percent,
        too_old_after=rules.too_old_after,
    )


def notes_in_hand(*, agent_id: UUID, currency: str, in_hand_minor: int) -> Notes | None:
    """What an agent holds by denomination, when everything counted explains it; five queries.

    Everything since the newest hand-in that ended a day: after it nothing was left, whatever had differed before.
    """
    own = {"agent_id": agent_id, "currency": currency}
    counted = HandIn.objects.filter(**own, state=HandInState.COUNTED)
    emptied = counted.filter(is_final=True).order_by("-ended_at").values_list("ended_at", flat=True).first()
    since = {"ended_at__gt": emptied} if emptied else {}
    paid = NoteCount.objects.filter(
        payment__agent_id=agent_id, payment__currency=currency, payment__state=PaymentState.PAID
    ).exclude(payment__cash_return__state=ReturnState.ABSENT)
    returned = CashReturn.objects.filter(
        payment__agent_id=agent_id, payment__currency=currency, from_safe=False, pile__isnull=False, **since
    )
    taken = CashFloat.objects.filter(**own, state=FloatState.TAKEN, **since)
    if emptied:
        paid = paid.filter(payment__paid_at__gt=emptied)
    flows = paid.values_list("direction", "denomination_minor").annotate(n=Sum("count"))
    return known_notes(
        *({value: n if way == "in" else -n} for way, value, n in flows),
        _summed(taken.values("taken")),
        _less(counted.filter(**since).values("counted")),
        _less(returned.values("pile")),
        in_hand_minor=in_hand_minor,
    )


def _summed(piles: QuerySet[Any, Any]) -> Notes:
    """The notes of some piles together; one query."""
    rows = PileNote.objects.filter(pile__in=piles).values_list("denomination_minor")
    return {value: int(n) for value, n in rows.annotate(n=Sum("count"))}


def _less(piles: QuerySet[Any, Any]) -> Notes:
    return {value: -n for value, n in _summed(piles).items()}


def cash_returns(*, actor: Actor) -> list[CashReturn]:
    """Notes that are still to be given back, the oldest first; one query. An agent sees their own."""
    waiting = returns_visible_to(actor).filter(ended_at__isnull=True)
    return list(_with_payment(waiting).order_by("owed_at", "id"))


def cash_return(*, actor: Actor, return_id: UUID) -> CashReturn:
    """Notes to give back; one query. Raises Missing("return-not-found")."""
    found = _with_payment(returns_visible_to(actor)).filter(id=return_id).first()
    if found is None:
        raise Missing("return-not-found")
    return found


def _with_payment(rows: QuerySet[CashReturn]) -> QuerySet[CashReturn]:
    return rows.select_related("payment__visit", "payment__agent", "payment__receipt")


def last_count_after(payment: Payment) -> HandIn | None:
    """The hand-in that ended the day on which a payment of cash was known; one query."""
    counts = HandIn.objects.filter(
        agent_id=payment.agent_id,
        currency=payment.currency,
        is_final=True,
        ended_at__gte=Activity.objects.filter(id=payment.id).values("recorded_at"),
        state=HandInState.COUNTED,
    )
    return counts.order_by("ended_at", "id").first()


def missed_minor(hand_in: HandIn) -> int:
    """What a hand-in found missing and no payment that never came explains yet; one query."""
    explained = CashReturn.objects.filter(missed_in=hand_in).aggregate(sum=Sum("payment__amount_minor"))
    return max(0, -(hand_in.difference_minor or 0)) - int(explained["sum"] or 0)


def notes_of(pile: Pile) -> Notes:
    """The notes of a pile, the largest first; one query."""
    rows = pile.notes.order_by("-denomination_minor")
    return dict(rows.values_list("denomination_minor", "count"))


@dataclass(frozen=True)
class ChangeFund:
    """Visits of a day at which cash is planned, and the change that they may need at most, by denomination."""

    visits: int
    notes: Notes


def change_fund(*, shift_id: UUID) -> ChangeFund:
    """What change the visits of a working day that are still to come may need; one query. Shown to the cash office."""
    coming = Visit.objects.filter(shift_id=shift_id, wants_cash=True, state__in=BEFORE_THE_DOOR)
    amounts = list(coming.values_list("wanted_minor", flat=True))
    return ChangeFund(len(amounts), change_for(amounts, this_branch().currency))


def offered_float(*, actor: Actor, agent_id: UUID) -> CashFloat | None:
    """The change money that waits for an agent; one query."""
    return (
        floats_visible_to(actor)
        .filter(agent_id=agent_id, state=FloatState.OFFERED)
        .select_related("shift")
        .first()
    )


def offered_floats(*, actor: Actor) -> list[CashFloat]:
    """All change money that waits to be taken, the oldest first; one query."""
    waiting = floats_visible_to(actor).filter(state=FloatState.OFFERED)
    return list(waiting.select_related("agent", "shift").order_by("offered_at"))


def waiting_hand_in(*, actor: Actor, agent_id: UUID) -> HandIn | None:
    """What an agent has declared and nobody has counted yet; one query."""
    rows = hand_ins_visible_to(actor).filter(agent_id=agent_id, state=HandInState.DECLARED)
    return rows.select_related("declared").first()


def hand_in(*, actor: Actor, hand_in_id: UUID) -> HandIn:
    """One hand-in with its counts; one query. Raises Missing("hand-in-not-found")."""
    rows = hand_ins_visible_to(actor).select_related("agent", "shift", "declared", "counted")
    found = rows.filter(id=hand_in_id).first()
    if found is None:
        raise Missing("hand-in-not-found")
    return found


@dataclass(frozen=True, kw_only=True)
class HandInSearch:
    """What is looked for; empty means any."""

    state: str = ""
    staff_number: str = ""
    differs: bool = False


@dataclass(frozen=True)
class HandInPage:
    """Some hand-ins, newest first, and how many match in all; ``older`` is where the next page begins."""

    count: int
    hand_ins: list[HandIn]
    older: UUID | None


def hand_ins_found(
    *, actor: Actor, search: HandInSearch, before: UUID | None = None, limit: int = 50
) -> HandInPage:
    """A page of the hand-ins that match; two queries (and one to page on). Raises Denied("cash-not-yours")."""
    require(may_see_cash(actor), "cash-not-yours")
    matching = _matching(hand_ins_visible_to(actor), search)
    rows = list(
        _older_than(matching, before)
        .select_related("agent", "shift", "declared", "counted")
        .order_by("-declared_at", "-id")[: limit + 1]
    )
    return HandInPage(matching.count(), rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def _matching(rows: QuerySet[HandIn], search: HandInSearch) -> QuerySet[HandIn]:
    if search.state:
        rows = rows.filter(state=search.state)
    if search.staff_number:
        rows = rows.filter(agent__staff_number__iexact=search.staff_number)
    if search.differs:
        rows = rows.exclude(Q(difference_minor=0) | Q(difference_minor__isnull=True))
    return rows


def _older_than(rows: QuerySet[HandIn], before: UUID | None) -> QuerySet[HandIn]:
    last = HandIn.objects.filter(id=before).values_list("declared_at", flat=True).first() if before else None
    if last is None:
        return rows
    return rows.filter(Q(declared_at__lt=last) | Q(declared_at=last, id__lt=before))


@dataclass(frozen=True, kw_only=True)
class PersonsCash:
    """Cash with one agent, and whether a hand-in waits to be counted."""

    agent_id: UUID
    currency: str
    holding: Holding
    waiting_id: UUID | None


def cash_by_person(*, actor: Actor, at: datetime) -> list[PersonsCash]:
    """Who holds how much since when, the oldest first, and whose hand-in waits; four queries.

    Raises Denied("cash-not-yours").
    """
    require(may_see_cash(actor), "cash-not-yours")
    waiting = dict(
        HandIn.objects.filter(state=HandInState.DECLARED)
        .order_by("declared_at")
        .values_list("agent_id", "id")
    )
    currency, sample = this_branch().currency, _holding(0, None, at)
    held = {one.agent_id: one for one in cash_held(actor=actor) if one.currency == currency}
    nothing = [agent_id for agent_id in waiting if agent_id not in held]
    return [
        *(
            _person(sample, one.agent_id, one.in_hand_minor, one.held_since, waiting.get(one.agent_id))
            for one in held.values()
        ),
        *(_person(sample, agent_id, 0, None, waiting[agent_id]) for agent_id in nothing),
    ]


def _person(
    sample: Holding, agent_id: UUID, in_hand_minor: int, since: datetime | None, waiting_id: UUID | None
) -> PersonsCash:
    held = Holding(
        in_hand_minor=in_hand_minor,
        held_since=since,
        in_hand_max_minor=sample.in_hand_max_minor,
        warn_percent=sample.warn_percent,
        too_old_after=sample.too_old_after,
    )
    return PersonsCash(
        agent_id=agent_id, currency=this_branch().currency, holding=held, waiting_id=waiting_id
    )


@dataclass(frozen=True)
class OfficeCash:
    """Cash of the branch that no agent holds, in minor units of its currency."""

    currency: str
    safe_minor: int
    transit_minor: int


def office_cash(*, actor: Actor) -> OfficeCash:
    """What lies in the safe and what is on its way to the bank; one query. Raises Denied("cash-not-yours")."""
    require(may_see_cash(actor), "cash-not-yours")
    currency = this_branch().currency
    kinds = (AccountKind.SAFE, AccountKind.CASH_IN_TRANSIT)
    rows = Account.objects.filter(kind__in=kinds, owner_id=None, currency=currency)
    minor = dict(rows.annotate(there=F("debit_minor") - F("credit_minor")).values_list("kind", "there"))
    return OfficeCash(currency, *(int(minor.get(kind, 0)) for kind in kinds))


def deposits(*, actor: Actor, limit: int = 200) -> list[Deposit]:
    """The newest deposits with their counts; one query. Raises Denied("cash-not-yours")."""
    require(may_see_cash(actor), "cash-not-yours")
    rows = Deposit.objects.select_related("prepared", "sent").order_by("-number")
    return list(rows[:limit])


def deposit(*, actor: Actor, deposit_id: UUID) -> Deposit:
    """One deposit with its counts; one query. Raises Denied("cash-not-yours") or Missing("deposit-not-found")."""
    require(may_see_cash(actor), "cash-not-yours")
    found = Deposit.objects.select_related("prepared", "sent").filter(id=deposit_id).first()
    if found is None:
        raise Missing("deposit-not-found")
    return found
