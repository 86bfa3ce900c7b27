"""Whatever a test needs, made by the commands that make it in life; so no impossible state exists.

Each helper section belongs to one room. Everything is made by SYSTEM unless the test says who acts.
"""

from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from koumen.agents import commands as agents
from koumen.agents.models import Agent, Shift
from koumen.branch.queries import this_branch
from koumen.conduct import commands as conduct
from koumen.conduct.models import PolicyPack
from koumen.credit import commands as credit
from koumen.credit.models import BankAccount, Payout
from koumen.credit.rules.bank_account import BankDetails, VerifiedHow
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.payout import AtTheBank, BankAnswer
from koumen.dispatch.rules.slot import Slot
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.ids import new_id
from koumen.kit.place import Place
from koumen.people.commands import register_customer, register_person
from koumen.people.models import Customer
from koumen.people.rules.details import PersonalDetails

if TYPE_CHECKING:
    from koumen.dispatch.commands import TakeRequest

_numbers = count(1)

# The middle of the test branch; a hundredth of a degree is about a kilometre.
CENTRE = Place(30.0, 120.0)


def near(north_km: float = 0, east_km: float = 0) -> Place:
    """A place so many kilometres from the centre."""
    return Place(CENTRE.latitude + north_km / 111.2, CENTRE.longitude + east_km / 96.3)


def staff(role: Role) -> Actor:
    """A member of staff."""
    return Actor(role, new_id(), staff_roles=frozenset({role}))


# --- conduct --------------------------------------------------------------------------------------------


def the_base_pack(at: datetime) -> PolicyPack:
    """The pack that comes with the product, stored once."""
    return conduct.store_base_pack(actor=SYSTEM, at=at)


# --- agents ---------------------------------------------------------------------------------------------


def an_agent(
    at: datetime,
    *,
    home: Place = CENTRE,
    skills: tuple[str, ...] = ("repayment", "cash"),
    languages: tuple[str, ...] = ("cmn",),
    certified_until: date | None = date(2030, 1, 1),
) -> Agent:
    """An agent with a certificate for home visits from long ago until then (None: without)."""
    agent = agents.engage_agent(
        person_id=a_person(at, role=Role.AGENT),
        staff_number=f"A{next(_numbers):04}",
        skills=skills,
        languages=languages,
        home_latitude=home.latitude,
        home_longitude=home.longitude,
        actor=SYSTEM,
        at=at,
    )
    if certified_until:
        agents.certify_agent(
            agent_id=agent.id,
            kind="home_visit",
            valid_from=date(2020, 1, 1),
            valid_to=certified_until,
            actor=SYSTEM,
            at=at,
        )
    return agent


def a_shift(
    agent: Agent,
    at: datetime,
    *,
    days: int = 1,
    hours: tuple[int, int] = (9, 18),
    equipment: tuple[str, ...] = (),
) -> Shift:
    """A working day so many days from now, from one local hour to another."""
    zone = this_branch().zone
    day = local_date(at, zone) + timedelta(days=days)
    starts, ends = (datetime(day.year, day.month, day.day, hour, tzinfo=zone) for hour in hours)
    return agents.plan_shift(
        agent_id=agent.id,
        date=day,
        starts_at=starts,
        ends_at=ends,
        equipment=equipment,
        actor=SYSTEM,
        at=at,
    )


def with_partner(shift: Shift, at: datetime) -> Shift:
    """The shift of two who go together: a second agent goes along (a first visit with cash needs two)."""
    from koumen.dispatch.commands import form_team

    zone = this_branch().zone
    other = agents.plan_shift(
        agent_id=an_agent(at).id,
        date=local_date(shift.starts_at, zone),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        actor=SYSTEM,
        at=at,
    )
    return form_team(shift_id=shift.id, partner_shift_id=other.id, actor=SYSTEM, at=at)


