"""What the desk does on an account by itself: a transfer entered, a credit balance paid out, late charges rest, closing."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.credit import commands
from koumen.credit import queries as credit
from koumen.credit.permissions import may_mend_accounts, may_pause_late_charges, may_record_repayment
from koumen.credit.queries.credit_balances import DormantBalance, dormant_credit_balances
from koumen.credit.queries.effects import effect_of_repayment
from koumen.credit.rules.mending import PAUSE_REASONS
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Refusal
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.web.console.pages.account_words import REASONS
from koumen.web.console.pages.effect_words import effect_rows, split_rows
from koumen.web.console.pages.frame import page, without
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import LONGEST_AMOUNT
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.credit.models import CreditAccount

A_FILE_PAGE = 1000
_DATE = {"type": "date"}


class ActForm(forms.Form):
    """A form that acts once; the key is made when it opens."""

    once = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, currency: str, **kwargs: Any) -> None:
        """Amounts are read in the currency of the account."""
        super().__init__(data, **kwargs)
        self.currency, self.money = currency, Money(0, currency)

    def clean_amount(self) -> str:
        """An amount as people write it."""
        try:
            self.money = Money.parse(self.cleaned_data["amount"], self.currency)
        except Invalid as refusal:
            raise forms.ValidationError(words(refusal.code, **refusal.params)) from None
        return str(self.cleaned_data["amount"])


def _amount_field() -> forms.CharField:
    return forms.CharField(
        label=_("How much"),
        max_length=LONGEST_AMOUNT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class TransferForm(ActForm):
    """Money that came by transfer; the form knows when it was opened, so that sent twice it says the same."""

    opened = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])
    amount = _amount_field()
    arrived = forms.DateField(
        label=_("Arrived at the bank on"), widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE)
    )


class PayOutForm(ActForm):
    """A credit balance, or a part of it."""

    amount = _amount_field()


class PauseForm(ActForm):
    """Until when, and why."""

    until = forms.DateField(label=_("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE))
    reason = forms.ChoiceField(label=_("Why"), choices=[(code, REASONS[code]) for code in PAUSE_REASONS])


Act = Callable[[Any, "CreditAccount", Actor, datetime], object]


@signed_in
@require_http_methods(["GET", "POST"])
def record_transfer(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Enter money that came by transfer; "check" only shows how it would be spread."""
    actor, at = actor_of(request), clock.now()
    require(may_record_repayment(actor), "credit-not-yours")
    account = credit.credit_account(actor=actor, account_id=account_id)
    today = clock.local_date(at, this_branch().zone)
    form = TransferForm(
        request.POST or None,
        currency=account.product.currency,
        initial={"once": new_id(), "arrived": today, "opened": f"{at:%Y-%m-%dT%H:%M:%S.%f%z}"},
    )
    if form.is_valid() and "check" in request.POST:
        return _act_page(request, "record_transfer", form, account, **_spread(form, account, actor, at))
    return _done_or_page(request, "record_transfer", form, account, _record)


def _record(form: TransferForm, account: "CreditAccount", actor: Actor, at: datetime) -> object:
    bank = account_for(kind=AccountKind.BANK, currency=account.product.currency)
    received = commands.Received(
        payment_id=new_id(),
        amount_minor=form.money.minor,
        debit_account_id=bank.id,
        entry_kind=EntryKind.TRANSFER_IN,
        tendered_at=_arrived(form),
    )
    return commands.record_repayment(
        account_id=account.id, received=received, key=form.cleaned_data["once"], actor=actor, at=at
    )


def _arrived(form: TransferForm) -> datetime:
    """A moment of the day that is the same whenever the form is sent: it pays what was bought that day too."""
    zone = this_branch().zone
    day: date = form.cleaned_data["arrived"]
    opened: datetime = form.cleaned_data["opened"]
    on = clock.local_date(opened, zone)
    if day == on:
        return opened
    return datetime.combine(day, time.max if day < on else time.min, zone)


def _spread(form: TransferForm, account: "CreditAccount", actor: Actor, at: datetime) -> dict[str, Any]:
    try:
        effect = effect_of_repayment(
            actor=actor,
            account_id=account.id,
            amount_minor=form.money.minor,
            tendered_at=_arrived(form),
            at=at,
        )
    except Refusal as refusal:
        return {"problem": words(refusal.code, **refusal.params)}
    return {"effect": effect_rows(effect), "split": split_rows(effect), "is_checked": True}


