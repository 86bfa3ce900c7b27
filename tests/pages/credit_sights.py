"""The credit pages of three customers: a bill to be paid, a late one, and one who is owed money."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.test import Client

from koumen.branch.queries import this_branch
from koumen.credit import commands, queries
from koumen.credit.models import Statement
from koumen.credit.rules.buying import Category
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM
from tests.credit.stories import Line, a_line
from tests.pages.sight import Sight
from tests.sites import doors

MONTHLY = Parameters(bill_day=20, due_day=8)


@dataclass(frozen=True)
class Shopper:
    """A customer with a line of credit, and their browser."""

    line: Line
    browser: Client

    def buys(self, amount_minor: int, on: datetime, place: str, category: Category, **more: Any) -> UUID:
        """Buys something at a place, or gives it back."""
        purchase = commands.PurchaseRequest(
            account_id=self.line.account_id,
            amount_minor=amount_minor,
            currency="CNY",
            description=place,
            category=category,
            purchased_at=on,
            **more,
        )
        return commands.record_purchase(purchase=purchase, actor=SYSTEM, at=on).id

    def newest_bill(self) -> Statement:
        """The last bill that was made."""
        return Statement.objects.filter(account_id=self.line.account_id).latest("issued_date")


def a_shopper(at: datetime) -> Shopper:
    """Somebody without any debt yet."""
    line = a_line(at, parameters=MONTHLY)
    account = queries.credit_account(actor=SYSTEM, account_id=line.account_id)
    return Shopper(line, doors.as_customer(account.customer.person_id))


def day(month: int, of_month: int, hour: int = 12) -> datetime:
    """A moment of this year in the branch."""
    return datetime(2026, month, of_month, hour, tzinfo=this_branch().zone)


def shops(shopper: Shopper) -> None:
    """Two months of ordinary things: one bill paid in full, the next still free, a refund, and more since."""
    shopper.buys(86_00, day(10, 2), "供电公司", Category.UTILITY)
    shopper.buys(243_50, day(10, 11), "清河超市", Category.SHOP)
    shopper.line.is_billed(date(2026, 10, 20), day(10, 20))
    shopper.buys(999_00, day(10, 25), "电器城", Category.ONLINE)
    shopper.line.pays(329_50, day(10, 30))
    coat = shopper.buys(358_00, day(11, 3), "服装店", Category.ONLINE)
    shopper.buys(500_00, day(11, 5), "银行信用卡账单", Category.CARD_BILL)
    shopper.buys(-158_00, day(11, 9), "服装店", Category.ONLINE, refund_of=coat)
    shopper.line.is_billed(date(2026, 11, 20), day(11, 20))
    shopper.buys(64_30, day(11, 22), "平安大药房", Category.SHOP)


def credit_sights(at: datetime) -> Iterator[Sight]:
    """Each page in the state in which it says most."""
    ordinary, late, ahead = (a_shopper(at) for _ in range(3))
    shops(ordinary)
    bill = f"/bills/{ordinary.newest_bill().id}/"
    yield Sight("customer-credit-home", ordinary.browser, "/")
    yield Sight("customer-credit-bills", ordinary.browser, "/bills/")
    yield Sight("customer-credit-bill", ordinary.browser, bill)
    yield Sight("customer-credit-purchases", ordinary.browser, "/purchases/")
    yield Sight("customer-credit-what-if", ordinary.browser, "/what-if/")
    yield Sight("customer-credit-what-if-wrong", ordinary.browser, "/what-if/?amount=other&other=x")
    yield Sight("customer-credit-what-if-minimum", ordinary.browser, "/what-if/?amount=minimum")
    late.buys(1_200_00, day(10, 5), "家具城", Category.SHOP)
    late.line.is_billed(date(2026, 10, 20), day(10, 20))
    late.buys(80_00, day(11, 1), "社区食堂", Category.SHOP)
    late.line.is_billed(date(2026, 11, 20), day(11, 20))
    yield Sight("customer-credit-late-home", late.browser, "/")
    yield Sight("customer-credit-late-bills", late.browser, "/bills/")
    yield Sight("customer-credit-late-bill", late.browser, f"/bills/{late.newest_bill().id}/")
    yield Sight("customer-credit-late-purchases", late.browser, "/purchases/")
    yield Sight("customer-credit-late-what-if", late.browser, "/what-if/?amount=other&other=2000")
    ahead.buys(100_00, day(10, 5), "书店", Category.SHOP)
    ahead.line.pays(150_00, day(10, 6))
    ahead.line.is_billed(date(2026, 11, 20), day(11, 20))
    yield Sight("customer-credit-owed-home", ahead.browser, "/")
    yield Sight("customer-credit-owed-bill", ahead.browser, f"/bills/{ahead.newest_bill().id}/")
