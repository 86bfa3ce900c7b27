"""Cash for the bank: prepared, counted by a second person, sent with its slip, arrived."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.audit.command import require
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.payments import commands
from koumen.payments.permissions import may_keep_cash
from koumen.payments.queries import custody
from koumen.people.commands import reveal
from koumen.web.console.pages.custody import counted
from koumen.web.console.pages.days import language, pdf_file
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import DEPOSITS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import LONGEST_AMOUNT
from koumen.web.ui.csv_files import csv_file

if TYPE_CHECKING:
    from koumen.payments.models import Deposit


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The newest deposits, what lies in the safe and what is on its way."""
    actor = actor_of(request)
    rows = custody.deposits(actor=actor)
    office = custody.office_cash(actor=actor)
    context = {
        "deposits": [_shown(row) for row in rows],
        "safe": Money(office.safe_minor, office.currency),
        "transit": Money(office.transit_minor, office.currency),
        "may_keep": may_keep_cash(actor),
    }
    return page(request, "deposits", "finance", context)


def _shown(row: "Deposit") -> dict[str, Any]:
    return {
        "row": row,
        "amount": Money(row.amount_minor, row.currency),
        "state": word(DEPOSITS, row.state),
        "difference": Money(row.difference_minor, row.currency) if row.difference_minor is not None else None,
    }


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """The deposits as a file; who counted, as ids and without names."""
    rows = custody.deposits(actor=actor_of(request))
    return csv_file(
        "deposits",
        (
            *("number", "state", "currency", "amount", "difference", "prepared_at", "prepared_by"),
            *("sent_at", "sent_by", "arrived_at"),
        ),
        (
            (
                *(row.printed_number, row.state, row.currency, Money(row.amount_minor, row.currency).decimal),
                _decimal(row.difference_minor, row.currency),
                *(row.prepared_at.isoformat(), row.prepared.counted_by_id),
                row.sent_at.isoformat() if row.sent_at else "",
                row.sent.counted_by_id if row.sent else "",
                row.arrived_at.isoformat() if row.arrived_at else "",
            )
            for row in rows
        ),
    )


def _decimal(minor: int | None, currency: str) -> object:
    return Money(minor, currency).decimal if minor is not None else ""


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first of two counts."""
    actor, at = actor_of(request), clock.now()
    require(may_keep_cash(actor), "cash-office-not-yours")

    def prepare(notes: dict[int, int], key: UUID) -> object:
        return commands.prepare_deposit(notes=notes, key=key, actor=actor, at=at)

    context = {
        "title": now("Prepare cash for the bank"),
        "about": "",
        "act": now("Counted: a second person counts it next"),
    }
    return counted(request, "count_cash", prepare, context, done=("deposits",))


class ArrivedForm(forms.Form):
    """What the bank's file says."""

    amount = forms.CharField(
        label=_("What the bank counted"),
        max_length=LONGEST_AMOUNT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """One deposit; a second person counts it blind and sends it."""
    actor, at = actor_of(request), clock.now()
    row = custody.deposit(actor=actor, deposit_id=deposit_id)

    def send(notes: dict[int, int], key: UUID) -> object:
        return commands.send_deposit(deposit_id=row.id, notes=notes, key=key, actor=actor, at=at)

    people = {pile.counted_by_id for pile in (row.prepared, row.sent) if pile}
    named = reveal(person_ids=sorted(people), purpose="console-deposit", actor=actor, at=at)
    context = {
        **_shown(row),
        "notes": [
            (Money(value, row.currency), pieces) for value, pieces in custody.notes_of(row.prepared).items()
        ],
        "prepared_by": named[row.prepared.counted_by_id].name,
        "sent_by": named[row.sent.counted_by_id].name if row.sent else "",
        "is_own": row.prepared.counted_by_id == actor.person_id,
        "may_keep": may_keep_cash(actor),
        "form": ArrivedForm(initial={"amount": str(Money(row.amount_minor, row.currency).decimal)}),
    }
    return counted(request, "deposit", send, context, done=("deposit", row.id))


@signed_in
@require_GET
def slip(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """The deposit slip on paper, in the language of the page; signed."""
    pdf = commands.deposit_slip_pdf(
        deposit_id=deposit_id, language=language(), actor=actor_of(request), at=clock.now()
    )
    return pdf_file("deposit-slip", pdf)


@signed_in
@require_POST
def withdraw(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """The cash stays in the safe."""
    commands.withdraw_deposit(deposit_id=deposit_id, actor=actor_of(request), at=clock.now())
    return redirect("deposit", deposit_id=deposit_id)


@signed_in
@require_POST
def arrived(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """The bank's paper came without a file: what it counted is typed, and a difference is booked."""
    actor, form = actor_of(request), ArrivedForm(request.POST)
    row = custody.deposit(actor=actor, deposit_id=deposit_id)
    if not form.is_valid():
        raise Invalid("amount-unreadable", field="amount")
    amount = Money.parse(form.cleaned_data["amount"], row.currency)
    commands.receive_deposit(deposit_id=row.id, arrived_minor=amount.minor, actor=actor, at=clock.now())
    return redirect("deposit", deposit_id=row.id)
