"""Reading one line of a file of repayments: account, amount, currency, moment, reference."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from koumen.credit.rules.cells import BadCell
from koumen.kit.clock import local_date
from koumen.kit.errors import Invalid
from koumen.kit.money import CURRENCIES, Money
from koumen.ledger.rules.posting import MOST_MINOR

AMOUNT, AMOUNT_MINOR = "amount", "amount_minor"
COLUMNS = ("account", "currency", "tendered_at", "reference")  # and one of the two above
LONGEST = 200  # characters of a number or a reference; a bank's own are 35
EARLIEST_YEAR = 2000  # a payment from before is a mistake in writing
_WHOLE = re.compile(r"[0-9]{1,20}", re.ASCII)
_ABSURD = re.compile(r"[0-9]{13}", re.ASCII)  # a thousand billion in major units
_REFERENCES = uuid5(NAMESPACE_OID, "koumen.repayment")


@dataclass(frozen=True, slots=True)
class RepaymentLine:
    """One repayment as its line says it; ``on`` is the branch's date of ``tendered_at``."""

    number: str
    amount_minor: int
    currency: str
    tendered_at: datetime
    on: date
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class Reading:
    """What lines are read against: who gave the references, the branch's zone, the present, the amount's column."""

    source: UUID
    zone: ZoneInfo
    at: datetime
    amount: str  # AMOUNT (major units, as people write them) or AMOUNT_MINOR

    def read(self, cells: Mapping[str, str]) -> RepaymentLine:
        """One repayment; raises BadCell naming the first field that cannot be taken."""
        currency = cells["currency"].strip()
        if currency not in CURRENCIES:
            raise BadCell("currency", "is no currency that is known here")
        tendered_at = self._moment(cells["tendered_at"].strip())
        return RepaymentLine(
            number=_text("account", cells["account"]),
            amount_minor=_amount(self.amount, cells[self.amount].strip(), currency),
            currency=currency,
            tendered_at=tendered_at,
            on=local_date(tendered_at, self.zone),
            payment_id=uuid5(self.source, _text("reference", cells["reference"])),
        )

    def _moment(self, text: str) -> datetime:
        """A day or a moment; without a zone it is the branch's."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadCell(
                "tendered_at", "is no date or moment (2026-11-24, 2026-11-24T09:30+08:00)"
            ) from None
        if moment.year < EARLIEST_YEAR:
            raise BadCell("tendered_at", f"lies before {EARLIEST_YEAR}")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        if moment > self.at:
            raise BadCell("tendered_at", "lies in the future")
        return moment


def source_named(name: str) -> UUID:
    """Who gave the references, as the first half of a payment's id."""
    return uuid5(_REFERENCES, name)


def _text(field: str, cell: str) -> str:
    text = cell.strip()
    if not text:
        raise BadCell(field, "is empty")
    if len(text) > LONGEST:
        raise BadCell(field, f"is longer than {LONGEST} characters")
    return text


def _amount(field: str, text: str, currency: str) -> int:
    if text.startswith(("-", "−")):
        raise BadCell(field, "is not above zero")
    amount = _minor(field, text) if field == AMOUNT_MINOR else _major(field, text, currency)
    if amount <= 0:
        raise BadCell(field, "is not above zero")
    if amount > MOST_MINOR:
        raise BadCell(field, "is absurdly large")
    return amount


def _minor(field: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise BadCell(field, "is not a whole number")
    return int(text)


def _major(field: str, text: str, currency: str) -> int:
    if _ABSURD.match(text.replace(",", "")):
        raise BadCell(field, "is absurdly large")
    try:
        return Money.parse(text, currency).minor
    except Invalid as refusal:
        units = CURRENCIES[currency].minor_units
        is_fine = refusal.code == "amount-too-fine"
        why = f"has more decimals than the {units} of {currency}" if is_fine else "is not an amount"
        raise BadCell(field, why) from None
