"""A busy day of a branch, for the bench of the board: agents around the town, each with a visit an hour."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from koumen.agents import commands as agents
from koumen.branch.commands import BranchOpening, open_branch
from koumen.conduct.commands import store_base_pack
from koumen.credit import commands as credit
from koumen.credit.rules.parameters import Parameters
from koumen.dispatch.commands import Taken, TakeRequest, take
from koumen.dispatch.rules.slot import Slot
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.ids import new_id
from koumen.people.commands import register_customer, register_person
from koumen.people.rules.details import PersonalDetails

DAY = date(2026, 10, 20)
ZONE = ZoneInfo("Asia/Shanghai")
BOOKED_AT = datetime(2026, 10, 19, 4, 0, tzinfo=UTC)
NOON = datetime(2026, 10, 20, 4, 0, tzinfo=UTC)
FIRST_HOUR, LAST_HOUR = 9, 20
CURRENCY = "CNY"


def make_day(branch: str, *, how_many: int, visits_each: int) -> UUID:
    """Open the branch, let so many agents have so many visits each; the person who sits at the board."""
    open_branch(
        BranchOpening(
            schema=branch,
            lender_name="尺",
            lender_name_en="Bench",
            lender_address="-",
            registration_number="-",
            name="尺",
            name_en="Bench",
            zone_name=str(ZONE),
            currency=CURRENCY,
            country="CN",
            language="zh-hans",
            help_phone="",
            latitude=30.0,
            longitude=120.0,
        )
    )
    store_base_pack(actor=SYSTEM, at=BOOKED_AT)
    product = credit.store_product_version(
        product="bench", currency=CURRENCY, parameters=Parameters(), actor=SYSTEM, at=BOOKED_AT
    )
    for number in range(how_many):
        _agent(number, visits_each, product.id)
    return _person("desk", Role.DISPATCHER)


def _agent(number: int, visits_each: int, product_id: UUID) -> None:
    """An agent whose visits are in the street where they live: a full day that can be kept."""
    north, east = 30 + number % 10 / 100, 120 + number // 10 / 100
    agent = agents.engage_agent(
        person_id=_person(f"agent {number}", Role.AGENT),
        staff_number=f"B{number:04}",
        skills=("repayment", "cash"),
        languages=["cmn"],
        home_latitude=north,
        home_longitude=east,
        actor=SYSTEM,
        at=BOOKED_AT,
    )
    agents.certify_agent(
        agent_id=agent.id,
        kind="home_visit",
        valid_from=date(2020, 1, 1),
        valid_to=date(2030, 1, 1),
        actor=SYSTEM,
        at=BOOKED_AT,
    )
    starts, ends = (datetime(DAY.year, DAY.month, DAY.day, h, tzinfo=ZONE) for h in (FIRST_HOUR, LAST_HOUR))
    shift = agents.plan_shift(
        agent_id=agent.id, date=DAY, starts_at=starts, ends_at=ends, actor=SYSTEM, at=BOOKED_AT
    )
    for place in range(visits_each):
        begins = starts + timedelta(hours=place)
        slot = Slot(shift.id, agent.id, DAY, begins, begins + timedelta(hours=1))
        _visit(f"{number}-{place}", (north + place / 2000, east), slot, product_id)


def _visit(number: str, at: tuple[float, float], slot: Slot, product_id: UUID) -> None:
    customer = register_customer(
        person_id=_person(number, Role.CUSTOMER),
        number=f"C{number}",
        latitude=at[0],
        longitude=at[1],
        actor=SYSTEM,
        at=BOOKED_AT,
    )
    account = credit.open_credit_account(
        customer_id=customer.id,
        product_id=product_id,
        number=f"K{number}",
        limit_minor=1_000_000,
        opened_date=date(2026, 1, 1),
        actor=SYSTEM,
        at=BOOKED_AT,
    )
    wanted = TakeRequest(
        customer_id=customer.id,
        account_id=account.id,
        slot=slot,
        wanted_minor=300_00,
        currency=CURRENCY,
    )
    themselves = Actor(Role.CUSTOMER, customer.person_id, customer_id=customer.id)
    outcome = take(booking=wanted, key=new_id(), actor=themselves, at=BOOKED_AT)
    if not isinstance(outcome, Taken):
        raise TypeError(f"the bench's own day cannot be kept: {outcome.reasons}")


def _person(name: str, role: Role) -> UUID:
    details = PersonalDetails(name=f"尺{name}", given_name=f"尺{name}"[:6])
    roles = frozenset({role})
    return register_person(details=details, roles=roles, language="zh-hans", actor=SYSTEM, at=BOOKED_AT).id
