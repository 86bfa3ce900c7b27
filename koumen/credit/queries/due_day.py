"""Which due days a customer may choose, and when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from koumen.branch.queries import this_branch
from koumen.credit.models import Activity as ActivityRow
from koumen.credit.queries.accounts import position_at
from koumen.credit.rules.activity import ActivityKind
from koumen.credit.rules.position import Standing
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date

BETWEEN_CHANGES = timedelta(days=365)  # a due day may be changed once in twelve months


@dataclass(frozen=True, kw_only=True)
class DueDayChoice:
    """The due day there is, the others to choose from, and what stands in the way: lateness, or an earlier change."""

    current: int
    others: tuple[int, ...]
    is_late: bool
    free_from: date | None


def due_day_choice(*, actor: Actor, account_id: UUID, at: datetime) -> DueDayChoice:
    """What a customer may change; two queries. Raises Missing("account-not-found")."""
    account = position_at(actor=actor, account_id=account_id, at=at)
    current = account.position.due_day
    return DueDayChoice(
        current=current,
        others=tuple(sorted(day for day in account.parameters.due_days if day != current)),
        is_late=any(bill.standing is Standing.LATE for bill in account.position.bills),
        free_from=due_day_free_from(account_id, local_date(at, this_branch().zone)),
    )


def due_day_free_from(account_id: UUID, today: date) -> date | None:
    """The day from which the due day may be changed again; None: today already. One query."""
    rows = ActivityRow.objects.filter(
        account_id=account_id, kind=ActivityKind.DUE_DAY, reversed_by=None
    ).order_by("-effective_at")
    last = rows.values_list("effective_at", flat=True).first()
    free = local_date(last, this_branch().zone) + BETWEEN_CHANGES if last else today
    return free if free > today else None
