"""Taking a slot and moving to another: tested again under the lock of the shift by the test that offered it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from koumen.agents import queries as agents
from koumen.agents.commands import count_change
from koumen.agents.queries import WorkingDay
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.conduct.commands import ask
from koumen.conduct.rules.acts import Act, Verdict
from koumen.dispatch.commands.route import close_gap, write_route
from koumen.dispatch.events import SlotTaken, StopDropped
from koumen.dispatch.permissions import may_plan, may_take_slot
from koumen.dispatch.queries import (
    TAKE_LEAD,
    Asked,
    asking_again,
    book_circumstances,
    chances_of,
    plan_for,
    request_for,
    same_window,
    same_window_to_move,
    slots,
    slots_to_move,
)
from koumen.dispatch.rules.slot import Slot, SlotRequest, days_ahead
from koumen.dispatch.rules.urgent import URGENT_LEAD
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.solver.day import Insertion
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.visits.commands.booking import book_visit, move_visit
from koumen.visits.models import Visit
from koumen.visits.permissions import may_move_visit, visible_to
from koumen.visits.queries import is_rebooking_offered, moving_verb
from koumen.visits.rules.booking import Booking, InitiatedBy
from koumen.visits.states import VISIT, VisitState

PLACE_GONE = "place-gone"
# As many as an old customer can keep in mind after "somebody was faster".
NEXT_BEST = 3
# Whoever finds three agents of one window taken in the time of a click chooses sooner than we find a fourth.
MOST_AGENTS = 3


@dataclass(frozen=True, kw_only=True)
class TakeRequest:
    """A slot that somebody wants, for whom, where and for how much; what the form submitted."""

    customer_id: UUID
    account_id: UUID
    slot: Slot
    wanted_minor: int
    currency: str
    wish: VisitWish = field(default_factory=VisitWish)
    note: str = ""
    initiated_by: InitiatedBy = InitiatedBy.CUSTOMER
    is_agreed: bool = False
    is_urgent: bool = False  # a dispatcher looked at what it costs: less time to prepare is enough

    def asking(self, at: datetime) -> SlotRequest:
        """The question whose answer held this slot; four queries. Raises as ``request_for``."""
        today = local_date(at, this_branch().zone)
        from_date, days = days_ahead(today=today, day=self.slot.date)
        asked = Asked(
            customer_id=self.customer_id,
            wish=self.wish,
            wanted_minor=self.wanted_minor,
            currency=self.currency,
            from_date=from_date,
            days=days,
        )
        return request_for(asked)

    def inputs(self) -> dict[str, object]:
        """The submitted fields as plain values, for the key."""
        return {**vars(self), "slot": self.slot.key, "wish": json.dumps(self.wish.plain(), sort_keys=True)}


@dataclass(frozen=True)
class Taken:
    """The promise is made."""

    visit: Visit


@dataclass(frozen=True)
class NextBest:
    """The slot cannot be had, for these reasons (codes); nothing was written but the ruling if conduct said no."""

    slots: tuple[Slot, ...]
    reasons: tuple[str, ...] = (PLACE_GONE,)


@dataclass(frozen=True)
class NotTaken:
    """Why a slot cannot be had."""

    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Yes:
    """The place that was found for a slot, under the lock of its shift."""

    day: WorkingDay
    fit: Insertion


def take(*, booking: TakeRequest, key: UUID, actor: Actor, at: datetime) -> Taken | NextBest:
    """Take a slot; when somebody was faster, another agent comes in the same window, else the next best are the answer.

    A window is what was chosen; but who wished for the same person as last time chooses again. Others are looked for
    after the transaction, when its locks are gone. The same key gives the same visit; a slot that could not be had
    leaves no key. Records SlotTaken (and what ``visits`` and ``conduct`` record). Raises
    Denied("visit-not-yours-to-book"), Missing("shift-not-found"), Conflict("key-reused"), Invalid as
    ``visits.book_visit``, or Invalid("place-off-the-earth" | "place-off-the-roads").
    """
    taken = _by_anybody(
        booking.slot,
        lambda by: take_place(booking=booking, key=key, actor=actor, at=at, by=by),
        lambda: same_window(request=booking.asking(at), slot=booking.slot, at=at),
    )
    if isinstance(taken, Taken):
        return taken
    return next_best(taken.reasons, booking.slot, slots(actor=actor, request=booking.asking(at), at=at))


def move(*, visit_id: UUID, slot: Slot, key: UUID, actor: Actor, at: datetime) -> Taken | NextBest:
    """Move a visit to another slot, the same outcomes as taking; the old promise stands until the new one is made.

    Here too somebody else comes in the same window when its agent cannot any more.

    Records SlotTaken, and StopDropped when the visit leaves another shift. Raises Missing("visit-not-found" |
    "shift-not-found"), Denied("visit-not-yours"), Conflict("visit-cannot-move" | "key-reused").
    """
    moved = _by_anybody(
        slot,
        lambda by: _move(visit_id=visit_id, slot=slot, key=key, actor=actor, at=at, by=by),
        lambda: same_window_to_move(actor=actor, visit_id=visit_id, slot=slot, at=at),
    )
    if isinstance(moved, Taken):
        return moved
    return next_best(moved.reasons, slot, slots_to_move(actor=actor, visit_id=visit_id, at=at))


def _by_anybody(
    slot: Slot, try_with: Callable[[Slot], Taken | NotTaken], another: Callable[[], Slot | None]
) -> Taken | NotTaken:
    """Try a slot and, while somebody was faster, another agent in its window; each is a transaction of its own."""
    outcome = try_with(slot)
    for _ in range(MOST_AGENTS - 1):
        by = another() if isinstance(outcome, NotTaken) and outcome.reasons == (PLACE_GONE,) else None
        if by is None:
            break
        outcome = try_with(by)
    return outcome


@command
def take_place(
    *, booking: TakeRequest, key: UUID, actor: Actor, at: datetime, by: Slot | None = None
) -> Taken | NotTaken:
    """Take a slot or say why not, within the caller's transaction; see ``take``. ``by``: its window, another agent."""
    require(may_take_slot(actor, booking.customer_id), "visit-not-yours-to-book")
    require(not booking.is_urgent or may_plan(actor), "plan-not-yours")
    memory = remember("dispatch.take", actor=actor, key=key, inputs=booking.inputs(), at=at)
    if memory.answer is not None:
        return Taken(Visit.objects.get(id=memory.answer["visit"]))
    slot = by or booking.slot
    agents.lock_shift(slot.shift_id)
    request = booking.asking(at)
    lead = URGENT_LEAD if booking.is_urgent else TAKE_LEAD
    found = _tested(slot, request, booking.customer_id, actor, at, lead=lead)
    if isinstance(found, NotTaken):
        memory.forget()
        return found
    visit = book_visit(booking=_booking(booking, request, found.day), actor=actor, at=at)
    _write_stop(visit, found, actor, at)
    memory.keep(visit=visit.id)
    return Taken(visit)


