"""What happens to slots and routes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class SlotTaken(Event):
    """A place in a shift was promised; the subject is the visit, ``behind_id`` the stop before it among those ahead."""

    shift_id: UUID
    shift_version: int
    behind_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class StopDropped(Event):
    """A visit left a shift's route; the subject is the visit."""

    shift_id: UUID
    shift_version: int


@dataclass(frozen=True, kw_only=True)
class WishMade(Event):
    """No slot suited a customer; the subject is the customer."""

    date: date
    part_of_day: str


@dataclass(frozen=True, kw_only=True)
class WaitingJoined(Event):
    """A customer waits for a place; the subject is their place in the line."""

    customer_id: UUID
    date: date
    part_of_day: str


@dataclass(frozen=True, kw_only=True)
class WaitingLeft(Event):
    """A customer does not wait any more: withdrawn, or the day came; the subject is their place in the line."""

    customer_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class PlaceOffered(Event):
    """A place that came free was offered to one who waits; the subject is the offer."""

    waiting_id: UUID
    customer_id: UUID
    shift_id: UUID
    window_from: datetime
    window_to: datetime
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class PlaceAnswered(Event):
    """An offered place was accepted, declined, not answered in time, or gone; the subject is the offer."""

    waiting_id: UUID
    customer_id: UUID
    shift_id: UUID
    answer: str


@dataclass(frozen=True, kw_only=True)
class StandingAsked(Event):
    """The desk wrote down a visit each month for a caller; nobody has said yes. The subject is the standing visit."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class StandingAgreed(Event):
    """A customer agreed to a visit each month; the subject is the standing visit."""

    customer_id: UUID
    how: str


@dataclass(frozen=True, kw_only=True)
class StandingChanged(Event):
    """A standing visit was paused, goes on, skips a month, or ended; the subject is the standing visit."""

    customer_id: UUID
    change: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class StandingTurned(Event):
    """What came of one month; the subject is the standing visit."""

    customer_id: UUID
    month: date
    date: date
    outcome: str
    visit_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RoadsImported(Event):
    """A map of roads was read from a file; the subject is the map."""

    digest: str
    nodes: int
    arcs: int


@dataclass(frozen=True, kw_only=True)
class DistrictsImported(Event):
    """Outlines of districts were read; the subject is their map."""

    digest: str
    districts: int


@dataclass(frozen=True, kw_only=True)
class TravelTimesStored(Event):
    """From a day on, travel times are made otherwise; the subject is the version."""

    version: int
    origin: str
    from_date: date


@dataclass(frozen=True, kw_only=True)
class RoutePlanned(Event):
    """The order of a shift's stops was planned anew; the subject is the shift, ``order`` the visits still ahead."""

    shift_version: int
    stops: int
    order: str = ""  # ids with spaces between; facts from before it was kept have none


@dataclass(frozen=True, kw_only=True)
class VisitOverridden(Event):
    """A person decided against the plan: pin, swap, refuse or release; the subject is the visit."""

    override: str
    shift_id: UUID | None
    agent_id: UUID | None
    reason: str
    after_id: UUID | None = None
    arrive_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NoGoSet(Event):
    """An agent does not go to a customer or into an area any more; the subject is the no-go."""

    agent_id: UUID
    customer_id: UUID | None
    reason: str
    from_date: date


@dataclass(frozen=True, kw_only=True)
class NoGoLifted(Event):
    """An agent may go there again from a day on; the subject is the no-go."""

    to_date: date


@dataclass(frozen=True, kw_only=True)
class RepairProposed(Event):
    """Other routes were found for promises at risk; the subject is the repair."""

    date: date
    helped: int
    moved: int
    extra_s: int


@dataclass(frozen=True, kw_only=True)
class RepairAccepted(Event):
    """A dispatcher accepted a repair, and it was written; the subject is the repair."""

    helped: int
    moved: int


@dataclass(frozen=True, kw_only=True)
class RepairRefused(Event):
    """A dispatcher refused a repair; the subject is the repair."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RepairOvertaken(Event):
    """A repair fits the day no longer; the subject is the repair."""
