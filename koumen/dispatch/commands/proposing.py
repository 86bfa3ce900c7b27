"""Other routes for a day that runs: put before a dispatcher, written in one go or refused. Nothing moves without a yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.dispatch.commands.committing import Planned, commit_routes, is_no_worse
from koumen.dispatch.events import RepairAccepted, RepairOvertaken, RepairProposed, RepairRefused
from koumen.dispatch.models import Repair
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.live import broken
from koumen.dispatch.queries.planning import Routes, Situation
from koumen.dispatch.rules.planning import LEAST_GAIN_S, RepairRefusal
from koumen.dispatch.states import REPAIR, RepairState
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing


@dataclass(frozen=True)
class Repaired:
    """Other routes that the judge allows: the shifts that change, who is helped, who moves, what it costs on the road."""

    routes: Routes
    helped: tuple[UUID, ...]
    moved: Mapping[UUID, UUID]  # visit: the shift it comes to
    extra_s: int

    def is_better_than(self, other: "Repaired | None") -> bool:
        """Whether it helps more, or as many with a minute less on the road."""
        if other is None or len(self.helped) != len(other.helped):
            return other is None or len(self.helped) > len(other.helped)
        return self.extra_s + LEAST_GAIN_S <= other.extra_s


def judged(known: Situation, routes: Routes, risky: Sequence[UUID]) -> Repaired | None:
    """Routes that could be proposed; None where nothing changes or the judge calls something worse than before."""
    changed = {id: list(route) for id, route in routes.items() if list(route) != list(known.routes[id])}
    before = {id: known.routes[id] for id in changed}
    if not changed or not is_no_worse(known, before, changed, frozenset(risky)):
        return None
    still = set(broken(known.rerouted(changed)))
    was = {visit: id for id, route in before.items() for visit in route}
    return Repaired(
        routes=changed,
        helped=tuple(visit for visit in risky if visit not in still),
        moved={visit: id for id, route in changed.items() for visit in route if was[visit] != id},
        extra_s=sum(known.way_s(id, route) - known.way_s(id, before[id]) for id, route in changed.items()),
    )


def put_forward(*, known: Situation, found: Repaired | None, actor: Actor, at: datetime) -> Repair | None:
    """Put other routes before a dispatcher, unless what stands there still fits the day and is as good.

    One proposal waits at a time. What was refused is not proposed again. Records RepairProposed, RepairOvertaken for
    one that fits no longer. Raises Denied("plan-not-yours").
    """
    require(may_plan(actor), "plan-not-yours")
    standing = _standing(known)
    if standing and not (found and found.is_better_than(standing[1])):
        return standing[0]
    return _propose(known=known, found=found, actor=actor, at=at)


def _standing(known: Situation) -> tuple[Repair, Repaired] | None:
    """What is proposed, if it still fits the day as it stands and does what it was proposed for: help, or save time."""
    row = Repair.objects.filter(date=known.date, state=RepairState.PROPOSED).order_by("-made_at").first()
    if row is None:
        return None
    planned = planned_of(row)
    fits = all(
        id in known.shifts and known.shifts[id].version == version for id, version in planned.versions.items()
    )
    visits = {visit for route in planned.routes.values() for visit in route}
    if not fits or visits != {visit for id in planned.routes for visit in known.routes[id]}:
        return None
    found = judged(known, {**known.routes, **planned.routes}, broken(known))
    serves = found and (found.helped if planned.freed else found.extra_s < 0)
    return (row, found) if found and serves else None


def planned_of(row: Repair) -> Planned:
    """The routes of a repair, ready to be written."""
    content: dict[str, Any] = row.content
    return Planned(
        date=row.date,
        routes={UUID(id): [UUID(visit) for visit in route] for id, route in content["routes"].items()},
        versions={UUID(id): int(version) for id, version in content["versions"].items()},
        freed=frozenset(UUID(visit) for visit in content["helped"]),
    )


@command
def _propose(*, known: Situation, found: Repaired | None, actor: Actor, at: datetime) -> Repair | None:
    """Put a repair before a dispatcher in the place of what stood there, unless the same was refused."""
    content = _content(known, found) if found else {}
    earlier = Repair.objects.select_for_update().filter(date=known.date).order_by("id")
    for row in earlier:
        if found and _was_refused(row, content):
            return None
        if row.state == RepairState.PROPOSED:
            _decide(row, "overtake", actor, at)
            record(RepairOvertaken(subject_id=row.id), actor=actor, at=at)
    if not found:
        return None
    row = Repair.objects.create(
        date=known.date,
        state=REPAIR.move(None, "propose"),
        content=content,
        extra_s=found.extra_s,
        made_at=at,
    )
    said = RepairProposed(
        subject_id=row.id,
        date=row.date,
        helped=len(found.helped),
        moved=len(found.moved),
        extra_s=found.extra_s,
    )
    record(said, actor=actor, at=at)
    return row


def _was_refused(row: Repair, content: Mapping[str, Any]) -> bool:
    """Whether somebody said no to the same moves; a no to shorter ways is no no to help for a promise at risk."""
    is_same = row.content["moved"] == content["moved"]
    return (
        row.state == RepairState.REFUSED and is_same and bool(row.content["helped"] or not content["helped"])
    )


def _content(known: Situation, found: Repaired) -> dict[str, Any]:
    return {
        "routes": {str(id): [str(visit) for visit in route] for id, route in found.routes.items()},
        "versions": {str(id): known.shifts[id].version for id in found.routes},
        "moved": {str(visit): str(id) for visit, id in found.moved.items()},
        "helped": [str(visit) for visit in found.helped],
    }


@command
def accept_repair(*, repair_id: UUID, actor: Actor, at: datetime) -> Repair:
    """Let a repair hold: written in one go if the day is still as it was, else it is overtaken and nothing moves.

    Look at the state of what comes back. Records RepairAccepted, AgentChanged and RoutePlanned, or RepairOvertaken.
    Raises Denied("plan-not-yours"), Missing("repair-not-found"), Conflict("repair-cannot-accept").
    """
    require(may_plan(actor), "plan-not-yours")
    proposed = Repair.objects.filter(id=repair_id).first()
    if proposed is None:
        raise Missing("repair-not-found")
    REPAIR.move(RepairState(proposed.state), "accept")
    written = commit_routes(planned=planned_of(proposed), actor=actor, at=at)
    row = lock(Repair.objects.all(), missing="repair-not-found", id=repair_id)
    REPAIR.move(RepairState(row.state), "accept")  # somebody may have been faster while this one waited
    _decide(row, "overtake" if written is None else "accept", actor, at)
    if written is None:
        record(RepairOvertaken(subject_id=row.id), actor=actor, at=at)
    else:
        said = RepairAccepted(
            subject_id=row.id, helped=len(row.content["helped"]), moved=len(row.content["moved"])
        )
        record(said, actor=actor, at=at)
    return row


@command
def refuse_repair(*, repair_id: UUID, reason: RepairRefusal, actor: Actor, at: datetime) -> Repair:
    """Say that a repair is not wanted, with one reason; the same is not proposed again.

    Records RepairRefused. Raises Denied("plan-not-yours"), Missing("repair-not-found"),
    Invalid("refusal-reason-unknown") or Conflict("repair-cannot-refuse").
    """
    require(may_plan(actor), "plan-not-yours")
    if reason not in set(RepairRefusal):
        raise Invalid("refusal-reason-unknown", field="reason", value=str(reason)[:40])
    row = lock(Repair.objects.all(), missing="repair-not-found", id=repair_id)
    row.reason = reason
    _decide(row, "refuse", actor, at)
    record(RepairRefused(subject_id=row.id, reason=reason), actor=actor, at=at)
    return row


def _decide(row: Repair, verb: str, actor: Actor, at: datetime) -> None:
    row.state = REPAIR.move(RepairState(row.state), verb)
    row.decided_by, row.decided_at = actor.key, at
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
