"""Home: what I owe, by when, one large button, my next visit."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from koumen.credit import queries as credit
from koumen.dispatch import queries as dispatch
from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.kit.money import Money
from koumen.people import queries as people
from koumen.visits import queries as visits
from koumen.web.customer.pages.cards import DebtCard, debt_cards, own_name, visit_card
from koumen.web.customer.pages.waiting import waiting_card
from koumen.web.ui.actors import actor_of
from koumen.web.ui.repayment_plans import open_plan_card


def home(request: HttpRequest) -> HttpResponse:
    """The first page: a welcome to strangers, the debt and the next visit to customers."""
    if not request.user.is_authenticated:
        return render(request, "customer/welcome.html")
    actor = actor_of(request)
    if actor.role is Role.RELATIVE:
        return redirect("relative_home")
    return render(request, "customer/home.html", _home(actor))


def _home(actor: Actor) -> dict[str, object]:
    at = clock.now()
    customer = people.customer_of(actor)
    accounts = credit.accounts_of(actor=actor, customer_id=customer.id)
    cards = [visit_card(visit, actor=actor, at=at) for visit in visits.coming_visits(actor=actor)]
    return {
        "name": own_name(actor, at=at),
        "debts": [
            {"card": card, "only_minimum": _only_minimum(card, actor, at)}
            for card in debt_cards(actor=actor, accounts=accounts, at=at)
        ],
        "now": [card for card in cards if card.is_now],
        "visits": [card for card in cards if not card.is_now],
        "waitings": [
            waiting_card(row, actor=actor, at=at)
            for row in dispatch.waitings_of(actor=actor, customer_id=customer.id)
        ],
        "plan": open_plan_card(actor=actor, customer_id=customer.id, at=at),
    }


def _only_minimum(card: DebtCard, actor: Actor, at: datetime) -> dict[str, object] | None:
    """What paying only the minimum costs, up to which bill; None where there is nothing to choose. One query."""
    if not 0 < card.minimum.minor < card.bill.minor:
        return None
    seen = credit.what_if(actor=actor, account_id=card.account_id, amount_minor=card.minimum.minor, at=at)
    last = [one for one in seen.outlooks if one.paid_on][-1]  # on the due day, while it lies ahead
    if last.bill is None:
        return None
    return {"cost": Money(last.cost_minor, card.bill.currency), "on": last.bill.issued}
