"""Repairing a day that broke: other routes are found, at once or with some seconds for the optimiser."""

from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import require
from koumen.dispatch.commands.planning import Cluster, better, problem_of, who_may_go
from koumen.dispatch.commands.proposing import Repaired, judged, put_forward
from koumen.dispatch.models import Repair
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries.live import broken
from koumen.dispatch.queries.planning import Routes, Situation, node_of, situation
from koumen.dispatch.rules.planning import MOST_TOGETHER
from koumen.dispatch.solver.mend import Loose, Part
from koumen.dispatch.solver.repair import Trouble, repair
from koumen.kit.actor import Actor
from koumen.kit.place import distance_m


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
    return put_forward(known=known, found=found, actor=actor, at=at)


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
    found = judged(known, new, risky)
    return found if found and found.helped else None


def refined(known: Situation, found: Repaired, seconds: float) -> Repaired:
    """The same repair after PyVRP has improved the routes around it, or as it was where that is no better."""
    after = known.rerouted(found.routes)
    cluster = Cluster(after, _around(known, found.routes))
    improved = better(cluster, problem_of(cluster), seconds, lambda share, cost: None)  # nobody watches
    if improved is None:
        return found
    whole = judged(known, {**known.routes, **found.routes, **improved[0]}, broken(known))
    return whole if whole and whole.is_better_than(found) else found


def _around(known: Situation, routes: Routes) -> list[UUID]:
    """The shifts that change and those nearest to them, as many as are planned together."""
    centres = [known.shifts[id].start for id in routes]
    others = sorted(
        (id for id in known.shifts if id not in routes),
        key=lambda id: (min(distance_m(known.shifts[id].start, centre) for centre in centres), id),
    )
    return [*routes, *others][:MOST_TOGETHER]
