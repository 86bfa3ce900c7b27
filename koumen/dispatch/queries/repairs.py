"""Repairs of a day: what is proposed, who would move to whom, and what was decided before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from koumen.agents import queries as agents
from koumen.audit.command import require
from koumen.dispatch.models import Repair
from koumen.dispatch.permissions import may_see_board
from koumen.dispatch.queries.live import starts_by_visit
from koumen.dispatch.queries.planning import Situation, situation
from koumen.dispatch.states import RepairState
from koumen.kit.actor import Actor
from koumen.visits.models import Visit


@dataclass(frozen=True, kw_only=True)
class RepairStep:
    """A visit that somebody else would go to, from whom to whom, and when it would begin."""

    visit_id: UUID
    number: str
    customer_person_id: UUID
    window_from: datetime
    window_to: datetime
    from_staff_number: str
    from_person_id: UUID
    to_staff_number: str
    to_person_id: UUID
    expected_at: datetime
    is_helped: bool


@dataclass(frozen=True, kw_only=True)
class OpenRepair:
    """A repair that waits for a dispatcher; ``extra_s`` is more on the road than as it stands."""

    repair: Repair
    helped: frozenset[UUID]
    steps: tuple[RepairStep, ...]


def repairs_on(*, actor: Actor, date: date) -> list[Repair]:
    """Every repair of a day, the newest first; one query. Raises Denied("board-not-yours")."""
    require(may_see_board(actor), "board-not-yours")
    return list(Repair.objects.filter(date=date).order_by("-made_at", "-id"))


def is_asked_about(*, actor: Actor, date: date) -> bool:
    """Whether other routes of a day wait for a decision; one query. Raises Denied("board-not-yours")."""
    require(may_see_board(actor), "board-not-yours")
    return Repair.objects.filter(date=date, state=RepairState.PROPOSED).exists()


def open_repair(*, actor: Actor, date: date, at: datetime) -> OpenRepair | None:
    """The repair that waits for a decision, step by step; nine queries, one when there is none.

    Raises Denied("board-not-yours").
    """
    require(may_see_board(actor), "board-not-yours")
    waiting = Repair.objects.filter(date=date, state=RepairState.PROPOSED)
    row = waiting.order_by("-made_at", "-id").first()
    if row is None:
        return None
    known = situation(date=date, at=at)
    helped = frozenset(UUID(visit) for visit in row.content["helped"])
    return OpenRepair(repair=row, helped=helped, steps=tuple(_steps(row, known, helped)))


def _steps(row: Repair, known: Situation, helped: frozenset[UUID]) -> list[RepairStep]:
    moved = {UUID(stop): UUID(shift) for stop, shift in row.content["moved"].items()}
    routes = {
        UUID(id): [stop for one in route if (stop := UUID(one)) in known.calls]
        for id, route in row.content["routes"].items()
    }
    starts = starts_by_visit(known.rerouted({id: route for id, route in routes.items() if id in known.days}))
    rows = (
        Visit.objects.filter(id__in=moved).select_related("customer", "agent").order_by("window_from", "id")
    )
    cards = agents.agent_cards(agent_ids={known.shifts[id].agent_id for id in moved.values()})
    steps = []
    for visit in rows:
        if visit.id not in starts:
            continue
        card = cards[known.shifts[moved[visit.id]].agent_id]
        steps.append(
            RepairStep(
                visit_id=visit.id,
                number=visit.number,
                customer_person_id=visit.customer.person_id,
                window_from=visit.window_from,
                window_to=visit.window_to,
                from_staff_number=visit.agent.staff_number,
                from_person_id=visit.agent.person_id,
                to_staff_number=card.staff_number,
                to_person_id=card.person_id,
                expected_at=datetime.fromtimestamp(starts[visit.id], UTC),
                is_helped=visit.id in helped,
            )
        )
    return steps
