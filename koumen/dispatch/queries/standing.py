"""Standing visits: when the next one falls, and which months are to be booked now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from koumen.branch.queries import holidays_between, this_branch
from koumen.credit import queries as credit
from koumen.dispatch.models import Standing, StandingTurn
from koumen.dispatch.permissions import standing_visible_to
from koumen.dispatch.queries.needs import Asked, request_for
from koumen.dispatch.queries.slots import slots
from koumen.dispatch.rules.slot import Slot, part_of_day
from koumen.dispatch.rules.standing import BOOKED_AHEAD, Amount, StandingRule, months_near
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.states import OPEN_STANDING, StandingState
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing
from koumen.visits.models import Visit
from koumen.visits.states import OPEN_STATES

# A visit so near to the day does what the standing one would.
NEAR = timedelta(days=3)


@dataclass(frozen=True)
class Turn:
    """One month of a standing visit that has not come to anything yet, and the day on which it falls."""

    standing_id: UUID
    month: date
    date: date


def rule_of(standing: Standing) -> StandingRule:
    """The rule by which it falls; no query."""
    return StandingRule(
        part_of_day=standing.part_of_day,
        amount=standing.amount,
        week=standing.week,
        weekday=standing.weekday,
        days_before=standing.days_before,
    )


def standings_of(*, actor: Actor, customer_id: UUID) -> list[Standing]:
    """What a customer agreed to or is asked, and has not ended, with the accounts; one query."""
    rows = standing_visible_to(actor).filter(customer_id=customer_id, state__in=OPEN_STANDING)
    return list(rows.select_related("account").order_by("asked_at"))


def standing(*, actor: Actor, standing_id: UUID) -> Standing:
    """One standing visit with its account; one query. Raises Missing("standing-not-found")."""
    found = standing_visible_to(actor).select_related("account", "customer__person").filter(id=standing_id)
    row = found.first()
    if row is None:
        raise Missing("standing-not-found")
    return row


def turns_ahead(standing: Standing, *, at: datetime) -> list[Turn]:
    """The months ahead in which nothing was booked, skipped or given up yet, the nearest first; two queries."""
    today, rule = local_date(at, this_branch().zone), rule_of(standing)
    months = months_near(today)
    holidays = holidays_between(from_date=today - timedelta(days=31), to_date=today + timedelta(days=125))
    done = set(
        StandingTurn.objects.filter(standing=standing, month__in=months).values_list("month", flat=True)
    )
    dates = [(month, rule.falls_on(month, standing.account.due_day, holidays)) for month in months]
    until = standing.paused_until or date.min
    return [
        Turn(standing.id, month, day)
        for month, day in dates
        if month not in done and day > today and day >= until
    ]


def turns_to_book(*, at: datetime) -> list[Turn]:
    """What is to be booked now: days within the next ten; two queries for each standing visit, shown to nobody."""
    last = local_date(at, this_branch().zone) + BOOKED_AHEAD
    rows = Standing.objects.filter(state=StandingState.ACTIVE).select_related("account").order_by("agreed_at")
    return [turn for row in rows for turn in turns_ahead(row, at=at) if turn.date <= last]


def pauses_over(*, today: date) -> list[UUID]:
    """Those whose pause has ended; one query."""
    rows = Standing.objects.filter(state=StandingState.PAUSED, paused_until__lte=today)
    return list(rows.values_list("id", flat=True))


def wanted_minor(standing: Standing, *, at: datetime) -> int:
    """How much is to be paid, as owed now: the minimum, the bill (what is not on a bill yet if none is open), or all.

    One query.
    """
    owed = credit.owed(actor=SYSTEM, account_id=standing.account_id, at=at)
    if standing.amount == Amount.MINIMUM:
        return owed.minimum_minor
    return owed.bill_minor if standing.amount == Amount.BILL else owed.all_minor


def has_visit_near(standing: Standing, day: date) -> bool:
    """Whether a visit is booked about that day already; one query."""
    visits = Visit.objects.filter(customer_id=standing.customer_id, state__in=OPEN_STATES)
    return visits.filter(date__gte=day - NEAR, date__lte=day + NEAR).exists()


def places_on(standing: Standing, days: Sequence[date], minor: int, *, at: datetime) -> list[Slot]:
    """The free places of the agreed part of the day, the right day first, then the least way; eight queries."""
    zone, today = this_branch().zone, local_date(at, this_branch().zone)
    ahead = [day for day in days if day > today]
    if not ahead:
        return []
    asked = Asked(
        customer_id=standing.customer_id,
        wish=VisitWish.read(standing.wish),
        wanted_minor=minor,
        currency=this_branch().currency,
        from_date=min(ahead),
        days=(max(ahead) - min(ahead)).days + 1,
    )
    found = [
        slot
        for slot in slots(actor=SYSTEM, request=request_for(asked), at=at)
        if slot.date in ahead and part_of_day(slot.window_from, zone) == standing.part_of_day
    ]
    return sorted(found, key=lambda slot: (ahead.index(slot.date), slot.rank))
