"""Six months in which the people of the invented town bought, were billed and paid back. Pure, from the seed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from koumen.credit.rules.buying import Category
from koumen.credit.rules.calendar import due_on
from koumen.credit.rules.history import HistoricMonth, HistoricPurchase

MONTHS = 6
DUE_AFTER_DAYS = 14
BILLED_BEFORE_DAYS = 6  # the newest bill is six days old, so nobody opens a demonstration on an overdue bill
LAST_BILL_DAY = 28  # every month has it

# What is bought, and between which amounts (yuan).
_GOODS = (
    *(("清河超市", 18, 260), ("平安大药房", 12, 180), ("菜鸟驿站生鲜", 20, 120), ("新华书店", 15, 90)),
    *(("供电公司", 60, 240), ("自来水公司", 25, 80), ("电器城", 200, 1800), ("服装店", 60, 420)),
    *(("社区食堂", 8, 40), ("眼镜店", 120, 600), ("手机充值", 20, 100), ("家具城", 150, 1500)),
)
# What of it is no shop with a door.
_CATEGORIES = {
    **dict.fromkeys(("供电公司", "自来水公司", "手机充值"), Category.UTILITY),
    **dict.fromkeys(("菜鸟驿站生鲜", "服装店", "新华书店"), Category.ONLINE),
}
_LIMITS_YUAN = (3_000, 5_000, 8_000, 10_000, 20_000)


@dataclass(frozen=True, kw_only=True)
class Spending:
    """The story of one credit line up to yesterday."""

    limit_minor: int
    opened_date: date
    opening_minor: int
    opening_at: datetime
    months: tuple[HistoricMonth, ...]
    purchases_since: tuple[HistoricPurchase, ...]


def bill_days(today: date) -> tuple[date, ...]:
    """The days of the last bills, oldest first; the newest lies six to eight days back."""
    newest = today - timedelta(days=BILLED_BEFORE_DAYS)
    newest = newest.replace(day=min(newest.day, LAST_BILL_DAY))
    days = []
    for back in range(MONTHS):
        months = newest.year * 12 + newest.month - 1 - back
        days.append(date(months // 12, months % 12 + 1, newest.day))
    return tuple(reversed(days))


def due_day_of(today: date) -> int:
    """On which day of a month bills are due: a fortnight after they are made, or soon before."""
    return min((bill_days(today)[-1] + timedelta(days=DUE_AFTER_DAYS)).day, LAST_BILL_DAY)


def spending_of(*, place: int, seed: int, today: date, zone: ZoneInfo) -> Spending:
    """What the customer at a place of the town's list bought and paid."""
    random = Random(f"koumen.spending.{seed}.{place}")  # noqa: S311  (invented shopping)
    days, due_day = bill_days(today), due_day_of(today)
    start = _month_before(days[0])
    limit = random.choice(_LIMITS_YUAN) * 100
    balance = opening = random.randrange(0, limit // 4, 10)
    pays = random.choices(("all", "part", "minimum", "late"), (62, 22, 11, 5))[0]
    months: list[HistoricMonth] = []
    for number, issued in enumerate(days):
        bought = _purchases(random, start, issued, max(limit - balance, 0) // 3, zone)
        paid = _payment(random, pays, balance, is_last=number == MONTHS - 1)
        balance += sum(p.amount_minor for p in bought) - paid
        months.append(
            HistoricMonth(
                issued_date=issued,
                due_date=due_on(issued, due_day),
                balance_minor=balance,
                payment_minor=paid,
                paid_at=_moment(random, start, issued, zone) if paid else None,
                purchases=bought,
            )
        )
        start = issued
    return Spending(
        limit_minor=limit,
        opened_date=days[0] - timedelta(days=random.randint(200, 1500)),
        opening_minor=opening,
        opening_at=datetime.combine(_month_before(days[0]), time(0), zone),
        months=tuple(months),
        purchases_since=_purchases(random, start, today, max(limit - balance, 0) // 6, zone),
    )


def ending_with(
    spending: Spending, *, bill_minor: int, since_minor: int, today: date, zone: ZoneInfo
) -> Spending:
    """The same story with another last bill, and one purchase after it: amounts that a reader remembers."""
    before = spending.months[-2].balance_minor
    last = spending.months[-1]
    noon = datetime.combine(last.issued_date, time(12), zone)
    paid = max(before, 0)
    bought = bill_minor - before + paid
    months = (
        *spending.months[:-1],
        HistoricMonth(
            issued_date=last.issued_date,
            due_date=last.due_date,
            balance_minor=bill_minor,
            payment_minor=paid,
            paid_at=noon - timedelta(days=20) if paid else None,
            purchases=_parts(bought, noon - timedelta(days=9)),
        ),
    )
    since = (
        HistoricPurchase(
            amount_minor=since_minor, description="平安大药房", purchased_at=noon + timedelta(days=1)
        ),
    )
    return Spending(
        limit_minor=max(spending.limit_minor, 500_000),
        opened_date=spending.opened_date,
        opening_minor=spending.opening_minor,
        opening_at=spending.opening_at,
        months=months,
        purchases_since=since if since[0].purchased_at.date() < today else (),
    )


def _parts(amount: int, at: datetime) -> tuple[HistoricPurchase, ...]:
    first = amount * 2 // 3
    return (
        HistoricPurchase(amount_minor=first, description="电器城", purchased_at=at),
        HistoricPurchase(
            amount_minor=amount - first, description="清河超市", purchased_at=at + timedelta(days=2)
        ),
    )


def _purchases(
    random: Random, start: date, end: date, room_minor: int, zone: ZoneInfo
) -> tuple[HistoricPurchase, ...]:
    """A few purchases in [start, end) that fit under the line."""
    bought: list[HistoricPurchase] = []
    for _ in range(random.randint(1, 5)):
        name, least, most = random.choice(_GOODS)
        amount = random.randrange(least * 100, most * 100, 10)
        if amount > room_minor:
            continue
        room_minor -= amount
        at = _moment(random, start, end, zone)
        category = _CATEGORIES.get(name, Category.SHOP)
        one = HistoricPurchase(amount_minor=amount, description=name, purchased_at=at, category=category)
        bought.append(one)
        if len(bought) > 1 and random.random() < 0.04:  # noqa: PLR2004  (now and then a thing goes back)
            bought.append(replace(one, amount_minor=-amount))
    return tuple(sorted(bought, key=lambda purchase: purchase.purchased_at))


def _payment(random: Random, pays: str, balance: int, *, is_last: bool) -> int:
    if balance <= 0:
        return 0
    if pays == "all":
        return balance
    if pays == "late" and is_last:
        return 0
    if pays == "part":
        return min(balance, max(2_000, balance * random.randint(30, 80) // 100 // 100 * 100))
    return min(balance, max(2_000, balance // 10))


def _moment(random: Random, start: date, end: date, zone: ZoneInfo) -> datetime:
    day = start + timedelta(days=random.randrange((end - start).days))
    return datetime.combine(day, time(random.randint(8, 20), random.randrange(60)), zone)


def _month_before(day: date) -> date:
    months = day.year * 12 + day.month - 2
    return date(months // 12, months % 12 + 1, day.day)
