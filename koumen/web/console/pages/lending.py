"""Loans that wait for two persons, payouts and what the bank said of them, and the bank accounts they go to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.audit.command import require
from koumen.credit import commands
from koumen.credit.permissions import may_decide_loan, may_enter_bank_account, may_verify_bank_account
from koumen.credit.queries import lending
from koumen.credit.rules.bank_account import LONGEST, BankDetails, VerifiedHow
from koumen.credit.rules.mending import is_same_person
from koumen.credit.rules.payout import REFUSED_FOR
from koumen.credit.states import PayoutState
from koumen.kit import clock
from koumen.kit.errors import Conflict, Refusal
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.people import queries as people
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.who import told_who
from koumen.web.ui import lending_words as said
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.credit.models import LoanRequest, Payout


@signed_in
@require_GET
def loans(request: HttpRequest) -> HttpResponse:
    """Loans that wait for somebody, oldest first; with ``?state=decided`` those that were decided."""
    found = lending.loan_requests(actor=actor_of(request), is_open=_is_open(request))
    context = {
        "is_open": _is_open(request),
        "kept": without(request),
        "loans": [_loan(one) for one in found],
    }
    return page(request, "loans", "finance", context)


@signed_in
@require_GET
def loans_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    found = lending.loan_requests(actor=actor_of(request), is_open=_is_open(request))
    return csv_file(
        "loans",
        ("account", "asked_at", "currency", "amount", "months", "annual", "state", "reason"),
        (
            (
                *(one.account.number, one.asked_at.isoformat(), one.account.product.currency),
                *(Money(one.amount_minor, one.account.product.currency).decimal, one.terms),
                *(one.sheet.content["annual"], one.state, one.reason),
            )
            for one in found
        ),
    )


def _is_open(request: HttpRequest) -> bool:
    return request.GET.get("state") != "decided"


def _loan(one: "LoanRequest") -> dict[str, Any]:
    return {
        "row": one,
        "amount": Money(one.amount_minor, one.account.product.currency),
        "tag": said.REQUESTS[one.state],
        "reason": said.REFUSED_FOR.get(one.reason, ""),
    }


class RefuseForm(forms.Form):
    """Why a loan is refused: the customer reads it."""

    reason = forms.ChoiceField(
        label=_("Why"), choices=[(code, said.REFUSED_FOR[code]) for code in REFUSED_FOR]
    )


@signed_in
@require_GET
def loan(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One loan with all its costs; two persons agree, or one refuses."""
    return _loan_page(request, request_id)


def _loan_page(request: HttpRequest, request_id: UUID, *, refused: str = "") -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    row = lending.loan_request(actor=actor, request_id=request_id)
    keys = [key for key in (row.looked_by, row.decided_by) if key]
    who = told_who(keys, purpose="console-loan", actor=actor, at=at)
    context = {
        **_loan(row),
        "refused": refused,
        "bank_account": lending.bank_account_of(actor=actor, customer_id=row.account.customer_id),
        "looked_by": who.get(row.looked_by or "", ""),
        "decided_by": who.get(row.decided_by or "", ""),
        "may_decide": may_decide_loan(actor) and row.decided_at is None,
        "is_own": is_same_person(row.looked_by or "", actor.key),
        "form": RefuseForm(),
    }
    return page(request, "loan", "finance", context, status=409 if refused else 200)


