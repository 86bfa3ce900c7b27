"""Notes of a payment that was taken back: they stay in custody as owed, until they are counted back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.ledger.commands import lock_cash, post_entry
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.payments.commands.piles import counted_pile, in_account_minor, notes_as_text
from koumen.payments.events import CashReturned, CashReturnOwed
from koumen.payments.models import CashReturn, Payment
from koumen.payments.permissions import (
    may_carry_cash,
    may_keep_cash,
    may_void_receipt,
    returns_visible_to,
    visible_to,
)

# Why a payment of cash is taken back although the notes were there; for the other reasons there were none.
NOTES_WERE_TAKEN = frozenset({"wrong_amount", "wrong_account"})


@command
def owe_cash_return(*, payment_id: UUID, reason: str, actor: Actor, at: datetime) -> UUID | None:
    """After a payment was taken back: if notes were taken, the agent still has them, and they are owed.

    Returns the id of the return, None when no notes are owed; a second time changes nothing. Records
    CashReturnOwed. Raises Denied("receipt-not-yours") or Missing("payment-not-found").
    """
    require(may_void_receipt(actor), "receipt-not-yours")
    payment = lock(visible_to(actor), missing="payment-not-found", id=payment_id)
    if payment.tender != "cash" or reason not in NOTES_WERE_TAKEN:
        return None
    known = CashReturn.objects.filter(payment=payment).values_list("id", flat=True).first()
    if known is not None:
        return known
    owed = CashReturn.objects.create(id=new_id(), payment=payment, owed_at=at)
    accounts = lock_cash(agent_id=payment.agent_id, currency=payment.currency)
    _post(
        owed,
        EntryKind.RETURN_OWED,
        accounts[AccountKind.AGENT_CASH].id,
        accounts[AccountKind.CASH_TO_RETURN].id,
        actor,
        at,
    )
    event = CashReturnOwed(
        subject_id=owed.id,
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )
    record(event, actor=actor, at=at)
    return owed.id


@command
def return_cash(
    *, return_id: UUID, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime
) -> CashReturn:
    """Count notes back to who gave them: the agent out of their bag, or the cash office out of the safe.

    The same key gives the same return. Records CashReturned. Raises Missing("return-not-found"),
    Denied("own-cash-only"), Invalid as ``rules.custody`` or Conflict("cash-returned-already" | "return-differs" |
    "not-so-much-in-hand" | "key-reused").
    """
    inputs = {"return": return_id, "notes": notes_as_text(notes)}
    memory = remember("return_cash", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return returns_visible_to(actor).get(id=memory.answer["return"])
    owed = lock(returns_visible_to(actor).select_related("payment"), missing="return-not-found", id=return_id)
    payment = owed.payment
    is_own = may_carry_cash(actor, payment.agent_id)
    require(is_own or may_keep_cash(actor), "own-cash-only")
    if owed.returned_at is not None:
        raise Conflict("cash-returned-already")
    pile = counted_pile(notes, currency=payment.currency, actor=actor, at=at)
    if pile.amount_minor != payment.amount_minor:
        raise Conflict("return-differs")
    accounts = lock_cash(agent_id=payment.agent_id, currency=payment.currency)
    source = accounts[AccountKind.AGENT_CASH if is_own else AccountKind.SAFE]
    if in_account_minor(source) < pile.amount_minor:
        raise Conflict("not-so-much-in-hand")
    owed.pile, owed.from_safe, owed.returned_at = pile, not is_own, at
    owed.save(update_fields=["pile", "from_safe", "returned_at"])
    _post(owed, EntryKind.CASH_RETURNED, accounts[AccountKind.CASH_TO_RETURN].id, source.id, actor, at)
    event = CashReturned(
        subject_id=owed.id,
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        from_safe=owed.from_safe,
    )
    record(event, actor=actor, at=at)
    memory.keep(**{"return": owed.id})
    return owed


def _post(
    owed: CashReturn, kind: EntryKind, debit_id: int, credit_id: int, actor: Actor, at: datetime
) -> None:
    payment: Payment = owed.payment
    post_entry(
        kind=kind,
        lines=[Line(debit_id, credit_id, payment.amount_minor)],
        source_id=owed.id,
        effective_at=at,
        actor=actor,
        at=at,
    )
