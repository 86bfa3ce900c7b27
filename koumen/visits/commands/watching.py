"""Watching over who stands at a door: signs of life, quiet calls for help, visits of which nothing is heard."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.conduct.queries import door_rules
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict
from koumen.visits.events import AgentCheckedIn, AlarmRaised, AlertSeen, DuressSignalled
from koumen.visits.models import Alert, Visit
from koumen.visits.permissions import is_own_agent, visible_to
from koumen.visits.queries import agent_heard_after, last_sign_at
from koumen.visits.rules.outcomes import AlertKind, CheckInResult
from koumen.visits.rules.secrets import is_same_code, signs_of_life
from koumen.visits.states import AT_DOOR_STATES, VisitState


@command
def check_in(*, visit_id: UUID, number: str, actor: Actor, at: datetime) -> CheckInResult:
    """The agent at a door gives a sign of life by one of their two numbers: the watch begins anew.

    The other number calls for help: it is answered exactly alike, and the console is alarmed. Records AgentCheckedIn,
    and DuressSignalled with an Alert for the other; nothing for any third number, which is an outcome. Raises
    Missing("visit-not-found"), Denied("visit-not-yours") or Conflict("visit-not-at-the-door").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if visit.state not in AT_DOOR_STATES:
        raise Conflict("visit-not-at-the-door", state=visit.state)
    well, alarm = signs_of_life(settings.KOUMEN_DOOR_KEY, agent_id=visit.agent_id)
    is_well, is_alarm = is_same_code(number, well), is_same_code(number, alarm)
    if not (is_well or is_alarm):
        return CheckInResult.WRONG
    if is_alarm:
        call_for_help(visit, by="agent", actor=actor, at=at)
    record(AgentCheckedIn(subject_id=visit.id), actor=actor, at=at)
    return CheckInResult.RIGHT


def call_for_help(visit: Visit, *, by: str, actor: Actor, at: datetime) -> None:
    """Alarm the console and change nothing that anybody at the door could see; the caller holds the visit's lock."""
    Alert.objects.create(visit=visit, kind=AlertKind.DURESS, raised_at=at)
    record(DuressSignalled(subject_id=visit.id, by=by), actor=actor, at=at)


@command
def raise_alarm(*, visit_id: UUID, kind: AlertKind, actor: Actor, at: datetime) -> Alert | None:
    """Alarm the console about a visit of which nothing is heard; None if it was heard of meanwhile.

    NO_SIGN: nothing happened for as long as the pack says, and no such alarm since. NO_OUTCOME: arrived so long ago,
    still open, and no such alarm yet. Records AlarmRaised. Raises Denied("visit-not-yours") unless the system
    watches, or Missing("visit-not-found").
    """
    require(actor.role is Role.SYSTEM, "visit-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    if not _is_overdue(visit, kind, at):
        return None
    alert = Alert.objects.create(visit=visit, kind=kind, raised_at=at)
    record(AlarmRaised(subject_id=visit.id, alarm=kind), actor=actor, at=at)
    return alert


@command
def settle_alarm(*, alert_id: UUID, actor: Actor, at: datetime) -> Alert | None:
    """What was awaited has come, perhaps from a phone that had no signal: the alarm waits for nobody any more.

    A sign of life after the alarm settles NO_SIGN, an ending settles both kinds; None while it is still awaited, or
    when somebody has taken the alarm. Records AlertSeen. Raises Denied("visit-not-yours") unless the system
    watches, or Missing("alert-not-found").
    """
    require(actor.role is Role.SYSTEM, "visit-not-yours")
    waiting = Alert.objects.filter(id=alert_id).values_list("visit_id", flat=True).first()
    visit = lock(visible_to(actor), missing="alert-not-found", id=waiting)
    alert = lock(Alert.objects.all(), missing="alert-not-found", id=alert_id)
    is_over = VisitState(visit.state) not in AT_DOOR_STATES
    is_heard = alert.kind == AlertKind.NO_SIGN and agent_heard_after(visit, alert.raised_at)
    if alert.seen_at or not (is_over or is_heard):
        return None
    alert.seen_at, alert.seen_by = at, actor.key
    alert.save(update_fields=["seen_at", "seen_by"])
    record(AlertSeen(subject_id=visit.id, alert_id=alert.id), actor=actor, at=at)
    return alert


@command
def alarm_about_count(*, visit_id: UUID, kind: AlertKind, actor: Actor, at: datetime) -> Alert | None:
    """Alarm the console that the two of a team counted different cash, or that only one has told; of each once.

    Called by ``payments``, which compares. Records AlarmRaised. Raises Denied("visit-not-yours") unless the system
    compares, or Missing("visit-not-found").
    """
    require(actor.role is Role.SYSTEM, "visit-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    if visit.alerts.filter(kind=kind).exists():
        return None
    alert = Alert.objects.create(visit=visit, kind=kind, raised_at=at)
    record(AlarmRaised(subject_id=visit.id, alarm=kind), actor=actor, at=at)
    return alert


def _is_overdue(visit: Visit, kind: AlertKind, at: datetime) -> bool:
    if VisitState(visit.state) not in AT_DOOR_STATES or visit.arrived_at is None:
        return False
    rules, before = door_rules(at=at), visit.alerts.filter(kind=kind)
    if kind is AlertKind.NO_OUTCOME:
        return at >= visit.arrived_at + rules.outcome and not before.exists()
    heard = last_sign_at(visit)
    return at >= heard + rules.check_in and not before.filter(raised_at__gte=heard).exists()
