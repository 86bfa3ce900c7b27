"""The amount, and the code that is bound to it."""

from datetime import datetime, timedelta
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.conduct.queries import door_rules
from koumen.conduct.rules.pack import WillCheck
from koumen.credit import queries as credit
from koumen.credit.models import Quote
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.visits.commands.cards import take_another_line
from koumen.visits.commands.watching import call_for_help
from koumen.visits.events import AmountAgreed, CodeAccepted, CodeLocked, CodeRefused, CodeUnlocked
from koumen.visits.models import Agreement, Alert, Visit
from koumen.visits.permissions import is_own_agent, may_agree_amount, may_unlock_code, visible_to
from koumen.visits.queries import derive_code, newest_agreement, newest_will
from koumen.visits.rules.moments import CODE_LIVES
from koumen.visits.rules.outcomes import CODE_TRIES, AlertKind, AssistedReason, CodeResult, ConfirmedOn
from koumen.visits.rules.secrets import is_same_code, under_duress
from koumen.visits.states import VISIT, VisitState


@command
def agree_amount(  # noqa: PLR0913  (five of its own, besides who, when and the key)
    *,
    visit_id: UUID,
    quote_id: UUID,
    amount_minor: int,
    confirmed_on: ConfirmedOn,
    key: UUID,
    actor: Actor,
    at: datetime,
    surplus_wanted: bool = False,
    assisted_reason: str = "",
) -> Agreement:
    """The customer agrees to an amount, from a quote that is valid now; a code bound to it comes into being.

    Another amount is another agreement with another code. Above what is owed only when the customer ticked
    ``surplus_wanted`` (the rest is kept for them). Of a door card the code is the line's, and a line whose code was
    accepted gives way to the next. An amount that the agent typed has a reason, and the office is told. Records
    AmountAgreed. The same key gives the same agreement. Raises
    Missing("visit-not-found" | "door-card-not-found"), Denied("visit-not-yours"), Conflict("visit-cannot-agree" |
    "quote-over" | "key-reused" | "door-card-used-up" | "will-not-checked" | "will-in-doubt"), Invalid("quote-not-of-this-account" | "amount-not-positive" | "amount-above-owed" |
    "assisted-reason-unknown").
    """
    inputs = {
        "visit": visit_id,
        "quote": quote_id,
        "amount_minor": amount_minor,
        "confirmed_on": confirmed_on,
        "surplus_wanted": surplus_wanted,
    }
    if assisted_reason:
        inputs["assisted_reason"] = assisted_reason
    memory = remember("agree_amount", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Agreement.objects.get(id=memory.answer["agreement"], visit__in=visible_to(actor))
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_agree_amount(actor, visit, ConfirmedOn(confirmed_on)), "visit-not-yours")
    _require_reason(ConfirmedOn(confirmed_on), assisted_reason)
    visit.state = VISIT.move(VisitState(visit.state), "agree")
    _require_will(visit, at)
    _require_quote(visit, quote_id, at)
    _require_owed(visit, amount_minor, at, surplus_wanted=surplus_wanted)
    agreement = Agreement(
        visit=visit,
        quote_id=quote_id,
        amount_minor=amount_minor,
        confirmed_on=confirmed_on,
        assisted_reason=assisted_reason,
        surplus_wanted=surplus_wanted,
        agreed_at=at,
        code_expires_at=at + CODE_LIVES,
    )
    _add_agreement(agreement, visit, actor, at)
    visit.save(update_fields=["state"])
    _tell(agreement, visit, actor, at)
    memory.keep(agreement=agreement.id)
    return agreement


def _tell(agreement: Agreement, visit: Visit, actor: Actor, at: datetime) -> None:
    record(
        AmountAgreed(
            subject_id=visit.id,
            agreement_id=agreement.id,
            quote_id=agreement.quote_id,
            amount_minor=agreement.amount_minor,
            currency=visit.currency,
            confirmed_on=agreement.confirmed_on,
            assisted_reason=agreement.assisted_reason,
        ),
        actor=actor,
        at=at,
    )
    if agreement.assisted_reason:
        Alert.objects.create(visit=visit, kind=AlertKind.AMOUNT_ASSISTED, raised_at=at)


def _require_reason(confirmed_on: ConfirmedOn, reason: str) -> None:
    """A known reason when the agent typed, and none otherwise."""
    is_right = reason in set(AssistedReason) if confirmed_on is ConfirmedOn.ASSISTED else not reason
    if not is_right:
        raise Invalid("assisted-reason-unknown", field="reason", value=reason[:40])


