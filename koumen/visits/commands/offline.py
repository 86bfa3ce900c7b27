"""Money that was taken at a door without a signal, and is told to us later: it is never refused."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.credit.commands.quoting import make_quote
from koumen.kit.actor import SYSTEM, Actor
from koumen.visits.commands.cards import take_first_line
from koumen.visits.commands.watching import call_for_help
from koumen.visits.events import AmountAgreed, CashUnproven, CodeAccepted, VisitPaid
from koumen.visits.models import Agreement, Alert, Visit
from koumen.visits.permissions import is_own_agent, may_tell_offline_payment, visible_to
from koumen.visits.queries import is_card_word, is_forced_word, newest_agreement, pictures_for
from koumen.visits.rules.moments import CODE_LIVES
from koumen.visits.rules.outcomes import AlertKind, ConfirmedOn
from koumen.visits.rules.word import CardWord
from koumen.visits.states import VISIT, Proof, VisitState

PACKED_STATES = frozenset({VisitState.BOOKED, VisitState.ON_THE_WAY, VisitState.AT_THE_DOOR})


@dataclass(frozen=True, kw_only=True)
class OfflinePayment:
    """What was paid at a visit by the word of a device, and what the customer said to it."""

    payment_id: UUID
    amount_minor: int
    before_minor: int  # paid at this visit already: all together may not pass what was agreed
    tendered_at: datetime
    word: CardWord | None


@dataclass(frozen=True)
class PackedDoor:
    """What an agent's phone must know of a door before it loses its signal; without pictures it needs one there."""

    visit: Visit
    pictures: tuple[str, str] | None
    card_number: int | None

    def __repr__(self) -> str:
        """No secret: a representation ends in logs and error reports."""
        return f"PackedDoor({self.visit.id})"


@command
def pack_door(*, visit_id: UUID, actor: Actor, at: datetime) -> PackedDoor:
    """Give the agent's phone the pictures of a visit to come, sealed there until it sets out.

    Of a customer with a door card the visit takes its line now: a phone without a signal could not. Records
    CardNumberTaken where it does. Raises Missing("visit-not-found") or Denied("visit-not-yours").
    """
    visit = lock(visible_to(actor).select_related("door_card"), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if visit.state not in PACKED_STATES:
        return PackedDoor(visit, None, None)
    take_first_line(visit, actor=actor, at=at)
    if visit.door_card and visit.door_card.withdrawn_at:
        return PackedDoor(visit, None, None)
    return PackedDoor(visit, pictures_for(actor=SYSTEM, visit_id=visit.id), visit.card_number)


@command
def pay_visit_offline(*, visit_id: UUID, paid: OfflinePayment, actor: Actor, at: datetime) -> Agreement:
    """Cash was taken without a signal; called by ``payments`` in the payment's transaction.

    Nothing about it is refused: the money has changed hands. Where the customer's word is right, the agreement
    holds as if the code had been entered here, and a forced one calls for help though late. Where it is wrong or missing, or no such amount was agreed, the
    visit is unproven and the desk is told to call the customer. A visit that cannot be paid any more keeps its
    state. Records CodeAccepted or CashUnproven, AmountAgreed where an agreement had to be made, VisitPaid where the
    visit was paid. Raises Missing("visit-not-found") or Denied("visit-not-yours").
    """
    require(may_tell_offline_payment(actor), "visit-not-yours")
    visit = lock(Visit.objects.all(), missing="visit-not-found", id=visit_id)
    agreement = _agreement(visit, paid, actor, at)
    is_payable = VISIT.can(VisitState(visit.state), "pay")
    is_right = is_payable and _is_right(visit, agreement, paid)
    if is_right and is_forced_word(visit, paid.word, said_at=paid.tendered_at):
        call_for_help(visit, by="customer", actor=actor, at=at)
    if is_right:
        _accept(visit, agreement, paid, actor, at)
    else:
        _call_the_customer(visit, paid, actor, at)
    if is_payable:
        visit.state = VISIT.move(VisitState(visit.state), "pay")
        visit.save(update_fields=["state", "proof"])
        record(
            VisitPaid(
                subject_id=visit.id,
                payment_id=paid.payment_id,
                amount_minor=paid.amount_minor,
                currency=visit.currency,
            ),
            actor=actor,
            at=at,
        )
    return agreement


def _agreement(visit: Visit, paid: OfflinePayment, actor: Actor, at: datetime) -> Agreement:
    """The amount that was agreed on the phone; where none came, or less, one is written down that says so."""
    newest = newest_agreement(visit)
    if newest is not None and newest.amount_minor >= paid.before_minor + paid.amount_minor:
        return newest
    quote = make_quote(account_id=visit.account_id, actor=SYSTEM, at=at)
    agreement = Agreement.objects.create(
        visit=visit,
        generation=newest.generation + 1 if newest else 1,
        quote=quote,
        amount_minor=paid.before_minor + paid.amount_minor,
        confirmed_on=ConfirmedOn.TOLD_LATER,
        agreed_at=paid.tendered_at,
        code_expires_at=paid.tendered_at + CODE_LIVES,
    )
    record(
        AmountAgreed(
            subject_id=visit.id,
            agreement_id=agreement.id,
            quote_id=quote.id,
            amount_minor=agreement.amount_minor,
            currency=visit.currency,
            confirmed_on=agreement.confirmed_on,
        ),
        actor=actor,
        at=at,
    )
    return agreement


def _is_right(visit: Visit, agreement: Agreement, paid: OfflinePayment) -> bool:
    """Whether the customer's word stands behind exactly this agreement."""
    if agreement.confirmed_on == ConfirmedOn.TOLD_LATER:
        return False
    return bool(agreement.code_accepted_at) or is_card_word(visit, paid.word, said_at=paid.tendered_at)


def _accept(visit: Visit, agreement: Agreement, paid: OfflinePayment, actor: Actor, at: datetime) -> None:
    if agreement.code_accepted_at:
        return
    agreement.code_accepted_at = paid.tendered_at
    agreement.save(update_fields=["code_accepted_at"])
    record(CodeAccepted(subject_id=visit.id, agreement_id=agreement.id), actor=actor, at=at)


def _call_the_customer(visit: Visit, paid: OfflinePayment, actor: Actor, at: datetime) -> None:
    visit.proof = Proof.UNPROVEN
    visit.save(update_fields=["proof"])
    Alert.objects.create(visit=visit, kind=AlertKind.CASH_UNPROVEN, raised_at=at)
    record(
        CashUnproven(
            subject_id=visit.id,
            payment_id=paid.payment_id,
            amount_minor=paid.amount_minor,
            currency=visit.currency,
        ),
        actor=actor,
        at=at,
    )
