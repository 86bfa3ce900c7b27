"""Notes of a payment that was taken back: they stay in custody as owed, until it is settled whose they are."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.credit.rules.mending import is_same_person
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.ledger.commands import lock_cash, post_entry
from koumen.ledger.models import Account
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.payments.commands.piles import counted_pile, in_account_minor, notes_as_text
from koumen.payments.events import (
    CashReturned,
    CashReturnOwed,
    NotesClaimed,
    NotesClaimRefused,
    NotesKept,
    NotesNeverCame,
)
from koumen.payments.models import CashReturn, Payment
from koumen.payments.permissions import (
    may_carry_cash,
    may_keep_cash,
    may_void_receipt,
    returns_visible_to,
    visible_to,
)
from koumen.payments.queries.custody import last_count_after, missed_minor
from koumen.payments.rules.custody import NOTES_WERE_TAKEN, Absence, absence
from koumen.payments.states import CASH_RETURN, ReturnState


@command
def owe_cash_return(*, payment_id: UUID, reason: str, actor: Actor, at: datetime) -> CashReturn | None:
    """After a payment was taken back: its notes are owed to who gave them, unless none came and no count says otherwise.

    In the books they are owed since the reversal itself (``ledger.owe_notes``). None for other tenders; a second time
    changes nothing. Records CashReturnOwed or NotesNeverCame. Raises Denied("receipt-not-yours") or
    Missing("payment-not-found").
    """
    require(may_void_receipt(actor), "receipt-not-yours")
    payment = lock(visible_to(actor), missing="payment-not-found", id=payment_id)
    if payment.tender != "cash":
        return None
    known = CashReturn.objects.filter(payment=payment).first()
    if known is not None:
        return known
    owed = CashReturn(payment=payment, owed_at=at)
    if reason not in NOTES_WERE_TAKEN and _find_absent(owed, actor, at):
        return owed
    owed.state = CASH_RETURN.move(None, "owe")
    owed.save(force_insert=True)
    event = CashReturnOwed(
        subject_id=owed.id,
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )
    record(event, actor=actor, at=at)
    return owed


def _find_absent(owed: CashReturn, actor: Actor, at: datetime) -> bool:
    """Settle notes that never came where they are missing; False when they were counted."""
    payment = owed.payment
    accounts = lock_cash(agent_id=payment.agent_id, currency=payment.currency)
    counted = last_count_after(payment)
    where = absence(
        amount_minor=payment.amount_minor,
        in_hand_minor=in_account_minor(accounts[AccountKind.AGENT_CASH]),
        missed_minor=missed_minor(counted) if counted else None,
    )
    if where is Absence.CONTRADICTED:
        return False
    owed.state = CASH_RETURN.move(None, "find_absent")
    owed.missed_in, owed.ended_by, owed.ended_at = counted, actor.key, at
    owed.save(force_insert=True)
    found = AccountKind.AGENT_CASH if where is Absence.BAG else AccountKind.AGENT_SHORT
    _post(owed, EntryKind.NEVER_CAME, accounts, found, actor, at)
    event = NotesNeverCame(
        subject_id=owed.id,
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        hand_in_id=counted.id if counted else None,
    )
    record(event, actor=actor, at=at)
    return True


@command
def return_cash(
    *, return_id: UUID, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime
) -> CashReturn:
    """Count notes back to who gave them: the agent out of their bag, or the cash office out of the safe.

    The same key gives the same return. Records CashReturned. Raises Missing("return-not-found"),
    Denied("own-cash-only"), Invalid as ``rules.custody`` or Conflict("cash_return-cannot-give_back" |
    "return-differs" | "not-so-much-in-hand" | "key-reused").
    """
    inputs = {"return": return_id, "notes": notes_as_text(notes)}
    memory = remember("return_cash", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return returns_visible_to(actor).get(id=memory.answer["return"])
    owed = _locked(return_id, actor)
    payment = owed.payment
    is_own = may_carry_cash(actor, payment.agent_id)
    require(is_own or may_keep_cash(actor), "own-cash-only")
    owed.state = CASH_RETURN.move(ReturnState(owed.state), "give_back")
    pile = counted_pile(notes, currency=payment.currency, actor=actor, at=at)
    if pile.amount_minor != payment.amount_minor:
        raise Conflict("return-differs")
    accounts = lock_cash(agent_id=payment.agent_id, currency=payment.currency)
    source = AccountKind.AGENT_CASH if is_own else AccountKind.SAFE
    if in_account_minor(accounts[source]) < pile.amount_minor:
        raise Conflict("not-so-much-in-hand")
    owed.pile, owed.from_safe, owed.ended_by, owed.ended_at = pile, not is_own, actor.key, at
    owed.save(update_fields=["state", "pile", "from_safe", "ended_by", "ended_at"])
    _post(owed, EntryKind.CASH_RETURNED, accounts, source, actor, at)
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


@command
def claim_notes(*, return_id: UUID, actor: Actor, at: datetime) -> CashReturn:
    """Say that notes which were counted are nobody's, since no customer gave them; a second person decides.

    Only of a payment that was taken back because no notes came. Records NotesClaimed. Raises
    Denied("cash-office-not-yours"), Missing("return-not-found") or Conflict("notes-were-taken" |
    "cash_return-cannot-claim").
    """
    require(may_keep_cash(actor), "cash-office-not-yours")
    owed = _locked(return_id, actor)
    if owed.were_taken:
        raise Conflict("notes-were-taken")
    owed.state = CASH_RETURN.move(ReturnState(owed.state), "claim")
    owed.claimed_by = actor.key
    owed.save(update_fields=["state", "claimed_by"])
    record(NotesClaimed(subject_id=owed.id, payment_id=owed.payment_id), actor=actor, at=at)
    return owed


@command
def decide_claim(*, return_id: UUID, is_agreed: bool, key: UUID, actor: Actor, at: datetime) -> CashReturn:
    """Agree that notes are nobody's, which books them as a surplus, or refuse: then they are owed as before.

    Never one's own claim. The same key decides once. Records NotesKept or NotesClaimRefused. Raises
    Denied("cash-office-not-yours" | "second-person-needed"), Missing("return-not-found") or
    Conflict("cash_return-cannot-keep" | "cash_return-cannot-refuse" | "key-reused").
    """
    inputs = {"return": return_id, "is_agreed": is_agreed}
    memory = remember("decide_claim", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return returns_visible_to(actor).get(id=memory.answer["return"])
    require(may_keep_cash(actor), "cash-office-not-yours")
    owed = _locked(return_id, actor)
    claimed_by = owed.claimed_by
    owed.state = CASH_RETURN.move(ReturnState(owed.state), "keep" if is_agreed else "refuse")
    require(not is_same_person(claimed_by, actor.key), "second-person-needed")
    if is_agreed:
        _keep(owed, actor, at)
    else:
        owed.claimed_by = ""
        owed.save(update_fields=["state", "claimed_by"])
        record(NotesClaimRefused(subject_id=owed.id, payment_id=owed.payment_id), actor=actor, at=at)
    memory.keep(**{"return": owed.id})
    return owed


def _keep(owed: CashReturn, actor: Actor, at: datetime) -> None:
    payment = owed.payment
    accounts = lock_cash(agent_id=payment.agent_id, currency=payment.currency)
    owed.ended_by, owed.ended_at = actor.key, at
    owed.save(update_fields=["state", "ended_by", "ended_at"])
    _post(owed, EntryKind.NOTES_KEPT, accounts, AccountKind.CASH_OVER, actor, at)
    event = NotesKept(
        subject_id=owed.id,
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )
    record(event, actor=actor, at=at)


def _locked(return_id: UUID, actor: Actor) -> CashReturn:
    rows = returns_visible_to(actor).select_related("payment__receipt")
    return lock(rows, missing="return-not-found", id=return_id)


def _post(
    owed: CashReturn,
    kind: EntryKind,
    accounts: Mapping[AccountKind, Account],
    credited: AccountKind,
    actor: Actor,
    at: datetime,
) -> None:
    """What is owed falls, and so does what it is taken from."""
    payment: Payment = owed.payment
    line = Line(accounts[AccountKind.CASH_TO_RETURN].id, accounts[credited].id, payment.amount_minor)
    post_entry(kind=kind, lines=[line], source_id=owed.id, effective_at=at, actor=actor, at=at)
