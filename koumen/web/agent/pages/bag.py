"""The agent's cash bag and things: taken over when the day begins, handed in when it is much, and at its end."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.agents import commands as agents
from koumen.agents import queries as agent_queries
from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.kit.money import Money
from koumen.payments import commands as payments
from koumen.payments.queries import custody
from koumen.web.ui.actors import actor_of
from koumen.web.ui.counting import Act, count_page
from koumen.web.ui.item_words import CONDITIONS, KINDS

if TYPE_CHECKING:
    from koumen.agents.models import Shift


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What I hold, how much more I may hold, since when, and what to do next."""
    actor, at = actor_of(request), clock.now()
    agent = agent_queries.agent_of(actor)
    currency = this_branch().currency
    held = custody.holding(actor=actor, agent_id=agent.id, at=at)
    notes = custody.notes_in_hand(agent_id=agent.id, currency=currency, in_hand_minor=held.in_hand_minor)
    waiting = custody.waiting_hand_in(actor=actor, agent_id=agent.id)
    context = {
        "shift": _shift(actor, at),
        "held": held,
        "in_hand": Money(held.in_hand_minor, currency),
        "ceiling": Money(held.in_hand_max_minor, currency),
        "is_too_old": held.is_too_old(at),
        "notes": [(Money(value, currency), pieces) for value, pieces in (notes or {}).items()],
        "waiting": waiting,
        "declared": Money(waiting.declared.amount_minor, currency) if waiting else None,
        "offered": custody.offered_float(actor=actor, agent_id=agent.id),
        "things": _things(actor, agent.id),
        "returns": [
            {
                "row": row,
                "amount": Money(row.payment.amount_minor, row.payment.currency),
                "number": row.payment.visit.number,
            }
            for row in custody.cash_returns(actor=actor)
            if row.state == "owed"
        ],
    }
    return render(request, "agent/bag.html", context)


def _shift(actor: Actor, at: datetime) -> "Shift | None":
    today = clock.local_date(at, this_branch().zone)
    if actor.agent_id is None:
        return None
    return agent_queries.shift_in_hand(actor=actor, agent_id=actor.agent_id, date=today)


def _shift_now(actor: Actor, at: datetime) -> "Shift":
    shift = _shift(actor, at)
    if shift is None:
        raise Missing("shift-not-found")
    return shift


def _things(actor: Actor, agent_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "kind": KINDS[loan.item.kind],
            "serial": loan.item.serial,
            "condition": CONDITIONS[loan.item.condition],
        }
        for loan in agent_queries.loans_of(actor=actor, agent_id=agent_id)
    ]


@login_required
@require_http_methods(["GET", "POST"])
def open_day(request: HttpRequest) -> HttpResponse:
    """Count the change money as the office did; without any, only the day begins."""
    actor, at = actor_of(request), clock.now()
    shift = _shift_now(actor, at)
    offered = custody.offered_float(actor=actor, agent_id=shift.agent_id)
    things = _things(actor, shift.agent_id)
    if offered is None:
        if request.method == "POST":
            agents.open_shift(shift_id=shift.id, actor=actor, at=at)
            return redirect("bag")
        return render(request, "agent/open_shift.html", {"things": things})

    def take(notes: dict[int, int], key: UUID) -> object:
        return payments.take_float(float_id=offered.id, notes=notes, key=key, actor=actor, at=at)

    context = {
        "title": _("Begin the working day"),
        "things_title": _("Things I have"),
        "things": things,
        "intro": _("The office counted change money for you. Count it yourself and write what you counted."),
        "act": _("I counted it: take it over"),
    }
    return _count(request, take, context)


@login_required
@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    """Hand a part in before the day is over."""
    context = {
        "title": _("Hand a part in"),
        "intro": _("Count what you hand in. Another person counts it again."),
        "act": _("I hand this in"),
    }
    return _declare(request, _shift_now(actor_of(request), clock.now()), context, is_final=False)


@login_required
@require_http_methods(["GET", "POST"])
def close_day(request: HttpRequest) -> HttpResponse:
    """Count everything, and see what else is to be given back."""
    actor = actor_of(request)
    shift = _shift_now(actor, clock.now())
    things = _things(actor, shift.agent_id)
    context = {
        "title": _("End the working day"),
        "things_title": _("Give these back too") if things else "",
        "things": things,
        "is_last": True,
        "intro": _(
            "Count everything you have. Another person counts it again; a difference is written down and stays."
        ),
        "act": _("This is everything: hand it in"),
    }
    return _declare(request, shift, context, is_final=True)


def _declare(
    request: HttpRequest, shift: "Shift", context: dict[str, Any], *, is_final: bool
) -> HttpResponse:
    def declare(notes: dict[int, int], key: UUID) -> object:
        return payments.declare_hand_in(
            shift_id=shift.id,
            notes=notes,
            is_final=is_final,
            key=key,
            actor=actor_of(request),
            at=clock.now(),
        )

    return _count(request, declare, context)


@login_required
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Count notes of a payment that was taken back into the hands of who gave them."""
    actor, at = actor_of(request), clock.now()
    owed = custody.cash_return(actor=actor, return_id=return_id)

    def count_back(notes: dict[int, int], key: UUID) -> object:
        return payments.return_cash(return_id=owed.id, notes=notes, key=key, actor=actor, at=at)

    context = {
        "title": _("Give notes back"),
        "amount": Money(owed.payment.amount_minor, owed.payment.currency),
        "number": owed.payment.visit.number,
        "intro": _("This payment was taken back. Count the notes into the customer's hands."),
        "act": _("Counted into the customer's hands"),
    }
    return _count(request, count_back, context)


def _count(request: HttpRequest, act: Act, context: dict[str, Any]) -> HttpResponse:
    def frame(shown: dict[str, Any], status: int) -> HttpResponse:
        return render(request, "agent/count.html", context | shown, status=status)

    return count_page(request, act, frame, done=("bag",))


@login_required
@require_POST
def withdraw(request: HttpRequest, hand_in_id: UUID) -> HttpResponse:
    """I counted wrongly: nobody else has counted yet."""
    payments.withdraw_hand_in(hand_in_id=hand_in_id, actor=actor_of(request), at=clock.now())
    return redirect("bag")
