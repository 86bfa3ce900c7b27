"""The form in which a visit is moved on the board: places with the judge's word, agents, moments, reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from koumen.branch.queries import this_branch
from koumen.dispatch import queries as dispatch
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries import Lane, Spot
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Refusal
from koumen.people.commands import reveal
from koumen.visits import queries as visits
from koumen.visits.states import VisitState
from koumen.web.console.pages.board_drawing import MINUTE
from koumen.web.console.pages.board_words import MOVE_REASONS, REFUSAL_REASONS, Names, choices, said
from koumen.web.console.pages.fault_words import why_not
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.visits.models import Visit

# Moments that can be chosen: people read clocks in fives.
STEP = timedelta(minutes=5)
FIRST = "first"


@dataclass(frozen=True)
class Asked:
    """A place that somebody thinks of: whose shift, behind which visit, at which moment."""

    shift_id: UUID
    after: str
    arrive_at: datetime | None
    reason: str


@dataclass(frozen=True)
class ShownSpot:
    """A place in an agent's day as the form shows it."""

    value: str
    behind: str
    can_be: bool
    why_not: list[str]
    arrives_at: datetime | None
    extra_min: int
    is_present: bool
    is_chosen: bool


def form(request: HttpRequest, visit_id: UUID, *, refused: Sequence[str] = ()) -> HttpResponse:
    """The page with the form; 409 with the reasons when what was asked for cannot be."""
    actor, at = actor_of(request), clock.now()
    visit = visits.visit(actor=actor, visit_id=visit_id)
    lanes = dispatch.lanes(actor=actor, date=visit.date, at=at)
    wanted = [lane.person_id for lane in lanes]
    wanted += [stop.customer_person_id for lane in lanes for stop in lane.stops]
    told = reveal(person_ids=[visit.customer.person_id, *wanted], purpose="console-board", actor=actor, at=at)
    named = {person: said(details) for person, details in told.items()}
    asked, found, refused = _looked_at(request, visit, refused, actor, at)
    context = {
        "visit": visit,
        "customer": named[visit.customer.person_id].name,
        "stop": next((s for lane in lanes for s in lane.stops if s.visit_id == visit_id), None),
        "own": next((lane for lane in lanes if lane.shift_id == visit.shift_id), None),
        "agents": [_agent(lane, named) for lane in lanes],
        "asked": asked,
        "spots": [_shown(spot, visit_id, asked, lanes, named) for spot in found],
        "moments": _moments(visit),
        "others": _others(lanes, visit, named),
        "move_reasons": choices(MOVE_REASONS),
        "refusal_reasons": choices(REFUSAL_REASONS),
        "refused": refused,
        "may_move": may_plan(actor) and visit.state == VisitState.BOOKED,
    }
    return page(request, "board_move", "board", context, status=409 if refused else 200)


def _looked_at(
    request: HttpRequest, visit: "Visit", refused: Sequence[str], actor: Actor, at: datetime
) -> tuple[Asked, list[Spot], list[str]]:
    """What is asked for and what the judge says; an address that makes no sense is said, and its own day shown."""
    plain = Asked(visit.shift_id, "", None, "")
    if not may_plan(actor) or visit.state != VisitState.BOOKED:
        return plain, [], list(refused)
    try:
        asked = asked_in(request, visit)
        return asked, spots_of(visit, asked, actor, at), list(refused)
    except Refusal as refusal:
        said_already = refused or [words(refusal.code, **refusal.params)]
        return plain, spots_of(visit, plain, actor, at), list(said_already)


def spots_of(visit: "Visit", asked: Asked, actor: Actor, at: datetime) -> list[Spot]:
    """What the judge says to every place in the day that is asked for."""
    return dispatch.spots(
        actor=actor, visit_id=visit.id, shift_id=asked.shift_id, arrive_at=asked.arrive_at, at=at
    )


def asked_in(request: HttpRequest, visit: "Visit") -> Asked:
    """From the address or the form; raises Invalid("form-unreadable")."""
    data = request.POST if request.method == "POST" else request.GET
    shift = data.get("shift", "")
    return Asked(
        shift_id=read_id(shift) if shift else visit.shift_id,
        after=data.get("after", ""),
        arrive_at=_moment(data.get("time", ""), visit),
        reason=data.get("reason", ""),
    )


def _moment(text: str, visit: "Visit") -> datetime | None:
    if not text:
        return None
    try:
        wanted = time.fromisoformat(text)
    except ValueError:
        raise Invalid("form-unreadable", field="time", value=text[:12]) from None
    return datetime.combine(visit.date, wanted.replace(tzinfo=this_branch().zone))


def _moments(visit: "Visit") -> list[datetime]:
    """Every five minutes of the promised window."""
    found, moment = [], visit.window_from
    while moment < visit.window_to:
        found.append(moment)
        moment += STEP
    return found


def _agent(lane: Lane, named: Names) -> dict[str, Any]:
    return {
        "shift": str(lane.shift_id),
        "agent": lane.agent_id,
        "words": f"{named[lane.person_id].name} {lane.staff_number}",
    }


def _shown(spot: Spot, visit_id: UUID, asked: Asked, lanes: Sequence[Lane], named: Names) -> ShownSpot:
    value = str(spot.after_id) if spot.after_id else FIRST
    return ShownSpot(
        value=value,
        behind=_behind(spot, lanes, named),
        can_be=spot.can_be,
        why_not=why_not(spot, visit_id, numbers_of(lanes)),
        arrives_at=spot.arrives_at,
        extra_min=round(spot.extra_s / MINUTE),
        is_present=spot.is_present,
        is_chosen=asked.after == value if asked.after else spot.is_present,
    )


def _behind(spot: Spot, lanes: Sequence[Lane], named: Names) -> str:
    before = next((s for lane in lanes for s in lane.stops if s.visit_id == spot.after_id), None)
    return named[before.customer_person_id].name if before else ""


def numbers_of(lanes: Sequence[Lane]) -> Mapping[UUID, str]:
    """The number of each visit of a day, to say which promise is meant."""
    return {stop.visit_id: stop.number for lane in lanes for stop in lane.stops}


def _others(lanes: Sequence[Lane], visit: "Visit", named: Names) -> list[tuple[str, str]]:
    """The visits that it could be swapped with: booked, of other agents."""
    return [
        (str(stop.visit_id), f"{named[stop.customer_person_id].name} {stop.number} · {lane.staff_number}")
        for lane in lanes
        if lane.shift_id != visit.shift_id
        for stop in lane.stops
        if stop.state is VisitState.BOOKED
    ]
