"""The books as finance reads them: the trial balance of a day, cash by agent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from koumen.agents import queries as agents
from koumen.credit.queries.proposals import waiting_proposals
from koumen.documents.commands import issue_book_pdf
from koumen.documents.rules.book import TrialContent, TrialRow
from koumen.kit import clock
from koumen.kit.money import Money
from koumen.ledger import queries as ledger
from koumen.ledger.queries import TrialLine
from koumen.ledger.rules.chart import OWNED
from koumen.people.commands import reveal
from koumen.web.console.pages.days import Through, head, pdf_file
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.words import ACCOUNTS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Who holds how much cash now, and what stands on every kind of account, now or on a day."""
    actor, at, form = actor_of(request), clock.now(), Through(request.GET)
    # refuses whoever may not read the books, before a name is read
    lines = ledger.trial_balance(actor=actor, through=form.through)
    in_hand = ledger.cash_by_agent(actor=actor)
    cards = agents.agent_cards(agent_ids=[row[0] for row in in_hand])
    named = reveal(
        person_ids=[card.person_id for card in cards.values()], purpose="console-cash", actor=actor, at=at
    )
    context = {
        "form": form,
        "kept": without(request),
        "cash": [
            {
                "agent_id": agent_id,
                "name": named[cards[agent_id].person_id].given_name,
                "staff_number": cards[agent_id].staff_number,
                "currency": currency,
                "amount": Money(minor, currency),
            }
            for agent_id, currency, minor in in_hand
        ],
        "lines": [_trial(line) for line in lines],
        "totals": _totals(lines),
        "waiting": waiting_proposals(actor=actor),
    }
    return page(request, "finance", "finance", context)


def _trial(line: TrialLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "word": word(ACCOUNTS, line.kind),
        "is_owned": line.kind in OWNED,
        "currency": line.currency,
        "debit": Money(line.debit_minor, line.currency),
        "credit": Money(line.credit_minor, line.currency),
        "balance": Money(line.balance_minor, line.currency),
    }


def _totals(lines: list[TrialLine]) -> list[dict[str, Any]]:
    """One line for each currency; it stands at zero or the books are wrong."""
    totals = []
    for currency in sorted({line.currency for line in lines}):
        of_it = [line for line in lines if line.currency == currency]
        totals.append(
            {
                "currency": currency,
                "debit": Money(sum(line.debit_minor for line in of_it), currency),
                "credit": Money(sum(line.credit_minor for line in of_it), currency),
                "balance": Money(sum(line.balance_minor for line in of_it), currency),
            }
        )
    return totals


@signed_in
@require_GET
def trial_csv(request: HttpRequest) -> HttpResponseBase:
    """The trial balance as a file, in major units."""
    through = Through(request.GET).through
    lines = [_trial(line) for line in ledger.trial_balance(actor=actor_of(request), through=through)]
    return csv_file(
        "trial-balance",
        ("account", "currency", "debit", "credit", "balance"),
        (
            (
                *(line["kind"], line["currency"]),
                *(line[side].decimal for side in ("debit", "credit", "balance")),
            )
            for line in lines
        ),
    )


@signed_in
@require_GET
def trial_pdf(request: HttpRequest) -> HttpResponse:
    """The trial balance on paper, in the language of the page."""
    actor, form = actor_of(request), Through(request.GET)
    lines = [_trial(line) for line in ledger.trial_balance(actor=actor, through=form.through)]
    content = TrialContent(
        head=head(form, actor, clock.now()),
        rows=tuple(TrialRow(line["word"], line["debit"], line["credit"]) for line in lines),
    )
    return pdf_file("trial-balance", issue_book_pdf(content))


@signed_in
@require_GET
def cash_csv(request: HttpRequest) -> HttpResponseBase:
    """Cash by agent as a file, by staff number and without names."""
    actor = actor_of(request)
    # an agent may see their own cash, the file is for those who read the books
    ledger.trial_balance(actor=actor)
    in_hand = ledger.cash_by_agent(actor=actor)
    cards = agents.agent_cards(agent_ids=[row[0] for row in in_hand])
    return csv_file(
        "cash-by-agent",
        ("staff_number", "currency", "in_hand"),
        (
            (cards[agent_id].staff_number, currency, Money(minor, currency).decimal)
            for agent_id, currency, minor in in_hand
        ),
    )
