"""Alarms: somebody at the console takes them."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.visits.events import AlertSeen
from koumen.visits.models import Alert


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
