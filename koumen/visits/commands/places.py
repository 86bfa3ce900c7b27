"""Proofs of place: taken only between setting out and leaving, deleted when the policy pack says so."""

from datetime import datetime, timedelta
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.conduct.queries import door_rules
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.place import Place
from koumen.visits.events import PlaceProven, PlacesDeleted
from koumen.visits.models import PointProof, Visit
from koumen.visits.permissions import is_own_agent, visible_to
from koumen.visits.rules.points import Moment, Point, looks
from koumen.visits.states import AT_DOOR_STATES, VisitState

# Who has just left says where from: the same form ends the visit and tells the place.
JUST_LEFT = timedelta(minutes=2)


@command
def prove_place(*, visit_id: UUID, moment: Moment, point: Point, actor: Actor, at: datetime) -> PointProof:
    """Keep where the agent's telephone says it is; only between setting out and leaving (R27).

    What looks odd is marked for a person to look at; it stops nothing and counts against nobody. Records PlaceProven.
    Raises Missing("visit-not-found"), Denied("visit-not-yours"), Conflict("place-not-wanted") or
    Invalid("accuracy-unreadable").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if not _is_wanted(visit, at):
        raise Conflict("place-not-wanted", state=visit.state)
    if point.accuracy_m < 0:
        raise Invalid("accuracy-unreadable", field="accuracy_m")
    before = PointProof.objects.filter(visit__agent_id=visit.agent_id, at__lte=at).order_by("-at")[:1]
    found = looks(
        point,
        at,
        moment=moment,
        door=Place(visit.latitude, visit.longitude),
        before=[(Place(one.latitude, one.longitude), one.at) for one in before],
    )
    proof = PointProof.objects.create(
        visit=visit,
        moment=moment,
        at=at,
        latitude=point.place.latitude,
        longitude=point.place.longitude,
        accuracy_m=point.accuracy_m,
        looks=list(found),
    )
    record(PlaceProven(subject_id=visit.id, moment=moment, looks=" ".join(found)), actor=actor, at=at)
    return proof


@command
def delete_places(*, visit_id: UUID, actor: Actor, at: datetime) -> int:
    """Delete the places of a visit whose time is over by the pack of today; returns how many.

    Records PlacesDeleted when there were any. Raises Denied("visit-not-yours") unless the system does it, or
    Missing("visit-not-found").
    """
    require(actor.role is Role.SYSTEM, "visit-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    old = PointProof.objects.filter(visit=visit, at__lt=at - door_rules(at=at).location_kept)
    count, _ = old.delete()
    if count:
        record(PlacesDeleted(subject_id=visit.id, points=count), actor=actor, at=at)
    return count


def _is_wanted(visit: Visit, at: datetime) -> bool:
    if visit.state == VisitState.ON_THE_WAY or VisitState(visit.state) in AT_DOOR_STATES:
        return True
    return visit.arrived_at is not None and visit.ended_at is not None and at <= visit.ended_at + JUST_LEFT
