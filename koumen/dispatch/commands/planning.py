"""Planning a day: better routes from the ones that stand, judged, and written only where nobody was faster."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import require
from koumen.dispatch.commands.committing import Planned, commit_routes, is_no_worse
from koumen.dispatch.commands.proposing import Repaired, judged, put_forward
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.live import broken
from koumen.dispatch.queries.planning import Routes, Situation, judge, node_of, situation
from koumen.dispatch.rules.needs import Brings, Needs, can_serve
from koumen.dispatch.rules.planning import LEAST_GAIN_S, clusters
from koumen.dispatch.solver.check import Call, Duty, Fault
from koumen.dispatch.solver.day import EVER, Node
from koumen.dispatch.solver.mend import Loose, Part, mend
from koumen.dispatch.solver.plan import OnProgress, Problem, improve
from koumen.dispatch.solver.pose import posed
from koumen.kit.actor import Actor

# Somebody whom the customer does not expect is worth five minutes less on the road for each.
CHANGE_OF_AGENT_S = 300
# On a day that runs a person has to look and agents learn another way on the road: less is not worth the question.
GAIN_TO_ASK_S = 600
# Somebody booked meanwhile: once more from the routes as they stand then, else the old plan stays.
TRIES = 2


@dataclass(frozen=True)
class AtRisk:
    """A visit whose promise cannot be kept as it stands, and why it fits nowhere else."""

    visit_id: UUID
    shift_id: UUID
    fault: Fault


@dataclass(frozen=True)
class DayPlan:
    """What planning a day came to; seconds on the road before and after."""

    date: date
    shifts: int
    visits: int
    changed: int
    dropped: int  # clusters whose plan came too late
    proposed: int  # routes that wait for a dispatcher's yes, on a day that runs
    before_s: int
    after_s: int
    at_risk: tuple[AtRisk, ...]


@dataclass(frozen=True)
class Cluster:
    """Some shifts of a day in the optimiser's terms: row numbers instead of ids."""

    situation: Situation
    shift_ids: Sequence[UUID]

    @property
    def kept(self) -> Mapping[UUID, Sequence[UUID]]:
        """The stops that begin too soon to be changed, by shift."""
        return {id: self.situation.routes[id][: self.situation.frozen(id)] for id in self.shift_ids}

    @property
    def movable(self) -> list[UUID]:
        """The visits that may be planned."""
        kept = self.kept
        return [visit for id in self.shift_ids for visit in self.situation.routes[id][len(kept[id]) :]]

    @property
    def routes(self) -> Routes:
        """The routes as they stand."""
        return {id: self.situation.routes[id] for id in self.shift_ids}


def plan_day(
    *,
    date: date,
    seconds: float,
    on_progress: Callable[[float, int], None],
    actor: Actor,
    at: datetime,
) -> DayPlan:
    """Plan the visits of a day anew: cluster by cluster, in so many seconds altogether.

    No promised window changes and nothing that a person decided is undone. What the judge does not call feasible is
    not written, nor what is no better, nor a plan whose shifts changed meanwhile (after one more try). On a day that
    runs nothing is written: what gains most is put before a dispatcher. Records RoutePlanned and AgentChanged, or
    RepairProposed. Raises Denied("plan-not-yours").
    """
    require(may_plan(actor), "plan-not-yours")
    today = situation(date=date, at=at)
    homes = [(id, shift.start) for id, shift in today.shifts.items() if today.routes[id]]
    idle = [(id, shift.start) for id, shift in today.shifts.items() if not today.routes[id]]
    groups = clusters([*homes, *idle])
    done = []
    for number, group in enumerate(groups):
        time = (seconds / len(groups), _share_of(on_progress, number, len(groups)))
        done.append(
            _look_at(today, group, time) if today.runs else _plan_cluster(date, group, time, actor, at)
        )
    waits = _propose_best(today, done, actor, at) if today.runs else 0
    after = situation(date=date, at=at)
    return DayPlan(
        date=date,
        shifts=len(after.shifts),
        visits=len(after.calls),
        changed=sum(one.changed for one in done),
        dropped=sum(one.is_dropped for one in done),
        proposed=waits,
        before_s=sum(one.before_s for one in done),
        after_s=sum(one.after_s for one in done),
        at_risk=tuple(at_risk(after)),
    )


def _share_of(on_progress: OnProgress, number: int, of: int) -> OnProgress:
    return lambda share, cost: on_progress((number + share) / of, cost)


@dataclass(frozen=True)
class _Done:
    before_s: int
    after_s: int
    changed: int = 0
    is_dropped: bool = False
    found: Repaired | None = None  # on a day that runs


