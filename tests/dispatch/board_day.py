"""A day with three agents for the board: one who is done with the first visit, one on the way, one with all ahead."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from koumen.agents.models import Shift
from koumen.dispatch.commands import Taken, take
from koumen.dispatch.rules.slot import Slot
from koumen.kit.ids import new_id
from koumen.kit.place import Place
from koumen.visits import commands as visits
from koumen.visits.models import Visit
from tests.builders import (
    a_credit_account,
    a_customer,
    a_shift,
    acting,
    an_agent,
    near,
    the_base_pack,
    themselves,
    wanted,
)

TODAY = date(2026, 11, 24)


def visit_at(place: Place, hour: int, shift: Shift, at: datetime) -> Visit:
    """A visit in a window of one hour that begins at a local hour, promised for this very shift."""
    customer = a_customer(at, place=place)
    begins = shift.starts_at.replace(minute=0) + timedelta(hours=hour - 9)
    slot = Slot(shift.id, shift.agent_id, shift.date, begins, begins + timedelta(hours=1))
    request = wanted(customer, a_credit_account(customer, at), slot)
    outcome = take(booking=request, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken), outcome
    return outcome.visit


@dataclass
class BoardDay:
    """Booked at seven in the morning of the day; what happens afterwards, a test says."""

    north: Shift
    south: Shift
    east: Shift
    northern: list[Visit]
    southern: list[Visit]
    eastern: list[Visit]
    booked_at: datetime

    def sets_out(self, visit: Visit, at: datetime) -> None:
        """The visit's agent sets out."""
        now = Visit.objects.select_related("agent").get(id=visit.id)
        visits.set_out(visit_id=visit.id, actor=acting(now.agent), at=at)

    def arrives(self, visit: Visit, at: datetime) -> None:
        """The visit's agent is at the door."""
        now = Visit.objects.select_related("agent").get(id=visit.id)
        assert visits.arrive(visit_id=visit.id, actor=acting(now.agent), at=at).is_allowed


def a_board_day(noon: datetime) -> BoardDay:
    """Three shifts from nine to six, two or three visits each."""
    at = noon - timedelta(hours=5)
    the_base_pack(at)
    north, south, east = (
        a_shift(an_agent(at, home=home), at, days=0) for home in (near(4), near(-4), near(0, 4))
    )
    return BoardDay(
        north,
        south,
        east,
        [visit_at(near(4, along), hour, north, at) for along, hour in ((0, 10), (0.6, 13), (1.2, 15))],
        [visit_at(near(-4, along), hour, south, at) for along, hour in ((0, 11), (0.6, 14))],
        [visit_at(near(along, 4), hour, east, at) for along, hour in ((0, 13), (0.8, 16))],
        at,
    )
