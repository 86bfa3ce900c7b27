"""A phone that a test enrols and lets do things, as in life."""

from datetime import datetime

from koumen.agents.models import Agent
from koumen.devices import commands, queries
from koumen.devices.commands import Sent
from koumen.devices.jobs import settle_acts
from koumen.devices.models import Device, DeviceAct
from koumen.devices.rules.envelope import SignedAct
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.people.models import Person
from koumen.simulation.phone import Phone
from tests import builders

ADMINISTRATOR = builders.staff(Role.ADMINISTRATOR)


def a_phone(agent: Agent, at: datetime, *, packed: bool = True) -> Phone:
    """Enrolled for the agent, with a day pack."""
    builders.the_base_pack(at)
    phone = Phone(seal_to=queries.seal_point())
    opened = commands.open_enrolment(agent_id=agent.id, label="", actor=ADMINISTRATOR, at=at)
    who = builders.acting(agent)
    device = commands.enrol_device(
        token=opened.token, point=phone.point, proof=phone.proof(opened.token), actor=who, at=at
    )
    phone.device_id = device.id
    if packed:
        day = commands.issue_day_pack(device_id=device.id, app_version=1, actor=who, at=at)
        phone.pack_id = day.pack.id
    return phone


def device_of(phone: Phone) -> Device:
    assert phone.device_id is not None
    return Device.objects.select_related("agent").get(id=phone.device_id)


def brings(act: SignedAct, at: datetime, *, by_agent: bool = False) -> DeviceAct:
    """One act arrives, and nothing more; with its agent signed in, or without anybody."""
    actor = _agent_of(act) if by_agent else SYSTEM
    return commands.receive_act(sent=Sent(act=act, carried_by="device"), actor=actor, at=at)


def sends(phone: Phone, at: datetime, *acts: SignedAct) -> list[DeviceAct]:
    """All acts (or these) arrive and are settled; how they stand afterwards."""
    rows = [brings(act, at) for act in (acts or phone.done)]
    assert phone.device_id is not None
    settle_acts(device_id=phone.device_id, at=at)
    return [DeviceAct.objects.get(id=row.id) for row in rows]


def leaves(agent: Agent) -> None:
    """The agent does not work here any more."""
    Person.objects.filter(id=agent.person_id).update(is_active=False)


def _agent_of(act: SignedAct) -> Actor:
    device = Device.objects.select_related("agent").filter(id=act.device_id).first()
    return builders.acting(device.agent) if device else SYSTEM
