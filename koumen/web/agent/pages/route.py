"""The day as a road: stops in order with windows, ways and the break, beside a map."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.branch.queries import this_branch
from koumen.dispatch import queries as dispatch
from koumen.dispatch.queries import Lane, LaneStop
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.people.commands import reveal
from koumen.visits import queries as visits
from koumen.visits.states import OPEN_STATES, VisitState
from koumen.web.agent.pages.today import asked_day
from koumen.web.ui.actors import actor_of
from koumen.web.ui.maps import tiles


@dataclass(frozen=True)
class Band:
    """How much change to carry: from, and up to (None: above the last step)."""

    low: Money
    high: Money | None


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Before the door a first name, the address, the window and the band of the amount (R26), and no more."""
    actor, at = actor_of(request), clock.now()
    day = asked_day(request, clock.local_date(at, this_branch().zone))
    lane = (
        dispatch.lane_for(actor=actor, agent_id=actor.agent_id, date=day, at=at) if actor.agent_id else None
    )
    context: dict[str, Any] = {"day": day, "steps": [], "tiles": tiles(), "map": {"stops": [], "ways": []}}
    if lane and lane.stops:
        context |= {"steps": list(_steps(lane, actor, at)), "map": _map(lane, day), "home_at": lane.home_at}
        context["home_min"] = round(lane.home_travel_s / 60)
    return render(request, "agent/route.html", context)


def _steps(lane: Lane, actor: Actor, at: datetime) -> Iterator[dict[str, Any]]:
    """Stops and the break, as they follow each other."""
    persons = [stop.customer_person_id for stop in lane.stops]
    named = reveal(person_ids=persons, purpose="day-list", actor=actor, at=at)
    bands = _bands(actor, lane.shift.begins_at.astimezone(this_branch().zone).date())
    pause = lane.pause
    for number, stop in enumerate(lane.stops, start=1):
        if pause and pause.begins_at < stop.begins_at:
            yield {"pause": pause}
            pause = None
        details = named[stop.customer_person_id]
        yield {
            "stop": stop,
            "number": number,
            "name": details.given_name,
            "district": details.district,
            "address": details.address,
            "band": bands.get(stop.visit_id),
            "is_open": stop.state in OPEN_STATES,
            "is_coming": stop.is_ahead or stop.state is VisitState.ON_THE_WAY,
        }
    if pause:
        yield {"pause": pause}


def _bands(actor: Actor, day: date) -> dict[UUID, Band]:
    found = {}
    for visit in visits.visits_of_day(actor=actor, date=day):
        low, high = visits.band_of(visit)
        above = Money(high, visit.currency) if high is not None else None
        found[visit.id] = Band(Money(low, visit.currency), above)
    return found


def _map(lane: Lane, day: date) -> dict[str, Any]:
    places = [stop.place for stop in lane.stops]
    (line,) = dispatch.lines_along(date=day, routes=[places])
    return {
        "stops": [_pin(number, stop, lane) for number, stop in enumerate(lane.stops, start=1)],
        "ways": [{"shift": str(lane.shift_id), "line": line}],
    }


def _pin(number: int, stop: LaneStop, lane: Lane) -> dict[str, Any]:
    look = "now" if stop.state in OPEN_STATES and not stop.is_ahead else "ahead"
    return {
        "visit": str(stop.visit_id),
        "shift": str(lane.shift_id),
        "number": number,
        "at": [stop.place.latitude, stop.place.longitude],
        "look": look if stop.state in OPEN_STATES else "done",
    }
