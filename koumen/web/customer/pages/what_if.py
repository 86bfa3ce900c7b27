"""What will I owe if I pay so much: one question, and an answer that nobody keeps."""

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.credit import queries
from koumen.credit.rules.what_if import Outlook, Preview
from koumen.kit import clock
from koumen.kit.money import Money
from koumen.web.customer.pages.accounts import chosen_account
from koumen.web.customer.pages.cards import debt_cards
from koumen.web.ui import credit_words as words
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import AmountForm


@login_required
@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """The question; with an amount in the address the answer stands below it."""
    actor, at = actor_of(request), clock.now()
    account, accounts = chosen_account(request, actor)
    (debt,) = debt_cards(actor=actor, accounts=[account], at=at)
    asked = request.GET if {"amount", "other"} & request.GET.keys() else None
    form = AmountForm(
        asked,
        offered={"minimum": debt.minimum, "bill": debt.bill, "all": debt.everything},
        currency=debt.minimum.currency,
    )
    context: dict[str, Any] = {"form": form, "debt": debt, "accounts": accounts, "account": account}
    if asked is not None and form.is_valid():
        answer = queries.what_if(actor=actor, account_id=account.id, amount_minor=form.wanted.minor, at=at)
        context |= _answer(answer, form.wanted)
    return render(request, "customer/what_if.html", context)


def _answer(answer: queries.WhatIf, wanted: Money) -> dict[str, Any]:
    currency = wanted.currency
    outlooks = [_outlook(one, currency) for one in answer.outlooks]
    return {
        "wanted": wanted,
        "today": outlooks[0],
        "outlooks": outlooks,
        "parts": _parts(answer.preview, currency),
        "credit": Money(answer.preview.credit_minor, currency),
        "recovered": Money(answer.preview.recovered_minor, currency),
        "spared": Money(answer.outlooks[-1].cost_minor - answer.outlooks[0].cost_minor, currency),
    }


def _outlook(one: Outlook, currency: str) -> dict[str, Any]:
    bill = one.bill
    return {
        "paid_on": one.paid_on,
        "left": Money(one.left_minor, currency),
        "cost": Money(one.cost_minor, currency),
        "interest": Money(one.interest_minor, currency),
        "late": Money(one.late_minor, currency),
        "bill_on": bill.issued if bill else None,
        "minimum": Money(bill.minimum_minor, currency) if bill else None,
        "instalments": Money(bill.instalments_minor + bill.plan_charges_minor, currency) if bill else None,
    }


def _parts(preview: Preview, currency: str) -> list[dict[str, Any]]:
    """By bill, oldest first; what is not billed yet comes last."""
    return [
        {
            "issued": issued,
            "parts": [(words.BUCKETS[part.bucket], Money(part.amount_minor, currency)) for part in parts],
        }
        for issued, parts in groupby(preview.parts, key=lambda part: part.issued)
    ]
