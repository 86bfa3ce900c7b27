"""Is this visit genuine? What the phone desk says within half a minute, and that it said so."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from koumen.agents.queries.portraits import portraits_shown
from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.permissions import is_desk
from koumen.visits.states import OPEN_STATES
from koumen.web.console.pages.alerts import answer_in, visit_in
from koumen.web.console.pages.customers import SearchForm, found_customers
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in

if TYPE_CHECKING:
    from koumen.people.models import Customer
    from koumen.people.rules.details import PersonalDetails
    from koumen.visits.models import Visit


@dataclass(frozen=True)
class Expected:
    """One visit that the customer may be told of."""

    visit: "Visit"
    agent: str
    face: str  # the address of the portrait; empty without one
    is_today: bool


@dataclass(frozen=True)
class Told:
    """What to say to one customer: their visits to come, those of today first."""

    customer: "Customer"
    details: "PersonalDetails"
    expected: list[Expected]
    delegates: "list[PersonalDetails]"

    @property
    def today(self) -> list[Expected]:
        """Who comes today."""
        return [one for one in self.expected if one.is_today]


@signed_in
@require_GET
def look(request: HttpRequest) -> HttpResponse:
    """A number that the caller says; then yes with name and time, or no."""
    actor, at = actor_of(request), clock.now()
    form = SearchForm(request.GET if "q" in request.GET else None)
    context: dict[str, Any] = {"form": form, "is_desk": is_desk(actor), "is_noted": "noted" in request.GET}
    if form.is_valid():
        hits = _meant(actor, form.cleaned_data["q"])
        context |= {
            "has_searched": True,
            "inquiry": _inquiry(request),
            "told": [_told(customer, actor, at) for customer in hits],
        }
    return page(request, "genuine", "genuine", context)


@signed_in
@require_POST
def answer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """A caller was answered."""
    visits.answer_caller(
        customer_id=customer_id,
        answer=answer_in(request),
        visit_id=visit_in(request),
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect(f"{reverse('genuine')}?noted=1")


def _inquiry(request: HttpRequest) -> UUID | None:
    """The question from the public page that is being answered, if one is."""
    try:
        return UUID(request.GET.get("inquiry", ""))
    except ValueError:
        return None


def _meant(actor: Actor, text: str) -> "list[Customer]":
    """By the number of a visit, or as the desk searches customers."""
    visit_id = queries.visit_by_number(actor=actor, number=text)
    if visit_id:
        visit = queries.visit(actor=actor, visit_id=visit_id)
        return [people.customer_of(actor, customer_id=visit.customer_id)]
    return found_customers(actor, text)


def _told(customer: "Customer", actor: Actor, at: datetime) -> Told:
    today = clock.local_date(at, this_branch().zone)
    coming = [
        visit
        for visit in queries.visits_of_customer(actor=actor, customer_id=customer.id)
        if visit.state in OPEN_STATES and visit.state != "requested"
    ]
    helpers = people.delegates_of(actor=actor, customer_id=customer.id, at=at)
    wanted = [customer.person_id, *(one.person_id for one in helpers), *(v.agent.person_id for v in coming)]
    names = reveal(person_ids=wanted, purpose="console-genuine", actor=actor, at=at)
    shown = portraits_shown(agent_ids={visit.agent_id for visit in coming}, today=today)
    faces = {agent_id: reverse("portrait_picture", args=[one.id]) for agent_id, one in shown.items()}
    return Told(
        customer=customer,
        details=names[customer.person_id],
        expected=[
            Expected(
                visit=visit,
                agent=f"{names[visit.agent.person_id].given_name} {visit.agent.staff_number}",
                face=faces.get(visit.agent_id, ""),
                is_today=visit.date == today,
            )
            for visit in reversed(coming)
        ],
        delegates=[names[one.person_id] for one in helpers],
    )
