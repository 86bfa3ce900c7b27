"""Money that was taken without a signal: credited as of the door, with the receipt that the phone gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from koumen.agents.queries import had_item, lock_shift
from koumen.audit.command import command, lock, require
from koumen.audit.commands import remember
from koumen.credit.commands.paying import Received, apply_payment
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.models import Account
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments.commands.card import Slip, keep_slip
from koumen.payments.commands.cash import keep_count
from koumen.payments.commands.tendering import issue, numbered, tell_made
from koumen.payments.models import Payment, Receipt, ReceiptSeries
from koumen.payments.permissions import may_tell_offline_money
from koumen.payments.rules.cash import count_cash
from koumen.payments.states import PAYMENT, PaymentState
from koumen.visits.commands.offline import OfflinePayment, pay_visit_offline
from koumen.visits.models import Visit
from koumen.visits.rules.word import CardWord


@dataclass(frozen=True, kw_only=True)
class OfflineTender:
    """What a device says was paid at a door, to whom, when, and the receipt it gave; of cash also how it was counted."""

    visit_id: UUID
    agent_id: UUID
    amount_minor: int
    currency: str
    tendered_at: datetime
    series: str
    number: int
    word: CardWord | None
    notes_in: Mapping[int, int] = field(default_factory=dict)
    notes_out: Mapping[int, int] = field(default_factory=dict)


@command
def post_offline_cash(*, tender: OfflineTender, key: UUID, actor: Actor, at: datetime) -> Payment:
    """Book cash that a device says it took: the debt falls as of the door, and the agent has it in custody.

    Neither the visit's state nor the ceiling in hand nor a wrong code stops it, since the money has changed hands;
    what is more than owed becomes credit balance. The receipt keeps the number of the device's own series. The same
    key gives the same payment. Records PaymentMade (and what ``pay_visit_offline`` does, and BalanceReduced).
    Raises Denied("payments-not-yours"), Missing("visit-not-found" | "shift-not-found"), Invalid as ``rules.cash``
    and Invalid("currencies-differ" | "count-is-another-amount"), Conflict("key-reused") or
    what ``credit.apply_payment`` raises.
    """
    require(may_tell_offline_money(actor), "payments-not-yours")
    memory = remember("post_offline_cash", actor=SYSTEM, key=key, inputs=_inputs(tender), at=at)
    if memory.answer is not None:
        return Payment.objects.select_related("receipt").get(id=memory.answer["payment"])
    counted = count_cash(tender.notes_in, tender.notes_out, tender.currency)
    if counted.amount_minor != tender.amount_minor:
        raise Invalid("count-is-another-amount", field="amount_minor")
    payment = _taken("cash", tender, actor, at)
    keep_count(payment, counted)
    custody = account_for(kind=AccountKind.AGENT_CASH, owner_id=tender.agent_id, currency=tender.currency)
    _credit(payment, tender, custody, EntryKind.CASH_TENDER, actor=actor, at=at)
    memory.keep(payment=payment.id)
    return payment


@command
def post_offline_card(*, tender: OfflineTender, slip: Slip, key: UUID, actor: Actor, at: datetime) -> Payment:
    """Book a card payment that a terminal approved while the agent's phone had no signal: the acquirer has the money.

    As cash it is stopped by nothing at the visit; one slip pays once, and the terminal was in the agent's hands then.
    The same key gives the same payment. Records PaymentMade (and what ``pay_visit_offline`` does, and
    BalanceReduced). Raises Denied("payments-not-yours"), Missing("visit-not-found" | "shift-not-found"),
    Invalid("approval-unreadable" | "last-four-unreadable" | "currencies-differ"), Conflict("terminal-not-lent" |
    "card-slip-used" | "key-reused") or what ``credit.apply_payment`` raises.
    """
    require(may_tell_offline_money(actor), "payments-not-yours")
    inputs = {**_inputs(tender), "terminal": slip.item_id, "approval": slip.approval_code}
    memory = remember("post_offline_card", actor=SYSTEM, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Payment.objects.select_related("receipt").get(id=memory.answer["payment"])
    if not had_item(
        agent_id=tender.agent_id, item_id=slip.item_id, kind="card_terminal", at=tender.tendered_at
    ):
        raise Conflict("terminal-not-lent")
    payment = _taken("card", tender, actor, at)
    keep_slip(payment, slip)
    acquirer = account_for(kind=AccountKind.CARD, currency=tender.currency)
    _credit(payment, tender, acquirer, EntryKind.CARD_TENDER, actor=actor, at=at)
    memory.keep(payment=payment.id)
    return payment


def _taken(how: str, tender: OfflineTender, actor: Actor, at: datetime) -> Payment:
    """The payment at its visit, on the agreement that the customer's word stands behind, or on one that says so."""
    visit = lock(Visit.objects.all(), missing="visit-not-found", id=tender.visit_id)
    if visit.currency != tender.currency:
        raise Invalid("currencies-differ", field="currency")
    lock_shift(visit.shift_id)
    payment_id = new_id()
    said = OfflinePayment(
        payment_id=payment_id,
        amount_minor=tender.amount_minor,
        before_minor=_paid_before(visit),
        tendered_at=tender.tendered_at,
        word=tender.word,
    )
    agreement = pay_visit_offline(visit_id=visit.id, paid=said, actor=actor, at=at)
    return Payment.objects.create(
        id=payment_id,
        visit=visit,
        agreement=agreement,
        account_id=visit.account_id,
        agent_id=tender.agent_id,
        tender=how,
        state=PAYMENT.move(None, "tender"),
        amount_minor=tender.amount_minor,
        currency=tender.currency,
        opened_at=tender.tendered_at,
        paid_at=tender.tendered_at,
    )


def _paid_before(visit: Visit) -> int:
    paid = visit.payments.filter(state=PaymentState.PAID, is_late=False)
    return int(paid.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def _credit(
    payment: Payment, tender: OfflineTender, into: Account, kind: EntryKind, *, actor: Actor, at: datetime
) -> None:
    received = Received(
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        debit_account_id=into.id,
        entry_kind=kind,
        tendered_at=tender.tendered_at,
    )
    apply_payment(account_id=payment.account_id, received=received, actor=SYSTEM, at=at)
    tell_made(payment, _receipt(payment, tender), actor=actor, at=at)


def _receipt(payment: Payment, tender: OfflineTender) -> Receipt:
    """The receipt that the customer already holds, countersigned when its PDF is made.

    A number that another payment has (two acts of one phone with one number) is replaced by one of the branch.
    """
    ReceiptSeries.objects.bulk_create([ReceiptSeries(code=tender.series)], ignore_conflicts=True)
    series = ReceiptSeries.objects.select_for_update().get(code=tender.series)
    if Receipt.objects.filter(series=series, number=tender.number).exists():
        return numbered(payment, tender.tendered_at)
    series.next_number = max(series.next_number, tender.number + 1)
    series.save(update_fields=["next_number"])
    return issue(payment, series, tender.number, tender.tendered_at)


def _inputs(tender: OfflineTender) -> dict[str, object]:
    """What the device said; when it said to have taken the money is part of it."""
    return {
        "visit": tender.visit_id,
        "agent": tender.agent_id,
        "amount_minor": tender.amount_minor,
        "currency": tender.currency,
        "tendered_at": tender.tendered_at,
        "series": tender.series,
        "number": tender.number,
    }
