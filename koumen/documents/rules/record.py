"""The receipt as data: what is attached to the PDF as receipt.json, with every name spelled exactly."""

from koumen.documents.rules.receipt import RECORD_VERSION, CashCount, ReceiptContent
from koumen.kit.canonical import canonical
from koumen.kit.money import CURRENCIES, Money


def receipt_record(content: ReceiptContent) -> dict[str, object]:
    """The content as plain values; amounts as decimal text in major units, dates as ISO 8601."""
    cash = content.tendered.cash
    return {
        "record": f"koumen.receipt.{RECORD_VERSION}",
        "number": content.number,
        "language": str(content.language),
        "currency": content.amount.currency,
        "lender": {
            "name": exact(content.lender.name),
            "address": exact(content.lender.address),
            "registration_number": exact(content.lender.registration_number),
            "help_phone": exact(content.lender.help_phone),
            "complaints": exact(content.lender.complaints),
        },
        "contract": {
            "number": exact(content.contract.number),
            "signed_on": content.contract.signed_on.isoformat(),
            "credit_limit": major(content.contract.credit_limit),
            "debtor": exact(content.contract.debtor),
        },
        "payer": exact(content.payer or content.contract.debtor),
        "amount": major(content.amount),
        "split": {name: major(part) for name, part in content.split.parts().items()},
        "balance_after": major(content.balance_after),
        "received_at": content.received_at.astimezone(content.zone).isoformat(),
        "zone": str(content.zone),
        "method": str(content.tendered.method),
        "cash": _cash_record(cash) if cash else None,
        "reference": exact(content.tendered.reference),
        "visit_number": exact(content.visit_number),
        "agent_number": exact(content.agent_number),
        "quote_id": exact(content.quote_id),
        "verify": {"url": exact(content.proof.verify_url), "short_code": exact(content.proof.short_code)},
        "other_money_taken": False,
    }


def receipt_json(content: ReceiptContent) -> str:
    """The record in canonical form (RFC 8785): the same receipt, the same bytes."""
    return canonical(receipt_record(content))


def major(amount: Money) -> str:
    """An amount in major units as text, always with the currency's decimals."""
    return f"{amount.decimal:.{CURRENCIES[amount.currency].minor_units}f}"


def exact(text: str) -> str:
    """The text as given; half of a surrogate pair is no character and no JSON may hold it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _cash_record(cash: CashCount) -> dict[str, object]:
    """The count with its sum."""
    currency = cash.change.currency
    return {
        "counted": [
            {"denomination": major(Money(value, currency)), "pieces": pieces}
            for value, pieces in cash.counted
        ],
        "handed_over": major(cash.handed_over),
        "change": major(cash.change),
    }
