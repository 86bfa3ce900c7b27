"""Alarms: somebody at a door asks for them, somebody at the console takes them."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.visits.events import AlertSeen, OfficeAsked
from koumen.visits.models import Alert
from koumen.visits.permissions import is_own_agent, visible_to
from koumen.visits.rules.outcomes import ASKED_AT_THE_DOOR
from koumen.visits.states import AT_DOOR_STATES


@command
def take_alert(*, alert_id: UUID, actor: Actor, at: datetime) -> Alert:
    """Say that somebody looks after an alert.

    Records AlertSeen. Raises Denied("alert-not-yours"), Missing("alert-not-found") or Conflict("alert-already-taken").
    """
    require(actor.is_staff, "alert-not-yours")
    alert = lock(Alert.objects.all(), missing="alert-not-found", id=alert_id)
    if alert.seen_at:
        raise Conflict("alert-already-taken")
    alert.seen_at, alert.seen_by = at, actor.key
    alert.save(update_fields=["seen_at", "seen_by"])
    record(AlertSeen(subject_id=alert.visit_id, alert_id=alert.id), actor=actor, at=at)
    return alert


@command
def ask_office(*, visit_id: UUID, wish: str, actor: Actor, at: datetime) -> Alert:
    """The agent at a door asks the office for a second agent or for another time; the visit goes on.

    A second time changes nothing while nobody has taken it. Records OfficeAsked. Raises Missing("visit-not-found"),
    Denied("visit-not-yours"), Conflict("visit-not-at-the-door") or Invalid("form-unreadable").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if wish not in ASKED_AT_THE_DOOR:
        raise Invalid("form-unreadable", field="wish")
    if visit.state not in AT_DOOR_STATES:
        raise Conflict("visit-not-at-the-door", state=visit.state)
    waiting = visit.alerts.filter(kind=wish, seen_at=None).first()
    if waiting is not None:
        return waiting
    alert = Alert.objects.create(visit=visit, kind=wish, raised_at=at)
    record(OfficeAsked(subject_id=visit.id, wish=wish), actor=actor, at=at)
    return alert
