"""Engaging agents, certifying them, planning their working days, and what becomes of such a day."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F

from koumen.agents.events import (
    AgentCertified,
    AgentEngaged,
    ShiftDelayed,
    ShiftEndedEarly,
    ShiftEquipped,
    ShiftPlanned,
    ShiftResumed,
    TeamFormed,
    TeamParted,
)
from koumen.agents.models import Agent, Certificate, Shift
from koumen.agents.permissions import may_manage_agents, may_report_on_shift, visible_to
from koumen.agents.queries import lock_shift, lock_shifts
from koumen.agents.rules.equipment import known_equipment
from koumen.agents.rules.shift import OffReason, require_delay, require_period, require_working_day
from koumen.agents.rules.skills import known_skills
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.place import Place
from koumen.kit.spoken import spoken_languages


@command
def engage_agent(  # noqa: PLR0913  (six of its own, besides who and when)
    *,
    person_id: UUID,
    staff_number: str,
    skills: Iterable[str],
    languages: Iterable[str],
    home_latitude: float,
    home_longitude: float,
    actor: Actor,
    at: datetime,
) -> Agent:
    """Make a person an agent; a working day starts and ends at their home.

    Records AgentEngaged. Raises Denied("agents-not-yours"), Conflict("agent-exists") or Conflict("staff-number-taken"),
    Invalid("skill-unknown" | "language-unknown" | "place-off-the-earth").
    """
    require(may_manage_agents(actor), "agents-not-yours")
    home = Place(home_latitude, home_longitude)
    if Agent.objects.filter(person_id=person_id).exists():
        raise Conflict("agent-exists")
    if Agent.objects.filter(staff_number=staff_number).exists():
        raise Conflict("staff-number-taken")
    agent = Agent.objects.create(
        person_id=person_id,
        staff_number=staff_number,
        skills=known_skills(skills),
        languages=spoken_languages(languages),
        home_latitude=home.latitude,
        home_longitude=home.longitude,
        created_at=at,
    )
    record(AgentEngaged(subject_id=agent.id, person_id=person_id), actor=actor, at=at)
    return agent


@command
def certify_agent(
    *, agent_id: UUID, kind: str, valid_from: date, valid_to: date, actor: Actor, at: datetime
) -> Certificate:
    """Give an agent a certificate valid on the days [from, to).

    Records AgentCertified. Raises Denied("agents-not-yours"), Missing("agent-not-found"),
    Invalid("certificate-ends-before-it-starts").
    """
    require(may_manage_agents(actor), "agents-not-yours")
    require_period(valid_from, valid_to)
    agent = lock(visible_to(actor), missing="agent-not-found", id=agent_id)
    certificate = Certificate.objects.create(agent=agent, kind=kind, valid_from=valid_from, valid_to=valid_to)
    record(
        AgentCertified(subject_id=agent.id, certificate=kind, valid_from=valid_from, valid_to=valid_to),
        actor=actor,
        at=at,
    )
    return certificate


@command
def plan_shift(  # noqa: PLR0913  (five of its own, besides who and when)
    *,
    agent_id: UUID,
    date: date,
    starts_at: datetime,
    ends_at: datetime,
    equipment: Iterable[str] = (),
    actor: Actor,
    at: datetime,
) -> Shift:
    """Plan an agent's working day, from home to home, and what it carries.

    The agent's row is the lock: of two plans for one day the second is refused.
    Records ShiftPlanned. Raises Denied("agents-not-yours"), Missing("agent-not-found"), Conflict("shift-exists"),
    Conflict("shift-overlaps"), Invalid("shift-ends-before-it-starts" | "shift-too-long" | "shift-on-another-day" |
    "equipment-unknown").
    """
    require(may_manage_agents(actor), "agents-not-yours")
    require_working_day(date, starts_at, ends_at, this_branch().zone)
    agent = lock(visible_to(actor), missing="agent-not-found", id=agent_id)
    others = Shift.objects.filter(agent=agent)
    if others.filter(date=date).exists():
        raise Conflict("shift-exists")
    if others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise Conflict("shift-overlaps")
    shift = Shift.objects.create(
        agent=agent,
        date=date,
        starts_at=starts_at,
        ends_at=ends_at,
        start_latitude=agent.home_latitude,
        start_longitude=agent.home_longitude,
        equipment=known_equipment(equipment),
    )
    record(ShiftPlanned(subject_id=shift.id, agent_id=agent.id, date=date), actor=actor, at=at)
    return shift


@command
def count_change(*, shift_id: UUID, actor: Actor, at: datetime) -> Shift:  # noqa: ARG001  (every command has both)
    """Count one change of a working day, under its lock; the caller's fact names the new version.

    Raises Missing("shift-not-found").
    """
    shift = lock_shift(shift_id)
    shift.version += 1
    shift.save(update_fields=["version"])
    return shift


@command
def end_shift_early(
    *, shift_id: UUID, off_from: datetime, reason: OffReason, actor: Actor, at: datetime
) -> Shift:
    """Say that an agent cannot go on from a moment on; promises stay as they are until somebody else is found.

    Never before the shift begins. Records ShiftEndedEarly. Raises Missing("shift-not-found"),
    Denied("shift-not-yours"), Conflict("shift-over") or Invalid("off-reason-unknown").
    """
    if reason not in set(OffReason):
        raise Invalid("off-reason-unknown", field="reason", value=str(reason)[:40])
    shift = _lock_running(shift_id, actor, at)
    shift.off_from, shift.off_reason = max(off_from, shift.starts_at), reason
    _keep(shift)
    ended = ShiftEndedEarly(
        subject_id=shift.id, agent_id=shift.agent_id, off_from=shift.off_from, reason=reason
    )
    record(ended, actor=actor, at=at)
    return shift


@command
def delay_shift(*, shift_id: UUID, minutes: int, actor: Actor, at: datetime) -> Shift:
    """Say that an agent is held up and can go on in so many minutes.

    Records ShiftDelayed. Raises Missing("shift-not-found"), Denied("shift-not-yours"), Conflict("shift-over" |
    "shift-ended-early") or Invalid("delay-wrong").
    """
    delay = timedelta(minutes=minutes)
    require_delay(delay)
    shift = _lock_running(shift_id, actor, at)
    if shift.off_from:
        raise Conflict("shift-ended-early")
    shift.held_until = max(at, shift.starts_at) + delay
    _keep(shift)
    delayed = ShiftDelayed(subject_id=shift.id, agent_id=shift.agent_id, held_until=shift.held_until)
    record(delayed, actor=actor, at=at)
    return shift


@command
def resume_shift(*, shift_id: UUID, actor: Actor, at: datetime) -> Shift:
    """Say that an agent can go on after all, until the end that was planned.

    Records ShiftResumed. Raises Missing("shift-not-found"), Denied("shift-not-yours") or Conflict("shift-over" |
    "shift-goes-on").
    """
    shift = _lock_running(shift_id, actor, at)
    if not shift.off_from and not shift.held_until:
        raise Conflict("shift-goes-on")
    shift.off_from, shift.off_reason, shift.held_until = None, "", None
    _keep(shift)
    record(ShiftResumed(subject_id=shift.id, agent_id=shift.agent_id), actor=actor, at=at)
    return shift


def _lock_running(shift_id: UUID, actor: Actor, at: datetime) -> Shift:
    shift = lock(Shift.objects.filter(agent__in=visible_to(actor)), missing="shift-not-found", id=shift_id)
    require(may_report_on_shift(actor, shift.agent_id), "shift-not-yours")
    if at >= shift.ends_at:
        raise Conflict("shift-over")
    return shift


def _keep(shift: Shift) -> None:
    """A shift that changed is another one to every plan made before; so is the day of the team it goes along with."""
    shift.version += 1
    shift.save(update_fields=["off_from", "off_reason", "held_until", "version"])
    Shift.objects.filter(partner=shift).update(version=F("version") + 1)


@command
def equip_shift(*, shift_id: UUID, equipment: Iterable[str], actor: Actor, at: datetime) -> Shift:
    """Say anew what a working day carries. A visit that needs what is missing now is at risk until it is planned.

    Records ShiftEquipped. Raises Denied("agents-not-yours"), Missing("shift-not-found") or
    Invalid("equipment-unknown").
    """
    require(may_manage_agents(actor), "agents-not-yours")
    shift = lock_shift(shift_id)
    shift.equipment = known_equipment(equipment)
    shift.version += 1
    shift.save(update_fields=["equipment", "version"])
    record(ShiftEquipped(subject_id=shift.id, equipment=" ".join(shift.equipment)), actor=actor, at=at)
    return shift


@command
def join_shifts(*, shift_id: UUID, joined_id: UUID, actor: Actor, at: datetime) -> Shift:
    """Let two agents go together, both to the stops of the first; called by ``dispatch``, which knows the stops.

    The whole of the first day must lie within the other. Records TeamFormed. Raises Denied("agents-not-yours"),
    Missing("shift-not-found"), Conflict("team-exists" | "team-hours-differ").
    """
    require(may_manage_agents(actor), "agents-not-yours")
    shifts = lock_shifts({shift_id, joined_id})
    shift, joined = shifts[shift_id], shifts[joined_id]
    if {shift.joined_to_id, joined.joined_to_id} != {None} or _has_partner(shifts.values()):
        raise Conflict("team-exists")
    if joined.starts_at > shift.starts_at or joined.ends_at < shift.ends_at:
        raise Conflict("team-hours-differ")
    joined.joined_to = shift
    for one in (shift, joined):
        one.version += 1
        one.save(update_fields=["joined_to", "version"])
    formed = TeamFormed(
        subject_id=shift.id, joined_shift_id=joined.id, agent_id=shift.agent_id, partner_id=joined.agent_id
    )
    record(formed, actor=actor, at=at)
    return shift


@command
def part_shifts(*, shift_id: UUID, actor: Actor, at: datetime) -> Shift:
    """Let the two agents of a team go separately again; called by ``dispatch``.

    Records TeamParted. Raises Denied("agents-not-yours"), Missing("shift-not-found") or Conflict("team-not-there").
    """
    require(may_manage_agents(actor), "agents-not-yours")
    joined = Shift.objects.filter(joined_to=shift_id).first()
    if joined is None:
        raise Conflict("team-not-there")
    shifts = lock_shifts({shift_id, joined.id})
    joined = shifts[joined.id]
    if joined.joined_to_id != shift_id:
        raise Conflict("team-not-there")
    joined.joined_to = None
    for one in shifts.values():
        one.version += 1
        one.save(update_fields=["joined_to", "version"])
    record(TeamParted(subject_id=shift_id, joined_shift_id=joined.id), actor=actor, at=at)
    return shifts[shift_id]


def _has_partner(shifts: Iterable[Shift]) -> bool:
    return Shift.objects.filter(joined_to__in=[shift.id for shift in shifts]).exists()
