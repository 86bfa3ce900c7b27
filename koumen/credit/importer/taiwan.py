"""The credit accounts of 2005: what the columns of their file mean in days and amounts.

Yeh, I. (2009), UCI Machine Learning Repository, doi 10.24432/C55S3H. The file knows months only; the days
here are one fixed choice, so that nothing is invented that differs from customer to customer.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from koumen.credit.importer.invented import invent
from koumen.credit.importer.places import Place
from koumen.credit.rules.calendar import due_on
from koumen.credit.rules.cells import AccountLine
from koumen.credit.rules.history import HistoricAccount, HistoricMonth, HistoricPurchase
from koumen.credit.rules.parameters import LateMode, Parameters

YEAR = 2005
CURRENCY = "TWD"
LANGUAGE = "zh-hant"
PRODUCT = "revolving-2005"
# The bill closes its month; it is due in the middle of the next; NT$1,000 is the usual least payment there.
# What that bank charged is not in the file: no interest or charge is invented.
PARAMETERS = Parameters(
    bill_day=28,
    due_day=15,
    grace_days=3,
    minimum_rate="0.10",
    minimum_floor_minor=1_000,
    revolving_daily_rate="0",
    late_mode=LateMode.NONE,
    instalment_terms={},
)
FIRST_MONTH = 4  # BILL_AMT6 is the bill of April
PAYMENT_DAY, PURCHASE_DAY = PARAMETERS.due_day, 20
PURCHASES = "2005 net purchases"  # the file has one figure a month, less refunds


def history_of(line: AccountLine, *, places: Sequence[Place], zone: ZoneInfo) -> HistoricAccount:
    """Opening balance BILL_AMT6, then for k = 5 … 1 the payment PAY_AMTk and what was bought, net, to reach BILL_AMTk.

    PAY_AMT6 was paid before the first bill and is already in it.
    """
    birth_year = YEAR - line.age
    details, place = invent(number=line.number, is_woman=line.is_woman, birth_year=birth_year, places=places)
    begins = date(YEAR, FIRST_MONTH - 1, PARAMETERS.bill_day)
    return HistoricAccount(
        number=str(line.number),
        details=details,
        latitude=place.latitude,
        longitude=place.longitude,
        language=LANGUAGE,
        limit_minor=line.limit,
        opened_date=begins,
        opening_minor=line.bills[0],
        opening_at=datetime.combine(begins, time(12), zone),
        months=tuple(_month(line, index, zone) for index in range(len(line.bills))),
        reported_lateness=line.lateness[-1],
    )


def _month(line: AccountLine, index: int, zone: ZoneInfo) -> HistoricMonth:
    month = FIRST_MONTH + index
    issued = date(YEAR, month, PARAMETERS.bill_day)
    bill, paid, bought = line.bills[index], 0, 0
    if index:
        paid = line.payments[index]
        bought = bill - line.bills[index - 1] + paid
    return HistoricMonth(
        issued_date=issued,
        due_date=due_on(issued, PARAMETERS.due_day),
        balance_minor=bill,
        payment_minor=paid,
        paid_at=datetime(YEAR, month, PAYMENT_DAY, 12, tzinfo=zone) if paid else None,
        purchases=(
            HistoricPurchase(
                amount_minor=bought,
                description=PURCHASES,
                purchased_at=datetime(YEAR, month, PURCHASE_DAY, 12, tzinfo=zone),
            ),
        )
        if bought
        else (),
        reported_lateness=line.lateness[index],
    )
