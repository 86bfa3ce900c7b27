"""On the road: setting out, turning back, arriving."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.conduct.commands import ask
from koumen.conduct.models import Ruling
from koumen.conduct.queries import is_disputed
from koumen.conduct.rules.acts import Act, Circumstances, Verdict
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict
from koumen.visits.commands.cards import take_first_line
from koumen.visits.events import AgentArrived, AgentSetOut, AgentTurnedBack
from koumen.visits.models import Visit
from koumen.visits.permissions import is_own_agent, may_turn_back, visible_to
from koumen.visits.rules.booking import COLLECTION, InitiatedBy
from koumen.visits.rules.moments import may_set_out
from koumen.visits.rules.reasons import TurnBackReason
from koumen.visits.states import VISIT, VisitState


@dataclass(frozen=True)
class Arrival:
    """What became of an arrival: at the door, or not to knock (the ruling says why)."""

    visit: Visit
    ruling: Ruling

    @property
    def is_allowed(self) -> bool:
        """Whether the agent may knock."""
        return self.ruling.verdict == Verdict.ALLOW


@command
def set_out(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """The agent starts for the door; from here the customer is told how near.

    Of a customer with a door card the visit takes the next line now, once. Records AgentSetOut and CardNumberTaken. Raises Missing("visit-not-found"), Denied("visit-not-yours") or
    Conflict("visit-cannot-set_out" | "too-early-to-set-out").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    visit.state = VISIT.move(VisitState(visit.state), "set_out")
    if not may_set_out(at, visit.window_from):
        raise Conflict("too-early-to-set-out", window_from=visit.window_from)
    visit.set_out_at = at
    visit.save(update_fields=["state", "set_out_at"])
    record(AgentSetOut(subject_id=visit.id, agent_id=visit.agent_id), actor=actor, at=at)
    take_first_line(visit, actor=actor, at=at)
    return visit


@command
def turn_back(*, visit_id: UUID, reason: TurnBackReason, actor: Actor, at: datetime) -> Visit:
    """The agent cannot come now; the promise stands and dispatch looks after it.

    Records AgentTurnedBack. Raises Missing("visit-not-found"), Denied("visit-not-yours") or
    Conflict("visit-cannot-turn_back").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_turn_back(actor, visit), "visit-not-yours")
    visit.state = VISIT.move(VisitState(visit.state), "turn_back")
    visit.set_out_at = None
    visit.save(update_fields=["state", "set_out_at"])
    record(AgentTurnedBack(subject_id=visit.id, agent_id=visit.agent_id, reason=reason), actor=actor, at=at)
    return visit


@command
def arrive(*, visit_id: UUID, actor: Actor, at: datetime) -> Arrival:
    """The agent stands before the door and asks whether they may knock.

    The policy pack answers (certificate, hours, window of 20 minutes before to 60 after). A denial is an outcome:
    the ruling stays on record and the visit on the way. Records AgentArrived when allowed. Raises
    Missing("visit-not-found"), Denied("visit-not-yours") or Conflict("visit-cannot-arrive").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    after = VISIT.move(VisitState(visit.state), "arrive")
    ruling = ask(
        act=Act.KNOCK,
        subject_id=visit.id,
        moment=at,
        circumstances=_circumstances(visit, at),
        actor=actor,
        at=at,
    )
    arrival = Arrival(visit, ruling)
    if not arrival.is_allowed:
        return arrival
    visit.state, visit.arrived_at = after, at
    visit.save(update_fields=["state", "arrived_at"])
    record(AgentArrived(subject_id=visit.id, agent_id=visit.agent_id), actor=actor, at=at)
    return arrival


def _circumstances(visit: Visit, at: datetime) -> Circumstances:
    """Both of a team must be certified: what one of them lacks, the knock lacks."""
    zone = this_branch().zone
    today = local_date(at, zone)
    held = [
        agents.certificates_on(agent_id=agent_id, date=today)
        for agent_id in agents.who_comes(shift_id=visit.shift_id)
    ]
    return Circumstances(
        zone=zone,
        window_from=visit.window_from,
        window_to=visit.window_to,
        certificates=frozenset.intersection(*held),
        is_recovery=visit.nature == COLLECTION or visit.initiated_by == InitiatedBy.LENDER,
        is_disputed=is_disputed(customer_id=visit.customer_id),
    )
