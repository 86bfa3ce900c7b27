"""What is told to whom, by which channel: decided before any word is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    """Ways to a person; the agent's card and the picture pair never share one (door protocol, step 1)."""

    SMS = "sms"
    APP = "app"  # the customer's own signed-in pages


class Template(StrEnum):
    """The kinds of message; the words of each are in ``messages.words``."""

    VISIT_BOOKED = "visit_booked"
    PICTURE_PAIR = "picture_pair"
    VISIT_REQUESTED = "visit_requested"
    VISIT_MOVED = "visit_moved"
    AGENT_CHANGED = "agent_changed"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_NOT_NEEDED = "visit_not_needed"
    VISIT_FOR_LESS = "visit_for_less"
    VISIT_TOMORROW = "visit_tomorrow"
    VISIT_SOON = "visit_soon"
    VISIT_LATE = "visit_late"
    REBOOKING_OFFERED = "rebooking_offered"
    NOBODY_CAN_COME = "nobody_can_come"
    AGENT_NEAR = "agent_near"
    AGENT_SET_OUT = "agent_set_out"
    AGENT_ARRIVED = "agent_arrived"
    NOBODY_ANSWERED = "nobody_answered"
    PLACE_OFFERED = "place_offered"
    STANDING_ASKED = "standing_asked"
    STANDING_AGREED = "standing_agreed"
    STANDING_NO_PLACE = "standing_no_place"
    CODE_LOCKED = "code_locked"
    PAYMENT_MADE = "payment_made"
    PAYMENT_LATE = "payment_late"
    CREDIT_KEPT = "credit_kept"
    RECEIPT_VOID = "receipt_void"
    RATE_VISIT = "rate_visit"
    HANDED_OVER = "handed_over"
    COMPLAINT_TAKEN = "complaint_taken"
    COMPLAINT_ANSWERED = "complaint_answered"
    DOOR_CARD_MADE = "door_card_made"
    PAYMENT_COPY = "payment_copy"  # to a trusted person
    # to agents, about the day that runs
    STOP_CALLED_OFF = "stop_called_off"
    STOP_TAKEN_OVER = "stop_taken_over"
    STOP_ADDED = "stop_added"
    STOP_FOR_LESS = "stop_for_less"
    # to customers, about their account
    PLAN_AGREED = "plan_agreed"
    PLAN_RESTS = "plan_rests"
    PLAN_KEPT = "plan_kept"
    PLAN_REVIEW = "plan_review"
    PLAN_FINISHED = "plan_finished"
    PLAN_BROKEN = "plan_broken"
    PLAN_STOPPED = "plan_stopped"
    LIMIT_CHANGED = "limit_changed"
    LOAN_REFUSED = "loan_refused"
    PAYOUT_SENT = "payout_sent"
    PAYOUT_RETURNED = "payout_returned"


@dataclass(frozen=True)
class Window:
    """A promised arrival, [start, end)."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Clock:
    """About when somebody can be there; told in steps of five minutes, never earlier than it is."""

    moment: datetime


@dataclass(frozen=True)
class Voiding:
    """Why a receipt is void, as a code; it becomes words in the reader's language."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message before it has words; ``figures`` are plain values that the language puts into form."""

    person_id: UUID
    language: str
    channel: Channel
    template: Template
    subject_id: UUID
    agent_person_id: UUID | None = None
    partner_person_id: UUID | None = None  # the second of a team
    figures: Mapping[str, object] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Content:
    """A message with its words, as it goes out; never logged, never stored in clear."""

    name: str
    phone: str
    text: str
    pictures: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """No words: a representation ends in logs and error reports."""
        return "Content(…)"


@dataclass(frozen=True)
class Outgoing:
    """A message on its way to a channel."""

    message_id: UUID
    channel: Channel
    template: str
    content: Content
