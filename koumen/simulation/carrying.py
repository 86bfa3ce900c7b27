"""Cash and things on their way through a day of the town: change money out, hand-ins counted, a deposit, and what differs.

Who hands in what is decided by an agent's place in the list of the day, how far it has got by the clock. Each act has a
key or asks first what is there, so that a second start adds nothing. What is refused, since a visit goes on or somebody
who tries the demonstration out was there first, stays as it is.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from koumen.agents import commands as agents
from koumen.agents import queries as agent_queries
from koumen.agents.rules.items import Condition
from koumen.branch.queries import this_branch
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Refusal
from koumen.kit.money import Money
from koumen.payments import commands as payments
from koumen.payments.queries import cash_in_hand, custody
from koumen.payments.rules.settlement import Source
from koumen.simulation.logins import SECOND_FINANCE
from koumen.simulation.mending import finance
from koumen.simulation.visiting import at_hour, notes_for, stable_key

MINUTE = timedelta(minutes=1)
FETCHED = {
    5000: 40,
    2000: 60,
    1000: 80,
    500: 80,
    100: 200,
    50: 40,
    10: 60,
}  # small notes and coins: 4,626 yuan
CHANGE_MONEY = {5000: 1, 2000: 2, 1000: 4, 500: 6, 100: 16, 50: 4, 10: 10}
# Places in the list of a day: one bag is short, one has too much, one waits to be counted, one was not handed in.
SHORT, OVER, WAITS, FORGOT = 0, 1, 2, 3
DIFFERENCES = {SHORT: -1000, OVER: 500}
LEFT_OPEN = timedelta(days=3)  # by then somebody has seen to it
KEPT_IN_SAFE_MINOR = 100_000
THINGS = (("card_terminal", "N9"), ("printer", "P58"))


@dataclass(frozen=True)
class Office:
    """The two people of the cash office, and the present moment."""

    first: Actor
    second: Actor
    now: datetime


def carry_cash(*, day: date, today: date, now: datetime) -> None:
    """Let cash and things go out and come back on one day, as far as the clock has got; the visits came before."""
    as_in_life = suppress(Refusal)
    office = Office(finance(str(Role.FINANCE)), finance(SECOND_FINANCE), now)
    _enter_things(office, day)
    for shift in agent_queries.open_shifts(actor=SYSTEM, date=day):
        if day - shift.date > LEFT_OPEN:
            with as_in_life:
                _end_day(office, shift, place=-1)
    if day != today:
        with as_in_life:
            _forget_a_bag(office, day)
    shifts = agent_queries.shifts_on(actor=SYSTEM, date=day)
    for place, shift in enumerate(shifts):
        with as_in_life:
            _begin_day(office, shift, comes=day != today or place < len(shifts) - 1)
    for place, shift in enumerate(shifts):
        with as_in_life:
            _end_day(office, shift, place)
    with as_in_life:
        _take_to_bank(office, day)
    _read_bank_file(office, day)


def _forget_a_bag(office: Office, day: date) -> None:
    """Somebody took change money on the working day before and has not handed it in since: cash that is too old."""
    for away in (1, 2):
        shifts = agent_queries.shifts_on(actor=SYSTEM, date=day - timedelta(days=away))
        if shifts:
            _begin_day(office, shifts[-1], comes=True)
            return


def _enter_things(office: Office, day: date) -> None:
    """A card terminal and a printer for each agent; once."""
    known = {(kept.item.kind, kept.item.serial) for kept in agent_queries.items(actor=office.first)}
    for card in agent_queries.agents(actor=SYSTEM):
        for kind, model in THINGS:
            serial = f"{model}-{card.staff_number}"
            if (kind, serial) not in known:
                agents.add_item(kind=kind, serial=serial, actor=office.first, at=at_hour(day, 7))


def _begin_day(office: Office, shift: Any, *, comes: bool) -> None:
    """Things and change money are handed over before the day begins; who has not ended the day before gets neither."""
    at = shift.starts_at - 20 * MINUTE
    running = agent_queries.shift_in_hand(actor=SYSTEM, agent_id=shift.agent_id, date=shift.date)
    if at > office.now or shift.opened_at or shift.closed_at or running is None or running.id != shift.id:
        return
    key = stable_key(f"cash.{shift.id}")
    payments.fetch_cash(
        notes=FETCHED, key=stable_key(f"fetch.{shift.date}"), actor=office.first, at=at_hour(shift.date, 8)
    )
    _lend(office, shift, at)
    left = custody.offered_float(actor=office.first, agent_id=shift.agent_id)
    if left and left.shift_id != shift.id:  # nobody came for it that day
        payments.withdraw_float(float_id=left.id, actor=office.first, at=at)
    offered = payments.offer_float(shift_id=shift.id, notes=CHANGE_MONEY, key=key, actor=office.first, at=at)
    if comes:  # one agent has not come to the counter yet
        payments.take_float(
            float_id=offered.id, notes=CHANGE_MONEY, key=key, actor=_carrier(shift), at=at + 5 * MINUTE
        )


def _lend(office: Office, shift: Any, at: datetime) -> None:
    for kept in agent_queries.items(actor=office.first):
        is_theirs = kept.item.serial.endswith(f"-{shift.agent.staff_number}")
        if is_theirs and kept.loan is None and kept.item.condition == Condition.GOOD:
            agents.lend_item(item_id=kept.item.id, shift_id=shift.id, actor=office.first, at=at)


def _end_day(office: Office, shift: Any, place: int) -> None:
    """Everything back, counted by two."""
    at = shift.ends_at + 10 * MINUTE
    if at > office.now or place == FORGOT:
        return
    shift = agent_queries.shift(actor=SYSTEM, shift_id=shift.id)
    if shift.closed_at or not shift.opened_at:
        return
    waiting = custody.waiting_hand_in(actor=office.first, agent_id=shift.agent_id)
    declared = waiting or _declare(shift, place, at)
    if place == WAITS:
        return
    _take_back(office, shift, place, at + 5 * MINUTE)
    payments.count_hand_in(
        hand_in_id=declared.id,
        notes=custody.notes_of(declared.declared),
        key=stable_key(f"count.{declared.id}"),
        actor=office.second,
        at=at + 10 * MINUTE,
    )


def _declare(shift: Any, place: int, at: datetime) -> Any:
    """The agent counts what is there, which is not always what the books say."""
    currency = this_branch().currency
    there = cash_in_hand(agent_id=shift.agent_id, currency=currency) + DIFFERENCES.get(place, 0)
    return payments.declare_hand_in(
        shift_id=shift.id,
        notes=notes_for(max(0, there), currency),
        is_final=True,
        key=stable_key(f"hand-in.{shift.id}"),
        actor=_carrier(shift),
        at=at,
    )


def _take_back(office: Office, shift: Any, place: int, at: datetime) -> None:
    for loan in agent_queries.loans_of(actor=office.first, agent_id=shift.agent_id):
        is_broken = place == SHORT and loan.item.kind == "printer"
        condition = Condition.DAMAGED if is_broken else Condition.GOOD
        agents.return_item(loan_id=loan.id, condition=condition, actor=office.first, at=at)


def _take_to_bank(office: Office, day: date) -> None:
    """What is not needed for change goes to the bank, the evening after the last count."""
    at = at_hour(day, 21)
    if at > office.now:
        return
    safe = custody.office_cash(actor=office.first)
    spare = safe.safe_minor - KEPT_IN_SAFE_MINOR
    notes = notes_for(max(0, spare) // 10_000 * 10_000, safe.currency)
    if not notes or at in {row.prepared_at for row in custody.deposits(actor=office.first)}:
        return
    key = stable_key(f"deposit.{day}")
    prepared = payments.prepare_deposit(notes=notes, key=key, actor=office.first, at=at)
    payments.send_deposit(
        deposit_id=prepared.id, notes=notes, key=key, actor=office.second, at=at + 10 * MINUTE
    )


def _read_bank_file(office: Office, day: date) -> None:
    """The bank's file of the morning: what arrived of the evening before, and a transfer that nobody knows yet."""
    at, evening = at_hour(day, 9), at_hour(day - timedelta(days=1), 21)
    sent = [row for row in custody.deposits(actor=office.first) if row.prepared_at == evening and row.sent_at]
    if at > office.now or not sent:
        return
    currency = this_branch().currency
    lines = [
        f"{day},{Money(row.amount_minor, currency).decimal},{currency},B{row.number:05},{row.printed_number}"
        for row in sent
    ]
    lines = [
        "date,amount,currency,reference,text",
        *lines,
        f"{day},268.00,{currency},B{day:%m%d},HOUSEHOLD",
        "",
    ]
    payments.import_settlement(
        source=Source.BANK, content="\n".join(lines).encode(), actor=office.first, at=at
    )


def _carrier(shift: Any) -> Actor:
    return Actor(Role.AGENT, shift.agent.person_id, agent_id=shift.agent_id)
