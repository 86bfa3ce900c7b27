"""What cash and wallet have in common: when money may be taken, and what happens when it is there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from koumen.audit.command import lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.paying import Received, apply_payment
from koumen.credit.queries import owed_on
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.ledger.rules.entries import EntryKind
from koumen.payments.commands.numbering import next_number
from koumen.payments.events import PaymentMade
from koumen.payments.models import Payment, Receipt, ReceiptSeries
from koumen.payments.permissions import may_take_money
from koumen.payments.queries import open_tender, remaining_minor
from koumen.payments.rules.codes import new_token, short_code
from koumen.payments.states import PAYMENT
from koumen.visits.commands.ending import pay_visit
from koumen.visits.models import Agreement, Visit
from koumen.visits.permissions import visible_to as visits_visible_to
from koumen.visits.queries import open_agreement


def lock_visit_of_money(visit_id: UUID, actor: Actor) -> Visit:
    """The visit, locked, for whoever takes money at it. Raises Missing("visit-not-found") or Denied("visit-not-yours")."""
    visit = lock(visits_visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_take_money(actor, visit), "visit-not-yours")
    return visit


def begin_payment(
    visit: Visit, agreement: Agreement, *, tender: str, amount_minor: int, at: datetime, **own: Any
) -> Payment:
    """A payment that waits for its money, at its visit and on its agreement; ``own``: what only its tender has."""
    return _payment(visit, agreement, "open", tender=tender, amount_minor=amount_minor, opened_at=at, **own)


def tender_payment(
    visit: Visit, agreement: Agreement, *, tender: str, amount_minor: int, at: datetime, **own: Any
) -> Payment:
    """A payment whose money is there at once."""
    return _payment(
        visit, agreement, "tender", tender=tender, amount_minor=amount_minor, opened_at=at, paid_at=at, **own
    )


def _payment(visit: Visit, agreement: Agreement, verb: str, **own: Any) -> Payment:
    known = {
        "id": new_id(),
        "account_id": visit.account_id,
        "agent_id": visit.agent_id,
        "currency": visit.currency,
    }
    state = PAYMENT.move(None, verb)
    return Payment.objects.create(**{**known, "visit": visit, "agreement": agreement, "state": state, **own})


def agreement_to_pay(visit: Visit, amount_minor: int, at: datetime) -> Agreement:
    """The agreement on which this much may be taken now, the visit being locked.

    Raises Conflict("code-not-accepted" | "tender-open" | "above-agreed" | "owed-less-now") or
    Invalid("amount-not-positive").
    """
    if amount_minor <= 0:
        raise Invalid("amount-not-positive", field="amount_minor")
    agreement = open_agreement(visit)
    if agreement is None:
        raise Conflict("code-not-accepted")
    if open_tender(visit):
        raise Conflict("tender-open")
    remaining = remaining_minor(visit)
    if amount_minor > remaining:
        raise Conflict("above-agreed", remaining_minor=remaining)
    if not agreement.surplus_wanted:
        # money may have come by another way since the customer agreed
        owed = owed_on(hold_account(SYSTEM, visit.account_id), at)
        if amount_minor > owed.all_minor:
            raise Conflict("owed-less-now", all_minor=owed.all_minor)
    return agreement


def receive(
    payment: Payment,
    *,
    debit_account_id: int,
    entry_kind: EntryKind,
    tendered_at: datetime,
    actor: Actor,
    at: datetime,
) -> Payment:
    """The money is there: the debt falls, the visit is paid, a receipt has its number; all in one transaction.

    The series is locked last and for the shortest time: every payment of the branch waits for it.
    """
    # what comes too late for its visit was not meant for it any more: it stays the customer's
    received = Received(
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        debit_account_id=debit_account_id,
        entry_kind=entry_kind,
        tendered_at=tendered_at,
        keep_as_credit=payment.is_late,
    )
    apply_payment(account_id=payment.account_id, received=received, actor=actor, at=at)
    # a transfer comes when the visit is over; what was shown at the door has paid nothing there
    if not payment.is_late and payment.tender != "transfer":
        pay_visit(
            visit_id=payment.visit_id,
            payment_id=payment.id,
            amount_minor=payment.amount_minor,
            actor=actor,
            at=at,
        )
    tell_made(payment, numbered(payment, at), actor=actor, at=at)
    return payment


def tell_made(payment: Payment, receipt: Receipt, *, actor: Actor, at: datetime) -> None:
    """Record PaymentMade: the debt has fallen, and its receipt has a number."""
    event = PaymentMade(
        subject_id=payment.id,
        visit_id=payment.visit_id,
        credit_account_id=payment.account_id,
        receipt_id=receipt.id,
        tender=payment.tender,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        is_late=payment.is_late,
    )
    record(event, actor=actor, at=at)


def numbered(payment: Payment, at: datetime) -> Receipt:
    """The receipt with the next number of the branch's own series."""
    code = this_branch().schema.upper()
    series, number = next_number(code)
    return issue(payment, series, number, at)


def issue(payment: Payment, series: ReceiptSeries, number: int, at: datetime) -> Receipt:
    """The receipt with this number, and a secret by which its page is found."""
    token = new_token()
    return Receipt.objects.create(
        series=series,
        number=number,
        payment=payment,
        token=token,
        short_code=short_code(token),
        issued_at=at,
    )
