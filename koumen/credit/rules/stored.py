"""A position as its rows hold it: read from plain JSON values, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from koumen.credit.rules.activity import Activity, ActivityKind, PlanTerms
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Bill, Position, RunningPlan, Standing
from koumen.credit.rules.schedule import Instalment
from koumen.credit.rules.turning import next_turn

Row = Mapping[str, Any]

_DATES = ("issued_date", "due_date", "judged_on")
_BUCKETS = tuple((bucket, f"{bucket}_minor") for bucket in Bucket)
_COUNTS = ("minimum_minor", "principal_days", "relieved_days", "overdue_days")


def position_of(account: Row, dues: Sequence[Row], plans: Sequence[Row], credit_minor: int) -> Position:
    """The position of an account; ``dues`` from the oldest bill to what is not billed."""
    bills = [_bill(row) for row in dues]
    unbilled = bills.pop() if bills and bills[-1].issued is None else Bill()
    return Position(
        counted_to=_date(account["counted_to"]),
        due_day=account["due_day"],
        bills=bills,
        unbilled=unbilled,
        credit_minor=credit_minor,
        plans=[_plan(row) for row in plans],
        late_paused_until=_date(account["late_paused_until"]) if account["late_paused_until"] else None,
        interest_since_bill_minor=account["interest_since_bill_minor"],
        late_since_bill_minor=account["late_since_bill_minor"],
        plan_charges_since_bill_minor=account["plan_charges_since_bill_minor"],
        written_off_minor=account["written_off_minor"],
        is_used=account["is_used"],
    )


def account_row(position: Position, parameters: Parameters) -> dict[str, Any]:
    """The columns of the account that hold its position."""
    return {
        "due_day": position.due_day,
        "counted_to": position.counted_to.isoformat(),
        "next_turn_date": next_turn(position, parameters).isoformat(),
        "late_paused_until": position.late_paused_until.isoformat() if position.late_paused_until else None,
        "interest_since_bill_minor": position.interest_since_bill_minor,
        "late_since_bill_minor": position.late_since_bill_minor,
        "plan_charges_since_bill_minor": position.plan_charges_since_bill_minor,
        "written_off_minor": position.written_off_minor,
        "is_used": position.is_used,
    }


def due_row(bill: Bill) -> dict[str, Any]:
    """A bill as its row of Due."""
    return {
        "issued_date": bill.issued.isoformat() if bill.issued else None,
        "due_date": bill.due.isoformat() if bill.due else None,
        "judged_on": bill.judged_on.isoformat() if bill.judged_on else None,
        "standing": str(bill.standing),
        **{column: bill.unpaid.get(bucket, 0) for bucket, column in _BUCKETS},
        **{name: getattr(bill, name) for name in _COUNTS},
    }


def plan_row(plan: RunningPlan) -> dict[str, Any]:
    """What of a plan moves."""
    return {"next_no": plan.next_no, "cut_minor": plan.cut_minor}


def _bill(row: Row) -> Bill:
    issued, due, judged_on = (_date(row[name]) if row[name] else None for name in _DATES)
    unpaid = {bucket: row[column] for bucket, column in _BUCKETS if row[column]}
    counts = {name: row[name] for name in _COUNTS}
    return Bill(issued, due, judged_on, unpaid, standing=Standing(row["standing"]), **counts)


def _plan(row: Row) -> RunningPlan:
    return RunningPlan(
        plan_id=_uuid(row["id"]),
        schedule=schedule_of(row["schedule"]),
        charge=Bucket(row["charge_bucket"]),
        next_no=row["next_no"],
        cut_minor=row["cut_minor"],
    )


def schedule_of(plain: Sequence[Sequence[int]]) -> tuple[Instalment, ...]:
    """A schedule as it is stored: [[principal, charge], …]."""
    return tuple(Instalment(no, *parts) for no, parts in enumerate(plain, start=1))


def plain_schedule(schedule: Sequence[Instalment]) -> list[list[int]]:
    """A schedule as it is stored."""
    return [[one.principal_minor, one.charge_minor] for one in schedule]


def _date(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _uuid(value: str | UUID) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


# --- where the fold begins ------------------------------------------------------------------------------


def plain_baseline(position: Position, parameters: Parameters) -> dict[str, Any]:
    """A position without plans as one JSON value: what a takeover begins with."""
    assert not position.plans  # noqa: S101  (no plan is taken over)
    return {
        "account": account_row(position, parameters),
        "dues": [due_row(bill) for bill in position.every_bill],
        "credit_minor": position.credit_minor,
    }


def baseline_of(plain: Row | None, *, opened: date, due_day: int) -> Position:
    """Where the fold of an account begins."""
    if plain is None:
        return Position(counted_to=opened, due_day=due_day)
    return position_of(plain["account"], plain["dues"], [], plain["credit_minor"])


# --- activities -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StoredActivity:
    """An activity as its row holds it, with the terms of the plan it starts."""

    id: UUID
    kind: str
    amount_minor: int
    details: Row
    effective_at: datetime
    on: date
    plan: PlanTerms | None = None


def details_of(activity: Activity) -> dict[str, Any]:
    """What an activity says beside its amount and moment, without what is empty."""
    plain = {
        "as_credit": activity.as_credit or None,
        "from_bank": activity.from_bank or None,
        "plan_id": str(activity.plan.plan_id if activity.plan else activity.plan_id or "") or None,
        "bucket": str(activity.bucket) if activity.bucket else None,
        "due_day": activity.due_day,
        "until": activity.until.isoformat() if activity.until else None,
        "from_bill": (activity.plan.from_bill or None) if activity.plan else None,
    }
    return {name: value for name, value in plain.items() if value is not None}


def activity_of(stored: StoredActivity) -> Activity:
    """An activity from its row."""
    details = stored.details
    return Activity(
        activity_id=stored.id,
        kind=ActivityKind(stored.kind),
        effective_at=stored.effective_at,
        on=stored.on,
        amount_minor=stored.amount_minor,
        as_credit=details.get("as_credit", False),
        from_bank=details.get("from_bank", False),
        plan=stored.plan,
        plan_id=UUID(details["plan_id"]) if "plan_id" in details and not stored.plan else None,
        bucket=Bucket(details["bucket"]) if "bucket" in details else None,
        due_day=details.get("due_day"),
        until=date.fromisoformat(details["until"]) if "until" in details else None,
    )