@signed_in
@require_http_methods(["GET", "POST"])
def pay_out_credit(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Pay a credit balance out by bank; all of it unless somebody writes less."""
    actor, at = actor_of(request), clock.now()
    require(may_record_repayment(actor), "credit-not-yours")
    account = credit.credit_account(actor=actor, account_id=account_id)
    currency = account.product.currency
    there = Money(credit.owed(actor=actor, account_id=account_id, at=at).credit_balance_minor, currency)
    form = PayOutForm(
        request.POST or None, currency=currency, initial={"once": new_id(), "amount": str(there.decimal)}
    )
    return _done_or_page(request, "pay_out_credit", form, account, _pay_out, there=there)


def _pay_out(form: PayOutForm, account: "CreditAccount", actor: Actor, at: datetime) -> object:
    return commands.refund_credit(
        account_id=account.id,
        amount_minor=form.money.minor,
        key=form.cleaned_data["once"],
        actor=actor,
        at=at,
    )


@signed_in
@require_http_methods(["GET", "POST"])
def pause_late(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Let late charges rest, as long as the product allows."""
    actor, at = actor_of(request), clock.now()
    require(may_pause_late_charges(actor), "credit-not-yours")
    account = credit.credit_account(actor=actor, account_id=account_id)
    held = credit.position_at(actor=actor, account_id=account_id, at=at)
    form = PauseForm(request.POST or None, currency=account.product.currency, initial={"once": new_id()})
    most = held.parameters.hardship_most_days
    return _done_or_page(request, "pause_late", form, account, _pause, most=most)


def _pause(form: PauseForm, account: "CreditAccount", actor: Actor, at: datetime) -> object:
    said = form.cleaned_data
    return commands.pause_late_charges(
        account_id=account.id,
        until=said["until"],
        reason=said["reason"],
        key=said["once"],
        actor=actor,
        at=at,
    )


@signed_in
@require_http_methods(["GET", "POST"])
def close_account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Close an account on which nothing is open; closing twice closes once."""
    actor = actor_of(request)
    require(may_mend_accounts(actor), "credit-not-yours")
    account = credit.credit_account(actor=actor, account_id=account_id)
    form = ActForm(request.POST or None, currency=account.product.currency, initial={"once": new_id()})
    return _done_or_page(request, "close_account", form, account, _close)


def _close(form: ActForm, account: "CreditAccount", actor: Actor, at: datetime) -> object:
    if account.state != "closed":
        commands.close_account(account_id=account.id, actor=actor, at=at)
    return form


def _done_or_page(
    request: HttpRequest, name: str, form: ActForm, account: "CreditAccount", act: Act, **context: object
) -> HttpResponse:
    """Do it and go back to the account, or say at the form why not."""
    if form.is_valid():
        try:
            act(form, account, actor_of(request), clock.now())
        except Refusal as refusal:
            form.add_error(None, words(refusal.code, **refusal.params))
        else:
            return redirect("account", account=account.number)
    return _act_page(request, name, form, account, **context)


def _act_page(
    request: HttpRequest, name: str, form: ActForm, account: "CreditAccount", **context: object
) -> HttpResponse:
    shown = {"form": form, "account": account, "act": name, "title": TITLES[name], **context}
    return page(request, "account_act", "customers", shown, status=422 if form.errors else 200)


TITLES = {
    "record_transfer": _("Enter a transfer"),
    "pay_out_credit": _("Pay the credit balance out"),
    "pause_late": _("Let late charges rest"),
    "close_account": _("Close the account"),
}


@signed_in
@require_GET
def dormant(request: HttpRequest) -> HttpResponse:
    """Credit balances that have lain longer than their product allows."""
    actor = actor_of(request)
    found = dormant_credit_balances(actor=actor, after=request.GET.get("after", ""), at=clock.now())
    context = {
        "count": found.count,
        "next": found.next,
        "is_first": "after" not in request.GET,
        "kept": without(request, "after"),
        "may_pay": may_record_repayment(actor),
        "balances": [{"row": one, "amount": Money(one.amount_minor, one.currency)} for one in found.balances],
    }
    return page(request, "credit_balances", "finance", context)


@signed_in
@require_GET
def dormant_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    actor = actor_of(request)
    dormant_credit_balances(actor=actor, limit=1, at=clock.now())  # a refusal must be a page, not half a file
    return csv_file(
        "credit-balances",
        ("account", "currency", "amount", "since", "days_allowed"),
        (
            (
                one.number,
                one.currency,
                Money(one.amount_minor, one.currency).decimal,
                one.since,
                one.days_allowed,
            )
            for one in _all_dormant(actor)
        ),
    )


def _all_dormant(actor: Actor) -> Iterator[DormantBalance]:
    after: str | None = ""
    while after is not None:
        found = dormant_credit_balances(actor=actor, after=after, limit=A_FILE_PAGE, at=clock.now())
        yield from found.balances
        after = found.next
