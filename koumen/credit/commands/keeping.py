"""Writing what one command changed about an account: the second of two round trips."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from koumen.audit.commands import Memory, Plain
from koumen.audit.prepared import tell
from koumen.branch.queries import this_branch
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.position import Move
from koumen.credit.rules.stored import account_row, due_row, plan_row
from koumen.kit.ids import new_id
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind


@dataclass(kw_only=True)
class Change:
    """What a command writes beside the position of the account it holds.

    ``entries`` in the order in which they are posted; ``money_id`` is the ledger account that the empty kind
    stands for. Everything else is rows, by the names of their columns.
    """

    held: HeldAccount
    at: datetime
    entries: list[Plain] = field(default_factory=list)
    money_id: int | None = None
    activity: Plain | None = None
    repayment: Plain | None = None
    statements: Sequence[Plain] = ()
    plans_new: Sequence[Plain] = ()
    state: str | None = None  # states.AccountState, where the command moves it
    facts: list[Plain] = field(default_factory=list)
    effective_at: datetime | None = None  # of the newest activity, when this one is

    def post(
        self, kind: EntryKind, moves: Iterable[Move], *, source_id: UUID, effective_at: datetime
    ) -> UUID | None:
        """Add an entry; none where nothing moves. Returns its id."""
        moves = list(moves)
        if not moves:
            return None
        entry_id = new_id()
        self.entries.append(
            {
                "entry_id": entry_id,
                "kind": kind,
                "source_id": source_id,
                "effective_at": effective_at,
                "debits": [move.debit or "" for move in moves],
                "credits": [move.credit or "" for move in moves],
                "amounts": [move.amount_minor for move in moves],
            }
        )
        return entry_id


def post_by_days(change: Change, moves: Iterable[Move]) -> None:
    """Post what days brought by themselves: an entry for each day and kind of charge, effective at its midnight."""
    grouped: dict[tuple[date, EntryKind], list[Move]] = {}
    for move in moves:
        grouped.setdefault((move.on, _kind(move)), []).append(move)
    for (on, kind), group in grouped.items():
        change.post(kind, group, source_id=change.held.account_id, effective_at=midnight(on))


# The entry of each kind of charge, by the income it is.
INCOME = {
    AccountKind.INTEREST_INCOME: EntryKind.INTEREST,
    AccountKind.LATE_INCOME: EntryKind.LATE_CHARGE,
    AccountKind.FEE_INCOME: EntryKind.PLAN_FEE,
}


def _kind(move: Move) -> EntryKind:
    return INCOME.get(move.credit, EntryKind.CREDIT_USED) if move.credit else EntryKind.CREDIT_USED


def midnight(on: date) -> datetime:
    """The beginning of a day at the branch."""
    return datetime.combine(on, time(0), this_branch().zone)


def keep(change: Change, memory: Memory | None = None, **answer: UUID) -> None:
    """Write it all: the account counts one version more; one query."""
    document = _document(change)
    if memory is not None:
        document["once"] = {
            "id": memory.once_id,
            "answer": answer,
        }
    tell("select write_credit_change(%s)", [document])


def _document(change: Change) -> dict[str, Any]:
    """What write_credit_change takes; what is empty is left out."""
    held = change.held
    latest = [moment for moment in (held.last_effective_at, change.effective_at) if moment]
    account = account_row(held.position, held.parameters) | {
        "last_effective_at": max(latest, default=None),
    }
    document: dict[str, Any] = {
        "account_id": held.account_id,
        "at": change.at,
        "currency": held.currency,
        "money_id": change.money_id,
        "account": account,
        "state": change.state,
        "entries": [entry | {side: _array(entry[side]) for side in _SIDES} for entry in change.entries],
        "facts": change.facts,
        **_dues(held),
        "plans": _plans(held),
        "activity": change.activity,
        "repayment": change.repayment,
        "statements": list(change.statements),
        "plans_new": [{**row, **_moved(held, UUID(row["id"]))} for row in change.plans_new],
    }
    return {name: value for name, value in document.items() if value or name in _ALWAYS}


_SIDES = ("debits", "credits", "amounts")
_ALWAYS = ("entries", "dues_changed", "facts", "money_id")


def _array(values: Sequence[str | int]) -> str:
    """As the text of an array of the database; kinds of accounts are plain words, and one is empty."""
    return "{" + ",".join(str(value) or '""' for value in values) + "}"


def _dues(held: HeldAccount) -> dict[str, list[Any]]:
    """Rows of bills that changed, came and went."""
    rows = {row["issued_date"]: row for row in map(due_row, held.position.every_bill)}
    known = held.due_rows
    return {
        "dues_changed": [
            {"id": known[issued]["id"], **row}
            for issued, row in rows.items()
            if issued in known and any(known[issued][name] != value for name, value in row.items())
        ],
        "dues_new": [row for issued, row in rows.items() if issued not in known],
        "dues_gone": [row["id"] for issued, row in known.items() if issued not in rows],
    }


def _moved(held: HeldAccount, plan_id: UUID) -> Plain:
    """How far a plan is; one that is not in the position any more is over, wherever it stopped."""
    plan = next((one for one in held.position.plans if one.plan_id == plan_id), None)
    return {**(plan_row(plan) if plan else {"next_no": 1, "cut_minor": 0}), "is_over": plan is None}


def _plans(held: HeldAccount) -> list[Plain]:
    """Running plans that moved, and those that are over."""
    running = {plan.plan_id: plan for plan in held.position.plans}
    changed = []
    for plan_id, row in held.plan_rows.items():
        plan = running.get(plan_id)
        moved = plan_row(plan) if plan else {"next_no": row["next_no"], "cut_minor": row["cut_minor"]}
        if plan is None or any(row[name] != value for name, value in moved.items()):
            changed.append({"id": str(plan_id), **moved, "is_over": plan is None})
    return changed
