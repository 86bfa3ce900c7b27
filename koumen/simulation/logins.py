"""Who can sign in to the demonstration, and with what."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model

from koumen.kit.actor import Role
from koumen.messages.queries import sent_messages
from koumen.people.queries import persons_by_phone
from koumen.simulation.town import Town, first_elder, make_town

if TYPE_CHECKING:
    from koumen.people.models import Person

# One for all, shown at each start: behind it stands a second factor, and no real person.
PASSWORD = "knock-on-the-door"  # noqa: S105
SECOND_FINANCE = "finance2"  # what one person of finance proposes another decides
STAFF = (
    *((str(role), role) for role in (Role.DISPATCHER, Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR)),
    (SECOND_FINANCE, Role.FINANCE),
)
SIGN_IN_CODE = "sign_in_code"


@dataclass(frozen=True, kw_only=True)
class Login:
    """One way into the demonstration; ``name`` is what ``koumen demo code`` takes."""

    name: str
    role: str
    sign_in_url: str
    identifier: str
    password: str = ""
    note: str = ""


def agent_username(staff_number: str) -> str:
    """What an agent signs in with."""
    return f"agent{staff_number}"


def logins(town: Town | None = None) -> list[Login]:
    """The logins that a visitor needs, customers first; no query. Numbers and badges do not depend on the seed."""
    town = town or make_town(seed=0, year=2000)
    here = settings.KOUMEN_PUBLIC_URL
    customer, elder = town.customers[0], first_elder(town.customers)
    badges = [worker.staff_number for worker in town.workers]
    phones = (
        ("customer", "customer", customer.phone, ""),
        ("elder", "customer, elder mode", elder.phone, "a visit waits for their yes"),
        ("instalments", "customer, instalments", town.customers[15].phone, "a plan in its fourth month"),
        ("late", "customer, late", town.customers[16].phone, "interest and a late charge"),
        ("ahead", "customer, credit balance", town.customers[17].phone, "is owed money"),
        ("relative", "relative", town.relative.phone, "asks for visits for the customer in elder mode"),
    )
    others = f"others: {agent_username(badges[1])} … {agent_username(badges[-1])}"
    return [
        *(
            Login(name=name, role=role, sign_in_url=f"{here}/", identifier=_spaced(phone), note=note)
            for name, role, phone, note in phones
        ),
        Login(
            name="agent",
            role="agent",
            sign_in_url=f"{here}/agent/",
            identifier=agent_username(badges[0]),
            password=PASSWORD,
            note=others,
        ),
        *(
            Login(
                name=name,
                role=str(role),
                sign_in_url=f"{here}/console/",
                identifier=name,
                password=PASSWORD,
                note="the second person" if name == SECOND_FINANCE else "",
            )
            for name, role in STAFF
        ),
    ]


def code(login: str, *, second_factor: Callable[["Person"], str]) -> str:
    """The code that signs a login in now: what an agent's or member of staff's app shows, or the newest text message.

    ``login`` is a name of the table, a user name or a telephone number. Raises LookupError.
    """
    known = {one.name: one for one in logins()}
    identifier = known[login].identifier if login in known else login
    person = get_user_model().objects.filter(username=identifier.lower()).first()
    if person is not None:
        return second_factor(person)
    for owner in persons_by_phone(_e164(identifier)):
        for message in sent_messages(limit=1, person_id=owner.id, template=SIGN_IN_CODE):
            digits = re.search(r"\d{6}", message.text)
            if digits:
                return digits.group()
    raise LookupError(login)


def _spaced(phone: str) -> str:
    """A mobile number as it is said in China: 199 0000 0001."""
    national = phone.removeprefix("+86")
    return f"{national[:3]} {national[3:7]} {national[7:]}"


def _e164(identifier: str) -> str:
    digits = "".join(c for c in identifier if c.isdigit())
    return f"+{digits}" if digits.startswith("86") else f"+86{digits}"
