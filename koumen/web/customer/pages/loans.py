"""Borrowing: how much, in how many months with the true cost of each, all costs, then asking; and what came of it."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from koumen.credit import commands, queries
from koumen.credit.queries import lending
from koumen.credit.queries.lending import Lendable
from koumen.credit.rules.cost_sheet import Sheet
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing
from koumen.kit.money import Money
from koumen.web.customer.pages.accounts import own_accounts
from koumen.web.customer.pages.bill_part import asked_amount
from koumen.web.customer.pages.instalments import TermsForm
from koumen.web.ui import lending_words as said
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import LONGEST_AMOUNT, read_id
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.credit.models import CreditAccount


class LoanForm(forms.Form):
    """How much. After is_valid() ``wanted`` is money."""

    amount = forms.CharField(
        label=gettext_lazy("How much would you like to borrow?"),
        max_length=LONGEST_AMOUNT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please write an amount.")},
    )

    def __init__(self, data: Any, *, found: Lendable) -> None:
        """Between the least and the most that is lent."""
        super().__init__(data)
        self.found, self.wanted = found, Money(0, found.account.currency)

    def clean_amount(self) -> str:
        """An amount as people write it."""
        try:
            self.wanted = Money.parse(self.cleaned_data["amount"], self.found.account.currency)
        except Invalid as refusal:
            raise forms.ValidationError(words(refusal.code, **refusal.params)) from None
        if self.wanted.minor < self.found.least_minor:
            least = Money(self.found.least_minor, self.wanted.currency)
            raise forms.ValidationError(words("plan-too-small", least=least))
        if self.wanted.minor > self.found.room_minor:
            raise forms.ValidationError(words("limit-exceeded"))
        return str(self.cleaned_data["amount"])


@login_required
@require_http_methods(["GET", "POST"])
def loans(request: HttpRequest) -> HttpResponseBase:
    """What can be borrowed, what was asked for, and what was paid out."""
    actor, at = actor_of(request), clock.now()
    account = _loan_account(request, actor)
    found = lending.lendable(actor=actor, account_id=account.id, at=at)
    form = LoanForm(request.POST or None, found=found)
    if request.method == "POST" and form.is_valid():
        wanted = urlencode({"account": str(account.id), "amount": str(form.wanted.minor)})
        return redirect(f"{reverse('loan_months')}?{wanted}")
    currency = found.account.currency
    context = {
        "account": account,
        "found": found,
        "form": form,
        "room": Money(found.room_minor, currency),
        "least": Money(found.least_minor, currency),
        "method": said.METHODS[found.account.parameters.loan_method],
        "requests": [
            {
                "row": one,
                "amount": Money(one.amount_minor, currency),
                "tag": said.REQUESTS[one.state],
                "reason": said.REFUSED_FOR.get(one.reason, ""),
                "may_withdraw": one.decided_at is None,
            }
            for one in lending.loan_requests_of(actor=actor, account_id=account.id)
        ],
        "payouts": [
            {
                "row": one,
                "amount": Money(one.amount_minor, currency),
                "purpose": said.PURPOSES[one.purpose],
                "tag": said.PAYOUTS[one.state],
            }
            for one in lending.payouts_of(actor=actor, account_id=account.id)
        ],
    }
    return render(request, "customer/loans.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def months(request: HttpRequest) -> HttpResponseBase:
    """In how many months, each with its true cost in one line; then all costs."""
    actor, at = actor_of(request), clock.now()
    account = _loan_account(request, actor)
    amount = asked_amount(request.GET.get("amount", ""))
    offers = lending.loan_offers(actor=actor, account_id=account.id, amount_minor=amount, at=at)
    form = TermsForm(request.POST or None, offers=offers)
    if request.method == "POST" and form.is_valid():
        sheet = commands.show_plan_sheet(request=form.chosen.request, actor=actor, at=at)
        following = urlencode({"next": reverse("loan_ask", args=[sheet.id])})
        return redirect(f"{reverse('costs', args=[sheet.id])}?{following}")
    context = {"form": form, "amount": Money(amount, account.product.currency)}
    return render(request, "customer/loan_months.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, sheet_id: UUID) -> HttpResponseBase:
    """Read back once more, then ask; a sheet that is not confirmed yet is read first."""
    actor = actor_of(request)
    shown = queries.cost_sheet(actor=actor, sheet_id=sheet_id)
    if request.method == "POST":
        key = read_id(request.POST.get("once", ""))
        commands.ask_loan(sheet_id=sheet_id, key=key, actor=actor, at=clock.now())
        return redirect(f"{reverse('loans')}?{urlencode({'account': str(shown.account_id)})}")
    if shown.confirmed_at is None:
        return redirect("costs", sheet_id=sheet_id)
    sheet = Sheet.of(shown.content)
    payments = [Money(minor, sheet.currency) for minor in sheet.payments]
    customer_id = shown.account.customer_id
    context = {
        "amount": Money(sheet.principal_minor, sheet.currency),
        "total": Money(sheet.total_minor, sheet.currency),
        "cost": Money(sheet.cost_minor, sheet.currency),
        "first": payments[0],
        "last": payments[-1],
        "months": len(payments),
        "bank_account": lending.bank_account_of(actor=actor, customer_id=customer_id),
    }
    return render(request, "customer/loan_ask.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponseBase:
    """Not this loan."""
    commands.withdraw_loan(request_id=request_id, actor=actor_of(request), at=clock.now())
    return redirect("loans")


def _loan_account(request: HttpRequest, actor: Actor) -> "CreditAccount":
    """The account named by ``?account=``, else the first on which loans are lent. Raises Missing("account-not-found")."""
    wanted = request.GET.get("account") or request.POST.get("account", "")
    lent = [one for one in own_accounts(actor) if one.product.lends]
    found = [one for one in lent if wanted in {"", str(one.id)}]
    if not found:
        raise Missing("account-not-found")
    return found[0]
