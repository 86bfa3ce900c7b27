"""What an agent takes along on a working day: the day begins and ends with it, single things go out and come back."""

from datetime import datetime
from uuid import UUID

from koumen.agents.events import (
    ItemAdded,
    ItemLent,
    ItemMended,
    ItemReturned,
    ShiftClosed,
    ShiftOpened,
)
from koumen.agents.models import Item, Loan, Shift
from koumen.agents.permissions import loans_visible_to, may_keep_items, may_open_shift
from koumen.agents.queries import lock_shift
from koumen.agents.rules.items import (
    BACK,
    LENDABLE,
    Condition,
    known_condition,
    known_kind,
    plain_serial,
)
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict


@command
def open_shift(*, shift_id: UUID, actor: Actor, at: datetime) -> Shift:
    """The agent has taken over what they carry today; a second time changes nothing.

    Records ShiftOpened. Raises Missing("shift-not-found"), Denied("shift-not-yours") or Conflict("shift-closed").
    """
    shift = lock_shift(shift_id)
    require(may_open_shift(actor, shift.agent_id), "shift-not-yours")
    if shift.closed_at is not None:
        raise Conflict("shift-closed")
    if shift.opened_at is not None:
        return shift
    shift.opened_at = at
    shift.save(update_fields=["opened_at"])
    record(ShiftOpened(subject_id=shift.id, agent_id=shift.agent_id), actor=actor, at=at)
    return shift


@command
def close_shift(*, shift_id: UUID, actor: Actor, at: datetime) -> Shift:
    """End a working day: everything that was lent is back, or its loss is written down.

    An inner command of the last hand-in. Records ShiftClosed. Raises Missing("shift-not-found"),
    Denied("agents-not-yours"), Conflict("shift-closed" | "items-still-out").
    """
    require(may_keep_items(actor), "agents-not-yours")
    shift = lock_shift(shift_id)
    if shift.closed_at is not None:
        raise Conflict("shift-closed")
    if Loan.objects.filter(agent_id=shift.agent_id, ended_at__isnull=True).exists():
        raise Conflict("items-still-out")
    shift.opened_at, shift.closed_at = shift.opened_at or at, at
    shift.save(update_fields=["opened_at", "closed_at"])
    record(ShiftClosed(subject_id=shift.id, agent_id=shift.agent_id), actor=actor, at=at)
    return shift


@command
def add_item(*, kind: str, serial: str, actor: Actor, at: datetime) -> Item:
    """Enter a thing with its serial number; it is taken for good.

    Records ItemAdded. Raises Denied("agents-not-yours"), Invalid("item-kind-unknown" |
    "serial-unreadable") or Conflict("item-exists").
    """
    require(may_keep_items(actor), "agents-not-yours")
    wanted, number = known_kind(kind), plain_serial(serial)
    if Item.objects.filter(kind=wanted, serial=number).exists():
        raise Conflict("item-exists")
    thing = Item.objects.create(kind=wanted, serial=number, condition=Condition.GOOD, added_at=at)
    record(ItemAdded(subject_id=thing.id, item_kind=wanted, serial=number), actor=actor, at=at)
    return thing


@command
def lend_item(*, item_id: UUID, shift_id: UUID, actor: Actor, at: datetime) -> Loan:
    """Give a thing to the agent of a working day.

    Records ItemLent. Raises Denied("agents-not-yours"), Missing("shift-not-found" | "item-not-found") or
    Conflict("shift-closed" | "item-not-fit" | "item-with-somebody").
    """
    require(may_keep_items(actor), "agents-not-yours")
    shift = lock_shift(shift_id)
    if shift.closed_at is not None:
        raise Conflict("shift-closed")
    thing = lock(Item.objects.all(), missing="item-not-found", id=item_id)
    if Loan.objects.filter(item=thing, ended_at__isnull=True).exists():
        raise Conflict("item-with-somebody")
    if thing.condition not in LENDABLE:
        raise Conflict("item-not-fit")
    loan = Loan.objects.create(
        item=thing,
        agent_id=shift.agent_id,
        shift=shift,
        lent_at=at,
        lent_by=actor.key,
        condition_out=thing.condition,
    )
    event = ItemLent(
        subject_id=thing.id,
        loan_id=loan.id,
        agent_id=shift.agent_id,
        shift_id=shift.id,
        condition=thing.condition,
    )
    record(event, actor=actor, at=at)
    return loan


@command
def return_item(*, loan_id: UUID, condition: str, actor: Actor, at: datetime) -> Loan:
    """Take a thing back as it is seen now, or write down that it is missing.

    Records ItemReturned. Raises Denied("agents-not-yours"), Missing("item-not-found"),
    Invalid("item-condition-unknown") or Conflict("item-back-already").
    """
    require(may_keep_items(actor), "agents-not-yours")
    seen = known_condition(condition, BACK)
    loan = lock(loans_visible_to(actor), missing="item-not-found", id=loan_id)
    if loan.ended_at is not None:
        raise Conflict("item-back-already")
    thing = lock(Item.objects.all(), missing="item-not-found", id=loan.item_id)
    loan.ended_at, loan.ended_by, loan.condition_back = at, actor.key, seen
    loan.save(update_fields=["ended_at", "ended_by", "condition_back"])
    thing.condition = seen
    thing.save(update_fields=["condition"])
    event = ItemReturned(subject_id=thing.id, loan_id=loan.id, agent_id=loan.agent_id, condition=seen)
    record(event, actor=actor, at=at)
    return loan


@command
def mend_item(*, item_id: UUID, condition: str, actor: Actor, at: datetime) -> Item:
    """Say how a thing in the house is now: repaired, found again, or given up.

    Records ItemMended. Raises Denied("agents-not-yours"), Missing("item-not-found"),
    Invalid("item-condition-unknown") or Conflict("item-with-somebody").
    """
    require(may_keep_items(actor), "agents-not-yours")
    seen = known_condition(condition)
    thing = lock(Item.objects.all(), missing="item-not-found", id=item_id)
    if Loan.objects.filter(item=thing, ended_at__isnull=True).exists():
        raise Conflict("item-with-somebody")
    if thing.condition == seen:
        return thing
    thing.condition = seen
    thing.save(update_fields=["condition"])
    record(ItemMended(subject_id=thing.id, condition=seen), actor=actor, at=at)
    return thing
