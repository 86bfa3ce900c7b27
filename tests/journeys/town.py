"""A small town for journeys: real commits, a clock for every thread, people who sign in, jobs that run."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connections
from procrastinate.contrib.django import app

from koumen.agents import commands as agents
from koumen.agents.models import Agent
from koumen.cli.worker import QUEUES
from koumen.credit import commands as credit
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM, Role
from koumen.people.commands import register_customer, register_person
from koumen.people.models import Customer, Person
from koumen.people.rules.details import PersonalDetails
from koumen.web.ui.second_factor import enrol_totp, totp_code_now
from tests import builders

PASSWORD = "a walk of a thousand miles"
_phones = count(10)


class TownClock:
    """The time in all threads: a Tuesday noon, moved by hand, whatever time it is outside."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def now(self) -> datetime:
        """Stands in for ``kit.clock.now``."""
        return self.at

    def goes_to(self, at: datetime) -> None:
        """Time passes."""
        self.at = max(self.at, at)


@dataclass(frozen=True)
class Household:
    """A customer, how they sign in, and the account they owe on."""

    customer: Customer
    phone: str
    account_id: UUID


@dataclass(frozen=True)
class Visitor:
    """An agent and how they sign in."""

    agent: Agent
    username: str

    def code(self) -> str:
        """What their authenticator app shows now."""
        return totp_code_now(Person.objects.get(id=self.agent.person_id))


class Town:
    """The people of a journey."""

    def __init__(self, clock: TownClock) -> None:
        self.clock = clock
        builders.the_base_pack(clock.at)

    def household(self, name: str, *, language: str, elder: bool = False) -> Household:
        """A customer of 78 who owes 1,286.40 on a bill and 100.00 that is on none yet."""
        at, number = self.clock.at, next(_phones)
        phone = f"138001380{number:02}"
        details = PersonalDetails(
            name=name,
            given_name=f"{name[0]}阿姨",
            phone=f"+86{phone}",
            address="清河市中山区人民路12号3单元301室",
            district="中山区",
            birth_year=1948,
        )
        person = register_person(
            details=details,
            roles=frozenset({Role.CUSTOMER}),
            language=language,
            elder_mode=elder,
            actor=SYSTEM,
            at=at,
        )
        customer = register_customer(
            person_id=person.id,
            number=f"J{number:06}",
            latitude=30.0,
            longitude=120.0,
            actor=SYSTEM,
            at=at,
        )
        return Household(customer, phone, self._debt(customer, number))

    def _debt(self, customer: Customer, number: int) -> UUID:
        at = self.clock.at
        product = credit.store_product_version(
            product="everyday",
            currency="CNY",
            parameters=Parameters(bill_day=20, due_day=8),
            actor=SYSTEM,
            at=at,
        )
        account = credit.open_credit_account(
            customer_id=customer.id,
            product_id=product.id,
            number=f"6225{number:08}",
            limit_minor=1_000_000,
            opened_date=date(2024, 3, 1),
            actor=SYSTEM,
            at=at,
        )
        self._buys(account.id, 128640, at - timedelta(days=20))
        credit.bring_forward(account_id=account.id, actor=SYSTEM, at=at)
        self._buys(account.id, 10000, at - timedelta(days=1))
        return account.id

    @staticmethod
    def _buys(account_id: UUID, amount_minor: int, at: datetime) -> None:
        purchase = credit.PurchaseRequest(
            account_id=account_id,
            amount_minor=amount_minor,
            currency="CNY",
            description="人民路菜市场",
            purchased_at=at,
        )
        credit.record_purchase(purchase=purchase, actor=SYSTEM, at=at)

    def visitor(self, name: str, *, language: str = "zh-hans") -> Visitor:
        """An agent with today's and tomorrow's shift, a password and an app for the second factor."""
        at, number = self.clock.at, next(_phones)
        details = PersonalDetails(name=name, given_name=f"{name[0]}先生", phone=f"+86139001390{number:02}")
        person = register_person(
            details=details,
            roles=frozenset({Role.AGENT}),
            language=language,
            username=f"visitor{number}",
            password=PASSWORD,
            actor=SYSTEM,
            at=at,
        )
        enrol_totp(person)
        agent = agents.engage_agent(
            person_id=person.id,
            staff_number=f"48{number}",
            skills=("repayment", "cash"),
            languages=["cmn"],
            home_latitude=30.01,
            home_longitude=120.0,
            actor=SYSTEM,
            at=at,
        )
        agents.certify_agent(
            agent_id=agent.id,
            kind="home_visit",
            valid_from=date(2020, 1, 1),
            valid_to=date(2030, 1, 1),
            actor=SYSTEM,
            at=at,
        )
        for day in (0, 1):
            builders.with_partner(builders.a_shift(agent, at, days=day), at)
        return Visitor(agent, f"visitor{number}")


def run_jobs() -> None:
    """Run every job that waits, as the worker does; in a thread, for the browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, _run_jobs()).result(timeout=60)


async def _run_jobs() -> None:
    hands = ThreadPoolExecutor(1)  # one thread, so that its connection can be closed afterwards
    asyncio.get_running_loop().set_default_executor(hands)
    connector: Any = app.connector
    with app.replace_connector(connector.get_worker_connector()) as working:
        async with working.open_async():
            await working.run_worker_async(
                queues=list(QUEUES), wait=False, listen_notify=False, install_signal_handlers=False
            )
    hands.submit(connections.close_all).result()
