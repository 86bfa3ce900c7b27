"""For a relative: whom they may help, and what they asked for. They see no debt."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from koumen.kit import clock
from koumen.kit.ids import new_id
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.visits import queries as visits
from koumen.web.customer.pages.cards import own_name, visit_card
from koumen.web.ui.actors import actor_of


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everyone who lets this person ask for visits."""
    actor, at = actor_of(request), clock.now()
    helped = people.customers_who_let(actor=actor, at=at)
    named = reveal(person_ids=[c.person_id for c in helped], purpose="helping", actor=actor, at=at)
    context = {
        "name": own_name(actor, at=at),
        "helped": [{"customer_id": c.id, "name": named[c.person_id].given_name} for c in helped],
        "visits": [visit_card(visit, actor=actor, at=at) for visit in visits.coming_visits(actor=actor)],
    }
    return render(request, "customer/relative_home.html", context)


@login_required
@require_GET
def begin(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Open the booking form for one of them."""
    customer = people.customer_of(actor_of(request), customer_id=customer_id, at=clock.now())
    request.session["booking"] = {"key": str(new_id()), "customer_id": str(customer.id)}
    return redirect("book_amount")