def a_team(at: datetime, *, days: int = 1, home: Place = CENTRE) -> Shift:
    """The shift of two agents who go together."""
    return with_partner(a_shift(an_agent(at, home=home), at, days=days), at)


def acting(agent: Agent) -> Actor:
    """The agent as an actor."""
    return Actor(Role.AGENT, agent.person_id, agent_id=agent.id)


# --- people ---------------------------------------------------------------------------------------------


def a_person(at: datetime, *, role: Role) -> UUID:
    """Somebody with a name and a telephone number of their own."""
    number = next(_numbers)
    details = PersonalDetails(
        name=f"李{number}",
        given_name=f"李阿姨{number}",
        phone=f"+86138{number:08}",
        address=f"中山区人民路{number}号",
        district="中山区",
        birth_year=1948,
        identity_number="",
    )
    person = register_person(
        details=details, roles=frozenset({role}), language="zh-hans", actor=SYSTEM, at=at
    )
    return person.id


def a_customer(at: datetime, *, place: Place | None = None) -> Customer:
    """A customer who lives there (without: in the middle of the branch)."""
    home = place or CENTRE
    return register_customer(
        person_id=a_person(at, role=Role.CUSTOMER),
        number=f"C{next(_numbers):06}",
        latitude=home.latitude,
        longitude=home.longitude,
        actor=SYSTEM,
        at=at,
    )


def themselves(customer: Customer) -> Actor:
    """The customer as an actor."""
    return Actor(Role.CUSTOMER, customer.person_id, customer_id=customer.id)


# --- credit ---------------------------------------------------------------------------------------------


def a_bank_account(customer_id: UUID, at: datetime, *, number: str = "6222 0200 0000 1234") -> BankAccount:
    """Where a customer is paid out to: entered by one person, verified by another."""
    details = BankDetails.written(bank="清河银行", number=number, holder="李秀英")
    row = credit.enter_bank_account(
        customer_id=customer_id, details=details, key=new_id(), actor=staff(Role.DISPATCHER), at=at
    )
    return credit.verify_bank_account(
        bank_account_id=row.id, how=VerifiedHow.DOCUMENT, actor=staff(Role.FINANCE), at=at
    )


def told_by_the_bank(payout: Payout, state: AtTheBank, at: datetime, *, reason: str = "") -> Payout:
    """The bank says what became of a payout."""
    answer = BankAnswer(
        payout_id=payout.id,
        state=state,
        amount_minor=payout.amount_minor,
        currency=payout.account.product.currency,
        reference=f"B{payout.id.hex[:10]}",
        reason=reason,
        at=at,
    )
    return credit.tell_payout(answer=answer, actor=SYSTEM, at=at)


def a_credit_account(customer: Customer, at: datetime) -> UUID:
    """A credit account without any debt, as far as a booking needs one."""
    product = credit.store_product_version(
        product="test",
        currency=this_branch().currency,
        parameters=Parameters(revolving_daily_rate="0", late_mode="none"),
        actor=SYSTEM,
        at=at,
    )
    return credit.open_credit_account(
        customer_id=customer.id,
        product_id=product.id,
        number=f"K{next(_numbers):06}",
        limit_minor=1_000_000,
        opened_date=local_date(at, this_branch().zone),
        actor=SYSTEM,
        at=at,
    ).id


# --- dispatch -------------------------------------------------------------------------------------------


def wanted(
    customer: Customer, account_id: UUID, slot: Slot, *, wants_cash: bool = False, **wish: object
) -> "TakeRequest":
    """A customer's wish for a slot at their own door."""
    from koumen.dispatch.commands import TakeRequest
    from koumen.dispatch.rules.wish import VisitWish

    return TakeRequest(
        customer_id=customer.id,
        account_id=account_id,
        slot=slot,
        wanted_minor=30000,
        currency=this_branch().currency,
        wish=VisitWish(wants_cash=wants_cash, **wish),  # type: ignore[arg-type]
    )
