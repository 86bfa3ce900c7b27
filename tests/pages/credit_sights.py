"""The credit pages of three customers: a bill to be paid, a late one, and one who is owed money."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from koumen.branch.queries import this_branch
from koumen.credit import commands, queries
from koumen.credit.models import Purchase, Statement
from koumen.credit.queries.plans import SplitWish, instalment_offers
from koumen.credit.rules.buying import Category
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.plan import PlanRequest
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.ids import new_id
from tests import builders
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
    line = replace(a_line(at, parameters=MONTHLY), agent_id=builders.an_agent(at).id)
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


def _instalments(shopper: Shopper, at: datetime) -> Iterator[Sight]:
    """From the choice to a plan that has run a month, to its end."""
    shopper.buys(640_00, day(10, 5), "手机城", Category.ONLINE)
    shopper.buys(3_600_00, day(10, 8), "家具城", Category.SHOP)
    actor = _themselves(shopper)
    (sofa, _phone) = Purchase.objects.filter(account_id=shopper.line.account_id).order_by("-amount_minor")
    plan_id = _agrees(actor, shopper.line.account_id, sofa.id, day(10, 9))
    shopper.line.is_billed(date(2026, 10, 20), day(10, 20))
    shopper.line.pays(966_40, day(11, 1))
    shopper.line.is_billed(date(2026, 11, 20), day(11, 20))
    fridge = shopper.buys(1_999_00, day(11, 22), "电器城", Category.ONLINE)
    yield Sight("customer-plan-home", shopper.browser, "/")
    yield Sight("customer-plan-bill", shopper.browser, f"/bills/{shopper.newest_bill().id}/")
    yield Sight("customer-plan-purchases", shopper.browser, "/purchases/")
    yield Sight("customer-plan-1-terms", shopper.browser, f"/instalments/?purchase={fridge}")
    sheet_id = _reads(actor, shopper.line.account_id, fridge, at)
    yield Sight("customer-plan-2-begin", shopper.browser, f"/instalments/{sheet_id}/")
    yield Sight("customer-plan-3-plan", shopper.browser, f"/plans/{plan_id}/")
    yield Sight("customer-plan-4-plans", shopper.browser, "/plans/")
    yield Sight("customer-plan-5-end", shopper.browser, f"/plans/{plan_id}/end/")
    yield Sight("customer-plan-due-day", shopper.browser, "/due-day/")
    yield Sight("customer-plan-what-if", shopper.browser, "/what-if/?amount=bill")
    commands.settle_plan(plan_id=plan_id, key=new_id(), actor=actor, at=at)
    yield Sight("customer-plan-6-ended", shopper.browser, f"/plans/{plan_id}/")
    commands.change_due_day(account_id=shopper.line.account_id, due_day=15, key=new_id(), actor=actor, at=at)
    yield Sight("customer-plan-due-day-changed", shopper.browser, "/due-day/")


def _themselves(shopper: Shopper) -> Actor:
    account = queries.credit_account(actor=SYSTEM, account_id=shopper.line.account_id)
    return builders.themselves(account.customer)


def _request(actor: Actor, account_id: UUID, purchase_id: UUID, at: datetime) -> PlanRequest:
    wish = SplitWish(purchase_id=purchase_id)
    offers = instalment_offers(actor=actor, account_id=account_id, wish=wish, at=at)
    return next(offer.request for offer in offers if offer.request.terms == 12)


def _reads(actor: Actor, account_id: UUID, purchase_id: UUID, at: datetime) -> UUID:
    """All costs, shown a minute ago and confirmed now."""
    before = at - timedelta(minutes=1)
    wanted = _request(actor, account_id, purchase_id, before)
    sheet = commands.show_plan_sheet(request=wanted, actor=actor, at=before)
    tap = commands.ConfirmedHow.TAP
    commands.confirm_cost_sheet(sheet_id=sheet.id, how=tap, key=new_id(), actor=actor, at=at)
    return sheet.id


def _agrees(actor: Actor, account_id: UUID, purchase_id: UUID, at: datetime) -> UUID:
    sheet_id = _reads(actor, account_id, purchase_id, at)
    wanted = _request(actor, account_id, purchase_id, at)
    return commands.start_plan(request=wanted, sheet_id=sheet_id, key=new_id(), actor=actor, at=at).id


def credit_sights(at: datetime) -> Iterator[Sight]:
    """Each page in the state in which it says most."""
    ordinary, late, ahead = (a_shopper(at) for _ in range(3))
    shops(ordinary)
    bill = f"/bills/{ordinary.newest_bill().id}/"
    yield Sight("customer-credit-home", ordinary.browser, "/")
    yield Sight("customer-credit-bills", ordinary.browser, "/bills/")
    yield Sight("customer-credit-bill", ordinary.browser, bill)
    yield Sight("customer-credit-bill-part", ordinary.browser, "/instalments/part/")
    yield Sight("customer-credit-purchases", ordinary.browser, "/purchases/")
    yield Sight("customer-credit-what-if", ordinary.browser, "/what-if/")
    yield Sight("customer-credit-what-if-wrong", ordinary.browser, "/what-if/?amount=other&other=x")
    yield Sight("customer-credit-what-if-minimum", ordinary.browser, "/what-if/?amount=minimum")
    yield from _instalments(a_shopper(at), at)
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
