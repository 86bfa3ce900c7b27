"""Working days as they stood at a moment, told from the facts: who worked, alone or in a team, until when."""

import json
from datetime import date, datetime
from uuid import UUID

from koumen.agents.events import (
    ShiftDelayed,
    ShiftEndedEarly,
    ShiftPlanned,
    ShiftResumed,
    TeamFormed,
    TeamParted,
)
from koumen.agents.models import Shift
from koumen.agents.queries import WorkingDay, working_day_from
from koumen.audit.models import Fact

_KINDS = tuple(
    event.kind()
    for event in (ShiftPlanned, ShiftEndedEarly, ShiftDelayed, ShiftResumed, TeamFormed, TeamParted)
)


def working_days_as_of(*, date: date, as_of: datetime) -> list[WorkingDay]:
    """The shifts of a day that had stops of their own at a moment; two queries, shown to nobody.

    The hours for which a shift was planned never change. What agents may do, speak and carry is not looked at: no
    board shows it.
    """
    rows = {row.id: row for row in Shift.objects.filter(date=date).select_related("agent")}
    facts = Fact.objects.filter(subject_id__in=rows, kind__in=_KINDS, at__lte=as_of).order_by("id")
    planned: set[UUID] = set()
    joined: dict[UUID, Shift] = {}
    for row in rows.values():
        row.off_from = row.held_until = row.joined_to_id = None
    for fact in facts:
        _follow(rows[fact.subject_id], fact.kind, json.loads(fact.body))
        if fact.kind == ShiftPlanned.kind():
            planned.add(fact.subject_id)
        elif fact.kind == TeamFormed.kind():
            joined[fact.subject_id] = rows[UUID(json.loads(fact.body)["joined_shift_id"])]
        elif fact.kind == TeamParted.kind():
            joined.pop(fact.subject_id, None)
    along = {row.id for row in joined.values()}
    return [
        working_day_from(row, joined.get(row.id))
        for row in sorted(rows.values(), key=lambda row: row.agent_id)
        if row.id in planned and row.id not in along
    ]


def _follow(row: Shift, kind: str, body: dict[str, str]) -> None:
    """What an agent said on the day."""
    if kind == ShiftEndedEarly.kind():
        row.off_from = datetime.fromisoformat(body["off_from"])
    elif kind == ShiftDelayed.kind():
        row.held_until = datetime.fromisoformat(body["held_until"])
    elif kind == ShiftResumed.kind():
        row.off_from = row.held_until = None
