"""What persons decided about visits: who goes, who does not."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from koumen.audit.command import require
from koumen.dispatch.models import Override
from koumen.dispatch.permissions import may_see_board
from koumen.kit.actor import Actor


@dataclass(frozen=True)
class Decided:
    """What persons decided about a visit: the shift it is pinned to, its place there, and agents who do not go."""

    pinned_to: UUID | None = None
    is_placed: bool = False
    after: UUID | None = None  # of a placed one: behind which visit, None for the first
    refused: frozenset[UUID] = frozenset()


def decisions(visit_ids: Collection[UUID]) -> Mapping[UUID, Decided]:
    """What persons decided about visits, the newest pin counting; one query."""
    pinned: dict[UUID, Override] = {}
    refused: dict[UUID, set[UUID]] = defaultdict(set)
    for row in Override.objects.filter(visit_id__in=visit_ids).order_by("id"):
        if row.kind == "refuse" and row.agent_id:
            refused[row.visit_id].add(row.agent_id)
        else:
            pinned[row.visit_id] = row
            if row.kind == "release":
                refused.pop(row.visit_id, None)
    return {
        id: _decided(pinned.get(id), frozenset(refused.get(id, ()))) for id in pinned.keys() | refused.keys()
    }


def _decided(pin: Override | None, refused: frozenset[UUID]) -> Decided:
    return Decided(pin.shift_id, pin.is_placed, pin.after_id, refused) if pin else Decided(refused=refused)


def overrides_on(*, actor: Actor, date: date) -> list[Override]:
    """What persons decided about the visits of a day, oldest first; one query. Raises Denied("board-not-yours")."""
    require(may_see_board(actor), "board-not-yours")
    rows = Override.objects.filter(visit__date=date).select_related("visit", "agent", "shift__agent", "after")
    return list(rows.order_by("id"))
