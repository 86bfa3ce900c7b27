"""A receipt as the tests vary it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from koumen.documents.rules.receipt import (
    CashCount,
    Contract,
    Language,
    LenderLines,
    Method,
    Proof,
    ReceiptContent,
    Split,
    Tendered,
)
from koumen.kit.money import Money

AT = datetime(2026, 3, 9, 2, 32, tzinfo=UTC)


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


LENDER = LenderLines(
    name="清河消费金融有限公司",
    address="清河市中山区人民路 1 号",
    registration_number="L0001",
    help_phone="400-000-0000",
    complaints="complaints@qinghe.example",
)
CONTRACT = Contract(
    number="KM-2025-008812", signed_on=date(2025, 3, 18), credit_limit=yuan(20_000_00), debtor="陈国华"
)
RECEIPT = ReceiptContent(
    number="R2026-000137",
    language=Language.HANS,
    zone=ZoneInfo("Asia/Shanghai"),
    lender=LENDER,
    contract=CONTRACT,
    amount=yuan(1286_40),
    split=Split(
        interest=yuan(42_10), late=yuan(12_00), fees=yuan(0), principal=yuan(1232_30), credit_balance=yuan(0)
    ),
    balance_after=yuan(6343_18),
    received_at=AT,
    tendered=Tendered(
        method=Method.CASH,
        cash=CashCount(counted=((100_00, 12), (50_00, 1), (20_00, 2)), change=yuan(3_60)),
    ),
    visit_number="V-20260309-0042",
    agent_number="A-1027",
    quote_id="Q-7F3K-9021",
    proof=Proof(verify_url="https://koumen.example/public/r/7QX4-M2KD", short_code="7QX4-M2KD"),
)


def receipt(**changes: Any) -> ReceiptContent:
    """The sample with some fields changed."""
    return replace(RECEIPT, **changes)


def receipt_for(debtor: str, **changes: Any) -> ReceiptContent:
    """The sample for somebody of that name."""
    return receipt(contract=replace(CONTRACT, debtor=debtor), **changes)
