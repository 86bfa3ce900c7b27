"""One credit account: what is owed, its bills, plans and reservations, and everything that happened on it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from koumen.branch.queries import this_branch
from koumen.credit import queries as credit
from koumen.credit.permissions import (
    may_make_plan,
    may_mend_accounts,
    may_pause_late_charges,
    may_read_products,
    may_record_repayment,
)
from koumen.credit.queries.buying import reservations_of
from koumen.credit.queries.plans import plans_of
from koumen.credit.queries.proposals import waiting_proposals
from koumen.credit.queries.timeline import KINDS, Place, TimelinePage, TimelineRow, TimelineSearch, timeline
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.buying import room_minor
from koumen.credit.rules.owing import owed_by
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.ledger.permissions import may_read_books
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.web.console.pages.account_words import (
    BUCKETS,
    KIND_WORDS,
    REASONS,
    STANDINGS,
    STATES,
    amounts_told,
    sentence,
)
from koumen.web.console.pages.days import Days
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.who import told_who
from koumen.web.console.pages.words import word
from koumen.web.ui import credit_words
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file, every_page

if TYPE_CHECKING:
    from koumen.credit.models import CreditAccount

A_FILE_PAGE = 1000  # rows read at a time while a long list is written
BY_RULE = frozenset({"bill", "interest", "late_charge", "plan_fee", "credit_used"})
_MOMENT = "%Y%m%dT%H%M%S.%f"


class TimelineFilter(Days):
    """What to look for; all of it may be left empty. A field that cannot be read filters nothing."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        required=False,
        choices=[("", _("All")), *((kind, KIND_WORDS[kind]) for kind in KINDS)],
    )
    field_order = ("kind", "day_from", "day_to")  # type: ignore[assignment]  # one field more

    @property
    def search(self) -> TimelineSearch:
        """What the room is asked; the last day counts whole."""
        self.is_valid()
        return TimelineSearch(
            kind=self.cleaned_data.get("kind", ""),
            counts_from=_midnight(self.first),
            counts_to=_midnight(self.through + timedelta(days=1) if self.through else None),
        )


def _midnight(day: Any) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=this_branch().zone) if day else None


@signed_in
@require_GET
def show(request: HttpRequest, account: str) -> HttpResponse:
    """The account, by its number or its id."""
    actor, at = actor_of(request), clock.now()
    row = credit.account_named(actor=actor, name=account)
    form = TimelineFilter(request.GET)
    found = timeline(actor=actor, account_id=row.id, search=form.search, before=_place(request))
    customer = people.customer_of(actor, customer_id=row.customer_id)
    named = reveal(person_ids=[customer.person_id], purpose="console-account", actor=actor, at=at)
    who = told_who((one.by for one in found.rows), purpose="console-account", actor=actor, at=at)
    context = {
        "account": row,
        "customer": customer,
        "details": named[customer.person_id],
        "form": form,
        "count": found.count,
        "older": place_text(found.older),
        "kept": without(request, "before"),
        "is_first": "before" not in request.GET,
        "rows": [_shown(one, row, who) for one in found.rows],
        "waiting": waiting_proposals(actor=actor, account_id=row.id),
        "may": {
            "mend": may_mend_accounts(actor),
            "pause": may_pause_late_charges(actor),
            "record": may_record_repayment(actor),
            "plan": may_make_plan(actor, row.customer_id),
            "products": may_read_products(actor),
        },
        **_standing(actor, row, at),
    }
    return page(request, "account", "customers", context)


def _shown(one: TimelineRow, account: "CreditAccount", who: Any) -> dict[str, Any]:
    return {
        "row": one,
        "kind": word(KIND_WORDS, one.kind),
        "sentence": sentence(one, account.product.currency),
        "parts": amounts_told(one, account.product.currency),
        "who": who.get(one.by, ""),
        "reason": word(REASONS, one.reason) if one.reason else "",
        "is_by_rule": one.kind in BY_RULE,
        "is_told_later": bool(one.told_at and one.told_at - one.counts_at >= timedelta(days=1)),
    }


