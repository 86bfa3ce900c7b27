"""One visit on the agent's phone: one step at a time."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.agents import queries as agents
from koumen.conduct import queries as conduct
from koumen.conduct.rules.pack import WillCheck
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.payments import queries as payments
from koumen.people.commands import reveal
from koumen.visits import queries
from koumen.visits.permissions import is_own_agent
from koumen.visits.states import AT_DOOR_STATES, VISIT, VisitState
from koumen.web.agent.pages.forms import BirthYearForm, CodeForm
from koumen.web.ui.actors import actor_of
from koumen.web.ui.wishes import equipment_words, language_words

if TYPE_CHECKING:
    from koumen.visits.models import Visit

V = VisitState
# From here on the agent may know the amount; before, only its band (data shown to the agent, R26).
KNOWS_AMOUNT = frozenset({V.AGREED, V.PAID, V.CLOSED})


@login_required
@require_GET
def show(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The step that the visit stands at."""
    actor, at = actor_of(request), clock.now()
    return render(request, "agent/visit.html", page(actor, visit_id, at, said=request.GET.get("said", "")))


@login_required
@require_GET
def live(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Nothing while nothing changed; else the step is opened anew, and never an old form sent again."""
    actor = actor_of(request)
    visit = queries.visit(actor=actor, visit_id=visit_id)
    response = HttpResponse(status=204)
    if request.GET.get("seen") != _stamp(visit):
        response["HX-Redirect"] = request.path.removesuffix("live/")
    return response


def _stamp(visit: "Visit") -> str:
    newest = queries.newest_agreement(visit)
    pending = payments.open_tender(visit)
    parts = (
        visit.state,
        visit.proof,
        visit.code_locked,
        bool(visit.pictures_differed_at),
        visit.door_generation,
        visit.card_number,
    )
    return "-".join(
        str(part)
        for part in (
            *parts,
            newest and (newest.generation, bool(newest.code_accepted_at)),
            pending and (pending.state, pending.qr_text),
        )
    )


def page(actor: Actor, visit_id: UUID, at: datetime, **more: Any) -> dict[str, Any]:
    """Everything the step's template needs; ``more`` adds a form with its errors."""
    visit = queries.visit(actor=actor, visit_id=visit_id)
    state = V(visit.state)
    person = visit.customer.person_id
    details = reveal(person_ids=[person], purpose="visit", actor=actor, at=at)[person]
    context: dict[str, Any] = {
        "visit": visit,
        "details": details,
        "note": queries.note_for_agent(actor=actor, visit_id=visit_id),
        "stamp": _stamp(visit),
        "brings": equipment_words(visit.equipment),
        "speaks": language_words(visit.languages),
    }
    if not is_own_agent(actor, visit):
        return context | _along(visit, actor, at)
    agreement = queries.newest_agreement(visit)
    context |= {
        "step": f"agent/steps/{_step(visit, bool(agreement and agreement.code_accepted_at))}.html",
        "verbs": VISIT.verbs(state),
        "is_at_door": state in AT_DOOR_STATES,
    }
    context |= _form(context["step"])
    if state is V.AT_THE_DOOR and not visit.pictures_differed_at and visit.proof == "none":
        context["pair"] = queries.pictures_for(actor=actor, visit_id=visit_id)
    if state is V.PROVEN:
        context |= _questions(visit, at)
    if state in KNOWS_AMOUNT and agreement:
        context["agreed"] = Money(agreement.amount_minor, visit.currency)
        context["payment"] = payments.open_tender(visit)
        context["transfers"] = [
            {"row": one, "amount": Money(one.amount_minor, one.currency)}
            for one in payments.shown_transfers(visit)
        ]
        context["remaining"] = Money(payments.remaining_minor(visit), visit.currency)
        if context["step"].endswith("/tender.html"):
            context["advice"] = payments.cash_advice(visit, amount_minor=context["remaining"].minor, at=at)
            context["room"] = Money(context["advice"].room_minor, visit.currency)
            context["asked"] = queries.asked_at_the_door(visit)
        context["receipts"] = payments.receipts_of_visit(actor=actor, visit_id=visit_id)
    return context | more


def _along(visit: "Visit", actor: Actor, at: datetime) -> dict[str, Any]:
    """For the second of a team: where it is and with whom; the first one's phone does the acts."""
    card = agents.agent_card(agent_id=visit.agent_id)
    named = reveal(person_ids=[card.person_id], purpose="visit", actor=actor, at=at)
    first = f"{named[card.person_id].given_name} {card.staff_number}"
    return {"step": "agent/steps/along.html", "verbs": (), "is_at_door": False, "first": first}


def _questions(visit: "Visit", at: datetime) -> dict[str, Any]:
    """Whether the pack wants the customer asked first, and whether a doubt came of it."""
    newest = queries.newest_will(visit)
    if newest:
        return {"is_in_doubt": not (newest.understands and newest.is_free)}
    return {"asks_first": conduct.door_rules(at=at).will_check is not WillCheck.NO}


def _form(step: str) -> dict[str, Any]:
    if step.endswith("/identity.html"):
        return {"form": BirthYearForm()}
    return {"form": CodeForm()} if step.endswith("/code.html") else {}


def _step(visit: "Visit", code_accepted: bool) -> str:  # noqa: FBT001  (one template a situation)
    if visit.state == V.AT_THE_DOOR and visit.proof != "none":
        return "identity"
    if visit.state == V.AGREED:
        return "tender" if code_accepted else "code"
    return str(visit.state)
