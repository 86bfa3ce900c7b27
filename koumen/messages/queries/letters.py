"""What a fact has to tell to whom, and what was sent."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from koumen.agents.queries import cards_of_shift
from koumen.audit.command import require
from koumen.audit.models import Fact
from koumen.branch.models import Branch
from koumen.branch.queries import this_branch
from koumen.credit.models import Repayment
from koumen.credit.queries import owed
from koumen.dispatch import queries as dispatch
from koumen.dispatch.events import StandingAgreed, StandingAsked
from koumen.dispatch.rules.standing import Outcome
from koumen.dispatch.states import OfferState
from koumen.kit.actor import SYSTEM
from koumen.kit.money import Money
from koumen.messages.models import Message
from koumen.messages.permissions import may_see_words
from koumen.messages.rules.letter import Channel, Content, Letter, Outgoing, Template, Voiding, Window
from koumen.messages.rules.sealing import open_content
from koumen.messages.words import channel_word
from koumen.payments.models import Payment, Receipt
from koumen.payments.queries import verify_url
from koumen.visits import queries as visits
from koumen.visits.events import (
    AgentArrived,
    AgentSetOut,
    CodeLocked,
    NobodyAnswered,
    PicturesRenewed,
    VisitBooked,
    VisitRequested,
)
from koumen.visits.models import Visit
from koumen.visits.queries import afterwards
from koumen.visits.rules.links import Purpose
from koumen.visits.states import VisitState


@dataclass(frozen=True, kw_only=True)
class SentMessage:
    """A message as the demonstration shows it; ``pictures`` are keys of ``kit.pictures``."""

    message_id: UUID
    person_id: UUID
    sent_at: datetime
    channel: str
    template: str
    name: str
    phone: str
    text: str
    pictures: tuple[str, ...]

    @property
    def channel_word(self) -> str:
        """What the channel is called, in the language of the page."""
        return channel_word(self.channel)

    @property
    def recipient(self) -> str:
        """Whom it was for, with enough of the number to know it by."""
        return f"{self.name} {self.phone[-4:]:*>8}" if self.phone else self.name


def sent_messages(*, limit: int = 60, person_id: UUID | None = None, template: str = "") -> list[SentMessage]:
    """The newest messages with their words, for a demonstration without a telephone network; one query.

    Raises Denied("words-not-kept") in production, where the words are nowhere.
    """
    require(may_see_words(), "words-not-kept")
    found = Message.objects.filter(sealed_text__isnull=False).order_by("-sent_at", "-id")
    if person_id:
        found = found.filter(person_id=person_id)
    if template:
        found = found.filter(template=template)
    return [_shown(message) for message in found[:limit]]


def _shown(message: Message) -> SentMessage:
    content = open_content(settings.KOUMEN_MASTER_KEY, message.id, bytes(message.sealed_text or b""))
    return SentMessage(
        message_id=message.id,
        person_id=message.person_id,
        sent_at=message.sent_at,
        channel=message.channel,
        template=message.template,
        name=content.name,
        phone=content.phone,
        text=content.text,
        pictures=content.pictures,
    )


def waiting_message(*, message_id: UUID) -> Outgoing | None:
    """A sealed message that its channel has not taken yet; None when it has. One query."""
    message = Message.objects.filter(
        id=message_id, delivered_at__isnull=True, sealed_text__isnull=False
    ).first()
    if message is None:
        return None
    content: Content = open_content(settings.KOUMEN_MASTER_KEY, message.id, bytes(message.sealed_text or b""))
    return Outgoing(message.id, Channel(message.channel), message.template, content)


def _booked(visit: Visit, branch: Branch) -> list[Letter]:
    if visit.state == VisitState.CANCELLED:
        return []
    booked = letter(visit, branch, Template.VISIT_BOOKED)
    if visits.has_door_card(customer_id=visit.customer_id):
        return [booked]  # the pictures stand on the paper
    pictures = visits.pictures_for(actor=SYSTEM, visit_id=visit.id)
    return [
        booked,
        letter(visit, branch, Template.PICTURE_PAIR, channel=Channel.APP, pictures=pictures),
    ]


def _renewed(visit: Visit, branch: Branch) -> list[Letter]:
    if visit.door_card_id:
        return []  # the desk said the number of the line on the telephone
    pictures = visits.pictures_for(actor=SYSTEM, visit_id=visit.id)
    return [letter(visit, branch, Template.PICTURE_PAIR, channel=Channel.APP, pictures=pictures)]


def _requested(visit: Visit, branch: Branch) -> list[Letter]:
    if visit.state != VisitState.REQUESTED:
        return []
    return [letter(visit, branch, Template.VISIT_REQUESTED)]


def _set_out(visit: Visit, branch: Branch) -> list[Letter]:
    if visit.state != VisitState.ON_THE_WAY:
        return []
    return [letter(visit, branch, Template.AGENT_SET_OUT)]


def _arrived(visit: Visit, branch: Branch) -> list[Letter]:
    if visit.state != VisitState.AT_THE_DOOR:
        return []
    return [letter(visit, branch, Template.AGENT_ARRIVED, channel=Channel.APP)]


def _not_met(visit: Visit, branch: Branch) -> list[Letter]:
    return [letter(visit, branch, Template.NOBODY_ANSWERED)]


def _locked(visit: Visit, branch: Branch) -> list[Letter]:
    return [letter(visit, branch, Template.CODE_LOCKED)] if visit.code_locked else []


ABOUT_VISITS: Mapping[str, Callable[[Visit, Branch], list[Letter]]] = {
    VisitBooked.kind(): _booked,
    VisitRequested.kind(): _requested,
    AgentSetOut.kind(): _set_out,
    AgentArrived.kind(): _arrived,
    NobodyAnswered.kind(): _not_met,
    CodeLocked.kind(): _locked,
    PicturesRenewed.kind(): _renewed,
}


def letter(
    visit: Visit,
    branch: Branch,
    template: Template,
    *,
    channel: Channel = Channel.SMS,
    pictures: tuple[str, ...] = (),
    **figures: object,
) -> Letter:
    """A letter to the customer of a visit; ``figures``: what else it says. Two queries."""
    person = visit.customer.person
    come = cards_of_shift(shift_id=visit.shift_id)
    return Letter(
        person_id=person.id,
        language=person.language,
        channel=channel,
        template=template,
        subject_id=visit.id,
        agent_person_id=visit.agent.person_id,
        partner_person_id=come[1].person_id if len(come) > 1 else None,
        figures={
            "lender": lender_name(branch, person.language),
            "day": visit.date,
            "window": Window(visit.window_from, visit.window_to),
            "badge": tuple(card.staff_number for card in come),
            "number": visit.number,
            "help": branch.help_phone,
            "link": _link(visit, template),
            **figures,
        },
        pictures=pictures,
    )


def payment_letter(fact: Fact) -> Letter:
    """What was paid, what is left, and where the receipt is; two queries."""
    payment = Payment.objects.select_related("visit__customer__person", "receipt").get(id=fact.subject_id)
    repayment = Repayment.objects.get(payment_id=payment.id)
    person, branch = payment.visit.customer.person, this_branch()
    template = Template.PAYMENT_LATE if payment.is_late else Template.PAYMENT_MADE
    if repayment.credit_minor:
        template = Template.CREDIT_KEPT
    return Letter(
        person_id=person.id,
        language=person.language,
        channel=Channel.SMS,
        template=template,
        subject_id=payment.id,
        figures={
            "lender": lender_name(branch, person.language),
            "amount": Money(payment.amount_minor, payment.currency),
            "balance": Money(max(repayment.balance_after_minor, 0), payment.currency),
            "credit": Money(repayment.credit_minor, payment.currency),
            "receipt": payment.receipt.printed_number,
            "link": verify_url(payment.receipt.token),
        },
    )


def void_letter(fact: Fact) -> Letter:
    """A receipt is void; what is owed without the payment is told as it was at the moment of the fact. Two queries."""
    receipt = Receipt.objects.select_related("payment__visit__customer__person").get(id=fact.subject_id)
    payment, branch = receipt.payment, this_branch()
    person = payment.visit.customer.person
    now = owed(actor=SYSTEM, account_id=payment.account_id, at=fact.at)
    return Letter(
        person_id=person.id,
        language=person.language,
        channel=Channel.SMS,
        template=Template.RECEIPT_VOID,
        subject_id=payment.id,
        figures={
            "lender": lender_name(branch, person.language),
            "amount": Money(payment.amount_minor, payment.currency),
            "balance": Money(now.all_minor, payment.currency),
            "receipt": receipt.printed_number,
            "reason": Voiding(receipt.void_reason),
            "help": branch.help_phone,
        },
    )


def place_letters(fact: Fact) -> list[Letter]:
    """A place that came free, while it is still theirs to answer for."""
    offer = dispatch.place_offer(offer_id=fact.subject_id)
    if offer.state != OfferState.OPEN:
        return []
    person, branch = offer.waiting.customer.person, this_branch()
    return [
        Letter(
            person_id=person.id,
            language=person.language,
            channel=Channel.SMS,
            template=Template.PLACE_OFFERED,
            subject_id=offer.id,
            figures={
                "lender": lender_name(branch, person.language),
                "day": offer.shift.date,
                "window": Window(offer.window_from, offer.window_to),
                "until": offer.answer_by,
                "help": branch.help_phone,
                "link": f"{settings.KOUMEN_PUBLIC_URL}/waiting/{offer.waiting_id}/",
            },
        )
    ]


_STANDING = {
    StandingAsked.kind(): Template.STANDING_ASKED,
    StandingAgreed.kind(): Template.STANDING_AGREED,
}


def standing_letters(fact: Fact) -> list[Letter]:
    """What is asked, what was agreed; and where no time was found. A visit that is booked tells of itself."""
    body = json.loads(fact.body)
    template = _STANDING.get(fact.kind, Template.STANDING_NO_PLACE)
    is_turn = template is Template.STANDING_NO_PLACE
    if is_turn and body["outcome"] != Outcome.NO_PLACE:
        return []
    person = dispatch.standing(actor=SYSTEM, standing_id=fact.subject_id).customer.person
    branch, page = this_branch(), "book/" if is_turn else "standing/"
    figures: dict[str, object] = {
        "lender": lender_name(branch, person.language),
        "help": branch.help_phone,
        "link": f"{settings.KOUMEN_PUBLIC_URL}/{page}",
    }
    if is_turn:
        figures["day"] = date.fromisoformat(body["date"])
    return [
        Letter(
            person_id=person.id,
            language=person.language,
            channel=Channel.SMS,
            template=template,
            subject_id=fact.subject_id,
            figures=figures,
        )
    ]


def _link(visit: Visit, template: Template) -> str:
    """The customer's page of the visit, where another one is booked, or who stands at the door."""
    if template is Template.AGENT_NEAR:
        return afterwards.link_of(actor=SYSTEM, visit=visit, purpose=Purpose.VISITOR)
    page = "book/" if template is Template.NOBODY_ANSWERED else f"visits/{visit.id}/"
    return f"{settings.KOUMEN_PUBLIC_URL}/{page}"


def lender_name(branch: Branch, language: str) -> str:
    """What the lender is called in a language."""
    return branch.lender.name_en if language == "en" else branch.lender.name
