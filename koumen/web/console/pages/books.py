"""One part of the books: a kind of account or the account of one owner, its owners, and each entry."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from koumen.audit.permissions import may_read_chain
from koumen.branch.queries import this_branch
from koumen.documents.commands import issue_book_pdf
from koumen.documents.rules.book import MOST_ROWS, LedgerContent, LedgerRow
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Invalid, Missing
from koumen.kit.money import CURRENCIES, Money
from koumen.ledger.reports import (
    Book,
    BookLine,
    BookPage,
    OwnerLine,
    Place,
    book_lines,
    book_page,
    entry_record,
    owners_in,
)
from koumen.ledger.rules.chart import OWNED, AccountKind
from koumen.web.console.pages.days import Days, Through, head, pdf_file
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.owners import Owner, owners
from koumen.web.console.pages.words import ACCOUNTS, ENTRIES, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file

A_FILE_PAGE = 1000  # rows read at a time while a long list is written
_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{1,18})", re.ASCII)
Owned = tuple[AccountKind, UUID | None]
Named = Mapping[UUID, Owner]


@signed_in
@require_GET
def book(request: HttpRequest, kind: str, currency: str, owner_id: UUID | None = None) -> HttpResponse:
    """What moved on a kind of account, or on that of one owner, newest first, with what stood there after."""
    actor, form = actor_of(request), Days(request.GET)
    wanted = _book(kind, currency, owner_id, form)
    found = book_page(actor=actor, book=wanted, before=_place(request))
    named = owners(actor, [(wanted.kind, owner_id), *_owned(found.lines, wanted.kind)])
    totals = found.totals
    context = {
        "form": form,
        "kind": kind,
        "currency": currency,
        "word": word(ACCOUNTS, wanted.kind),
        "owner_id": owner_id,
        "owner": named[owner_id] if owner_id else None,
        "has_owners": not wanted.is_one_account,
        "count": totals.count,
        "totals": {
            "opening": Money(totals.opening_minor, currency),
            "debit": Money(totals.debit_minor, currency),
            "credit": Money(totals.credit_minor, currency),
            "closing": Money(totals.closing_minor, currency),
        },
        "older": f"{found.older[0]}_{found.older[1]}" if found.older else "",
        "is_first": "before" not in request.GET,
        "kept": without(request, "before"),
        "lines": [_shown(*row, wanted, named) for row in zip(found.lines, found.balances, strict=True)],
    }
    return page(request, "book", "finance", context)


def _shown(line: BookLine, balance_minor: int, of: Book, named: Named) -> dict[str, Any]:
    return {
        "line": line,
        "entry": word(ENTRIES, line.entry_kind),
        "owner": _of(line.owner_id, named),
        "other": _account(line.other, line.other_owner_id, of.currency, named),
        "debit": Money(line.debit_minor, of.currency) if line.debit_minor else None,
        "credit": Money(line.credit_minor, of.currency) if line.credit_minor else None,
        "balance": Money(balance_minor, of.currency),
    }


def _account(kind: AccountKind, owner_id: UUID | None, currency: str, named: Named) -> dict[str, Any]:
    """An account's name and the address of its book."""
    owned = {"owner_id": owner_id} if owner_id else {}
    return {
        "word": word(ACCOUNTS, kind),
        "owner": _of(owner_id, named),
        "url": reverse(
            "book_of" if owner_id else "book", kwargs={"kind": kind.value, "currency": currency, **owned}
        ),
    }


def _of(owner_id: UUID | None, named: Named) -> Owner | None:
    return named[owner_id] if owner_id else None


def _owned(lines: Iterable[BookLine], kind: AccountKind) -> Iterator[Owned]:
    for line in lines:
        yield kind, line.owner_id
        yield line.other, line.other_owner_id


@signed_in
@require_GET
def book_csv(
    request: HttpRequest, kind: str, currency: str, owner_id: UUID | None = None
) -> HttpResponseBase:
    """All movements of a book as a file, newest first."""
    wanted = _book(kind, currency, owner_id, Days(request.GET))
    lines = book_lines(actor=actor_of(request), book=wanted)
    return csv_file(
        f"book-{kind}-{currency}",
        (
            *("movement", "entry", "kind", "booked_date", "effective_at", "recorded_at", "owner"),
            *("other_account", "other_owner", "debit", "credit", "source"),
        ),
        (
            (
                *(line.id, line.entry_id, line.entry_kind, line.booked_date),
                *(line.effective_at.isoformat(), line.recorded_at.isoformat(), line.owner_id),
                *(line.other.value, line.other_owner_id, *_sides(line, currency), line.source_id),
            )
            for line in lines
        ),
    )


def _sides(line: BookLine, currency: str) -> tuple[object, object]:
    debit, credit = (
        Money(minor, currency).decimal if minor else "" for minor in (line.debit_minor, line.credit_minor)
    )
    return debit, credit


