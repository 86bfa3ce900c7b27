"""Cash at the door."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from koumen.agents.queries import lock_shift
from koumen.audit.command import command
from koumen.audit.commands import remember
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments.commands.tendering import agreement_to_pay, lock_visit_of_money, receive, tender_payment
from koumen.payments.models import NoteCount, Payment
from koumen.payments.permissions import visible_to
from koumen.payments.queries import cash_advice
from koumen.payments.rules.cash import CountedCash, count_cash


@command
def pay_cash(
    *,
    visit_id: UUID,
    notes_in: Mapping[int, int],
    notes_out: Mapping[int, int],
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Payment:
    """Take cash, counted note by note in and out; what is kept pays the debt and is now in the agent's custody.

    Denominations are in minor units. The same key gives the same payment and receipt. Records PaymentMade (and
    VisitPaid, BalanceReduced). Raises Missing("visit-not-found"), Denied("visit-not-yours"), Invalid as
    ``rules.cash``, Conflict("code-not-accepted" | "tender-open" | "above-agreed" | "owed-less-now" | "key-reused")
    or Conflict("cash-in-hand-ceiling", other_ways=…): the tender stops, never the visit.
    """
    inputs = {"visit": visit_id, "in": _as_text(notes_in), "out": _as_text(notes_out)}
    memory = remember("pay_cash", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return visible_to(actor).select_related("receipt").get(id=memory.answer["payment"])
    visit = lock_visit_of_money(visit_id, actor)
    counted = count_cash(notes_in, notes_out, visit.currency)
    lock_shift(visit.shift_id)  # two tenders of one agent may not both fit under the ceiling
    agreement = agreement_to_pay(visit, counted.amount_minor, at)
    advice = cash_advice(visit, amount_minor=counted.amount_minor, at=at)
    if advice.is_blocked:
        raise Conflict("cash-in-hand-ceiling", room_minor=advice.room_minor, other_ways=advice.other_ways)
    payment = tender_payment(
        visit,
        agreement,
        tender="cash",
        amount_minor=counted.amount_minor,
        at=at,
    )
    keep_count(payment, counted)
    custody = account_for(kind=AccountKind.AGENT_CASH, owner_id=visit.agent_id, currency=visit.currency)
    receive(
        payment,
        debit_account_id=custody.id,
        entry_kind=EntryKind.CASH_TENDER,
        tendered_at=at,
        actor=actor,
        at=at,
    )
    memory.keep(payment=payment.id)
    return payment


def keep_count(payment: Payment, counted: CountedCash) -> None:
    """Write down every pile of a count, in and out."""
    both = (("in", counted.notes_in), ("out", counted.notes_out))
    NoteCount.objects.bulk_create(
        NoteCount(payment=payment, direction=direction, denomination_minor=value, count=pieces)
        for direction, notes in both
        for value, pieces in notes.items()
    )


def _as_text(notes: Mapping[int, int]) -> str:
    return " ".join(f"{value}x{pieces}" for value, pieces in sorted(notes.items()) if pieces)
