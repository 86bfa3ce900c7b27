"""Reading payments, custody and receipts."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from koumen.audit.command import require
from koumen.conduct.queries import cash_limits
from koumen.credit.models import Repayment
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.kit.money import Money
from koumen.ledger.models import Account
from koumen.ledger.rules.chart import AccountKind, owed_minor
from koumen.payments.models import Payment, Receipt
from koumen.payments.permissions import may_list_payments, receipts_visible_to, visible_to
from koumen.payments.rules.cash import CashAdvice
from koumen.payments.rules.codes import plain_code
from koumen.payments.states import PaymentState
from koumen.visits import queries as visits
from koumen.visits.models import Visit

OPEN_TENDER = (PaymentState.PENDING, PaymentState.UNKNOWN)


def payment(*, actor: Actor, payment_id: UUID) -> Payment:
    """One payment; one query. Raises Missing("payment-not-found")."""
    found = visible_to(actor).select_related("visit", "account", "agent").filter(id=payment_id).first()
    if found is None:
        raise Missing("payment-not-found")
    return found


def payments_of_visit(*, actor: Actor, visit_id: UUID) -> list[Payment]:
    """Every tender at a visit, in order; one query."""
    return list(
        visible_to(actor).filter(visit_id=visit_id).select_related("receipt").order_by("opened_at", "id")
    )


def open_tender(visit: Visit) -> Payment | None:
    """The wallet tender whose answer is awaited: while there is one, no other may begin; one query."""
    return visit.payments.filter(state__in=OPEN_TENDER, tender="wallet").first()


def shown_transfers(visit: Visit) -> list[Payment]:
    """Transfers that were shown at a visit and are not in the bank's file yet; one query."""
    waiting = visit.payments.filter(tender="transfer", state=PaymentState.PENDING)
    return list(waiting.order_by("opened_at"))


def remaining_minor(visit: Visit) -> int:
    """How much of the agreed amount may still be taken: 0 before the code is accepted; two queries.

    A transfer that was shown counts, although nothing is credited yet.
    """
    agreement = visits.open_agreement(visit)
    if agreement is None:
        return 0
    taken = Q(state=PaymentState.PAID, is_late=False) | Q(tender="transfer", state=PaymentState.PENDING)
    paid = visit.payments.filter(taken).aggregate(sum=Sum("amount_minor"))["sum"]
    return max(0, agreement.amount_minor - (paid or 0))


def cash_in_hand(*, agent_id: UUID, currency: str) -> int:
    """The cash an agent holds, in minor units, as the books say; one query."""
    account = Account.objects.filter(
        kind=AccountKind.AGENT_CASH, owner_id=agent_id, currency=currency
    ).first()
    if account is None:
        return 0
    return owed_minor(
        AccountKind.AGENT_CASH, debit_minor=account.debit_minor, credit_minor=account.credit_minor
    )


def cash_advice(visit: Visit, *, amount_minor: int, at: datetime) -> CashAdvice:
    """Whether the agent of a visit may take this much cash now, and the other ways; two queries."""
    limits = cash_limits(currency=visit.currency, at=at)
    return CashAdvice(
        in_hand_minor=cash_in_hand(agent_id=visit.agent_id, currency=visit.currency),
        in_hand_max_minor=limits.in_hand_max,
        per_visit_max_minor=limits.per_visit_max,
        amount_minor=amount_minor,
    )


def wallets_to_ask(*, opened_before: datetime) -> list[UUID]:
    """Wallet payments whose answer is awaited for some time, the oldest first; one query."""
    waiting = Payment.objects.filter(state__in=OPEN_TENDER, tender="wallet", opened_at__lt=opened_before)
    return list(waiting.order_by("opened_at").values_list("id", flat=True))


@dataclass(frozen=True, kw_only=True)
class ReceiptView:
    """A receipt as pages show it, without personal data."""

    id: UUID
    token: str
    number: str
    amount: Money
    balance_after: Money
    issued_at: datetime
    tender: str
    is_late: bool
    visit_id: UUID
    visit_number: str
    staff_number: str
    short_code: str
    voided_at: datetime | None
    void_reason: str

    @property
    def verify_url(self) -> str:
        """What the QR opens."""
        return verify_url(self.token)


def receipts_of(*, actor: Actor, limit: int = 100) -> list[ReceiptView]:
    """The receipts an actor may see, newest first; two queries."""
    return _views(receipts_visible_to(actor).order_by("-issued_at", "-number")[:limit])