def _plan_cluster(
    date: date, shift_ids: Sequence[UUID], time: tuple[float, OnProgress], actor: Actor, at: datetime
) -> _Done:
    before_s = 0
    for _ in range(TRIES):
        cluster = Cluster(situation(date=date, at=at, shift_ids=shift_ids), shift_ids)
        problem = problem_of(cluster)
        before_s = problem.driving_s(problem.routes)
        found = better(cluster, problem, *time)
        if found is None:
            return _Done(before_s, before_s)
        routes, after_s = found
        planned = Planned(date=date, routes=routes, versions=_versions(cluster))
        changed = commit_routes(planned=planned, actor=actor, at=at)
        if changed is not None:
            return _Done(before_s, after_s, changed)
    return _Done(before_s, before_s, is_dropped=True)


def _look_at(today: Situation, shift_ids: Sequence[UUID], time: tuple[float, OnProgress]) -> _Done:
    """What could be better in a cluster of a day that runs; nothing is written."""
    cluster = Cluster(today, shift_ids)
    problem = problem_of(cluster)
    before_s = problem.driving_s(problem.routes)
    found = better(cluster, problem, *time)
    other = judged(today, found[0], broken(today)) if found else None
    return _Done(before_s, before_s, found=other if other and _is_worth_asking(other) else None)


def _is_worth_asking(other: Repaired) -> bool:
    gained = -other.extra_s - CHANGE_OF_AGENT_S * len(other.moved)
    return bool(other.helped) or gained >= GAIN_TO_ASK_S


def _propose_best(today: Situation, done: Sequence[_Done], actor: Actor, at: datetime) -> int:
    """Put the best of a running day before a dispatcher; says how many routes wait there now.

    One neighbourhood at a time: a change of the whole town would be overtaken by the next booking anywhere.
    """
    best: Repaired | None = None
    for one in done:
        if one.found and one.found.is_better_than(best):
            best = one.found
    waiting = put_forward(known=today, found=best, actor=actor, at=at)
    return len(waiting.content["routes"]) if waiting else 0


def _versions(cluster: Cluster) -> Mapping[UUID, int]:
    return {id: cluster.situation.shifts[id].version for id in cluster.shift_ids}


def better(
    cluster: Cluster, problem: Problem, seconds: float, on_progress: OnProgress
) -> tuple[Routes, int] | None:
    """Routes that the judge calls no worse and that are shorter; None where there are none."""
    found = improve(problem, seconds, on_progress)
    movable, kept = cluster.movable, cluster.kept
    known = [stop for route in found for stop in route]
    for number, route in enumerate(problem.routes):  # what was left out stays where it was
        found[number] += [stop for stop in route if stop not in known]
    if problem.is_kept:
        parts, loose = _parts(cluster)
        mended = mend(parts, loose, found)
        if mended is None:
            return None
        found = mended
    routes = {
        id: [*kept[id], *(movable[stop] for stop in route)]
        for id, route in zip(cluster.shift_ids, found, strict=True)
    }
    after_s = problem.driving_s(found)
    if not is_no_worse(cluster.situation, cluster.routes, routes):
        return None
    gained = (
        problem.driving_s(problem.routes) - after_s - CHANGE_OF_AGENT_S * _changes(cluster.routes, routes)
    )
    healed = len(judge(cluster.situation, cluster.routes)) - len(judge(cluster.situation, routes))
    return (routes, after_s) if gained >= LEAST_GAIN_S or healed > 0 else None


def _changes(before: Routes, after: Routes) -> int:
    """How many visits somebody else would come to."""
    return sum(visit not in before[id] for id, route in after.items() for visit in route)


def problem_of(cluster: Cluster) -> Problem:
    """A cluster as the optimiser gets it."""
    known = cluster.situation
    row = {visit: number for number, visit in enumerate(cluster.movable)}
    parts, loose = _parts(cluster)
    return posed(
        parts,
        loose,
        [[row[v] for v in known.routes[id][len(cluster.kept[id]) :]] for id in cluster.shift_ids],
        bands=_bands(known),
        is_kept=not judge(known, cluster.routes),
    )


def _bands(known: Situation) -> Collection[int]:
    """The bands that a shift of the day touches; the slowest of them is right in all of them."""
    assert known.ways is not None, "a cluster has shifts"  # noqa: S101
    starts = min(duty.starts for duty in known.duties.values())
    ends = max(duty.ends for duty in known.duties.values())
    spans = known.ways.spans
    return {
        span.band
        for number, span in enumerate(spans)
        if span.begins <= ends and (number + 1 == len(spans) or spans[number + 1].begins > starts)
    }


