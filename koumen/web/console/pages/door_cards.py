"""Door cards at the phone desk: printed once and handed on, or declared lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import override
from django.views.decorators.http import require_POST

from koumen.branch.queries import this_branch
from koumen.documents.rules.door_card import CardPair, CardPicture, DoorCardContent
from koumen.documents.rules.receipt import Language, language_of
from koumen.documents.rules.typeset import typeset_door_card
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.people import queries as people
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.permissions import may_issue_door_card
from koumen.visits.rules.cards import FEW_LEFT, CardWay, lines_left
from koumen.web.console.pages.words import CARD_WAYS, said_by, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.picture_files import picture_svg
from koumen.web.ui.picture_words import picture_word

if TYPE_CHECKING:
    from koumen.visits.models import DoorCard


@dataclass(frozen=True)
class CardPanel:
    """What the customer's page says of their door card, and what may be done with it."""

    card: "DoorCard | None"
    left: int
    is_few: bool
    way: str
    who: str
    may_issue: bool
    ways: list[tuple[str, str]]


def card_panel(actor: Actor, customer_id: UUID) -> CardPanel:
    """The card in force, if any; one query."""
    card = queries.door_card(actor=actor, customer_id=customer_id)
    left = lines_left(card.next_number) if card else 0
    return CardPanel(
        card=card,
        left=left,
        is_few=card is not None and left <= FEW_LEFT,
        way=word(CARD_WAYS, card.way) if card else "",
        who=said_by(card.issued_by) if card else "",
        may_issue=may_issue_door_card(actor),
        ways=[(way, word(CARD_WAYS, way)) for way in CardWay],
    )


@signed_in
@require_POST
def issue(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """A new card, as the one file that will ever hold it."""
    actor, at = actor_of(request), clock.now()
    way = request.POST.get("way", "")
    if way not in set(CardWay):
        raise Invalid("form-unreadable", field="way", value=way[:40])
    issued = visits.issue_door_card(customer_id=customer_id, way=CardWay(way), actor=actor, at=at)
    customer = people.customer_of(actor, customer_id=customer_id)
    pdf = typeset_door_card(_content(issued, customer.number, customer.person.language, at), at)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="door-card-{customer.number}.pdf"'
    return response


@signed_in
@require_POST
def withdraw(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Lost or seen by somebody: dead from now on."""
    visits.withdraw_door_card(customer_id=customer_id, actor=actor_of(request), at=clock.now())
    return redirect("customer", customer_id=customer_id)


def _content(issued: visits.IssuedCard, number: str, spoken: str, at: datetime) -> DoorCardContent:
    branch = this_branch()
    with override(spoken):
        lines = tuple(_pair(line) for line in issued.lines)
    language = language_of(spoken)
    return DoorCardContent(
        language=language,
        lender=branch.lender.name_en if language is Language.EN else branch.lender.name,
        help_phone=branch.help_phone,
        customer_number=number,
        generation=issued.card.generation,
        issued=clock.local_date(at, branch.zone),
        lines=lines,
    )


def _pair(line: visits.CardLine) -> CardPair:
    first, second = (CardPicture(picture_svg(key), picture_word(key)) for key in line.pictures)
    return CardPair(line.number, first, second, line.code)
