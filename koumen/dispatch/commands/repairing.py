"""Repairing a day that broke: other routes are found, put before a dispatcher, and written or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.dispatch.commands.committing import Planned, commit_routes, is_no_worse
from koumen.dispatch.commands.planning import LEAST_GAIN_S, Cluster, better, problem_of, who_may_go
from koumen.dispatch.events import RepairAccepted, RepairOvertaken, RepairProposed, RepairRefused
from koumen.dispatch.models import Repair
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.live import broken
from koumen.dispatch.queries.planning import Routes, Situation, node_of, situation
from koumen.dispatch.rules.planning import MOST_TOGETHER, RepairRefusal
from koumen.dispatch.solver.mend import Loose, Part
from koumen.dispatch.solver.repair import Trouble, repair
from koumen.dispatch.states import REPAIR, RepairState
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing
from koumen.kit.place import distance_m


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


def propose_repair(*, date: date, seconds: float, actor: Actor, at: datetime) -> Repair | None:
    """Look for routes that help the promises at risk, and put the best before a dispatcher; None where none help.

    ``seconds``: how long PyVRP may improve on ejection and insertion; 0 for the first answer, at once. What was
    refused is not proposed again. Nothing but the proposal is written. Records RepairProposed, RepairOvertaken for
    one that fits no longer. Raises Denied("plan-not-yours").
    """
    require(may_plan(actor), "plan-not-yours")
    known = situation(date=date, at=at)
    found = first_repair(known)
    if found and seconds > 0:
        found = refined(known, found, seconds)
    standing = _standing(known)
    if standing and not (found and found.is_better_than(standing[1])):
        return standing[0]
    return _propose(known=known, found=found, actor=actor, at=at)


def first_repair(known: Situation) -> Repaired | None:
    """Ejection and insertion over all shifts of a day; None where nobody can be helped."""
    risky = broken(known)
    if not risky or known.ways is None:
        return None
    ids, rows = list(known.shifts), list(known.calls)
    number = {visit: row for row, visit in enumerate(rows)}
    duties = [known.duties[id] for id in ids]
    everywhere = [*{known.calls[v].place for v in rows}, *{day.nodes[0].place for day in known.days.values()}]
    everywhere += [duty.home for duty in duties]
    places = [known.calls[visit].place for visit in risky]
    known.ways.learn(places, everywhere)
    known.ways.learn(everywhere, places)
    routes = repair(
        Trouble(
            parts=[
                Part(known.days[id].nodes[0], known.days[id].nodes[-1], known.days[id].rest, known.ways)
                for id in ids
            ],
            stops=[
                Loose(node_of(known.calls[visit]), allowed)
                for visit, allowed in zip(rows, who_may_go(list(known.calls.values()), duties), strict=True)
            ],
            routes=[[number[visit] for visit in known.routes[id]] for id in ids],
            stays=frozenset(
                number[visit]
                for id in ids
                for visit in known.routes[id][: known.frozen(id)]
                if visit not in set(risky)
            ),
            at_risk=[number[visit] for visit in risky],
        )
    )
    new = {id: [rows[stop] for stop in route] for id, route in zip(ids, routes, strict=True)}
    return _judged(known, new, risky)


def refined(known: Situation, found: Repaired, seconds: float) -> Repaired:
    """The same repair after PyVRP has improved the routes around it, or as it was where that is no better."""
    after = known.rerouted(found.routes)
    cluster = Cluster(after, _around(known, found.routes))
    improved = better(cluster, problem_of(cluster), seconds, lambda share, cost: None)  # nobody watches
    if improved is None:
        return found
    whole = _judged(known, {**known.routes, **found.routes, **improved[0]}, broken(known))
    return whole if whole and whole.is_better_than(found) else found


def _around(known: Situation, routes: Routes) -> list[UUID]:
    """The shifts that change and those nearest to them, as many as are planned together."""
    centres = [known.shifts[id].start for id in routes]
    others = sorted(
        (id for id in known.shifts if id not in routes),
        key=lambda id: (min(distance_m(known.shifts[id].start, centre) for centre in centres), id),
    )
    return [*routes, *others][:MOST_TOGETHER]


def _judged(known: Situation, routes: Routes, risky: Sequence[UUID]) -> Repaired | None:
    """Routes as a repair, if the judge calls them no worse and somebody is helped."""
    changed = {id: list(route) for id, route in routes.items() if list(route) != list(known.routes[id])}
    before = {id: known.routes[id] for id in changed}
    if not changed or not is_no_worse(known, before, changed, frozenset(risky)):
        return None
    still = set(broken(known.rerouted(changed)))
    helped = tuple(visit for visit in risky if visit not in still)
    was = {visit: id for id, route in before.items() for visit in route}
    if not helped:
        return None
    return Repaired(
        routes=changed,
        helped=helped,
        moved={visit: id for id, route in changed.items() for visit in route if was[visit] != id},
        extra_s=sum(known.way_s(id, route) - known.way_s(id, before[id]) for id, route in changed.items()),
    )


def _standing(known: Situation) -> tuple[Repair, Repaired] | None:
    """The repair that is proposed, if it still fits the day as it stands."""
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
    found = _judged(known, {**known.routes, **planned.routes}, broken(known))
    return (row, found) if found else None


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
        if found and row.state == RepairState.REFUSED and row.content["moved"] == content["moved"]:
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
