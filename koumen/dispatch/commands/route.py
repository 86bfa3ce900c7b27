"""The order of stops in a shift, written whole under the shift's lock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from koumen.agents.commands import count_change
from koumen.audit.command import command
from koumen.audit.commands import record
from koumen.dispatch.events import RoutePlanned, StopDropped
from koumen.dispatch.models import Stop
from koumen.dispatch.queries import Routed
from koumen.dispatch.solver.progress import Phase
from koumen.kit.actor import Actor
from koumen.visits.models import Visit
from koumen.visits.states import OPEN_STATES


def write_route(*, shift_id: UUID, route: Sequence[Routed], visit_id: UUID, gap: int) -> UUID | None:
    """Put a visit into a gap among those ahead and number the stops again; the caller holds the shift's lock.

    A stop whose visit is called off but not yet dropped goes to the end until its reaction has run. Returns the
    visit ahead behind which it came to stand, None for the first.
    """
    ahead = [routed.visit_id for routed in route if routed.promise.phase is Phase.AHEAD]
    behind = [
        routed.visit_id
        for routed in route
        if routed.promise.phase is not Phase.AHEAD and routed.position is not None
    ]
    _number(shift_id, [*behind, *ahead[:gap], visit_id, *ahead[gap:]])
    return ahead[gap - 1] if gap else None


def write_order(*, shift_id: UUID, order: Sequence[UUID]) -> None:
    """Number a shift's stops in this order, those that come from another shift too; the caller holds the locks."""
    _number(shift_id, list(order))


def route_planned(shift_id: UUID, version: int, order: Sequence[UUID]) -> RoutePlanned:
    """The fact that says in which order a shift's visits ahead stand from now on."""
    return RoutePlanned(
        subject_id=shift_id, shift_version=version, stops=len(order), order=" ".join(map(str, order))
    )


def close_gap(*, shift_id: UUID) -> None:
    """Number the stops that are left; the caller holds the shift's lock."""
    _number(shift_id, [])


def _number(shift_id: UUID, order: list[UUID]) -> None:
    stops = list(Stop.objects.filter(shift_id=shift_id).order_by("position"))
    known = {stop.visit_id: stop for stop in stops}
    missing = [visit_id for visit_id in order if visit_id not in known]
    # a stop that comes from another shift keeps its row
    known |= {stop.visit_id: stop for stop in Stop.objects.filter(visit_id__in=missing)} if missing else {}
    order = [*order, *(stop.visit_id for stop in stops if stop.visit_id not in set(order))]
    changed, new = [], []
    for position, visit_id in enumerate(order, start=1):
        stop = known.get(visit_id)
        if stop is None:
            new.append(Stop(shift_id=shift_id, visit_id=visit_id, position=position))
        elif (stop.shift_id, stop.position) != (shift_id, position):
            stop.shift_id, stop.position = shift_id, position
            changed.append(stop)
    Stop.objects.bulk_update(changed, ["shift", "position"])
    Stop.objects.bulk_create(new)


@command
def drop_stop(*, visit_id: UUID, actor: Actor, at: datetime) -> bool:
    """Take a visit that is over out of its route, so that the place can be promised again.

    Safe to run twice: says whether there was something to drop. A visit that is not over keeps its stop.
    Records StopDropped.
    """
    over = Visit.objects.filter(id=visit_id).exclude(state__in=OPEN_STATES)
    stop = Stop.objects.filter(visit__in=over).first()
    if stop is None:
        return False
    shift = count_change(shift_id=stop.shift_id, actor=actor, at=at)
    dropped, _ = Stop.objects.filter(id=stop.id).delete()
    if not dropped:
        return False
    close_gap(shift_id=shift.id)
    record(
        StopDropped(subject_id=visit_id, shift_id=shift.id, shift_version=shift.version), actor=actor, at=at
    )
    return True