def _first(known: Situation, shift_id: UUID, kept: int) -> Node:
    """Where and when the agent is free after what cannot be changed any more."""
    day = known.days[shift_id]
    node = day.nodes[kept]
    begins = min(day.ahead.begins[kept], day.rested.begins[kept])
    return Node(node.place, begins + node.service_s, EVER, 0)


def who_may_go(calls: Sequence[Call], duties: Sequence[Duty]) -> list[frozenset[int]]:
    """For each visit the duties, by their place, whose agents it allows: what it needs, and what persons decided.

    Most visits of a day need the same, so what they need is compared once.
    """
    brought = [_brings(duty) for duty in duties]
    known: dict[Hashable, frozenset[int]] = {}
    found = []
    for call in calls:
        asks = (call.skills, call.equipment, call.languages, call.staff, call.certificates)
        if asks not in known:
            known[asks] = _able(call, duties, brought)
        found.append(
            frozenset(
                number
                for number in known[asks]
                if call.pinned_to in {None, duties[number].id} and duties[number].id not in call.refused
            )
            if call.pinned_to is not None or call.refused
            else known[asks]
        )
    return found


def _able(call: Call, duties: Sequence[Duty], brought: Sequence[Brings]) -> frozenset[int]:
    needs = Needs(skills=call.skills, equipment=call.equipment, languages=call.languages, staff=call.staff)
    return frozenset(
        number
        for number, duty in enumerate(duties)
        if can_serve(needs, brought[number]) and call.certificates <= duty.certificates
    )


def _brings(duty: Duty) -> Brings:
    return Brings(skills=duty.skills, equipment=duty.equipment, languages=duty.languages, staff=duty.staff)


def _parts(cluster: Cluster) -> tuple[list[Part], list[Loose]]:
    """What can be planned of each shift, and the visits that may be moved with who may go."""
    known, kept = cluster.situation, cluster.kept
    assert known.ways is not None, "a cluster has shifts"  # noqa: S101
    parts = []
    for id in cluster.shift_ids:
        day = known.days[id]
        first = _first(known, id, len(kept[id]))
        rest = day.rest if day.rest and first.earliest <= day.rest.ends else None
        parts.append(Part(first, day.nodes[-1], rest, known.ways))
    calls = [known.calls[visit] for visit in cluster.movable]
    allowed = who_may_go(calls, [known.duties[id] for id in cluster.shift_ids])
    return parts, [Loose(node_of(call), may_go) for call, may_go in zip(calls, allowed, strict=True)]


def at_risk(known: Situation) -> list[AtRisk]:
    """The promises that cannot be kept as they stand, each with the reason why nobody else can keep it."""
    found: dict[UUID, AtRisk] = {}
    for id in known.routes:
        for visit in _broken_in(known, id):
            found[visit] = AtRisk(visit, id, why_nowhere(known, visit))
    return list(found.values())


def _broken_in(known: Situation, shift_id: UUID) -> list[UUID]:
    """The visits of a shift that the judge names; and the last ones, as many as make it late home or breakless."""
    route = list(known.routes[shift_id])
    faults = judge(known, {shift_id: route})
    named = {fault.visit for fault in faults}
    broken = [visit for visit in route if visit in named]
    left = [visit for visit in route if visit not in named]
    while left and any(f.visit is None for f in judge(known, {shift_id: left}) if f.shift == shift_id):
        broken.append(left.pop())
    return broken


# The nearer to "possible", the later: of many agents the one who nearly could says most.
_NEARNESS = (
    *(Fault.SKILL, Fault.CERTIFICATE, Fault.EQUIPMENT, Fault.LANGUAGE, Fault.STAFF),
    *(Fault.REFUSED, Fault.PINNED, Fault.FROZEN, Fault.NO_WAY, Fault.BREAK, Fault.HOME_LATE, Fault.LATE),
)


def why_nowhere(known: Situation, visit_id: UUID) -> Fault:
    """Why no shift can keep a visit: what is in the way of the one who comes nearest to it."""
    call, reasons = known.calls[visit_id], []
    for id, route in known.routes.items():
        others = [visit for visit in route if visit != visit_id]
        gaps = [
            judge(known, {id: [*others[:gap], visit_id, *others[gap:]]}) for gap in range(len(others) + 1)
        ]
        own = [fault.fault for fault in min(gaps, key=len) if fault.visit in {None, call.id}]
        reasons += [max(own, key=_nearness)] if own else [Fault.LATE]
    return max(reasons, key=_nearness, default=Fault.LATE)


def _nearness(fault: Fault) -> int:
    return _NEARNESS.index(fault) if fault in _NEARNESS else -1
