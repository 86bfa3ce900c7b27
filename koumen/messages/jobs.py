"""Telling people what happened elsewhere: words are made here, sent, and forgotten."""

from uuid import UUID

from procrastinate.contrib.django import app

from koumen.audit.reactions import RETRY, reaction
from koumen.conduct.events import ComplaintAnswered, ComplaintOpened
from koumen.credit.events import (
    LimitChanged,
    RepaymentPlanAgreed,
    RepaymentPlanEnded,
    RepaymentPlanPaused,
    RepaymentPlanRestored,
    RepaymentReviewDue,
)
from koumen.credit.events.lending import LoanRequestEnded, PayoutReturned, PayoutSent
from koumen.dispatch.events import PlaceOffered, StandingAgreed, StandingAsked, StandingTurned
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.messages.commands import DELIVERY, note_delivery, write_messages
from koumen.messages.gateway import hand_over
from koumen.messages.queries import waiting_message
from koumen.messages.rules.letter import Outgoing
from koumen.payments.events import PaymentMade, ReceiptVoided
from koumen.visits.events import (
    AgentArrived,
    AgentChanged,
    AgentSetOut,
    CodeLocked,
    CustomerNotified,
    DoorCardIssued,
    HandoverAsked,
    NobodyAnswered,
    PicturesRenewed,
    VisitBooked,
    VisitCancelled,
    VisitClosed,
    VisitMoved,
    VisitRequested,
    WantedLowered,
)


@reaction(
    *(VisitRequested, VisitBooked, VisitMoved, AgentChanged, VisitCancelled),
    *(AgentSetOut, AgentArrived, NobodyAnswered, CodeLocked, PicturesRenewed),
    *(VisitClosed, HandoverAsked, ComplaintOpened, ComplaintAnswered, DoorCardIssued),
    *(CustomerNotified, WantedLowered, PaymentMade, ReceiptVoided, PlaceOffered),
    *(RepaymentPlanAgreed, RepaymentPlanPaused, RepaymentPlanRestored, RepaymentPlanEnded),
    *(RepaymentReviewDue, LimitChanged, LoanRequestEnded, PayoutSent, PayoutReturned),
    *(StandingAsked, StandingAgreed, StandingTurned),
)
def tell(fact_id: UUID) -> None:
    """Tell customers and agents what happened, by the channels meant for it."""
    for outgoing in write_messages(fact_id=fact_id, actor=SYSTEM, at=clock.now()):
        _send(outgoing)


@app.task(name=DELIVERY, queue="now", retry=RETRY)
def deliver_sealed(message_id: str) -> None:
    """Send words that wait sealed; nothing remains to be done when they were sent before."""
    outgoing = waiting_message(message_id=UUID(message_id))
    if outgoing:
        _send(outgoing)


def _send(outgoing: Outgoing) -> None:
    hand_over(outgoing)
    note_delivery(message_id=outgoing.message_id, actor=SYSTEM, at=clock.now())
