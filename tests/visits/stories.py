"""A visit that a test lets happen, step by step, by the commands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from koumen.agents.models import Agent
from koumen.branch.queries import this_branch
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.clock import local_date
from koumen.kit.ids import new_id
from koumen.people.models import Customer
from koumen.visits import commands, queries
from koumen.visits.models import Agreement, Visit
from koumen.visits.rules.booking import Booking
from koumen.visits.rules.outcomes import CodeResult, ConfirmedOn, Means, ProofResult
from tests import builders

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    """One visit, the people at both sides of the door, and the present moment."""

    agent: Agent
    home: Customer
    account_id: UUID
    visit_id: UUID
    now: datetime

    @property
    def customer(self) -> Actor:
        return builders.themselves(self.home)

    @property
    def visitor(self) -> Actor:
        return builders.acting(self.agent)

    @property
    def visit(self) -> Visit:
        """As it stands in the database."""
        return queries.visit(actor=SYSTEM, visit_id=self.visit_id)

    def sets_out(self) -> "Story":
        commands.set_out(visit_id=self.visit_id, actor=self.visitor, at=self.now)
        return self

    def arrives(self) -> "Story":
        self.now = self.visit.window_from
        arrival = commands.arrive(visit_id=self.visit_id, actor=self.visitor, at=self.now)
        assert arrival.is_allowed, arrival.ruling.reasons
        return self

    def at_the_door(self) -> "Story":
        return self.sets_out().arrives()

    def compares(self, *, matched: bool = True) -> "Story":
        commands.confirm_pictures(visit_id=self.visit_id, matched=matched, actor=self.customer, at=self.now)
        return self

    def proven(self) -> "Story":
        self.at_the_door().compares()
        result = commands.prove_customer(
            visit_id=self.visit_id, means=Means.BIRTH_YEAR, birth_year=1948, actor=self.visitor, at=self.now
        )
        assert result is ProofResult.PROVEN
        return self

    def agrees(self, amount_minor: int = 30000, *, surplus_wanted: bool = False) -> Agreement:
        quote = credit.make_quote(account_id=self.account_id, actor=self.customer, at=self.now)
        return commands.agree_amount(
            visit_id=self.visit_id,
            quote_id=quote.id,
            amount_minor=amount_minor,
            confirmed_on=ConfirmedOn.OWN_SCREEN,
            surplus_wanted=surplus_wanted,
            key=new_id(),
            actor=self.customer,
            at=self.now,
        )

    def code(self) -> str:
        """What the customer's screen shows."""
        return queries.release_code(actor=self.customer, visit_id=self.visit_id)

    def wrong_code(self) -> str:
        return f"{(int(self.code()) + 5) % 1_000_000:06d}"

    def says(self, code: str) -> CodeResult:
        return commands.enter_code(visit_id=self.visit_id, code=code, actor=self.visitor, at=self.now)

    def may_be_paid(self, amount_minor: int = 30000) -> "Story":
        """Proven, agreed, and the code accepted."""
        self.proven().agrees(amount_minor)
        assert self.says(self.code()) is CodeResult.RIGHT
        return self


def booking_for(home: Customer, account_id: UUID, agent: Agent, shift_id: UUID, at: datetime) -> Booking:
    """In an hour, for an hour."""
    return Booking(
        customer_id=home.id,
        account_id=account_id,
        shift_id=shift_id,
        agent_id=agent.id,
        date=local_date(at, this_branch().zone),
        window_from=at + HOUR,
        window_to=at + 2 * HOUR,
        service_s=1200,
        latitude=home.latitude or 0.0,
        longitude=home.longitude or 0.0,
        wanted_minor=30000,
        currency="CNY",
        note="门铃坏了",
    )


def a_visit(at: datetime, *, owed_minor: int = 100000, agent: Agent | None = None) -> Story:
    """A booked visit in an hour to a customer who owes 1,000 yuan."""
    builders.the_base_pack(at)
    home = builders.a_customer(at)
    account_id = builders.a_credit_account(home, at)
    if owed_minor:
        purchase = credit.PurchaseRequest(
            account_id=account_id,
            amount_minor=owed_minor,
            currency="CNY",
            description="市场",
            purchased_at=at,
        )
        credit.record_purchase(purchase=purchase, actor=SYSTEM, at=at)
    who = agent or builders.an_agent(at)
    shift = who.shifts.first() or builders.a_shift(who, at, days=0)
    visit = commands.book_visit(
        booking=booking_for(home, account_id, who, shift.id, at), actor=builders.themselves(home), at=at
    )
    return Story(who, home, account_id, visit.id, at)
