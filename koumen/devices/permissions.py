"""Who may enrol, revoke, look at and decide about devices."""

from django.db.models import QuerySet

from koumen.devices.models import Device, DeviceAct
from koumen.kit.actor import Actor, Role


def visible_to(actor: Actor) -> QuerySet[Device]:
    """Staff and the system see every device, an agent their own, nobody else any."""
    devices = Device.objects.all()
    if actor.is_staff or actor.role is Role.SYSTEM:
        return devices
    if actor.role is Role.AGENT and actor.agent_id:
        return devices.filter(agent_id=actor.agent_id)
    return devices.none()


def acts_visible_to(actor: Actor) -> QuerySet[DeviceAct]:
    """The acts of the devices that an actor may see."""
    return DeviceAct.objects.filter(device__in=visible_to(actor))


def may_manage_devices(actor: Actor) -> bool:
    """Open an enrolment, revoke, require a version: the administrator."""
    return actor.has(Role.ADMINISTRATOR)


def may_enrol_device(actor: Actor) -> bool:
    """Only an agent, signed in on the phone itself; for whom stands in the enrolment."""
    return actor.role is Role.AGENT and actor.agent_id is not None


def may_review_acts(actor: Actor) -> bool:
    """Whoever answers for the money, and dispatch for what happened on the road."""
    return actor.is_staff and actor.has(Role.FINANCE, Role.DISPATCHER)


def may_decide_money(actor: Actor) -> bool:
    """Book cash that was set aside: whoever answers for the money."""
    return actor.is_staff and actor.has(Role.FINANCE)


def may_settle_acts(actor: Actor) -> bool:
    """Only the system lets acts take effect: an agent sends them, and nothing more."""
    return actor.role is Role.SYSTEM