@command
def _move(*, visit_id: UUID, slot: Slot, by: Slot, key: UUID, actor: Actor, at: datetime) -> Taken | NotTaken:
    """Move a visit or say why not; see ``move``. ``by``: the slot, or its window with another agent."""
    inputs = {"visit_id": visit_id, "slot": slot.key}
    memory = remember("dispatch.move", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Taken(visible_to(actor).get(id=memory.answer["visit"]))
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_move_visit(actor, visit), "visit-not-yours")
    VISIT.move(VisitState(visit.state), moving_verb(visit, offered=is_rebooking_offered(visit)))
    left = visit.shift_id
    agents.lock_shifts({left, by.shift_id})
    found = _tested(
        by, asking_again(visit, at=at, day=slot.date), visit.customer_id, actor, at, moving=visit.id
    )
    if isinstance(found, NotTaken):
        memory.forget()
        return found
    day = found.day
    visit = move_visit(
        visit_id=visit.id,
        shift_id=day.shift_id,
        agent_id=day.agent_id,
        date=day.date,
        window_from=slot.window_from,
        window_to=slot.window_to,
        actor=actor,
        at=at,
    )
    _write_stop(visit, found, actor, at)
    if left != day.shift_id:
        shift = count_change(shift_id=left, actor=actor, at=at)
        close_gap(shift_id=left)
        record(
            StopDropped(subject_id=visit.id, shift_id=left, shift_version=shift.version), actor=actor, at=at
        )
    memory.keep(visit=visit.id)
    return Taken(visit)


def _tested(  # noqa: PLR0913  (five of its own, besides who and when)
    slot: Slot,
    request: SlotRequest,
    customer_id: UUID,
    actor: Actor,
    at: datetime,
    *,
    moving: UUID | None = None,
    lead: timedelta = TAKE_LEAD,
) -> _Yes | NotTaken:
    """Test a slot again, its shift being locked, and ask conduct; only what conduct denies is written down."""
    day = agents.working_day(shift_id=slot.shift_id)
    plan = plan_for([day], at=at, without=[moving] if moving else [])
    window = (slot.window_from, slot.window_to)
    offers = chances_of(plan, day, request, lead=lead)
    fit = next((o.fit for o in offers if (o.window.window_from, o.window.window_to) == window), None)
    if fit is None:
        return NotTaken((PLACE_GONE,))
    given = book_circumstances(day, *window, plan.zone)
    ruling = ask(
        act=Act.BOOK, subject_id=customer_id, moment=window[0], circumstances=given, actor=actor, at=at
    )
    return _Yes(day, fit) if ruling.verdict == Verdict.ALLOW else NotTaken(tuple(ruling.reasons))


def _write_stop(visit: Visit, found: _Yes, actor: Actor, at: datetime) -> None:
    shift_id = found.day.shift_id
    route = plan_for([found.day], at=at, without=[visit.id]).routes.get(shift_id, ())
    behind_id = write_route(shift_id=shift_id, route=route, visit_id=visit.id, gap=found.fit.gap)
    shift = count_change(shift_id=shift_id, actor=actor, at=at)
    taken = SlotTaken(
        subject_id=visit.id, shift_id=shift_id, shift_version=shift.version, behind_id=behind_id
    )
    record(taken, actor=actor, at=at)


def _booking(wanted: TakeRequest, request: SlotRequest, day: WorkingDay) -> Booking:
    return Booking(
        customer_id=wanted.customer_id,
        account_id=wanted.account_id,
        shift_id=day.shift_id,
        agent_id=day.agent_id,
        date=day.date,
        window_from=wanted.slot.window_from,
        window_to=wanted.slot.window_to,
        service_s=request.service_s,
        latitude=request.latitude,
        longitude=request.longitude,
        wanted_minor=wanted.wanted_minor,
        currency=wanted.currency,
        wants_cash=wanted.wish.wants_cash,
        purpose=wanted.wish.purpose,
        staff=request.needs.staff,
        equipment=tuple(sorted(request.needs.equipment)),
        languages=tuple(sorted(request.needs.languages)),
        note=wanted.note,
        initiated_by=wanted.initiated_by,
        is_agreed=wanted.is_agreed,
    )


def next_best(reasons: tuple[str, ...], slot: Slot, others: list[Slot]) -> NextBest:
    """The slots nearest in time to the one that was wanted."""
    nearest = sorted(others, key=lambda other: (abs(other.window_from - slot.window_from), other.rank))
    return NextBest(tuple(nearest[:NEXT_BEST]), reasons)
