"""Files of the bank and of the card acquirer: taken, matched by themselves where it is certain, by a person otherwise."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.payments import commands
from koumen.payments.permissions import may_match_lines
from koumen.payments.queries import settlement
from koumen.payments.rules.settlement import HEADINGS, Source
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.refusals import words
from koumen.web.ui.wording import money

if TYPE_CHECKING:
    from koumen.payments.models import SettlementLine
    from koumen.payments.queries.settlement import Candidates

# Twenty thousand lines of a hundred letters.
LARGEST_FILE = 2_000_000
SOURCES = {"bank": _("Bank"), "card": _("Card acquirer")}


class FileForm(forms.Form):
    """Whose file, and the file."""

    source = forms.ChoiceField(label=_("Whose file"), choices=list(SOURCES.items()))
    file = forms.FileField(label=_("File (CSV)"))

    def clean_file(self) -> Any:
        """Large files are cut in two before they are sent."""
        sent = self.cleaned_data["file"]
        if sent.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large. Please send it in parts."))
        return sent


@signed_in
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """What is not matched yet, each line with what it may belong to; a new file is taken here."""
    actor, at = actor_of(request), clock.now()
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.import_settlement(
                source=Source(form.cleaned_data["source"]),
                content=form.cleaned_data["file"].read(),
                actor=actor,
                at=at,
            )
            return redirect("settlement")
        except Invalid as refusal:
            form.add_error("file", words(refusal.code, **refusal.params))
    waiting = settlement.candidates(actor=actor)
    context = {
        "form": form,
        "lines": [_line(row, waiting) for row in settlement.open_lines(actor=actor)],
        "files": [
            {"row": row, "source": SOURCES[row.source]} for row in settlement.settlement_files(actor=actor)
        ],
        "transfers": [
            {"row": row, "amount": Money(row.amount_minor, row.currency)} for row in waiting.transfers
        ],
        "headings": [(SOURCES[source], ", ".join(HEADINGS[source])) for source in Source],
        "may_match": may_match_lines(actor),
    }
    return page(request, "settlement", "finance", context, status=422 if form.errors else 200)


def _line(row: "SettlementLine", waiting: "Candidates") -> dict[str, Any]:
    amount = Money(row.amount_minor, row.currency)
    return {"row": row, "amount": amount, "source": SOURCES[row.source], "choices": _choices(row, waiting)}


def _choices(row: "SettlementLine", waiting: "Candidates") -> list[tuple[str, str]]:
    """What this line may be: same amounts first; a deposit may also have been counted otherwise."""
    if row.source == Source.CARD:
        return [
            (f"payment:{one.id}", f"{one.card_slip.approval_code} · {one.visit.number}")
            for one in waiting.cards
            if one.amount_minor == row.amount_minor
        ]
    transfers = [
        (f"payment:{one.id}", f"{one.transfer_code} · {one.visit.number}")
        for one in waiting.transfers
        if one.amount_minor == row.amount_minor
    ]
    deposits = sorted(waiting.deposits, key=lambda one: one.amount_minor != row.amount_minor)
    return [
        *transfers,
        *(
            (
                f"deposit:{one.id}",
                f"{one.printed_number} · {money(Money(one.amount_minor, one.currency))}",
            )
            for one in deposits
        ),
        ("payout:", now("Paid by the card acquirer")),
    ]


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """All lines with what they were matched with, as a file."""
    rows = settlement.lines(actor=actor_of(request))
    return csv_file(
        "settlement",
        ("source", "date", "currency", "amount", "reference", "matched_with", "matched_at"),
        (
            (
                *(row.source, row.booked_date, row.currency, Money(row.amount_minor, row.currency).decimal),
                *(row.reference, _with(row), row.matched_at.isoformat() if row.matched_at else ""),
            )
            for row in rows
        ),
    )


def _with(row: "SettlementLine") -> str:
    if row.deposit:
        return row.deposit.printed_number
    if row.payment:
        return row.payment.visit.number
    return "payout" if row.is_payout else ""


@signed_in
@require_POST
def match(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """A person says what a line belongs to."""
    actor, at = actor_of(request), clock.now()
    kind, _colon, chosen = request.POST.get("what", "").partition(":")
    if kind == "payment":
        commands.match_payment(line_id=line_id, payment_id=read_id(chosen), actor=actor, at=at)
    elif kind == "deposit":
        commands.match_deposit(line_id=line_id, deposit_id=read_id(chosen), actor=actor, at=at)
    elif kind == "payout":
        commands.match_payout(line_id=line_id, actor=actor, at=at)
    else:
        raise Invalid("form-unreadable", field="what")
    return redirect("settlement")


@signed_in
@require_POST
def drop(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """A transfer that was shown never came."""
    commands.drop_transfer(payment_id=payment_id, actor=actor_of(request), at=clock.now())
    return redirect("settlement")
