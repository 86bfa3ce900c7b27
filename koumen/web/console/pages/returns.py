"""Notes of a payment that was taken back: counted back out of the safe, or found to be nobody's by two people."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as now
from django.views.decorators.http import require_http_methods, require_POST

from koumen.audit.command import require
from koumen.credit.rules.mending import is_same_person
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.payments import commands
from koumen.payments.permissions import may_keep_cash
from koumen.payments.queries import custody
from koumen.web.console.pages.account_words import REASONS
from koumen.web.console.pages.custody import counted
from koumen.web.console.pages.words import word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id


@signed_in
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Count notes back out of the safe; where they were counted although none came, say so and let another decide."""
    actor, at = actor_of(request), clock.now()
    require(may_keep_cash(actor), "cash-office-not-yours")
    owed = custody.cash_return(actor=actor, return_id=return_id)

    def count_back(notes: dict[int, int], key: UUID) -> object:
        return commands.return_cash(return_id=owed.id, notes=notes, key=key, actor=actor, at=at)

    context = {
        "owed": owed,
        "amount": Money(owed.payment.amount_minor, owed.payment.currency),
        "number": owed.payment.visit.number,
        "reason": word(REASONS, owed.payment.receipt.void_reason),
        "is_own": is_same_person(owed.claimed_by, actor.key),
        "act": now("Counted into the customer's hands"),
    }
    return counted(request, "cash_return", count_back, context, done=("custody",))


@signed_in
@require_POST
def claim(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """No customer gave these notes: a second person decides."""
    commands.claim_notes(return_id=return_id, actor=actor_of(request), at=clock.now())
    return redirect("give_back", return_id=return_id)


@signed_in
@require_POST
def decide(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Agree that they are nobody's, or refuse."""
    said = request.POST.get("decision", "")
    if said not in ("keep", "refuse"):
        raise Invalid("form-unreadable", field="decision")
    commands.decide_claim(
        return_id=return_id,
        is_agreed=said == "keep",
        key=read_id(request.POST.get("once", "")),
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("custody")
