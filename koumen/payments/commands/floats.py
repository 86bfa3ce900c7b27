"""Change money for a working day: from the bank to the safe, from the safe to the agent."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from koumen.agents.commands import open_shift
from koumen.agents.models import Shift
from koumen.agents.queries import lock_shift
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.ledger.commands import account_for, lock_cash, post_entry
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.payments.commands.piles import counted_pile, in_account_minor, notes_as_text, require_same_count
from koumen.payments.events import CashFetched, FloatOffered, FloatTaken, FloatWithdrawn
from koumen.payments.models import CashFetch, CashFloat
from koumen.payments.permissions import floats_visible_to, may_carry_cash, may_keep_cash
from koumen.payments.states import CASH_FLOAT, FloatState


@command
def fetch_cash(*, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime) -> CashFetch:
    """Put cash that was fetched from the bank into the safe, counted note by note.

    The same key gives the same fetch. Records CashFetched. Raises Denied("cash-office-not-yours"), Invalid as
    ``rules.custody`` or Invalid("nothing-counted"), Conflict("key-reused").
    """
    memory = remember("fetch_cash", actor=actor, key=key, inputs={"notes": notes_as_text(notes)}, at=at)
    if memory.answer is not None:
        return CashFetch.objects.get(id=memory.answer["fetch"])
    require(may_keep_cash(actor), "cash-office-not-yours")
    currency = this_branch().currency
    pile = counted_pile(notes, currency=currency, actor=actor, at=at)
    if not pile.amount_minor:
        raise Invalid("nothing-counted", field="notes")
    fetch = CashFetch.objects.create(pile=pile, fetched_at=at)
    safe = account_for(kind=AccountKind.SAFE, currency=currency)
    bank = account_for(kind=AccountKind.BANK, currency=currency)
    post_entry(
        kind=EntryKind.CASH_FETCHED,
        lines=[Line(safe.id, bank.id, pile.amount_minor)],
        source_id=fetch.id,
        effective_at=at,
        actor=actor,
        at=at,
    )
    record(
        CashFetched(subject_id=fetch.id, amount_minor=pile.amount_minor, currency=currency),
        actor=actor,
        at=at,
    )
    memory.keep(fetch=fetch.id)
    return fetch


@command
def offer_float(
    *, shift_id: UUID, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime
) -> CashFloat:
    """Count change money out for an agent; it moves when the agent has counted the same.

    The same key gives the same float. Records FloatOffered. Raises Denied("cash-office-not-yours" |
    "own-cash-not-yours"), Missing("shift-not-found"), Invalid as ``rules.custody`` or Invalid("nothing-counted"),
    Conflict("shift-closed" | "float-offered-already" | "key-reused").
    """
    inputs = {"shift": shift_id, "notes": notes_as_text(notes)}
    memory = remember("offer_float", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return floats_visible_to(actor).get(id=memory.answer["float"])
    require(may_keep_cash(actor), "cash-office-not-yours")
    shift = lock_shift(shift_id)
    require(shift.agent.person_id != actor.person_id, "own-cash-not-yours")
    if shift.closed_at is not None:
        raise Conflict("shift-closed")
    if CashFloat.objects.filter(agent_id=shift.agent_id, state=FloatState.OFFERED).exists():
        raise Conflict("float-offered-already")
    pile = counted_pile(notes, currency=this_branch().currency, actor=actor, at=at)
    if not pile.amount_minor:
        raise Invalid("nothing-counted", field="notes")
    offered = CashFloat.objects.create(
        shift=shift,
        agent_id=shift.agent_id,
        state=CASH_FLOAT.move(None, "offer"),
        currency=pile.currency,
        amount_minor=pile.amount_minor,
        given=pile,
        offered_at=at,
    )
    event = FloatOffered(
        subject_id=offered.id,
        agent_id=shift.agent_id,
        shift_id=shift.id,
        amount_minor=pile.amount_minor,
        currency=pile.currency,
    )
    record(event, actor=actor, at=at)
    memory.keep(float=offered.id)
    return offered


@command
def take_float(
    *, float_id: UUID, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime
) -> CashFloat:
    """The agent has counted the change money: it is in their custody, and their working day is open.

    Another count than the office's moves nothing: both count again. The same key gives the same float. Records
    FloatTaken (and ShiftOpened). Raises Missing("float-not-found"), Denied("own-cash-only"), Invalid as
    ``rules.custody`` or Conflict("cash_float-cannot-take" | "float-differs" | "safe-too-empty" | "shift-closed" |
    "key-reused").
    """
    inputs = {"float": float_id, "notes": notes_as_text(notes)}
    memory = remember("take_float", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return floats_visible_to(actor).get(id=memory.answer["float"])
    _shift, taken = _locked(float_id, actor)
    require(may_carry_cash(actor, taken.agent_id), "own-cash-only")
    taken.state = CASH_FLOAT.move(FloatState(taken.state), "take")
    require_same_count(taken.given, notes, code="float-differs")
    taken.taken = counted_pile(notes, currency=taken.currency, actor=actor, at=at)
    taken.ended_at = at
    taken.save(update_fields=["state", "taken", "ended_at"])
    accounts = lock_cash(agent_id=taken.agent_id, currency=taken.currency)
    safe = accounts[AccountKind.SAFE]
    if in_account_minor(safe) < taken.amount_minor:
        raise Conflict("safe-too-empty")
    post_entry(
        kind=EntryKind.FLOAT,
        lines=[Line(accounts[AccountKind.AGENT_CASH].id, safe.id, taken.amount_minor)],
        source_id=taken.id,
        effective_at=at,
        actor=actor,
        at=at,
    )
    event = FloatTaken(
        subject_id=taken.id,
        agent_id=taken.agent_id,
        amount_minor=taken.amount_minor,
        currency=taken.currency,
    )
    record(event, actor=actor, at=at)
    open_shift(shift_id=taken.shift_id, actor=actor, at=at)
    memory.keep(float=taken.id)
    return taken


@command
def withdraw_float(*, float_id: UUID, actor: Actor, at: datetime) -> CashFloat:
    """Change money that was not taken stays in the safe.

    Records FloatWithdrawn. Raises Missing("float-not-found"), Denied("cash-office-not-yours") or
    Conflict("cash_float-cannot-withdraw").
    """
    require(may_keep_cash(actor), "cash-office-not-yours")
    _shift, offered = _locked(float_id, actor)
    offered.state = CASH_FLOAT.move(FloatState(offered.state), "withdraw")
    offered.ended_at = at
    offered.save(update_fields=["state", "ended_at"])
    record(FloatWithdrawn(subject_id=offered.id, agent_id=offered.agent_id), actor=actor, at=at)
    return offered


def _locked(float_id: UUID, actor: Actor) -> tuple[Shift, CashFloat]:
    """The working day first, then the float: the order in which every command waits."""
    shift_id = floats_visible_to(actor).filter(id=float_id).values_list("shift_id", flat=True).first()
    if shift_id is None:
        raise Missing("float-not-found")
    return lock_shift(shift_id), lock(floats_visible_to(actor), missing="float-not-found", id=float_id)
