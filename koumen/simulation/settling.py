"""Setting the town up through the rooms' own commands: branch, people, shifts, accounts. Safe to run again."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model

from koumen.agents import commands as agents
from koumen.agents import queries as agent_queries
from koumen.branch.commands import BranchOpening, open_branch, store_holidays
from koumen.branch.queries import this_branch
from koumen.conduct.commands import store_base_pack
from koumen.credit.commands import store_product_version
from koumen.credit.importer import HistoricAccount, write_history
from koumen.credit.rules.parameters import Parameters
from koumen.dispatch.commands import form_team, store_districts
from koumen.dispatch.rules.districts import District
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict
from koumen.people import commands as people
from koumen.people.queries import actor_for, delegates_of, persons_by_phone
from koumen.people.rules.details import PersonalDetails
from koumen.simulation.lives import LIVES, Newcomer, live
from koumen.simulation.logins import PASSWORD, STAFF, agent_username
from koumen.simulation.spending import Spending, bill_days, due_day_of, ending_with, spending_of
from koumen.simulation.town import (
    CUSTOMERS,
    LATITUDE,
    LONGITUDE,
    NAME,
    NAME_EN,
    Resident,
    Town,
    Worker,
    first_elder,
    shift_days,
    works_on,
)

if TYPE_CHECKING:
    from koumen.people.models import Person

Progress = Callable[[str, int, int], None]
Enrol = Callable[["Person"], None]

HOME_VISIT = "home_visit"
# What agents carry in turn: most a printer, some what helps customers who hear or walk badly.
CARRIED: tuple[tuple[str, ...], ...] = (
    ("printer", "large_print"),
    ("printer", "access_kit"),
    ("printer", "hearing_kit", "large_print"),
    ("card_terminal", "printer"),
)
PRODUCT = "spend now, pay later"
# What the two customers owe whom everybody meets first: (this bill, bought since), in fen.
NICE = {0: (128_640, 21_360), 4: (30_000, 8_850)}
LIVED_BILLS = 4  # bills of those who were with us from the beginning
EARLY = (time(8, 30), time(18, 0))
LATE = (time(10, 30), time(20, 0))
# As offices do; and days that are over before the town was set up can be looked back at.
PLANNED_AHEAD = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When the town is set up: the moment, and what the calendar of the branch says."""

    at: datetime
    today: date


def open_the_branch(moment: Moment) -> None:
    """Lender, branch, holidays and the policy pack."""
    open_branch(
        BranchOpening(
            schema=settings.KOUMEN_BRANCH,
            lender_name="清河消费金融有限公司",
            lender_name_en="Qinghe Consumer Finance",
            lender_address=f"{NAME}中山街道人民路1号",
            registration_number="91000000QINGHE0001",
            name=NAME,
            name_en=NAME_EN,
            zone_name="Asia/Shanghai",
            currency="CNY",
            country="CN",
            language="zh-hans",
            help_phone="400-000-0000",
            latitude=LATITUDE,
            longitude=LONGITUDE,
        )
    )
    this_branch.cache_clear()
    store_holidays(country="CN", first_year=moment.today.year - 1, last_year=moment.today.year + 1)
    store_base_pack(actor=SYSTEM, at=moment.at)


def draw_districts(town: Town, moment: Moment) -> None:
    """The outlines of the town's districts, as the ground of maps."""
    drawn = [District(one.name, ((*one.outline, one.outline[0]),)) for one in town.districts]
    store_districts(districts=drawn, digest=f"town {town.seed}", actor=SYSTEM, at=moment.at)


def settle_staff(town: Town, moment: Moment, *, enrol: Enrol, progress: Progress) -> None:
    """Those who work at the console and at doors, each with a password and a second factor."""
    every = len(STAFF) + len(town.workers)
    for done, ((name, role), resident) in enumerate(zip(STAFF, town.staff, strict=True), start=1):
        enrol(_employee(resident, role, name, moment))
        progress("staff", done, every)
    hired = {card.staff_number: card.agent_id for card in agent_queries.agents(actor=SYSTEM)}
    for done, worker in enumerate(town.workers, start=len(STAFF) + 1):
        person = _employee(worker.resident, Role.AGENT, agent_username(worker.staff_number), moment)
        enrol(person)
        agent_id = hired.get(worker.staff_number) or _engage(worker, person.id, moment)
        if not agent_queries.is_certified(agent_id=agent_id, kind=HOME_VISIT, date=moment.today):
            agents.certify_agent(
                agent_id=agent_id,
                kind=HOME_VISIT,
                valid_from=moment.today - timedelta(days=200),
                valid_to=moment.today + timedelta(days=530),
                actor=SYSTEM,
                at=moment.at,
            )
        progress("staff", done, every)


def _employee(resident: Resident, role: Role, username: str, moment: Moment) -> Any:
    known = get_user_model().objects.filter(username=username).first()
    return known or people.register_person(
        details=details_of(resident),
        roles=frozenset({role}),
        language=resident.language,
        username=username,
        password=PASSWORD,
        actor=SYSTEM,
        at=moment.at,
    )


def _engage(worker: Worker, person_id: UUID, moment: Moment) -> UUID:
    latitude, longitude = worker.resident.at
    return agents.engage_agent(
        person_id=person_id,
        staff_number=worker.staff_number,
        skills=sorted(worker.skills),
        languages=sorted(worker.languages),
        home_latitude=latitude,
        home_longitude=longitude,
        actor=SYSTEM,
        at=moment.at,
    ).id


