"""What a receipt costs, against its two parts alone: typst is the floor of typesetting, pyHanko of signing."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from koumen.documents.rules.page import receipt_page
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
from koumen.documents.rules.record import receipt_json
from koumen.documents.rules.signature import ensure_signer, load_signer, sign_pdf
from koumen.documents.rules.typeset import typeset, typeset_receipt
from koumen.kit.money import Money
from koumen.simulation.measuring import Measurement, Part, machine, take_turns

AT = datetime(2026, 3, 9, 2, 32, tzinfo=UTC)
ROUNDS, QUICK_ROUNDS = 100, 10


def _yuan(minor: int) -> Money:
    return Money(minor, "CNY")


_RECEIPT = ReceiptContent(
    number="R2026-000000",
    language=Language.HANS,
    zone=ZoneInfo("Asia/Shanghai"),
    lender=LenderLines(
        name="清河消费金融有限公司",
        address="清河市中山街道和平路 1 号",
        registration_number="L0001",
        help_phone="400-000-0000",
        complaints="complaints@qinghe.example",
    ),
    contract=Contract(
        number="KM-2025-000001", signed_on=date(2025, 3, 18), credit_limit=_yuan(20_000_00), debtor="陈国华"
    ),
    amount=_yuan(1286_40),
    split=Split(
        interest=_yuan(42_10),
        late=_yuan(12_00),
        fees=_yuan(0),
        principal=_yuan(1232_30),
        credit_balance=_yuan(0),
    ),
    balance_after=_yuan(6343_18),
    received_at=AT,
    tendered=Tendered(
        method=Method.CASH,
        cash=CashCount(counted=((100_00, 12), (50_00, 1), (20_00, 2)), change=_yuan(3_60)),
    ),
    visit_number="V-20260309-0001",
    agent_number="A-1001",
    quote_id="Q-0001-0001",
    proof=Proof(verify_url="https://koumen.example/public/r/0000-0000", short_code="0000-0000"),
)


def measure(*, quick: bool = False) -> Measurement:
    """Time whole receipts, typst alone and pyHanko alone; signs with a key made for this run.

    No two documents have the same number: typst remembers what it has set before, and a branch never
    sets the same receipt twice.
    """
    with TemporaryDirectory(prefix="koumen-bench-") as folder:
        signer = load_signer(ensure_signer(Path(folder)))
        parts = {
            "receipt": Part(
                lambda content: sign_pdf(typeset_receipt(content, AT), signer), lambda turn: _receipt(turn, 1)
            ),
            "typst": Part(
                lambda inputs: typeset("receipt.typ", inputs, AT), lambda turn: _inputs(_receipt(turn, 2))
            ),
            "signing": Part(
                lambda pdf: sign_pdf(pdf, signer), lambda turn: typeset_receipt(_receipt(turn, 3), AT)
            ),
        }
        timings = take_turns(parts, rounds=QUICK_ROUNDS if quick else ROUNDS)
    middle = {name: timing.p50_ms for name, timing in timings.items()}
    return Measurement(
        name="receipts",
        machine=machine(),
        timings=timings,
        ratios={
            "receipt_to_typst": round(middle["receipt"] / middle["typst"], 3),
            "signing_to_receipt": round(middle["signing"] / middle["receipt"], 3),
        },
        rates={"receipts_per_s": round(1000 / middle["receipt"], 1)},
    )


def _receipt(turn: int, part: int) -> ReceiptContent:
    return replace(_RECEIPT, number=f"R2026-{turn * 10 + part:06}")


def _inputs(content: ReceiptContent) -> dict[str, str]:
    return {"page": json.dumps(receipt_page(content)), "record": receipt_json(content)}
