"""Much cash at a visit of two: both count, each signs on their own phone, and what they say is compared."""

from datetime import datetime
from uuid import UUID

from koumen.agents.queries import agent_of
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.payments.events import CashWitnessed
from koumen.payments.models import CashWitness
from koumen.payments.permissions import may_witness_cash
from koumen.visits.models import Visit
from koumen.visits.permissions import visible_to as visits_visible_to


@command
def witness_cash(
    *, visit_id: UUID, amount_minor: int, currency: str, key: UUID, actor: Actor, at: datetime
) -> CashWitness:
    """The second of a team says how much cash was counted at a visit, all together; the newest word counts.

    It may come before the first one's phone tells of the cash, or when the visit is long over. The same key gives the
    same row. Records CashWitnessed. Raises Missing("visit-not-found"), Denied("visit-not-yours"),
    Invalid("amount-not-positive" | "currencies-differ") or Conflict("key-reused").
    """
    inputs = {"visit": visit_id, "amount_minor": amount_minor, "currency": currency}
    memory = remember("witness_cash", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return CashWitness.objects.get(id=memory.answer["witness"])
    visit: Visit = lock(visits_visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_witness_cash(actor, visit), "visit-not-yours")
    if amount_minor <= 0:
        raise Invalid("amount-not-positive", field="amount_minor")
    if currency != visit.currency:
        raise Invalid("currencies-differ", field="currency")
    witness = CashWitness.objects.create(
        visit=visit, agent=agent_of(actor), amount_minor=amount_minor, currency=currency, said_at=at
    )
    event = CashWitnessed(subject_id=visit.id, amount_minor=amount_minor, currency=currency)
    record(event, actor=actor, at=at)
    memory.keep(witness=witness.id)
    return witness
