"""Who comes to a visit, with their portraits: for the customer, and for whoever holds the customer's link."""

from datetime import datetime
from uuid import UUID

from koumen.agents.models import Portrait
from koumen.agents.queries import AgentCard, cards_of_shift
from koumen.agents.queries.portraits import portraits_shown
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.visits.models import Visit
from koumen.visits.permissions import may_see_visitors
from koumen.visits.queries.afterwards import visit_by_link
from koumen.visits.rules.links import Purpose
from koumen.visits.states import AT_DOOR_STATES, VisitState


def portraits_for(*, actor: Actor, visit: Visit, at: datetime) -> dict[str, Portrait]:
    """The approved portraits of who comes, by staff number; three queries. None for anybody but the customer."""
    if not may_see_visitors(actor, visit):
        return {}
    return _portraits(cards_of_shift(shift_id=visit.shift_id), at)


def visitor_by_link(
    *, token: str, staff_number: str, at: datetime
) -> tuple[AgentCard, Portrait | None] | None:
    """Who comes, for whoever holds the customer's link and read this number off a badge; five queries at most.

    None unless both are right and the visitor is on the way or at the door: it is not said which of them is wrong.
    Raises Missing("link-not-found").
    """
    visit: Visit = visit_by_link(token=token, purpose=Purpose.VISITOR)
    if visit.state != VisitState.ON_THE_WAY and VisitState(visit.state) not in AT_DOOR_STATES:
        return None
    said = staff_number.strip().upper()
    come = {card.staff_number.upper(): card for card in cards_of_shift(shift_id=visit.shift_id)}
    if said not in come:
        return None
    return come[said], _portraits([come[said]], at).get(come[said].staff_number)


def _portraits(cards: list[AgentCard], at: datetime) -> dict[str, Portrait]:
    numbers: dict[UUID, str] = {card.agent_id: card.staff_number for card in cards}
    shown = portraits_shown(agent_ids=numbers, today=local_date(at, this_branch().zone))
    return {numbers[agent_id]: portrait for agent_id, portrait in shown.items()}
