"""Phones: enrolled, listed with what is missing and what waits for a person; the agent's own; a carried receipt."""

from collections.abc import Iterator
from datetime import datetime

from koumen.devices import commands
from koumen.devices.rules.alarms import RevokeReason
from koumen.devices.rules.carried import pack_act
from koumen.devices.rules.envelope import Kind
from koumen.kit.actor import Role
from koumen.people.models import Person
from koumen.simulation.phone import CashCount
from tests import builders
from tests.devices.phones import ADMINISTRATOR, a_phone, device_of, sends
from tests.pages.sight import Sight
from tests.sites import doors
from tests.visits.stories import a_visit


def phone_sights(at: datetime) -> Iterator[Sight]:
    """From no phone at all to one that was blocked with cash in it."""
    person = builders.a_person(at, role=Role.ADMINISTRATOR)
    Person.objects.filter(id=person).update(roles=[Role.ADMINISTRATOR, Role.FINANCE, Role.DISPATCHER])
    desk = doors.as_staff(person)
    story = a_visit(at)
    yield Sight("console-phones-none", desk, "/console/phones/")
    agent = doors.as_agent(story.agent.person_id)
    yield Sight("agent-device-none", agent, "/agent/device/")
    yield Sight("agent-app-not-enrolled", agent, "/agent/app/")
    phone = a_phone(story.agent, at)
    count = CashCount(amount_minor=30000, notes_in={10000: 3})
    sends(phone, at, phone.does(Kind.SET_OUT, at=at, visit_id=story.visit_id))
    cash = phone.takes_cash(count, visit_id=story.visit_id, at=at)
    yield Sight("public-carried-receipt", doors.nobody(), f"/public/a/{pack_act(cash)}/")
    commands.revoke_device(
        device_id=device_of(phone).id,
        reason=RevokeReason.LOST,
        stated_receipt=4,
        actor=ADMINISTRATOR,
        at=at,
    )
    (row,) = sends(phone, at, phone.takes_cash(count, visit_id=story.visit_id, at=at))
    yield Sight("console-phones", desk, "/console/phones/")
    yield Sight("console-phone", desk, f"/console/phones/{row.device_id}/")
    yield Sight("console-phone-act", desk, f"/console/phones/acts/{row.id}/")
    yield Sight("agent-device", agent, "/agent/device/")
