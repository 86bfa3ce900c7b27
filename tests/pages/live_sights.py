"""A day that goes wrong: what agents say, what dispatch decides, what customers are offered."""

from collections.abc import Iterator
from datetime import datetime

from koumen.agents.commands import delay_shift
from koumen.agents.rules.shift import OffReason
from koumen.dispatch.commands import give_up_shift, propose_repair
from koumen.kit.actor import SYSTEM, Role
from koumen.visits.commands import notify_customer
from koumen.visits.rules.notices import NoticeKind
from tests import builders
from tests.dispatch.test_live import Busy
from tests.pages.sight import Sight
from tests.sites import doors


def live_sights(at: datetime) -> Iterator[Sight]:
    """From an agent who is held up to a repair that waits for a decision."""
    busy, other = Busy(at), builders.an_agent(at)
    builders.a_shift(other, at, days=0, hours=(9, 19))
    desk = doors.as_staff(builders.a_person(at, role=Role.DISPATCHER))
    phone, home = doors.as_agent(busy.agent.person_id), doors.as_customer(busy.visits[0].customer.person_id)
    yield Sight("agent-held-up", phone, "/agent/today/held-up/")
    yield Sight("agent-not-on-today", phone, "/agent/today/not-on/")
    notify_customer(visit_id=busy.ids[2], kind=NoticeKind.HOURS_BEFORE, expected_at=None, actor=SYSTEM, at=at)
    asked = doors.as_customer(busy.visits[2].customer.person_id)
    yield Sight("customer-visit-reminded", asked, f"/visits/{busy.ids[2]}/")
    delay_shift(shift_id=busy.shift.id, minutes=60, actor=builders.acting(busy.agent), at=at)
    yield Sight("agent-today-held-up", phone, "/agent/")
    notify_customer(
        visit_id=busy.ids[0], kind=NoticeKind.REBOOK, expected_at=busy.at(15.6), actor=SYSTEM, at=at
    )
    yield Sight("customer-visit-late", home, f"/visits/{busy.ids[0]}/")
    give_up_shift(shift_id=busy.shift.id, off_from=at, reason=OffReason.VEHICLE, actor=DESK, at=at)
    yield Sight("agent-today-off", phone, "/agent/")
    yield Sight("console-risks", desk, "/console/risks/")
    propose_repair(date=busy.shift.date, seconds=0, actor=SYSTEM, at=at)
    yield Sight("console-repair", desk, "/console/risks/")


DESK = builders.staff(Role.DISPATCHER)