def plan_shifts(town: Town, moment: Moment, *, progress: Progress) -> None:
    """The working days around today that are not planned yet."""
    zone = this_branch().zone
    ids = {card.staff_number: card.agent_id for card in agent_queries.agents(actor=SYSTEM)}
    days = shift_days(moment.today)
    for done, day in enumerate(days, start=1):
        noon = datetime.combine(day, time(12), zone).astimezone(UTC)
        planned_at = min(moment.at, noon - PLANNED_AHEAD)
        planned = {shift.agent_id for shift in agent_queries.shifts_on(actor=SYSTEM, date=day)}
        for number, worker in enumerate(town.workers):
            agent_id = ids[worker.staff_number]
            if agent_id in planned or not works_on(worker, day):
                continue
            starts, ends = LATE if worker.is_late else EARLY
            agents.plan_shift(
                agent_id=agent_id,
                date=day,
                starts_at=datetime.combine(day, starts, zone).astimezone(UTC),
                ends_at=datetime.combine(day, ends, zone).astimezone(UTC),
                equipment=CARRIED[number % len(CARRIED)],
                actor=SYSTEM,
                at=planned_at,
            )
        if not planned:
            _team_of(
                day, [ids[worker.staff_number] for worker in town.workers if not worker.is_late], planned_at
            )
        progress("shifts", done, len(days))


def _team_of(day: date, agent_ids: Sequence[UUID], at: datetime) -> None:
    """The first two who work early that day go together: a first visit with cash needs two."""
    shifts = {shift.agent_id: shift for shift in agent_queries.shifts_on(actor=SYSTEM, date=day)}
    both = [shifts[agent_id].id for agent_id in agent_ids if agent_id in shifts][:2]
    if len(both) == 2:  # noqa: PLR2004  (a team)
        form_team(shift_id=both[0], partner_shift_id=both[1], actor=SYSTEM, at=at)


def settle_customers(town: Town, moment: Moment, *, progress: Progress) -> None:
    """Customers with six months of statements, in one batch: all of them or none; then those who lived here."""
    # in force since before the first bill of whoever lived here
    long_ago = moment.at - timedelta(days=365)
    product = store_product_version(
        product=PRODUCT,
        currency="CNY",
        parameters=Parameters(bill_day=bill_days(moment.today)[-1].day, due_day=due_day_of(moment.today)),
        actor=SYSTEM,
        at=long_ago,
    )
    taken_over = CUSTOMERS - len(LIVES)
    try:
        write_history(
            accounts=_accounts(town, moment),
            product=product,
            source_digest=hashlib.sha256(f"koumen.town.{town.seed}".encode()).hexdigest(),
            on_progress=lambda done: progress("customers", done, CUSTOMERS),
            actor=SYSTEM,
            at=moment.at,
        )
    except Conflict as refusal:
        if refusal.code != "batch-known":
            raise
    for done, (place, story) in enumerate(LIVES.items(), start=taken_over + 1):
        live(_newcomer(town, place, product.id, moment), story, now=moment.at)
        progress("customers", done, CUSTOMERS)


def _newcomer(town: Town, place: int, product_id: UUID, moment: Moment) -> Newcomer:
    resident = town.customers[place]
    return Newcomer(
        resident=resident,
        details=details_of(resident),
        number=_number(place),
        product_id=product_id,
        bill_days=bill_days(moment.today)[-LIVED_BILLS:],
    )


def _number(place: int) -> str:
    return f"QH{place + 1:06}"


def _accounts(town: Town, moment: Moment) -> Iterator[HistoricAccount]:
    elder = first_elder(town.customers)
    for place, resident in enumerate(town.customers):
        if place in LIVES:
            continue
        spending = _spending(town, place, moment)
        yield HistoricAccount(
            number=_number(place),
            details=details_of(resident),
            latitude=resident.at[0],
            longitude=resident.at[1],
            language=resident.language,
            elder_mode=resident is elder,
            limit_minor=spending.limit_minor,
            opened_date=spending.opened_date,
            opening_minor=spending.opening_minor,
            opening_at=spending.opening_at,
            months=spending.months,
            purchases_since=spending.purchases_since,
        )


def _spending(town: Town, place: int, moment: Moment) -> Spending:
    zone = this_branch().zone
    spending = spending_of(place=place, seed=town.seed, today=moment.today, zone=zone)
    if place not in NICE:
        return spending
    bill, since = NICE[place]
    return ending_with(spending, bill_minor=bill, since_minor=since, today=moment.today, zone=zone)


def settle_relative(town: Town, moment: Moment) -> None:
    """The daughter who may ask for visits for her mother."""
    found = persons_by_phone(town.relative.phone)
    relative = (
        found[0]
        if found
        else people.register_person(
            details=details_of(town.relative),
            roles=frozenset({Role.RELATIVE}),
            language="zh-hans",
            actor=SYSTEM,
            at=moment.at,
        )
    )
    (elder,) = persons_by_phone(first_elder(town.customers).phone)
    customer_id = actor_for(elder, Role.CUSTOMER).customer_id
    if customer_id is None or delegates_of(actor=SYSTEM, customer_id=customer_id, at=moment.at):
        return
    people.name_delegate(
        customer_id=customer_id,
        person_id=relative.id,
        valid_to=moment.today + timedelta(days=365),
        actor=SYSTEM,
        at=moment.at,
    )


def details_of(resident: Resident) -> PersonalDetails:
    """A resident as the room people keeps them; an invented person has no identity number."""
    return PersonalDetails(
        name=resident.name,
        given_name=resident.salutation,
        phone=resident.phone,
        address=resident.address,
        district=resident.district,
        birth_year=resident.birth_year,
    )
