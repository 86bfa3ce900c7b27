"""Letters of the time after a visit: how was it, what was handed over, complaints, and copies for a trusted person."""

from collections.abc import Callable, Mapping

from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.conduct import queries as conduct
from koumen.conduct.events import ComplaintAnswered, ComplaintOpened
from koumen.kit.actor import SYSTEM
from koumen.kit.clock import local_date
from koumen.kit.money import Money
from koumen.messages.queries.letters import lender_name, letter
from koumen.messages.rules.letter import Channel, Letter, Template
from koumen.payments.models import Payment
from koumen.payments.queries import verify_url
from koumen.people.models import Person
from koumen.people.queries import trusted_contacts
from koumen.visits.events import DoorCardIssued, HandoverAsked, VisitClosed
from koumen.visits.models import DoorCard, Visit
from koumen.visits.queries import afterwards
from koumen.visits.rules.links import Purpose


def _closed(visit: Visit, fact: Fact) -> list[Letter]:
    """How was it? The link goes to the customer alone."""
    del fact
    link = afterwards.link_of(actor=SYSTEM, visit=visit, purpose=Purpose.RATING)
    return [letter(visit, this_branch(), Template.RATE_VISIT, link=link)]


def _asked(visit: Visit, fact: Fact) -> list[Letter]:
    """By text message, since what was agreed at the door stood on the customer's own pages or on the agent's phone."""
    del fact
    link = afterwards.link_of(actor=SYSTEM, visit=visit, purpose=Purpose.HANDOVER)
    return [letter(visit, this_branch(), Template.HANDED_OVER, link=link)]


ABOUT_AFTERWARDS: Mapping[str, Callable[[Visit, Fact], list[Letter]]] = {
    VisitClosed.kind(): _closed,
    HandoverAsked.kind(): _asked,
}


def complaint_letters(fact: Fact) -> list[Letter]:
    """That a complaint is with us, with its number and until when; or that it was answered. Two queries."""
    complaint = conduct.complaint(actor=SYSTEM, complaint_id=fact.subject_id)
    is_answered = fact.kind == ComplaintAnswered.kind()
    until = local_date(complaint.answer_by, this_branch().zone)
    return [
        _plain(
            complaint.customer.person,
            Template.COMPLAINT_ANSWERED if is_answered else Template.COMPLAINT_TAKEN,
            fact,
            number=complaint.number,
            day=until,
        )
    ]


def card_letters(fact: Fact) -> list[Letter]:
    """Whoever has a telephone is told that a card was printed: a thief might have asked for it."""
    card = DoorCard.objects.select_related("customer__person").filter(customer_id=fact.subject_id)
    newest = card.order_by("-generation").first()
    return [_plain(newest.customer.person, Template.DOOR_CARD_MADE, fact)] if newest else []


def copies(fact: Fact) -> list[Letter]:
    """What a trusted person is told of a payment: that it was made and how much, nothing of any debt. Three queries."""
    payment = Payment.objects.select_related("visit__customer", "receipt").get(id=fact.subject_id)
    customer = payment.visit.customer
    return [
        Letter(
            person_id=contact.person_id,
            language=contact.person.language,
            channel=Channel.SMS,
            template=Template.PAYMENT_COPY,
            subject_id=payment.id,
            agent_person_id=customer.person_id,
            figures={
                "lender": lender_name(this_branch(), contact.person.language),
                "amount": Money(payment.amount_minor, payment.currency),
                "receipt": payment.receipt.printed_number,
                "link": verify_url(payment.receipt.token),
            },
        )
        for contact in trusted_contacts(customer_id=customer.id, at=fact.at)
    ]


def _plain(person: Person, template: Template, fact: Fact, **figures: object) -> Letter:
    branch = this_branch()
    return Letter(
        person_id=person.id,
        language=person.language,
        channel=Channel.SMS,
        template=template,
        subject_id=fact.subject_id,
        figures={"lender": lender_name(branch, person.language), "help": branch.help_phone, **figures},
    )


ABOUT_CARE: Mapping[str, Callable[[Fact], list[Letter]]] = {
    ComplaintOpened.kind(): complaint_letters,
    ComplaintAnswered.kind(): complaint_letters,
    DoorCardIssued.kind(): card_letters,
}
