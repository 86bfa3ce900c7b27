"""Which letters follow which fact."""

from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.dispatch.events import PlaceOffered, StandingAgreed, StandingTurned
from koumen.kit.actor import SYSTEM
from koumen.messages.queries.accounts import ABOUT_ACCOUNTS, account_letters
from koumen.messages.queries.after import ABOUT_AFTERWARDS, ABOUT_CARE, copies
from koumen.messages.queries.day import ABOUT_THE_DAY
from koumen.messages.queries.letters import (
    ABOUT_VISITS,
    payment_letter,
    place_letters,
    standing_letters,
    void_letter,
)
from koumen.messages.rules.letter import Letter
from koumen.payments.events import PaymentMade, ReceiptVoided
from koumen.visits import queries as visits


def letters_about(fact: Fact) -> list[Letter]:
    """What this fact tells, if it is still true: nobody is told of a visit that was called off meanwhile.

    Two queries for a visit (four with pictures, or when agents are told), five for a payment, two for a void receipt.
    """
    if fact.kind == PaymentMade.kind():
        return [payment_letter(fact), *copies(fact)]
    if fact.kind == ReceiptVoided.kind():
        return [void_letter(fact)]
    if fact.kind in ABOUT_CARE:
        return ABOUT_CARE[fact.kind](fact)
    if fact.kind == PlaceOffered.kind():
        return place_letters(fact)
    if fact.kind in ABOUT_ACCOUNTS:
        return account_letters(fact)
    if fact.kind in {StandingAgreed.kind(), StandingTurned.kind()}:
        return standing_letters(fact)
    visit = visits.visit(actor=SYSTEM, visit_id=fact.subject_id)
    if fact.kind in ABOUT_THE_DAY:
        return ABOUT_THE_DAY[fact.kind](visit, fact)
    if fact.kind in ABOUT_AFTERWARDS:
        return ABOUT_AFTERWARDS[fact.kind](visit, fact)
    return ABOUT_VISITS[fact.kind](visit, this_branch())
