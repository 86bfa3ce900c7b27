"""Reading the lines of the bank's and the acquirer's files, and what they may belong to."""

from dataclasses import dataclass
from uuid import UUID

from koumen.audit.command import require
from koumen.kit.actor import Actor
from koumen.payments.models import Deposit, Payment, SettlementFile, SettlementLine
from koumen.payments.permissions import may_see_cash
from koumen.payments.rules.settlement import Source
from koumen.payments.states import DepositState, PaymentState

# More on one page nobody reads; the rest follows when these are matched.
MOST_SHOWN = 100


def settlement_files(*, actor: Actor, limit: int = 20) -> list[SettlementFile]:
    """The newest files; one query. Raises Denied("cash-not-yours")."""
    require(may_see_cash(actor), "cash-not-yours")
    return list(SettlementFile.objects.order_by("-imported_at")[:limit])


def open_lines(*, actor: Actor, limit: int = MOST_SHOWN) -> list[SettlementLine]:
    """Lines that nobody has matched yet, the oldest first; one query. Raises Denied("cash-not-yours")."""
    require(may_see_cash(actor), "cash-not-yours")
    rows = SettlementLine.objects.filter(matched_at__isnull=True)
    return list(rows.order_by("booked_date", "line_no")[:limit])


def lines(*, actor: Actor) -> list[SettlementLine]:
    """All lines with what they were matched with, the newest first; one query. Raises Denied("cash-not-yours")."""
    require(may_see_cash(actor), "cash-not-yours")
    rows = SettlementLine.objects.select_related("deposit", "payment__visit")
    return list(rows.order_by("-booked_date", "-line_no"))


def lines_to_match(*, file_id: UUID) -> list[UUID]:
    """The lines of a file that the system may try; one query."""
    rows = SettlementLine.objects.filter(file_id=file_id, matched_at__isnull=True)
    return list(rows.order_by("line_no").values_list("id", flat=True))


@dataclass(frozen=True)
class Candidates:
    """What waits for a line: deposits on their way, transfers that were shown, card payments without a line."""

    deposits: list[Deposit]
    transfers: list[Payment]
    cards: list[Payment]


def candidates(*, actor: Actor) -> Candidates:
    """What lines may belong to, the oldest first; three queries. Raises Denied("cash-not-yours")."""
    require(may_see_cash(actor), "cash-not-yours")
    payments = Payment.objects.select_related("visit", "agent", "card_slip__terminal").order_by("opened_at")
    return Candidates(
        list(Deposit.objects.filter(state=DepositState.SENT).order_by("number")),
        list(payments.filter(tender="transfer", state=PaymentState.PENDING)),
        list(payments.filter(tender="card", state=PaymentState.PAID, line__isnull=True)[:MOST_SHOWN]),
    )


def certain_match(*, line_id: UUID) -> Deposit | Payment | None:
    """What a line belongs to beyond doubt: our own number, or terminal, approval code and digits; the same amount.

    At most two queries.
    """
    line = SettlementLine.objects.get(id=line_id)
    if line.source == Source.CARD:
        found = Payment.objects.filter(
            tender="card",
            line__isnull=True,
            amount_minor=line.amount_minor,
            currency=line.currency,
            card_slip__terminal__serial=line.terminal,
            card_slip__approval_code=line.approval_code,
            card_slip__last_four=line.last_four,
            card_slip__on_date=line.booked_date,
        )
        return found.first() if found.count() == 1 else None
    if not line.our_number:
        return None
    series, _, number = line.our_number.rpartition("-")
    if series:
        return Deposit.objects.filter(
            series_id=series,
            number=int(number),
            state=DepositState.SENT,
            amount_minor=line.amount_minor,
            currency=line.currency,
        ).first()
    return Payment.objects.filter(
        transfer_code=line.our_number,
        state=PaymentState.PENDING,
        amount_minor=line.amount_minor,
        currency=line.currency,
    ).first()
