"""Agents as the office looks after them: what they are certified for, and when they work."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from koumen.agents.models import Agent, Certificate, Shift
from koumen.agents.permissions import visible_to
from koumen.kit.actor import Actor


@dataclass(frozen=True)
class Roster:
    """One agent with the newest certificate of each kind and the shifts of the days asked about."""

    agent: Agent
    certificates: tuple[Certificate, ...]
    shifts: tuple[Shift, ...]

    @property
    def agent_id(self) -> UUID:
        """Whose roster it is."""
        return self.agent.id


def roster(*, actor: Actor, from_date: date, to_date: date) -> list[Roster]:
    """Every agent the actor may see, by staff number, with shifts in [from, to); three queries."""
    people = list(visible_to(actor).order_by("staff_number"))
    newest = Certificate.objects.filter(agent__in=people).order_by("agent_id", "kind", "-valid_to")
    shifts = Shift.objects.filter(agent__in=people, date__gte=from_date, date__lt=to_date).order_by("date")
    held: dict[UUID, list[Certificate]] = {}
    for certificate in newest.distinct("agent_id", "kind"):
        held.setdefault(certificate.agent_id, []).append(certificate)
    planned: dict[UUID, list[Shift]] = {}
    for shift in shifts:
        planned.setdefault(shift.agent_id, []).append(shift)
    return [Roster(one, tuple(held.get(one.id, ())), tuple(planned.get(one.id, ()))) for one in people]
