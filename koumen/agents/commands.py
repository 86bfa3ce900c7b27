"""Engaging agents, certifying them, planning their working days."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from koumen.agents.events import AgentCertified, AgentEngaged, ShiftPlanned
from koumen.agents.models import Agent, Certificate, Shift
from koumen.agents.permissions import may_manage_agents, visible_to
from koumen.agents.queries import lock_shift
from koumen.agents.rules.shift import require_period, require_working_day
from koumen.agents.rules.skills import known_skills, spoken_languages
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.kit.place import Place


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
def plan_shift(
    *, agent_id: UUID, date: date, starts_at: datetime, ends_at: datetime, actor: Actor, at: datetime
) -> Shift:
    """Plan an agent's working day, from home to home.

    The agent's row is the lock: of two plans for one day the second is refused.
    Records ShiftPlanned. Raises Denied("agents-not-yours"), Missing("agent-not-found"), Conflict("shift-exists"),
    Conflict("shift-overlaps"), Invalid("shift-ends-before-it-starts" | "shift-too-long" | "shift-on-another-day").
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