def _standing(actor: Actor, row: "CreditAccount", at: datetime) -> dict[str, Any]:
    """What is owed and what is open, as of today."""
    found = credit.bills_of(actor=actor, account_id=row.id, at=at)
    held = found.account
    currency, owed = held.currency, owed_by(held, clock.local_date(at, this_branch().zone))
    reservations = reservations_of(actor=actor, account_id=row.id)
    room = room_minor(held.limit_minor, held.position, sum(one.amount_minor for one in reservations))
    return {
        "held": held,
        "state": word(STATES, held.state),
        "owed": {
            "minimum": Money(owed.minimum_minor, currency),
            "bill": Money(owed.bill_minor, currency),
            "all": Money(owed.all_minor, currency),
            "accrued": Money(owed.accrued_minor, currency),
            "future": Money(owed.future_minor, currency),
            "credit": Money(owed.credit_balance_minor, currency),
            "written_off": Money(held.position.written_off_minor, currency),
            "due_date": owed.due_date,
            "limit": Money(held.limit_minor, currency),
            "room": Money(max(0, room), currency),
        },
        "buckets": [BUCKETS[bucket] for bucket in _buckets(held)],
        "open_bills": _open_bills(held),
        "plans": [
            {
                "plan": one,
                "kind": word(KIND_WORDS, "disbursement" if one.kind == "loan" else "plan_start"),
                "principal": Money(one.principal_minor, currency),
                "charge": Money(one.charge_minor, currency),
                "future": Money(one.future_minor, currency),
            }
            for one in plans_of(actor=actor, account_id=row.id)
        ],
        "reservations": [{"row": one, "amount": Money(one.amount_minor, currency)} for one in reservations],
        "statements": [
            {
                "row": one.statement,
                "balance": Money(one.statement.balance_minor, currency),
                "minimum": Money(one.statement.minimum_minor, currency),
                "corrections": Money(one.statement.corrections_minor, currency),
                "tag": credit_words.STATES[one.standing.state],
            }
            for one in found.bills
        ],
    }


def _buckets(held: HeldAccount) -> list[Bucket]:
    """The kinds of debt there are on some bill, in the order in which they are paid."""
    return [bucket for bucket in Bucket if any(bucket in bill.unpaid for bill in held.position.every_bill)]


def _open_bills(held: HeldAccount) -> list[dict[str, Any]]:
    shown = _buckets(held)
    return [
        {
            "bill": bill,
            "standing": STANDINGS[bill.standing] if bill.issued else None,
            "minimum": Money(bill.minimum_minor, held.currency),
            "parts": [Money(bill.unpaid.get(bucket, 0), held.currency) for bucket in shown],
            "sum": Money(bill.unpaid_minor, held.currency),
        }
        for bill in held.position.every_bill
        if bill.unpaid_minor
    ]


@signed_in
@require_GET
def show_csv(request: HttpRequest, account: str) -> HttpResponseBase:
    """All that matches as a file: codes and amounts, with the sentence in the language of the page."""
    actor = actor_of(request)
    row = credit.account_named(actor=actor, name=account)
    search = TimelineFilter(request.GET).search
    timeline(
        actor=actor, account_id=row.id, search=search, limit=1
    )  # a refusal must be a page, not half a file
    currency = row.product.currency
    return csv_file(
        f"account-{row.number}",
        (
            *("counts_from", "told_at", "kind", "currency", "amount", "what", "parts", "reason"),
            *("actor", "entry", "subject"),
        ),
        (
            (
                *(one.counts_at.isoformat(), one.told_at.isoformat() if one.told_at else "", one.kind),
                *(currency, Money(one.amount_minor, currency).decimal, sentence(one, currency)),
                " ".join(f"{name}={amount.decimal}" for name, amount in amounts_told(one, currency)),
                *(one.reason, one.by, one.entry_id, one.subject_id),
            )
            for one in _all(actor, row.id, search)
        ),
    )


def _all(actor: Actor, account_id: UUID, search: TimelineSearch) -> Iterator[TimelineRow]:
    def find(before: Place | None) -> TimelinePage:
        return timeline(actor=actor, account_id=account_id, search=search, before=before, limit=A_FILE_PAGE)

    for found in every_page(find):
        yield from found.rows


@signed_in
@require_GET
def bill(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One bill with its lines and what lies behind them, as its customer reads it."""
    actor = actor_of(request)
    sheet = credit.bill(actor=actor, statement_id=statement_id, at=clock.now())
    currency = sheet.account.currency
    context = {
        "bill": sheet.statement,
        "account": sheet.account,
        "tag": credit_words.STATES[sheet.standing.state],
        "balance": Money(sheet.statement.balance_minor, currency),
        "minimum": Money(sheet.statement.minimum_minor, currency),
        "future": Money(sheet.statement.future_minor, currency),
        "lines": [
            {
                "word": credit_words.LINES[one.line],
                "hint": credit_words.LINE_HINTS.get(one.line, ""),
                "amount": Money(one.amount_minor, currency),
            }
            for one in sheet.lines
        ],
        "items": [
            {
                "item": one,
                "word": word(KIND_WORDS, one.kind),
                "amount": Money(one.amount_minor, currency),
            }
            for one in sheet.items
        ],
        "may_read_books": may_read_books(actor),
    }
    return page(request, "account_bill", "customers", context)


def place_text(place: Place | None) -> str:
    """Where the next page begins, as its address says it."""
    return f"{place[0].astimezone(UTC):{_MOMENT}}_{place[1]}" if place else ""


def _place(request: HttpRequest) -> Place | None:
    """Where the page begins; what cannot be read is the beginning."""
    moment, _between, key = request.GET.get("before", "").partition("_")
    try:
        return datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC), key
    except ValueError:
        return None
