"""Cash handed in: counted by who carries it, then by another person; only the second count moves it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from koumen.agents.commands import close_shift
from koumen.agents.queries import lock_shift
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.ledger.commands import lock_cash, post_entry
from koumen.ledger.models import Account
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.payments.commands.piles import counted_pile, in_account_minor, notes_as_text
from koumen.payments.events import HandInCounted, HandInDeclared, HandInWithdrawn
from koumen.payments.models import HandIn
from koumen.payments.permissions import hand_ins_visible_to, may_carry_cash, may_keep_cash
from koumen.payments.queries.custody import is_at_a_visit
from koumen.payments.rules.custody import Settled, settle_count
from koumen.payments.states import HAND_IN, HandInState

Accounts = Mapping[AccountKind, Account]


@command
def declare_hand_in(
    *, shift_id: UUID, notes: Mapping[int, int], is_final: bool, key: UUID, actor: Actor, at: datetime
) -> HandIn:
    """The agent counts what they hand in: a part, or everything, which ends the working day. Nothing moves yet.

    The same key gives the same hand-in. Records HandInDeclared. Raises Missing("shift-not-found"),
    Denied("own-cash-only"), Invalid as ``rules.custody`` or Invalid("nothing-counted") of a part,
    Conflict("shift-closed" | "hand-in-waits" | "visit-still-open" | "key-reused").
    """
    inputs = {"shift": shift_id, "notes": notes_as_text(notes), "is_final": is_final}
    memory = remember("declare_hand_in", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return hand_ins_visible_to(actor).get(id=memory.answer["hand_in"])
    shift = lock_shift(shift_id)
    require(may_carry_cash(actor, shift.agent_id), "own-cash-only")
    if shift.closed_at is not None:
        raise Conflict("shift-closed")
    if HandIn.objects.filter(agent_id=shift.agent_id, state=HandInState.DECLARED).exists():
        raise Conflict("hand-in-waits")
    if is_final and is_at_a_visit(agent_id=shift.agent_id):
        raise Conflict("visit-still-open")
    pile = counted_pile(notes, currency=this_branch().currency, actor=actor, at=at)
    if not pile.amount_minor and not is_final:
        raise Invalid("nothing-counted", field="notes")
    hand_in = HandIn.objects.create(
        shift=shift,
        agent_id=shift.agent_id,
        is_final=is_final,
        state=HAND_IN.move(None, "declare"),
        currency=pile.currency,
        declared=pile,
        declared_at=at,
    )
    event = HandInDeclared(
        subject_id=hand_in.id,
        agent_id=shift.agent_id,
        shift_id=shift.id,
        is_final=is_final,
        declared_minor=pile.amount_minor,
        currency=pile.currency,
    )
    record(event, actor=actor, at=at)
    memory.keep(hand_in=hand_in.id)
    return hand_in


@command
def count_hand_in(
    *, hand_in_id: UUID, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime
) -> HandIn:
    """Another person has counted: the cash is in the safe, and what differs from the books is booked for good.

    The last hand-in ends the working day. The same key gives the same hand-in. Records HandInCounted (and
    ShiftClosed). Raises Denied("cash-office-not-yours" | "own-cash-not-yours"), Missing("hand-in-not-found"),
    Invalid as ``rules.custody`` or Conflict("hand_in-cannot-count" | "items-still-out" | "visit-still-open" |
    "shift-closed" | "key-reused").
    """
    inputs = {"hand_in": hand_in_id, "notes": notes_as_text(notes)}
    memory = remember("count_hand_in", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return hand_ins_visible_to(actor).get(id=memory.answer["hand_in"])
    require(may_keep_cash(actor), "cash-office-not-yours")
    hand_in = _locked(hand_in_id, actor)
    require(hand_in.agent.person_id != actor.person_id, "own-cash-not-yours")
    hand_in.state = HAND_IN.move(HandInState(hand_in.state), "count")
    if hand_in.is_final and is_at_a_visit(agent_id=hand_in.agent_id):
        raise Conflict("visit-still-open")
    hand_in.counted = counted_pile(notes, currency=hand_in.currency, actor=actor, at=at)
    accounts = lock_cash(agent_id=hand_in.agent_id, currency=hand_in.currency)
    settled = settle_count(
        in_hand_minor=in_account_minor(accounts[AccountKind.AGENT_CASH]),
        counted_minor=hand_in.counted.amount_minor,
        is_final=hand_in.is_final,
    )
    hand_in.difference_minor, hand_in.ended_at = settled.difference_minor, at
    hand_in.save(update_fields=["state", "counted", "difference_minor", "ended_at"])
    _book(hand_in, settled, accounts, actor, at)
    event = HandInCounted(
        subject_id=hand_in.id,
        agent_id=hand_in.agent_id,
        is_final=hand_in.is_final,
        counted_minor=settled.counted_minor,
        difference_minor=settled.difference_minor,
        currency=hand_in.currency,
    )
    record(event, actor=actor, at=at)
    if hand_in.is_final:
        close_shift(shift_id=hand_in.shift_id, actor=actor, at=at)
    memory.keep(hand_in=hand_in.id)
    return hand_in


def _book(hand_in: HandIn, settled: Settled, accounts: Accounts, actor: Actor, at: datetime) -> None:
    """The difference first, so that custody is never below zero; each in an entry of its own."""
    held, safe = accounts[AccountKind.AGENT_CASH].id, accounts[AccountKind.SAFE].id
    over, short = accounts[AccountKind.CASH_OVER].id, accounts[AccountKind.AGENT_SHORT].id
    for kind, debit, credit, amount in (
        (EntryKind.CASH_DIFFERENCE, held, over, settled.over_minor),
        (EntryKind.CASH_DIFFERENCE, short, held, settled.short_minor),
        (EntryKind.HAND_IN, safe, held, settled.counted_minor),
    ):
        if amount:
            post_entry(
                kind=kind,
                lines=[Line(debit, credit, amount)],
                source_id=hand_in.id,
                effective_at=at,
                actor=actor,
                at=at,
            )


@command
def withdraw_hand_in(*, hand_in_id: UUID, actor: Actor, at: datetime) -> HandIn:
    """Take back a hand-in that nobody has counted: by the agent, who counted wrongly, or by the office.

    Records HandInWithdrawn. Raises Missing("hand-in-not-found"), Denied("own-cash-only") or
    Conflict("hand_in-cannot-withdraw").
    """
    hand_in = _locked(hand_in_id, actor)
    require(may_carry_cash(actor, hand_in.agent_id) or may_keep_cash(actor), "own-cash-only")
    hand_in.state = HAND_IN.move(HandInState(hand_in.state), "withdraw")
    hand_in.ended_at = at
    hand_in.save(update_fields=["state", "ended_at"])
    record(HandInWithdrawn(subject_id=hand_in.id, agent_id=hand_in.agent_id), actor=actor, at=at)
    return hand_in


def _locked(hand_in_id: UUID, actor: Actor) -> HandIn:
    """The working day first, then the hand-in: the order in which every command waits."""
    rows = hand_ins_visible_to(actor)
    shift_id = rows.filter(id=hand_in_id).values_list("shift_id", flat=True).first()
    if shift_id is None:
        raise Missing("hand-in-not-found")
    lock_shift(shift_id)
    return lock(rows.select_related("agent"), missing="hand-in-not-found", id=hand_in_id)