@signed_in
@require_POST
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Agree, or refuse with a reason; what speaks against it is said on the same page."""
    actor, at, key = actor_of(request), clock.now(), read_id(request.POST.get("once", ""))
    try:
        if request.POST.get("decision") == "agree":
            commands.agree_loan(request_id=request_id, key=key, actor=actor, at=at)
        else:
            reason = request.POST.get("reason", "")
            commands.refuse_loan(request_id=request_id, reason=reason, key=key, actor=actor, at=at)
    except Conflict as refusal:
        return _loan_page(request, request_id, refused=words(refusal.code, **refusal.params))
    return redirect("loan", request_id=request_id)


# --- payouts --------------------------------------------------------------------------------------------


@signed_in
@require_GET
def payouts(request: HttpRequest) -> HttpResponse:
    """What customers are paid out, newest first, and how far each is."""
    state = request.GET.get("state", "")
    found = lending.payouts(actor=actor_of(request), state=state)
    context = {
        "states": [(code, said.PAYOUTS[code].word) for code in PayoutState],
        "state": state,
        "kept": without(request),
        "payouts": [_payout(one) for one in found],
    }
    return page(request, "payouts", "finance", context)


@signed_in
@require_GET
def payouts_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    found = lending.payouts(actor=actor_of(request), state=request.GET.get("state", ""))
    head = ("account", "purpose", "currency", "amount", "state", "asked_at", "sent_at", "reference", "reason")
    return csv_file("payouts", head, _payout_rows(found))


def _payout_rows(found: "list[Payout]") -> Iterator[tuple[object, ...]]:
    for one in found:
        currency = one.account.product.currency
        yield (
            *(one.account.number, one.purpose, currency, Money(one.amount_minor, currency).decimal),
            *(one.state, one.asked_at.isoformat(), one.sent_at.isoformat() if one.sent_at else ""),
            *(one.reference, one.return_reason),
        )


def _payout(one: "Payout") -> dict[str, Any]:
    return {
        "row": one,
        "amount": Money(one.amount_minor, one.account.product.currency),
        "purpose": said.PURPOSES[one.purpose],
        "tag": said.PAYOUTS[one.state],
        "reason": said.RETURNED_FOR.get(one.return_reason, ""),
    }


# --- bank accounts --------------------------------------------------------------------------------------


class BankForm(forms.Form):
    """Bank, number and holder as they stand on the card."""

    bank = forms.CharField(label=_("Bank"), max_length=LONGEST)
    number = forms.CharField(
        label=_("Account number"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    holder = forms.CharField(label=_("Holder"), max_length=LONGEST)
    once = forms.UUIDField(widget=forms.HiddenInput)


class VerifyForm(forms.Form):
    """How it was made sure that the account is the customer's own."""

    how = forms.ChoiceField(
        label=_("How it was made sure"), choices=[(code, said.VERIFIED_HOW[code]) for code in VerifiedHow]
    )


@signed_in
@require_http_methods(["GET", "POST"])
def bank_account(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Where a customer is paid out to: entered after a call to the number on file, verified by a second person."""
    actor = actor_of(request)
    require(may_enter_bank_account(actor), "bank-account-not-yours")
    form = BankForm(request.POST or None, initial={"once": new_id()})
    if request.method == "POST" and form.is_valid():
        try:
            details = BankDetails.written(**{name: form.cleaned_data[name] for name in _WRITTEN})
            key = form.cleaned_data["once"]
            commands.enter_bank_account(
                customer_id=customer_id, details=details, key=key, actor=actor, at=clock.now()
            )
        except Refusal as refusal:
            form.add_error(None, words(refusal.code, **refusal.params))
        else:
            return redirect("bank_account", customer_id=customer_id)
    row = lending.bank_account_of(actor=actor, customer_id=customer_id)
    may_verify = row is not None and row.verified_at is None and may_verify_bank_account(actor)
    is_own = row is not None and is_same_person(row.entered_by, actor.key)
    context = {
        "customer": people.customer_of(actor, customer_id=customer_id),
        "row": row,
        "tag": said.BANK_ACCOUNTS[row.state] if row else None,
        "how": said.VERIFIED_HOW.get(row.verified_how or "", "") if row else "",
        "details": lending.bank_details(row) if row and may_verify and not is_own else None,
        "may_verify": may_verify,
        "is_own": is_own,
        "form": form,
        "verify_form": VerifyForm(),
    }
    return page(request, "bank_account", "customers", context, status=422 if form.errors else 200)


_WRITTEN = ("bank", "number", "holder")


@signed_in
@require_POST
def verify(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """A second person says that it is the customer's own."""
    form = VerifyForm(request.POST)
    row = lending.bank_account_of(actor=actor_of(request), customer_id=customer_id)
    if form.is_valid() and row:
        how = VerifiedHow(form.cleaned_data["how"])
        commands.verify_bank_account(bank_account_id=row.id, how=how, actor=actor_of(request), at=clock.now())
    return redirect("bank_account", customer_id=customer_id)