@signed_in
@require_GET
def book_pdf(request: HttpRequest, kind: str, currency: str, owner_id: UUID | None = None) -> HttpResponse:
    """A book on paper, oldest first, as far as paper goes."""
    actor, form = actor_of(request), Days(request.GET)
    wanted = _book(kind, currency, owner_id, form)
    found = book_page(actor=actor, book=wanted, limit=MOST_ROWS)
    if found.older:
        raise Invalid("report-too-long", field="day_from", most=MOST_ROWS)
    content = LedgerContent(
        head=head(form, actor, clock.now()),
        account=word(ACCOUNTS, wanted.kind),
        owner=owners(actor, [(wanted.kind, owner_id)])[owner_id].number if owner_id else "",
        opening=Money(found.totals.opening_minor, currency),
        rows=tuple(_printed(found, currency)),
    )
    return pdf_file(f"book-{kind}-{currency}", issue_book_pdf(content))


def _printed(found: BookPage, currency: str) -> Iterator[LedgerRow]:
    for line, balance in zip(reversed(found.lines), reversed(found.balances), strict=True):
        yield LedgerRow(
            day=line.booked_date,
            entry=word(ENTRIES, line.entry_kind),
            other=word(ACCOUNTS, line.other),
            debit=Money(line.debit_minor, currency),
            credit=Money(line.credit_minor, currency),
            balance=Money(balance, currency),
        )


@signed_in
@require_GET
def owner_list(request: HttpRequest, kind: str, currency: str) -> HttpResponse:
    """Whose accounts of a kind there are, and what stood on each on a day."""
    actor, form = actor_of(request), Through(request.GET)
    wanted = _owned_book(kind, currency, form)
    lines, older = owners_in(actor=actor, book=wanted, before=_number(request))
    named = owners(actor, [(wanted.kind, line.owner_id) for line in lines])
    context = {
        "form": form,
        "kind": kind,
        "currency": currency,
        "word": word(ACCOUNTS, wanted.kind),
        "older": older,
        "is_first": "before" not in request.GET,
        "kept": without(request, "before"),
        "lines": [
            {
                "owner_id": line.owner_id,
                "owner": named[line.owner_id],
                "debit": Money(line.debit_minor, currency),
                "credit": Money(line.credit_minor, currency),
                "balance": Money(line.balance_minor, currency),
            }
            for line in lines
        ],
    }
    return page(request, "owners", "finance", context)


@signed_in
@require_GET
def owner_csv(request: HttpRequest, kind: str, currency: str) -> HttpResponseBase:
    """All owners of a kind as a file, by number."""
    actor = actor_of(request)
    wanted = _owned_book(kind, currency, Through(request.GET))
    owners_in(actor=actor, book=wanted, limit=1)  # a refusal must be a page, not half a file
    return csv_file(
        f"owners-{kind}-{currency}",
        ("number", "owner", "debit", "credit", "balance"),
        (
            (
                *(number, line.owner_id),
                *(
                    Money(minor, currency).decimal
                    for minor in (line.debit_minor, line.credit_minor, line.balance_minor)
                ),
            )
            for number, line in _all_owners(actor, wanted)
        ),
    )


def _all_owners(actor: Actor, wanted: Book) -> Iterator[tuple[str, OwnerLine]]:
    before = None
    while True:
        lines, before = owners_in(actor=actor, book=wanted, before=before, limit=A_FILE_PAGE)
        named = owners(actor, [(wanted.kind, line.owner_id) for line in lines])
        yield from ((named[line.owner_id].number, line) for line in lines)
        if before is None:
            return


@signed_in
@require_GET
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry: what it moved, what it undid or what undid it, and what else came from the same source."""
    actor = actor_of(request)
    found = entry_record(actor=actor, entry_id=entry_id)
    sides = [
        side
        for moved in found.moved
        for side in ((moved.debit, moved.debit_owner_id), (moved.credit, moved.credit_owner_id))
    ]
    named = owners(actor, sides)
    context = {
        "found": found,
        "word": word(ENTRIES, found.entry.kind),
        "is_late": found.entry.booked_date != local_date(found.entry.effective_at, this_branch().zone),
        "may_read_chain": may_read_chain(actor),
        "moved": [
            {
                "debit": _account(moved.debit, moved.debit_owner_id, moved.currency, named),
                "credit": _account(moved.credit, moved.credit_owner_id, moved.currency, named),
                "amount": Money(moved.amount_minor, moved.currency),
            }
            for moved in found.moved
        ],
        "others": [{"entry": other, "word": word(ENTRIES, other.kind)} for other in found.same_source],
    }
    return page(request, "entry", "finance", context)


def _book(kind: str, currency: str, owner_id: UUID | None, form: Days) -> Book:
    known = _kind(kind, currency)
    if owner_id and known not in OWNED:
        raise Missing("account-not-found")
    return Book(kind=known, currency=currency, owner_id=owner_id, from_date=form.first, through=form.through)


def _owned_book(kind: str, currency: str, form: Through) -> Book:
    known = _kind(kind, currency)
    if known not in OWNED:
        raise Missing("account-not-found")
    return Book(kind=known, currency=currency, through=form.through)


def _kind(kind: str, currency: str) -> AccountKind:
    if kind not in set(AccountKind) or currency not in CURRENCIES:
        raise Missing("account-not-found")
    return AccountKind(kind)


def _place(request: HttpRequest) -> Place | None:
    """Where the page begins; what cannot be read is the beginning."""
    found = _PLACE.fullmatch(request.GET.get("before", ""))
    try:
        return (date.fromisoformat(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _number(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else None
