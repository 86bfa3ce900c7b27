"""What a visit needs and who may not go, from the rows; for offering, taking, moving and planning alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Q

from koumen.agents import queries as agents
from koumen.agents.queries import WorkingDay
from koumen.audit.command import require
from koumen.conduct.queries import packs_between
from koumen.conduct.rules.pack import Pack
from koumen.dispatch.models import NoGo
from koumen.dispatch.permissions import may_see_board
from koumen.dispatch.rules.needs import Brings, Lack, Needs, Purpose, lacking, skills_for
from koumen.dispatch.rules.service import service_s_for
from koumen.dispatch.rules.slot import SlotRequest
from koumen.dispatch.rules.wish import VisitWish
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.kit.place import Place, distance_m
from koumen.people.models import Customer
from koumen.visits.models import Visit
from koumen.visits.queries import closed_visits


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asks for: by whom, what, how much, and on which days [from, from + days)."""

    customer_id: UUID
    wish: VisitWish
    wanted_minor: int
    currency: str
    from_date: date
    days: int

    @property
    def may_need_two(self) -> bool:
        """Whether the policy pack has a say in how many come."""
        return self.wish.wants_cash and not self.wish.two_people


@dataclass(frozen=True)
class NoGoes:
    """Where agents do not go on some days: to a customer, or within a distance of a place."""

    rows: Sequence[NoGo]

    def barred(self, *, customer_id: UUID, place: Place, on: date | None = None) -> frozenset[UUID]:
        """The agents who do not go to a customer at a place, on a day or on any of the days."""
        return frozenset(
            row.agent_id
            for row in self.rows
            if (on is None or _holds(row, on)) and (row.customer_id == customer_id or _is_within(row, place))
        )


@dataclass(frozen=True)
class Known:
    """What requests are made from, read once for any number of customers."""

    customers: Mapping[UUID, Customer]
    past: Mapping[UUID, Sequence[Visit]]
    packs: Sequence[Pack]
    nowhere: NoGoes


def request_for(asked: Asked) -> SlotRequest:
    """The question whose answer are the slots of such a visit, at the customer's door; four queries.

    How many come is what the strictest pack of these days says. It is shown to nobody. Raises
    Missing("customer-not-found" | "address-not-known").
    """
    return request_from(asked, known_for([asked]))


def known_for(asked: Sequence[Asked]) -> Known:
    """What the requests of some customers for the same days are made from; four queries however many there are."""
    ids = {one.customer_id for one in asked}
    first = asked[0]
    span = {"from_date": first.from_date, "to_date": first.from_date + timedelta(days=first.days)}
    return Known(
        customers={row.id: row for row in Customer.objects.filter(id__in=ids)},
        past=closed_visits(customer_ids=ids),
        packs=packs_between(**span) if any(one.may_need_two for one in asked) else (),
        nowhere=no_goes(**span),
    )


def request_from(asked: Asked, known: Known) -> SlotRequest:
    """The question from what is known of the customer and the days; no query. Raises as ``request_for``."""
    customer = known.customers.get(asked.customer_id)
    if customer is None:
        raise Missing("customer-not-found")
    if customer.latitude is None or customer.longitude is None:
        raise Missing("address-not-known")
    wish, past = asked.wish, known.past.get(customer.id, ())
    place = Place(customer.latitude, customer.longitude)
    needs = Needs(
        skills=skills_for(wants_cash=wish.wants_cash, purpose=wish.purpose),
        equipment=frozenset(wish.equipment),
        languages=frozenset(wish.languages or customer.languages),
        staff=_staff(asked, past, known.packs),
    )
    return SlotRequest(
        latitude=place.latitude,
        longitude=place.longitude,
        service_s=service_s_for(wish.purpose, _took_s(past, wish.purpose)),
        needs=needs,
        from_date=asked.from_date,
        days=asked.days,
        barred=known.nowhere.barred(customer_id=customer.id, place=place),
        prefers=past[0].agent_id if wish.same_person and past else None,
    )


def _staff(asked: Asked, past: Sequence[Visit], packs: Sequence[Pack]) -> int:
    if not asked.may_need_two:
        return 2 if asked.wish.two_people else 1
    is_first = not any(visit.wants_cash for visit in past)
    return max(
        (pack.staff_for_cash(asked.currency, asked.wanted_minor, is_first=is_first) for pack in packs),
        default=1,
    )


def _took_s(past: Sequence[Visit], purpose: Purpose) -> list[int]:
    return [
        int((visit.ended_at - visit.arrived_at).total_seconds())
        for visit in past
        if visit.purpose == purpose and visit.ended_at and visit.arrived_at
    ]


def needs_of(visit: Visit) -> Needs:
    """What a booked visit needs: what was found when it was booked; no query."""
    return Needs(
        skills=skills_for(wants_cash=visit.wants_cash, purpose=Purpose(visit.purpose)),
        equipment=frozenset(visit.equipment),
        languages=frozenset(visit.languages),
        staff=visit.staff,
    )


def brings_of(day: WorkingDay) -> Brings:
    """What a shift brings; no query."""
    return Brings(skills=day.skills, equipment=day.equipment, languages=day.languages, staff=day.staff)


def lacks(request: SlotRequest) -> tuple[Lack, ...]:
    """What none of the shifts of these days brings, where no slot is found; nothing when they are only full. One query.

    Of several things that are missing together the fewest are named: those of the shift that comes nearest.
    """
    days = agents.working_days(from_date=request.from_date, to_date=request.to_date)
    missing = [lacking(request.needs, brings_of(day)) for day in days]
    return min(missing, key=len, default=())


def no_goes(*, from_date: date, to_date: date) -> NoGoes:
    """What holds on some day of [from, to); one query."""
    rows = NoGo.objects.filter(from_date__lt=to_date).exclude(
        to_date__lte=F("from_date")
    )  # lifted before it began
    return NoGoes(list(rows.filter(Q(to_date=None) | Q(to_date__gt=from_date)).order_by("id")))


def no_goes_in_force(*, actor: Actor, on: date) -> list[NoGo]:
    """Where agents do not go from a day on, for staff, newest first; one query. Raises Denied("board-not-yours")."""
    require(may_see_board(actor), "board-not-yours")
    rows = NoGo.objects.filter(Q(to_date=None) | Q(to_date__gt=on)).select_related("agent", "customer")
    return list(rows.order_by("-id"))


def _holds(row: NoGo, on: date) -> bool:
    return row.from_date <= on and (row.to_date is None or on < row.to_date)


def _is_within(row: NoGo, place: Place) -> bool:
    if row.latitude is None or row.longitude is None or row.radius_m is None:
        return False
    return distance_m(Place(row.latitude, row.longitude), place) <= row.radius_m
