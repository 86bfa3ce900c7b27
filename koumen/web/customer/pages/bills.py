"""Bills: the list, one with its lines, and the same as a file to keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from koumen.branch.queries import this_branch
from koumen.credit import commands, queries
from koumen.credit.queries.plans import is_bill_splittable
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.web.customer.pages.accounts import own_accounts
from koumen.web.ui import credit_words as words
from koumen.web.ui.actors import actor_of
from koumen.web.ui.csv_files import csv_file


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """One line of a bill in words."""

    word: str
    hint: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ShownItem:
    """One thing that was bought, given back or paid."""

    at: datetime
    word: str
    place: str
    amount: Money
    is_late: bool


@login_required
@require_GET
def bills(request: HttpRequest) -> HttpResponse:
    """The bills of each account, newest first."""
    actor, at = actor_of(request), clock.now()
    shown = [_account(actor, account.id, at) for account in own_accounts(actor)]
    return render(request, "customer/bills.html", {"accounts": shown})


def _account(actor: Actor, account_id: UUID, at: datetime) -> dict[str, Any]:
    found = queries.bills_of(actor=actor, account_id=account_id, at=at)
    currency = found.account.currency
    return {
        "id": account_id,
        "number": found.account.number,
        "credit": Money(found.account.position.credit_minor, currency),
        "bills": [
            {
                "id": row.statement.id,
                "issued": row.statement.issued_date,
                "due": row.statement.due_date,
                "balance": Money(row.statement.balance_minor, currency),
                "owed_to_you": Money(-min(0, row.statement.balance_minor), currency),
                "unpaid": Money(row.standing.unpaid_minor, currency),
                "asks": row.standing.state in words.ASKING,
                "is_partly_paid": row.standing.unpaid_minor != row.statement.balance_minor,
                "tag": words.STATES[row.standing.state],
            }
            for row in found.bills
        ],
    }


@login_required
@require_GET
def bill(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One bill: what is unpaid of it, how it comes about, what lies behind it."""
    at = clock.now()
    sheet = queries.bill(actor=actor_of(request), statement_id=statement_id, at=at)
    today = clock.local_date(at, this_branch().zone)
    currency, standing = sheet.account.currency, sheet.standing
    context = {
        "bill": sheet.statement,
        "account": sheet.account,
        "balance": Money(sheet.statement.balance_minor, currency),
        "owed_to_you": Money(-min(0, sheet.statement.balance_minor), currency),
        "asked_minimum": Money(sheet.statement.minimum_minor, currency),
        "future": Money(sheet.statement.future_minor, currency),
        "unpaid": Money(standing.unpaid_minor, currency),
        "minimum": Money(standing.minimum_minor, currency),
        "credit": Money(sheet.account.position.credit_minor, currency),
        "state": standing.state,
        "tag": words.STATES[standing.state],
        "free_until": standing.free_until,
        "may_split": standing.state == "open" and is_bill_splittable(sheet.account, today),
        "lines": list(_lines(sheet)),
        "items": list(_items(sheet)),
    }
    return render(request, "customer/bill.html", context)


def _lines(sheet: queries.BillSheet) -> Iterator[ShownLine]:
    for one in sheet.lines:
        is_back = one.line == "into_plans" and one.amount_minor > 0
        word = words.INTO_PLANS_BACK if is_back else words.LINES[one.line]
        yield ShownLine(
            word=str(word),
            hint=str(words.LINE_HINTS.get(one.line, "")),
            amount=Money(one.amount_minor, sheet.account.currency),
        )


def _items(sheet: queries.BillSheet) -> Iterator[ShownItem]:
    for one in sheet.items:
        kind = words.CATEGORIES.get(one.category, "") if one.amount_minor > 0 and one.category else ""
        yield ShownItem(
            at=one.at,
            word=str(kind or words.ITEMS[one.kind]),
            place=one.description,
            amount=Money(one.amount_minor, sheet.account.currency),
            is_late=one.is_late,
        )


@login_required
@require_GET
def pdf(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """The account statement as a signed PDF, in large letters for whoever reads in large letters."""
    content = commands.statement_pdf(statement_id=statement_id, actor=actor_of(request), at=clock.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="bill-{statement_id}.pdf"'
    return response


@login_required
@require_GET
def file(request: HttpRequest, statement_id: UUID) -> HttpResponseBase:
    """The account statement for a spreadsheet: its lines, then what lies behind them."""
    sheet = queries.bill(actor=actor_of(request), statement_id=statement_id, at=clock.now())
    issued = sheet.statement.issued_date
    rows: list[Sequence[object]] = [
        (issued.isoformat(), _("Line"), line.word, "", line.amount.decimal) for line in _lines(sheet)
    ]
    balance = Money(sheet.statement.balance_minor, sheet.account.currency)
    rows.append((issued.isoformat(), _("Line"), _("This bill"), "", balance.decimal))
    rows += [
        (item.at.date().isoformat(), _("Item"), item.word, item.place, item.amount.decimal)
        for item in _items(sheet)
    ]
    head = (_("Date"), _("Part"), _("What"), _("Where"), f"{_('Amount')} ({sheet.account.currency})")
    return csv_file(f"bill-{sheet.account.number}-{issued:%Y-%m-%d}", head, rows)
