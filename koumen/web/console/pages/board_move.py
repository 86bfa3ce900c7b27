"""One visit on the board: to another agent, another place, a moment; swapped, refused, given back to the plan.

The page is a form that needs no script and no mouse. Dragging opens the same form, filled in.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from koumen.branch.queries import this_branch
from koumen.dispatch import commands
from koumen.dispatch import queries as dispatch
from koumen.dispatch.commands import CannotBe, Decided, Placing
from koumen.dispatch.queries import Spot
from koumen.dispatch.rules.planning import MoveReason, RefusalReason
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Refusal
from koumen.visits import queries as visits
from koumen.web.console.pages.board_drawing import MINUTE
from koumen.web.console.pages.board_form import FIRST, asked_in, form, numbers_of, spots_of
from koumen.web.console.pages.fault_words import fault_word, why_not
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.visits.models import Visit


@signed_in
@require_GET
def show(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The form, with every place in the chosen agent's day and what the judge says to it."""
    return form(request, visit_id)


@signed_in
@require_GET
def spots(request: HttpRequest, visit_id: UUID) -> JsonResponse:
    """Every place in one agent's day, for whoever drags: asked once for each agent that is dragged over."""
    actor, at = actor_of(request), clock.now()
    visit = visits.visit(actor=actor, visit_id=visit_id)
    try:
        asked = asked_in(request, visit)
        found = spots_of(visit, asked, actor, at)
    except Refusal as refusal:
        return JsonResponse({"refused": words(refusal.code, **refusal.params)}, status=409)
    numbers = numbers_of(dispatch.lanes(actor=actor, date=visit.date, at=at))
    return JsonResponse(
        {
            "spots": [
                {
                    "after": str(spot.after_id) if spot.after_id else FIRST,
                    "can_be": spot.can_be,
                    "words": _in_words(spot, visit_id, numbers),
                    "arrives": int(spot.arrives_at.timestamp()) if spot.arrives_at else None,
                    "is_present": spot.is_present,
                }
                for spot in found
            ]
        }
    )


@signed_in
@require_POST
def place(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Put it there; what cannot be is said with its reason, and nothing is written."""

    def put(visit: "Visit", actor: Actor, at: datetime) -> Decided | CannotBe:
        asked = asked_in(request, visit)
        placing = Placing(
            shift_id=asked.shift_id,
            after_id=None if asked.after == FIRST else read_id(asked.after),
            arrive_at=asked.arrive_at,
            reason=_move_reason(asked.reason),
        )
        return commands.place_visit(visit_id=visit_id, placing=placing, actor=actor, at=at)

    return _decide(request, visit_id, put)


@signed_in
@require_POST
def swap(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Exchange it with a visit of another agent."""

    def exchange(_visit: "Visit", actor: Actor, at: datetime) -> Decided | CannotBe:
        return commands.swap_visits(
            visit_id=visit_id,
            other_id=read_id(request.POST.get("other", "")),
            reason=_move_reason(request.POST.get("reason", "")),
            actor=actor,
            at=at,
        )

    return _decide(request, visit_id, exchange)


@signed_in
@require_POST
def refuse(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Say who does not go, with one reason."""

    def keep_away(_visit: "Visit", actor: Actor, at: datetime) -> Decided | CannotBe:
        return commands.refuse_agent(
            visit_id=visit_id,
            agent_id=read_id(request.POST.get("agent", "")),
            reason=_refusal_reason(request.POST.get("reason", "")),
            actor=actor,
            at=at,
        )

    return _decide(request, visit_id, keep_away)


@signed_in
@require_POST
def release(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Give it back to the plan."""

    def give_back(_visit: "Visit", actor: Actor, at: datetime) -> Decided | CannotBe:
        return commands.release_visit(visit_id=visit_id, actor=actor, at=at)

    return _decide(request, visit_id, give_back)


def _decide(
    request: HttpRequest, visit_id: UUID, act: "Callable[[Visit, Actor, datetime], Decided | CannotBe]"
) -> HttpResponse:
    """Do it; a refusal and what the judge has against it come back on the form."""
    actor, at = actor_of(request), clock.now()
    visit = visits.visit(actor=actor, visit_id=visit_id)
    try:
        done = act(visit, actor, at)
    except Refusal as refusal:
        return form(request, visit_id, refused=[words(refusal.code, **refusal.params)])
    return _answered(request, visit, done)


def _answered(request: HttpRequest, visit: "Visit", done: Decided | CannotBe) -> HttpResponse:
    if isinstance(done, CannotBe):
        return form(request, visit.id, refused=[fault_word(fault) for fault in done.faults])
    return redirect(f"{reverse('board')}?date={visit.date.isoformat()}&done={visit.id}")


def _move_reason(text: str) -> MoveReason:
    try:
        return MoveReason(text)
    except ValueError:
        raise Invalid("move-reason-unknown", field="reason", value=text[:40]) from None


def _refusal_reason(text: str) -> RefusalReason:
    try:
        return RefusalReason(text)
    except ValueError:
        raise Invalid("refusal-reason-unknown", field="reason", value=text[:40]) from None


def _in_words(spot: Spot, visit_id: UUID, numbers: Mapping[UUID, str]) -> str:
    """What whoever drags reads at once."""
    if not spot.can_be:
        return " ".join(why_not(spot, visit_id, numbers))
    if spot.arrives_at is None:
        return _("It can be kept.")
    local = spot.arrives_at.astimezone(this_branch().zone)
    return _("It can be kept: at the door about %(time)s, %(minutes)s minutes more on the road.") % {
        "time": f"{local:%H:%M}",
        "minutes": round(spot.extra_s / MINUTE),
    }