@command
def enter_code(*, visit_id: UUID, code: str, actor: Actor, at: datetime) -> CodeResult:
    """The agent types the code that the customer said; wrong tries are counted under the visit's lock.

    An outcome, never an exception, says whether it was right: the count must survive. Three wrong tries at a visit
    lock code entry, whatever amounts were agreed in between, or a new agreement would buy new guesses. The code of
    somebody who is forced is RIGHT too, and quietly records DuressSignalled with an Alert. Records
    CodeAccepted, CodeRefused, or CodeLocked with an Alert; nothing when entry is locked or the code expired. Raises
    Missing("visit-not-found"), Denied("visit-not-yours") or Conflict("no-amount-agreed" | "code-already-used" |
    "door-card-withdrawn").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    agreement = newest_agreement(visit)
    if visit.state != VisitState.AGREED or agreement is None:
        raise Conflict("no-amount-agreed", state=visit.state)
    if agreement.code_accepted_at:
        raise Conflict("code-already-used")
    if visit.code_locked:
        return CodeResult.LOCKED
    if at >= agreement.code_expires_at:
        return CodeResult.EXPIRED
    right = derive_code(visit, agreement)
    if is_same_code(code, under_duress(right)):
        call_for_help(visit, by="customer", actor=actor, at=at)
    elif not is_same_code(code, right):
        return _count_wrong_try(visit, actor, at)
    agreement.code_accepted_at = at
    agreement.save(update_fields=["code_accepted_at"])
    record(CodeAccepted(subject_id=visit.id, agreement_id=agreement.id), actor=actor, at=at)
    return CodeResult.RIGHT


def _count_wrong_try(visit: Visit, actor: Actor, at: datetime) -> CodeResult:
    visit.code_tries += 1
    visit.code_locked = visit.code_tries >= CODE_TRIES
    visit.save(update_fields=["code_tries", "code_locked"])
    if not visit.code_locked:
        record(CodeRefused(subject_id=visit.id, tries=visit.code_tries), actor=actor, at=at)
        return CodeResult.WRONG
    Alert.objects.create(visit=visit, kind=AlertKind.CODE_LOCKED, raised_at=at)
    record(CodeLocked(subject_id=visit.id), actor=actor, at=at)
    return CodeResult.LOCKED


@command
def unlock_code(*, visit_id: UUID, actor: Actor, at: datetime) -> Agreement:
    """The phone desk has called the number on file and proved the customer: a new code for the same amount.

    Of a door card that is the code of the next line. Records CodeUnlocked. Raises Denied("visit-not-yours"),
    Missing("visit-not-found" | "door-card-not-found") or Conflict("code-not-locked" | "no-amount-agreed" |
    "door-card-used-up").
    """
    require(may_unlock_code(actor), "visit-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    agreement = newest_agreement(visit)
    if visit.state != VisitState.AGREED or agreement is None:
        raise Conflict("no-amount-agreed", state=visit.state)
    if not visit.code_locked:
        raise Conflict("code-not-locked")
    if visit.door_card_id:
        take_another_line(visit, actor=actor, at=at)
    visit.code_tries, visit.code_locked = 0, False
    visit.save(update_fields=["code_tries", "code_locked"])
    agreement.code_generation += 1
    agreement.code_expires_at = at + CODE_LIVES
    agreement.save(update_fields=["code_generation", "code_expires_at"])
    record(CodeUnlocked(subject_id=visit.id), actor=actor, at=at)
    return agreement


def _add_agreement(agreement: Agreement, visit: Visit, actor: Actor, at: datetime) -> None:
    before = newest_agreement(visit)
    if visit.door_card_id and before and before.code_accepted_at:  # its code was said: it is good no more
        take_another_line(visit, actor=actor, at=at)
    agreement.generation = before.generation + 1 if before else 1
    agreement.save(force_insert=True)


def _require_will(visit: Visit, at: datetime) -> None:
    """Where the pack asks first, an amount waits for the answer; a doubt stops it whatever the pack says."""
    newest = newest_will(visit)
    if newest is None:
        if door_rules(at=at).will_check is WillCheck.REQUIRED:
            raise Conflict("will-not-checked")
    elif not (newest.understands and newest.is_free):
        raise Conflict("will-in-doubt")


def _require_quote(visit: Visit, quote_id: UUID, at: datetime) -> None:
    quote = Quote.objects.filter(id=quote_id, account_id=visit.account_id).first()
    if quote is None:
        raise Invalid("quote-not-of-this-account", field="quote_id")
    if not quote.made_at - timedelta(minutes=1) <= at < quote.valid_until:
        raise Conflict("quote-over")


def _require_owed(visit: Visit, amount_minor: int, at: datetime, *, surplus_wanted: bool) -> None:
    """Not more than is owed at this moment, unless the customer ticked that the rest be kept for them."""
    if amount_minor <= 0:
        raise Invalid("amount-not-positive", field="amount_minor")
    # the system asks: an agent in customer mode may not read what is owed, only say no to too much
    owed = credit.owed(actor=SYSTEM, account_id=visit.account_id, at=at)
    if amount_minor > owed.all_minor and not surplus_wanted:
        raise Invalid("amount-above-owed", field="amount_minor", all_minor=owed.all_minor)
