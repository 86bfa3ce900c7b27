"""What happens in the life of a visit; the subject is the visit unless an event says otherwise."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class VisitRequested(Event):
    """Somebody else than the customer asked for a visit; the customer must confirm."""

    customer_id: UUID
    agent_id: UUID
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True, kw_only=True)
class VisitBooked(Event):
    """A window was promised to a customer (by booking, or by confirming a request)."""

    customer_id: UUID
    agent_id: UUID
    window_from: datetime
    window_to: datetime
    wanted_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RequestReadBack(Event):
    """The desk called the number on file, read a request back, and the customer said yes."""

    requested_by_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class VisitMoved(Event):
    """The promise was changed to another window."""

    agent_id: UUID
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True, kw_only=True)
class CustomerNotified(Event):
    """The clock gave a reason to tell the customer something; what the customer was told is in the message."""

    notice: str
    window_from: datetime
    expected_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReminderAnswered(Event):
    """The customer said that they will be there."""


@dataclass(frozen=True, kw_only=True)
class WantedLowered(Event):
    """Money came by another way: less is left to pay than the visit was booked for."""

    wanted_minor: int
    before_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class AgentChanged(Event):
    """Another agent comes; the promised window stays as it is."""

    agent_id: UUID
    instead_of_id: UUID
    shift_id: UUID


@dataclass(frozen=True, kw_only=True)
class VisitCancelled(Event):
    """The visit was called off before the door."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AgentSetOut(Event):
    """The agent is on the way."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class AgentTurnedBack(Event):
    """The agent had to turn back; the promise stands."""

    agent_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class AgentArrived(Event):
    """The agent is at the door."""

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class PicturesMatched(Event):
    """The customer saw their two pictures on the agent's phone: the agent has proven themselves."""


@dataclass(frozen=True, kw_only=True)
class PicturesDiffered(Event):
    """The customer said the pictures are not theirs."""


@dataclass(frozen=True, kw_only=True)
class PicturesRenewed(Event):
    """The desk called the customer and gave the visit a new pair of pictures."""


@dataclass(frozen=True, kw_only=True)
class CustomerNotProven(Event):
    """The customer could not prove who they are by one means; the try was counted."""

    means: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class CustomerProven(Event):
    """The customer proved who they are."""

    means: str


@dataclass(frozen=True, kw_only=True)
class AmountAgreed(Event):
    """The customer agreed to an amount."""

    agreement_id: UUID
    quote_id: UUID
    amount_minor: int
    currency: str
    confirmed_on: str
    assisted_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CodeAccepted(Event):
    """The customer's code was right: money may be taken."""

    agreement_id: UUID


@dataclass(frozen=True, kw_only=True)
class CodeRefused(Event):
    """A wrong code was entered and counted."""

    tries: int


@dataclass(frozen=True, kw_only=True)
class CodeLocked(Event):
    """The third wrong code locked code entry."""


@dataclass(frozen=True, kw_only=True)
class CodeUnlocked(Event):
    """The phone desk called back, proved the customer and let them try again with a new code."""


@dataclass(frozen=True, kw_only=True)
class VisitPaid(Event):
    """A payment was made at the visit."""

    payment_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class CashUnproven(Event):
    """Cash was taken without a signal and without the customer's right word; they are called."""

    payment_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class VisitClosed(Event):
    """The agent left; the visit is complete."""


@dataclass(frozen=True, kw_only=True)
class NobodyAnswered(Event):
    """Nobody opened."""


@dataclass(frozen=True, kw_only=True)
class VisitBrokenOff(Event):
    """The visit was ended early, without effect on debt or score."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AlertSeen(Event):
    """Somebody looks after an alert; or what it waited for has come, and the system says so."""

    alert_id: UUID


@dataclass(frozen=True, kw_only=True)
class DoorCardIssued(Event):
    """A door card was printed; the one before opens nothing more. The subject is the customer."""

    card_id: UUID
    generation: int
    way: str


@dataclass(frozen=True, kw_only=True)
class DoorCardWithdrawn(Event):
    """A door card was declared lost or worn; the subject is the customer."""

    card_id: UUID
    generation: int


@dataclass(frozen=True, kw_only=True)
class CardNumberTaken(Event):
    """The visit took the next line of the customer's door card."""

    card_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class OfficeAsked(Event):
    """An agent at a door asks the office for a second agent or for another time."""

    wish: str


@dataclass(frozen=True, kw_only=True)
class AlarmRaised(Event):
    """Nothing was heard of a visit for too long; somebody at the console must look."""

    alarm: str


@dataclass(frozen=True, kw_only=True)
class AgentCheckedIn(Event):
    """The agent at the door gave a sign of life."""


@dataclass(frozen=True, kw_only=True)
class DuressSignalled(Event):
    """Somebody at the door said quietly that they are forced; nothing at the door looks different."""

    by: str


@dataclass(frozen=True, kw_only=True)
class WillChecked(Event):
    """The customer answered whether they understand and pay of their own will."""

    company: str
    understands: bool
    is_free: bool
    payer: str


@dataclass(frozen=True, kw_only=True)
class GenuineAsked(Event):
    """Somebody asked whether a visit is genuine; the subject is the inquiry."""

    customer_id: UUID | None
    asked_by: str


@dataclass(frozen=True, kw_only=True)
class GenuineAnswered(Event):
    """The desk told the customer, on the number on file; the subject is the inquiry."""

    customer_id: UUID | None
    answer: str
    visit_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class VisitRated(Event):
    """The customer said how the visit was."""

    stars: int
    moderation: str


@dataclass(frozen=True, kw_only=True)
class RatingModerated(Event):
    """Somebody decided whether the words of a rating are shown."""

    moderation: str


@dataclass(frozen=True, kw_only=True)
class RatingAnswered(Event):
    """The agent answered to a rating."""


@dataclass(frozen=True, kw_only=True)
class HandoverAsked(Event):
    """It is the day after: the customer is asked how much they handed over."""


@dataclass(frozen=True, kw_only=True)
class HandoverTold(Event):
    """The customer said how much they handed over, and whether anyone asked for more."""

    amount_minor: int
    currency: str
    was_asked_for_more: bool
    booked_minor: int
    fits: bool
    told_by: str


@dataclass(frozen=True, kw_only=True)
class PlaceProven(Event):
    """The agent's telephone said where it was; the fact says what to look at, and no place."""

    moment: str
    looks: str


@dataclass(frozen=True, kw_only=True)
class PlacesDeleted(Event):
    """The places of a visit are no longer kept."""

    points: int


@dataclass(frozen=True, kw_only=True)
class FollowUpNoted(Event):
    """The customer asked what the agent could not answer."""

    about: str


@dataclass(frozen=True, kw_only=True)
class FollowUpDone(Event):
    """Somebody at the office answered the customer's question."""

    about: str


@dataclass(frozen=True, kw_only=True)
class EvidenceKept(Event):
    """A photo or a signature was kept, for a purpose and until a day; the digest proves later which one."""

    evidence_id: UUID
    document_id: UUID
    purpose: str
    way: str
    sha256: str
    delete_on: date
    witness_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class EvidenceSeen(Event):
    """Somebody at the office looked at a photo or a signature, for a reason."""

    evidence_id: UUID
    why: str


@dataclass(frozen=True, kw_only=True)
class EvidenceObjected(Event):
    """The customer does not want a photo or a signature to be kept; the complaint has a clock."""

    evidence_id: UUID
    complaint_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvidenceDeleted(Event):
    """A photo or a signature is no longer kept."""

    evidence_id: UUID
    purpose: str
    why: str
