"""What was bought, by month, each with what it costs today and until when that is nothing."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from koumen.branch.queries import this_branch
from koumen.credit import queries
from koumen.kit import clock
from koumen.kit.money import Money
from koumen.web.customer.pages.accounts import chosen_account
from koumen.web.ui import credit_words as words
from koumen.web.ui.actors import actor_of

MONTHS_A_PAGE = 3  # a quarter: what one still remembers buying
MONTHS = 12


@login_required
@require_GET
def purchases(request: HttpRequest) -> HttpResponse:
    """A quarter of purchases, newest first; ``?until=2026-09`` goes back further."""
    actor, at = actor_of(request), clock.now()
    account, accounts = chosen_account(request, actor)
    following = _moved(clock.local_date(at, this_branch().zone).replace(day=1), 1)
    until = _month(request.GET.get("until", ""), following)
    since = _moved(until, -MONTHS_A_PAGE)
    found = queries.bought(actor=actor, account_id=account.id, since=since, until=until, at=at)
    context = {
        "account": account,
        "accounts": accounts,
        "months": list(_by_month(found)),
        "earlier": f"{since:%Y-%m}" if found.has_earlier else "",
        "is_newest": until == following,
    }
    return render(request, "customer/purchases.html", context)


def _by_month(found: queries.Bought) -> Iterator[tuple[date, list[dict[str, Any]]]]:
    for month, rows in groupby(found.rows, key=_begin):
        yield month, [_shown(row, found.account.currency) for row in rows]


def _begin(row: queries.BoughtRow) -> date:
    return localtime(row.purchase.purchased_at).date().replace(day=1)


def _shown(row: queries.BoughtRow, currency: str) -> dict[str, Any]:
    bought = row.purchase
    return {
        "id": bought.id,
        "row": row,
        "at": bought.purchased_at,
        "place": bought.description,
        "category": words.CATEGORIES[bought.category],
        "amount": Money(bought.amount_minor, currency),
        "returned": Money(row.returned_minor, currency),
        "is_whole": row.returned_minor == bought.amount_minor,
        "refund_of": bought.refund_of,
        "free": row.free,
        "tag": words.RUNNING[row.free.running] if row.free else None,
    }


def _month(text: str, default: date) -> date:
    """The first day of a month written 2026-09; anything else is the newest page."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return default


def _moved(month: date, by: int) -> date:
    months = month.year * MONTHS + month.month - 1 + by
    return date(max(1, months // MONTHS), months % MONTHS + 1, 1)