def receipts_of_visit(*, actor: Actor, visit_id: UUID) -> list[ReceiptView]:
    """The receipts of one visit, in order; two queries."""
    return _views(
        receipts_visible_to(actor).filter(payment__visit_id=visit_id).order_by("issued_at", "number")
    )


def receipt(*, actor: Actor, receipt_id: UUID) -> ReceiptView:
    """One receipt; two queries. Raises Missing("receipt-not-found")."""
    return _only(_views(receipts_visible_to(actor).filter(id=receipt_id)))


def public_receipt(*, token: str) -> ReceiptView:
    """The receipt behind a QR, for anybody who holds it; two queries. Raises Missing("receipt-not-found")."""
    return _only(_views(Receipt.objects.filter(token=token)))


def receipt_by_code(*, code: str) -> ReceiptView:
    """The receipt whose code somebody typed; two queries. Raises Missing("receipt-not-found")."""
    return _only(_views(Receipt.objects.filter(short_code=plain_code(code))))


def receipt_of_pdf(*, pdf: bytes) -> ReceiptView | None:
    """The receipt that is exactly this file; one query, two when there is one. For anybody who holds the file."""
    digest = hashlib.sha256(pdf).digest()
    return next(iter(_views(Receipt.objects.filter(document__sha256=digest))), None)


def has_receipt(*, payment_id: UUID) -> bool:
    """Whether this is a payment of ours with a receipt, and no other activity of an account; one query."""
    return Receipt.objects.filter(payment_id=payment_id).exists()


def verify_url(token: str) -> str:
    """Where anybody can ask whether a receipt is real."""
    return f"{settings.KOUMEN_PUBLIC_URL}/public/r/{token}/"


def _only(found: list[ReceiptView]) -> ReceiptView:
    if not found:
        raise Missing("receipt-not-found")
    return found[0]


def _views(receipts: QuerySet[Receipt]) -> list[ReceiptView]:
    rows = list(receipts.select_related("payment__visit", "payment__agent"))
    balances = _balances(row.payment_id for row in rows)
    return [
        ReceiptView(
            id=row.id,
            token=row.token,
            number=row.printed_number,
            amount=Money(row.payment.amount_minor, row.payment.currency),
            balance_after=Money(balances.get(row.payment_id, 0), row.payment.currency),
            issued_at=row.issued_at,
            tender=row.payment.tender,
            is_late=row.payment.is_late,
            visit_id=row.payment.visit_id,
            visit_number=row.payment.visit.number,
            staff_number=row.payment.agent.staff_number,
            short_code=row.short_code,
            voided_at=row.voided_at,
            void_reason=row.void_reason,
        )
        for row in rows
    ]


def _balances(payment_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = Repayment.objects.filter(payment_id__in=list(payment_ids))
    return dict(rows.values_list("payment_id", "balance_after_minor"))


@dataclass(frozen=True, kw_only=True)
class PaymentSearch:
    """What is looked for; empty means any. Moments are [from, to)."""

    state: str = ""
    tender: str = ""
    staff_number: str = ""
    opened_from: datetime | None = None
    opened_to: datetime | None = None


@dataclass(frozen=True)
class PaymentPage:
    """Some payments, newest first, and how many match in all; ``older`` is where the next page begins."""

    count: int
    payments: list[Payment]
    older: UUID | None


def payments_found(
    *, actor: Actor, search: PaymentSearch, before: UUID | None = None, limit: int = 50
) -> PaymentPage:
    """A page of the payments that match, each with visit, agent and receipt; two queries (and one to page on).

    Raises Denied("payments-not-yours").
    """
    require(may_list_payments(actor), "payments-not-yours")
    matching = _matching(search)
    wanted = _older_than(matching, before) if before else matching
    rows = list(wanted.select_related("visit", "agent", "receipt").order_by("-opened_at", "-id")[: limit + 1])
    return PaymentPage(matching.count(), rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def _matching(search: PaymentSearch) -> QuerySet[Payment]:
    wanted = {
        "state": search.state,
        "tender": search.tender,
        "agent__staff_number__iexact": search.staff_number,
        "opened_at__gte": search.opened_from,
        "opened_at__lt": search.opened_to,
    }
    return Payment.objects.filter(**{name: value for name, value in wanted.items() if value})


def _older_than(payments: QuerySet[Payment], before: UUID) -> QuerySet[Payment]:
    last = Payment.objects.filter(id=before).values_list("opened_at", flat=True).first()
    if last is None:
        return payments
    return payments.filter(Q(opened_at__lt=last) | Q(opened_at=last, id__lt=before))
