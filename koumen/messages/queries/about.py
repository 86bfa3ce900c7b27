"""Which letters follow which fact."""

from collections.abc import Callable, Mapping

from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.dispatch.events import PlaceOffered, StandingAgreed, StandingAsked, StandingTurned
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
from koumen.visits.models import Visit


def _paid(fact: Fact) -> list[Letter]:
    return [payment_letter(fact), *copies(fact)]


def _void(fact: Fact) -> list[Letter]:
    return [void_letter(fact)]


_BY_FACT: Mapping[str, Callable[[Fact], list[Letter]]] = {
    PaymentMade.kind(): _paid,
    ReceiptVoided.kind(): _void,
    PlaceOffered.kind(): place_letters,
    StandingAsked.kind(): standing_letters,
    StandingAgreed.kind(): standing_letters,
    StandingTurned.kind(): standing_letters,
    **dict.fromkeys(ABOUT_ACCOUNTS, account_letters),
    **ABOUT_CARE,
}
_BY_VISIT: Mapping[str, Callable[[Visit, Fact], list[Letter]]] = {**ABOUT_THE_DAY, **ABOUT_AFTERWARDS}


def letters_about(fact: Fact) -> list[Letter]:
    """What this fact tells, if it is still true: nobody is told of a visit that was called off meanwhile.

    Two queries for a visit (four with pictures, or when agents are told), five for a payment, two for a void receipt.
    """
    if fact.kind in _BY_FACT:
        return _BY_FACT[fact.kind](fact)
    visit = visits.visit(actor=SYSTEM, visit_id=fact.subject_id)
    if fact.kind in _BY_VISIT:
        return _BY_VISIT[fact.kind](visit, fact)
    return ABOUT_VISITS[fact.kind](visit, this_branch())
