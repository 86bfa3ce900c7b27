"""Bills and payments."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.credit import queries as credit
from koumen.kit.money import Money
from koumen.people import queries as people
from koumen.web.ui.actors import actor_of


@login_required
@require_GET
def bills(request: HttpRequest) -> HttpResponse:
    """The bills of each account, newest first."""
    actor = actor_of(request)
    customer = people.customer_of(actor)
    accounts = [
        {
            "number": account.number,
            "statements": [
                {
                    "issued_date": bill.issued_date,
                    "due_date": bill.due_date,
                    "balance": Money(bill.balance_minor, account.product.currency),
                }
                for bill in credit.statements_of(actor=actor, account_id=account.id)
            ],
        }
        for account in credit.accounts_of(actor=actor, customer_id=customer.id)
    ]
    return render(request, "customer/bills.html", {"accounts": accounts})
