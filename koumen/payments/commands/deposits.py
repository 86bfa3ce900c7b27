"""Cash for the bank: counted by two people of the office, with a numbered slip, until it is in the bank's file."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.ledger.commands import lock_cash, post_entry
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.payments.commands.numbering import next_number
from koumen.payments.commands.piles import counted_pile, in_account_minor, notes_as_text, require_same_count
from koumen.payments.events import DepositArrived, DepositPrepared, DepositSent, DepositWithdrawn
from koumen.payments.models import Deposit
from koumen.payments.permissions import may_keep_cash, may_match_lines
from koumen.payments.states import DEPOSIT, DepositState


@command
def prepare_deposit(*, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime) -> Deposit:
    """Count cash for the bank; it has the number of its slip now and stays in the safe until a second count.

    The same key gives the same deposit. Records DepositPrepared. Raises Denied("cash-office-not-yours"), Invalid as
    ``rules.custody`` or Invalid("nothing-counted"), Conflict("key-reused").
    """
    memory = remember("prepare_deposit", actor=actor, key=key, inputs={"notes": notes_as_text(notes)}, at=at)
    if memory.answer is not None:
        return Deposit.objects.get(id=memory.answer["deposit"])
    require(may_keep_cash(actor), "cash-office-not-yours")
    pile = counted_pile(notes, currency=this_branch().currency, actor=actor, at=at)
    if not pile.amount_minor:
        raise Invalid("nothing-counted", field="notes")
    series, number = next_number(f"{this_branch().schema.upper()}-B")
    deposit = Deposit.objects.create(
        series=series,
        number=number,
        state=DEPOSIT.move(None, "prepare"),
        currency=pile.currency,
        amount_minor=pile.amount_minor,
        prepared=pile,
        prepared_at=at,
    )
    event = DepositPrepared(
        subject_id=deposit.id,
        number=deposit.printed_number,
        amount_minor=pile.amount_minor,
        currency=pile.currency,
    )
    record(event, actor=actor, at=at)
    memory.keep(deposit=deposit.id)
    return deposit


@command
def send_deposit(
    *, deposit_id: UUID, notes: Mapping[int, int], key: UUID, actor: Actor, at: datetime
) -> Deposit:
    """A second person has counted the same: the cash leaves the safe and is on its way to the bank.

    The same key gives the same deposit. Records DepositSent. Raises Denied("cash-office-not-yours" |
    "second-person-needed"), Missing("deposit-not-found"), Invalid as ``rules.custody`` or
    Conflict("deposit-cannot-send" | "deposit-differs" | "safe-too-empty" | "key-reused").
    """
    inputs = {"deposit": deposit_id, "notes": notes_as_text(notes)}
    memory = remember("send_deposit", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Deposit.objects.get(id=memory.answer["deposit"])
    require(may_keep_cash(actor), "cash-office-not-yours")
    deposit = _locked(deposit_id)
    require(deposit.prepared.counted_by_id != actor.person_id, "second-person-needed")
    deposit.state = DEPOSIT.move(DepositState(deposit.state), "send")
    require_same_count(deposit.prepared, notes, code="deposit-differs")
    deposit.sent = counted_pile(notes, currency=deposit.currency, actor=actor, at=at)
    deposit.sent_at = at
    deposit.save(update_fields=["state", "sent", "sent_at"])
    accounts = lock_cash(agent_id=None, currency=deposit.currency)
    if in_account_minor(accounts[AccountKind.SAFE]) < deposit.amount_minor:
        raise Conflict("safe-too-empty")
    post_entry(
        kind=EntryKind.DEPOSIT,
        lines=[
            Line(
                accounts[AccountKind.CASH_IN_TRANSIT].id, accounts[AccountKind.SAFE].id, deposit.amount_minor
            )
        ],
        source_id=deposit.id,
        effective_at=at,
        actor=actor,
        at=at,
    )
    event = DepositSent(subject_id=deposit.id, amount_minor=deposit.amount_minor, currency=deposit.currency)
    record(event, actor=actor, at=at)
    memory.keep(deposit=deposit.id)
    return deposit


@command
def withdraw_deposit(*, deposit_id: UUID, actor: Actor, at: datetime) -> Deposit:
    """Cash that was not sent stays in the safe; the number of its slip stays used.

    Records DepositWithdrawn. Raises Denied("cash-office-not-yours"), Missing("deposit-not-found") or
    Conflict("deposit-cannot-withdraw").
    """
    require(may_keep_cash(actor), "cash-office-not-yours")
    deposit = _locked(deposit_id)
    deposit.state = DEPOSIT.move(DepositState(deposit.state), "withdraw")
    deposit.save(update_fields=["state"])
    record(DepositWithdrawn(subject_id=deposit.id), actor=actor, at=at)
    return deposit


@command
def receive_deposit(*, deposit_id: UUID, arrived_minor: int, actor: Actor, at: datetime) -> Deposit:
    """The bank has counted the cash; what it counted more or less is booked for good.

    Records DepositArrived. Raises Denied("cash-office-not-yours"), Missing("deposit-not-found"),
    Invalid("amount-not-positive") or Conflict("deposit-cannot-arrive").
    """
    require(may_match_lines(actor), "cash-office-not-yours")
    if arrived_minor <= 0:
        raise Invalid("amount-not-positive", field="amount")
    deposit = _locked(deposit_id)
    deposit.state = DEPOSIT.move(DepositState(deposit.state), "arrive")
    deposit.difference_minor, deposit.arrived_at = arrived_minor - deposit.amount_minor, at
    deposit.save(update_fields=["state", "difference_minor", "arrived_at"])
    accounts = lock_cash(agent_id=None, currency=deposit.currency)
    bank, transit = accounts[AccountKind.BANK].id, accounts[AccountKind.CASH_IN_TRANSIT].id
    over, short = accounts[AccountKind.CASH_OVER].id, accounts[AccountKind.CASH_SHORT].id
    lines = [
        Line(bank, transit, min(arrived_minor, deposit.amount_minor)),
        Line(bank, over, deposit.difference_minor),
        Line(short, transit, -deposit.difference_minor),
    ]
    post_entry(
        kind=EntryKind.DEPOSIT_ARRIVED,
        lines=[line for line in lines if line.amount_minor > 0],
        source_id=deposit.id,
        effective_at=at,
        actor=actor,
        at=at,
    )
    event = DepositArrived(
        subject_id=deposit.id,
        arrived_minor=arrived_minor,
        difference_minor=deposit.difference_minor,
        currency=deposit.currency,
    )
    record(event, actor=actor, at=at)
    return deposit


def _locked(deposit_id: UUID) -> Deposit:
    rows = Deposit.objects.select_related("prepared")
    return lock(rows, missing="deposit-not-found", id=deposit_id)
