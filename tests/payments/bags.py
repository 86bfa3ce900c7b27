"""Cash that goes from the bank to the agent and back, step by step, by the commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.agents.models import Agent, Shift
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES
from koumen.ledger.queries import trial_balance
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import commands, queries
from koumen.payments.models import CashFloat, Deposit, HandIn
from tests import builders

Notes = Mapping[int, int]


def office(at: datetime, role: Role = Role.FINANCE) -> Actor:
    """A real person of the cash office."""
    return Actor(role, builders.a_person(at, role=role), staff_roles=frozenset({role}))


def notes_worth(minor: int, currency: str = "CNY") -> dict[int, int]:
    """The fewest notes of an amount."""
    notes = {}
    for value in CURRENCIES[currency].notes:
        if minor >= value:
            notes[value], minor = divmod(minor, value)
    assert not minor, "no note is so small"
    return notes


def standing(kind: AccountKind) -> int:
    """What stands on a kind of account."""
    return sum(line.balance_minor for line in trial_balance(actor=SYSTEM) if line.kind == kind)


@dataclass
class Bag:
    """One agent's working day, the office at its other end, and the present moment."""

    agent: Agent
    shift: Shift
    office: Actor
    now: datetime

    @property
    def carrier(self) -> Actor:
        return builders.acting(self.agent)

    @property
    def in_hand(self) -> int:
        return queries.cash_in_hand(agent_id=self.agent.id, currency="CNY")

    def fetched(self, minor: int = 1_000_000) -> "Bag":
        commands.fetch_cash(notes=notes_worth(minor), key=new_id(), actor=self.office, at=self.now)
        return self

    def offered(self, minor: int = 20000) -> CashFloat:
        return commands.offer_float(
            shift_id=self.shift.id, notes=notes_worth(minor), key=new_id(), actor=self.office, at=self.now
        )

    def taken(self, minor: int = 20000) -> CashFloat:
        offered = self.offered(minor)
        return self.takes(offered, notes_worth(minor))

    def takes(self, offered: CashFloat, notes: Notes, *, actor: Actor | None = None) -> CashFloat:
        return commands.take_float(
            float_id=offered.id, notes=notes, key=new_id(), actor=actor or self.carrier, at=self.now
        )

    def declares(self, minor: int, *, is_final: bool = False, key: UUID | None = None) -> HandIn:
        return commands.declare_hand_in(
            shift_id=self.shift.id,
            notes=notes_worth(minor),
            is_final=is_final,
            key=key or new_id(),
            actor=self.carrier,
            at=self.now,
        )

    def counts(
        self, hand_in: HandIn, minor: int, *, actor: Actor | None = None, key: UUID | None = None
    ) -> HandIn:
        return commands.count_hand_in(
            hand_in_id=hand_in.id,
            notes=notes_worth(minor),
            key=key or new_id(),
            actor=actor or self.office,
            at=self.now,
        )

    def handed_in(self, minor: int, *, is_final: bool = False, counted: int | None = None) -> HandIn:
        declared = self.declares(minor, is_final=is_final)
        return self.counts(declared, minor if counted is None else counted)


def a_bag(at: datetime, *, agent: Agent | None = None) -> Bag:
    """An agent who works today, with nothing in hand yet."""
    who = agent or builders.an_agent(at)
    shift = who.shifts.first() or builders.a_shift(who, at, days=0)
    return Bag(who, shift, office(at), at)


def a_deposit(bag: Bag, minor: int) -> Deposit:
    """Counted once."""
    return commands.prepare_deposit(notes=notes_worth(minor), key=new_id(), actor=bag.office, at=bag.now)


def sent(deposit: Deposit, at: datetime, *, minor: int | None = None, actor: Actor | None = None) -> Deposit:
    """Counted by somebody else."""
    return commands.send_deposit(
        deposit_id=deposit.id,
        notes=notes_worth(minor or deposit.amount_minor),
        key=new_id(),
        actor=actor or office(at),
        at=at,
    )
