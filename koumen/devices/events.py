"""What happens to devices and to their acts."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class EnrolmentOpened(Event):
    """An administrator lets one device be enrolled for an agent; the subject is the enrolment."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeviceEnrolled(Event):
    """A phone proved its key and has the lender's certificate; the subject is the device."""

    agent_id: UUID
    enrolment_id: UUID
    key_sha256: str


@dataclass(frozen=True, kw_only=True)
class DeviceRevoked(Event):
    """A device is not believed any more without a person looking; the subject is the device."""

    reason: str
    last_sequence: int
    last_receipt: int
    stated_receipt: int | None


@dataclass(frozen=True, kw_only=True)
class AppVersionRequired(Event):
    """No day pack for an older app from now on; the subject is the rule."""

    version: int


@dataclass(frozen=True, kw_only=True)
class DayPackIssued(Event):
    """A device got what it needs for a day without a signal; the subject is the device."""

    pack_id: UUID
    stops: int


@dataclass(frozen=True, kw_only=True)
class ActPosted(Event):
    """An act of a device was done here as well; the subject is the act."""

    device_id: UUID
    sequence: int
    act: str
    visit_id: UUID | None
    payment_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ActSetAside(Event):
    """An act of a device waits for a person; the subject is the act."""

    device_id: UUID
    sequence: int
    act: str
    visit_id: UUID | None
    code: str


@dataclass(frozen=True, kw_only=True)
class ActDismissed(Event):
    """A person looked at an act and there is nothing to do; the subject is the act."""

    device_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class BesideForgotten(Event):
    """A place or words that came beside an act and waited too long were dropped; the subject is the act."""

    device_id: UUID


@dataclass(frozen=True, kw_only=True)
class StopOpenedOffline(Event):
    """The full data of a stop were opened without a signal, by PIN; the subject is the visit."""

    device_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class NumbersStated(Event):
    """A device said how far its receipts and acts go; the subject is the device."""

    last_receipt: int
    last_sequence: int
    missing_receipts: int


@dataclass(frozen=True, kw_only=True)
class DeviceAlarmed(Event):
    """Something about a device must be looked at; the subject is the device."""

    alarm: str
    sequence: int


@dataclass(frozen=True, kw_only=True)
class DeviceAlarmTaken(Event):
    """Somebody looks after an alarm; the subject is the device."""

    alarm_id: UUID
