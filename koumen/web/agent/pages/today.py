"""Today's list in the order of the road, and the cash in the agent's hands."""

from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.agents.queries import shift_of
from koumen.branch.queries import this_branch
from koumen.dispatch import queries as dispatch
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.payments import queries as payments
from koumen.people.commands import reveal
from koumen.visits.queries import unanswered
from koumen.visits.states import OPEN_STATES
from koumen.web.ui.actors import actor_of


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The day's stops; tomorrow's with ``?day=``. Nothing about debt stands here."""
    actor, at = actor_of(request), clock.now()
    day = asked_day(request, clock.local_date(at, this_branch().zone))
    stops = _stops(actor, day, at)
    shift = shift_of(actor=actor, agent_id=actor.agent_id, date=day) if actor.agent_id else None
    return render(
        request,
        "agent/today.html",
        {
            "day": day,
            "stops": stops,
            "left": sum(stop["is_open"] for stop in stops),
            "cash": _cash(actor),
            "shift": shift,
            "is_held": bool(shift and shift.held_until and shift.held_until > at),
            "may_say": bool(shift and day == clock.local_date(at, this_branch().zone) and at < shift.ends_at),
        },
    )


def _cash(actor: Actor) -> Money | None:
    if actor.agent_id is None:
        return None
    currency = this_branch().currency
    return Money(payments.cash_in_hand(agent_id=actor.agent_id, currency=currency), currency)


def asked_day(request: HttpRequest, today_: date) -> date:
    """The day in the address; today for none and for what is no date."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today_


def _stops(actor: Actor, day: date, at: datetime) -> list[dict[str, object]]:
    if actor.agent_id is None:
        return []
    route = dispatch.todays_route(actor=actor, agent_id=actor.agent_id, date=day)
    silent = {visit.id for visit in unanswered(actor=actor, date=day)}
    named = reveal(person_ids=[s.customer_person_id for s in route], purpose="day-list", actor=actor, at=at)
    return [
        {
            "visit_id": stop.visit_id,
            "name": named[stop.customer_person_id].given_name,
            "district": named[stop.customer_person_id].district,
            "address": named[stop.customer_person_id].address,
            "window_from": stop.window_from,
            "window_to": stop.window_to,
            "state": stop.state,
            "is_open": stop.state in OPEN_STATES,
            "is_silent": stop.visit_id in silent,
        }
        for stop in route
    ]
