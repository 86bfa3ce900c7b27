"""Is this visit genuine? Asked by anybody, answered to the customer alone."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.people.models import Customer
from koumen.visits.events import GenuineAnswered, GenuineAsked
from koumen.visits.models import Inquiry
from koumen.visits.permissions import is_desk, visible_to
from koumen.visits.rules.inquiries import Answer, AskedBy


@command
def ask_if_genuine(*, customer_number: str, actor: Actor, at: datetime) -> Inquiry:
    """Somebody on the public page asks about a customer's visit: the desk will call that customer.

    A number that is nobody's leaves the same rows by the same queries, so that neither the answer nor its time tells
    which numbers exist. Records GenuineAsked. Raises Denied("inquiry-not-yours") unless the public page asks.
    """
    require(actor.role is Role.SYSTEM, "inquiry-not-yours")
    customer = Customer.objects.filter(number__iexact=customer_number.strip()).only("id").first()
    inquiry = Inquiry.objects.create(
        customer_id=customer.id if customer else None, asked_by=AskedBy.PAGE, asked_at=at
    )
    record(
        GenuineAsked(subject_id=inquiry.id, customer_id=inquiry.customer_id, asked_by=inquiry.asked_by),
        actor=actor,
        at=at,
    )
    return inquiry


@command
def answer_inquiry(
    *, inquiry_id: UUID, answer: Answer, visit_id: UUID | None = None, actor: Actor, at: datetime
) -> Inquiry:
    """The desk has called the number on file, or tried to, and says what it told.

    Not reached leaves the question open for the next try. Records GenuineAnswered. Raises
    Denied("inquiry-not-yours"), Missing("inquiry-not-found" | "visit-not-found"), Conflict("inquiry-answered") or
    Invalid("visit-missing") for a yes without a visit.
    """
    require(is_desk(actor), "inquiry-not-yours")
    inquiry = lock(Inquiry.objects.all(), missing="inquiry-not-found", id=inquiry_id)
    if inquiry.answered_at:
        raise Conflict("inquiry-answered")
    _answer(inquiry, answer, visit_id, actor, at)
    return inquiry


@command
def answer_caller(
    *, customer_id: UUID, answer: Answer, visit_id: UUID | None = None, actor: Actor, at: datetime
) -> Inquiry:
    """A customer asks by telephone and is answered at once, on the number on file.

    Records GenuineAsked and GenuineAnswered. Raises Denied("inquiry-not-yours"), Missing("customer-not-found" |
    "visit-not-found") or Invalid("visit-missing").
    """
    require(is_desk(actor), "inquiry-not-yours")
    if not Customer.objects.filter(id=customer_id).exists():
        raise Missing("customer-not-found")
    inquiry = Inquiry.objects.create(customer_id=customer_id, asked_by=AskedBy.PHONE, asked_at=at)
    record(
        GenuineAsked(subject_id=inquiry.id, customer_id=customer_id, asked_by=AskedBy.PHONE),
        actor=actor,
        at=at,
    )
    _answer(inquiry, answer, visit_id, actor, at)
    return inquiry


def _answer(inquiry: Inquiry, answer: Answer, visit_id: UUID | None, actor: Actor, at: datetime) -> None:
    if answer is Answer.EXPECTED and visit_id is None:
        raise Invalid("visit-missing", field="visit")
    visit_id = visit_id if answer is Answer.EXPECTED else None
    if visit_id and not visible_to(actor).filter(id=visit_id, customer__inquiries=inquiry).exists():
        raise Missing("visit-not-found")
    if answer is not Answer.NOT_REACHED:
        inquiry.answer, inquiry.visit_id = answer, visit_id
        inquiry.answered_at, inquiry.answered_by = at, actor.key
        inquiry.save(update_fields=["answer", "visit", "answered_at", "answered_by"])
    record(
        GenuineAnswered(
            subject_id=inquiry.id, customer_id=inquiry.customer_id, answer=answer, visit_id=visit_id
        ),
        actor=actor,
        at=at,
    )
