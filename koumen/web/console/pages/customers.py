"""Finding a customer for whoever calls, and what is known of their accounts and visits."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from koumen.credit import queries as credit
from koumen.credit.permissions import may_enter_bank_account, may_make_plan
from koumen.credit.rules.cost_sheet import Sheet
from koumen.dispatch.permissions import may_plan
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing
from koumen.kit.money import Money
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.visits import queries as visit_queries
from koumen.web.console.pages.complaints import disputes_panel
from koumen.web.console.pages.door_cards import card_panel
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.trusted import trusted_panel
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.repayment_plans import plan_card

if TYPE_CHECKING:
    from koumen.credit.models import CreditAccount
    from koumen.people.models import Customer


class SearchForm(forms.Form):
    """What a caller says: a number."""

    q = forms.CharField(
        label=_("Customer number, telephone, account or visit number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


@signed_in
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """By customer number, telephone, account or visit number; nobody leafs through customers."""
    actor, at = actor_of(request), clock.now()
    form = SearchForm(request.GET if "q" in request.GET else None)
    if not form.is_valid():
        return page(request, "customers", "customers", {"form": form})
    text = form.cleaned_data["q"]
    visit_id = visit_queries.visit_by_number(actor=actor, number=text)
    if visit_id:
        return redirect("visit", visit_id=visit_id)
    account = _account_number(actor, text)
    if account:
        return redirect("account", account=account)
    hits = found_customers(actor, text)
    if len(hits) == 1:
        return redirect("customer", customer_id=hits[0].id)
    named = reveal(person_ids=[one.person_id for one in hits], purpose="console-search", actor=actor, at=at)
    context = {
        "form": form,
        "has_searched": True,
        "hits": [{"customer": one, "details": named[one.person_id]} for one in hits],
    }
    return page(request, "customers", "customers", context)


def _account_number(actor: Actor, text: str) -> str:
    """The number of the account that is meant; empty for none."""
    try:
        return credit.account_named(actor=actor, name=text).number
    except Missing:
        return ""


def found_customers(actor: Actor, text: str) -> "list[Customer]":
    """Whoever has this number, of one kind or the other."""
    by_number = people.customer_by_number(actor=actor, number=text)
    if by_number:
        return [by_number]
    try:
        phone = people.phone_of(text)
    except Invalid:
        return []
    callers = [person.id for person in people.persons_by_phone(phone)]
    return people.customers_among(actor=actor, person_ids=callers)


@signed_in
@require_GET
def show(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """One customer: how to reach them, what they owe, their bills and visits."""
    actor, at = actor_of(request), clock.now()
    customer = people.customer_of(actor, customer_id=customer_id)
    visits = visit_queries.visits_of_customer(actor=actor, customer_id=customer_id)
    delegates = people.delegates_of(actor=actor, customer_id=customer_id, at=at)
    wanted = [
        customer.person_id,
        *(one.person_id for one in delegates),
        *(visit.agent.person_id for visit in visits),
    ]
    named = reveal(person_ids=wanted, purpose="console-customer", actor=actor, at=at)
    context = {
        "customer": customer,
        "details": named[customer.person_id],
        "door_card": card_panel(actor, customer_id),
        "disputes": disputes_panel(actor, customer_id),
        "trusted": trusted_panel(actor, customer_id, at),
        "accounts": [
            _account(actor, account, at)
            for account in credit.accounts_of(actor=actor, customer_id=customer_id)
        ],
        "may_plan": may_plan(actor),
        "may_pay_out": may_enter_bank_account(actor),
        "may_make_plan": may_make_plan(actor, customer_id),
        "plans": [
            plan_card(plan, at=at) for plan in credit.repayment_plans_of(actor=actor, customer_id=customer_id)
        ],
        "delegates": [{"delegate": one, "details": named[one.person_id]} for one in delegates],
        "visits": [
            {
                "visit": visit,
                "agent": f"{named[visit.agent.person_id].given_name} {visit.agent.staff_number}".strip(),
                "wanted": Money(visit.wanted_minor, visit.currency),
            }
            for visit in visits
        ],
    }
    return page(request, "customer", "customers", context)


def _account(actor: Actor, account: "CreditAccount", at: datetime) -> dict[str, Any]:
    currency = account.product.currency
    owed = credit.owed(actor=actor, account_id=account.id, at=at)
    return {
        "account": account,
        "limit": Money(account.limit_minor, currency),
        "minimum": Money(owed.minimum_minor, currency),
        "bill": Money(owed.bill_minor, currency),
        "everything": Money(owed.all_minor, currency),
        "credit": Money(owed.credit_balance_minor, currency) if owed.credit_balance_minor else None,
        "due_date": owed.due_date,
        "sheets": [
            {"row": sheet, "told": Sheet.of(sheet.content)}
            for sheet in credit.cost_sheets_of(actor=actor, account_id=account.id)
        ],
        "statements": [
            {
                "statement": bill,
                "balance": Money(bill.balance_minor, currency),
                "minimum": Money(bill.minimum_minor, currency),
            }
            for bill in credit.statements_of(actor=actor, account_id=account.id)
        ],
    }
