"""The books as finance reads them: cash by agent, the trial balance, the movements behind each line."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from koumen.agents import queries as agents
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.kit.money import CURRENCIES, Money
from koumen.ledger import queries
from koumen.ledger import queries as ledger
from koumen.ledger.queries import BookLine, TrialLine
from koumen.ledger.rules.chart import AccountKind
from koumen.people.commands import reveal
from koumen.web.console.pages.frame import csv_file, page
from koumen.web.console.pages.words import ACCOUNTS, ENTRIES, word
from koumen.web.ui.actors import actor_of, signed_in

A_FILE_PAGE = 1000  # rows read at a time while a long list is written


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Who holds how much cash, and what stands on every kind of account."""
    actor, at = actor_of(request), clock.now()
    lines = ledger.trial_balance(actor=actor)  # refuses whoever may not read the books, before a name is read
    in_hand = ledger.cash_by_agent(actor=actor)
    cards = agents.agent_cards(agent_ids=[row[0] for row in in_hand])
    named = reveal(
        person_ids=[card.person_id for card in cards.values()], purpose="console-cash", actor=actor, at=at
    )
    context = {
        "cash": [
            {
                "name": named[cards[agent_id].person_id].given_name,
                "staff_number": cards[agent_id].staff_number,
                "amount": Money(minor, currency),
            }
            for agent_id, currency, minor in in_hand
        ],
        "lines": [_trial(line) for line in lines],
        "totals": _totals(lines),
    }
    return page(request, "finance", "finance", context)


def _trial(line: TrialLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "word": word(ACCOUNTS, line.kind),
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
    lines = [_trial(line) for line in ledger.trial_balance(actor=actor_of(request))]
    return csv_file(
        "trial-balance",
        ("account", "currency", "debit", "credit", "balance"),
        (
            (
                line["kind"],
                line["currency"],
                line["debit"].decimal,
                line["credit"].decimal,
                line["balance"].decimal,
            )
            for line in lines
        ),
    )


@signed_in
@require_GET
def cash_csv(request: HttpRequest) -> HttpResponseBase:
    """Cash by agent as a file, by staff number and without names."""
    actor = actor_of(request)
    ledger.trial_balance(
        actor=actor
    )  # an agent may see their own cash, the file is for those who read the books
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


@signed_in
@require_GET
def account(request: HttpRequest, kind: str, currency: str) -> HttpResponse:
    """The movements of one line of the trial balance, newest first."""
    actor = actor_of(request)
    known = _kind(kind, currency)
    found = queries.movements_of(actor=actor, kind=known, currency=currency, before=_before(request))
    context = {
        "kind": known.value,
        "word": word(ACCOUNTS, known),
        "currency": currency,
        "count": found.count,
        "older": found.older,
        "is_first": "before" not in request.GET,
        "lines": [
            {
                "line": line,
                "entry": word(ENTRIES, line.entry_kind),
                "other": word(ACCOUNTS, line.other),
                "amount": Money(line.amount_minor, currency),
            }
            for line in found.lines
        ],
    }
    return page(request, "book", "finance", context)


@signed_in
@require_GET
def account_csv(request: HttpRequest, kind: str, currency: str) -> HttpResponseBase:
    """All movements of one line as a file, newest first."""
    known = _kind(kind, currency)
    rows = _all_movements(actor_of(request), known, currency)
    first = next(rows, None)  # asks for the permission now, while a refusal can still be a page
    return csv_file(
        f"book-{known.value}-{currency}",
        ("movement", "entry", "kind", "recorded_at", "other_account", "debit", "credit", "source"),
        _csv_rows(first, rows, currency),
    )


def _all_movements(actor: Actor, kind: AccountKind, currency: str) -> Iterator[BookLine]:
    before = None
    while True:
        found = queries.movements_of(
            actor=actor, kind=kind, currency=currency, before=before, limit=A_FILE_PAGE
        )
        yield from found.lines
        if found.older is None:
            return
        before = found.older


def _csv_rows(
    first: BookLine | None, rest: Iterator[BookLine], currency: str
) -> Iterator[tuple[object, ...]]:
    line = first
    while line is not None:
        amount = Money(line.amount_minor, currency).decimal
        sides = (amount, "") if line.is_debit else ("", amount)
        yield (
            *(line.id, line.entry_id, line.entry_kind, line.recorded_at.isoformat()),
            *(line.other.value, *sides, line.source_id),
        )
        line = next(rest, None)


def _kind(kind: str, currency: str) -> AccountKind:
    if kind not in set(AccountKind) or currency not in CURRENCIES:
        raise Missing("account-not-found")
    return AccountKind(kind)


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else None
