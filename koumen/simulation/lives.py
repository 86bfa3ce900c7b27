"""Customers who have lived with a credit line for months: every purchase, bill, payment and plan by its command.

The others of the town are taken over with their bills; these few show what only happens to who is with us from the
beginning. Each thing is recorded at the moment at which it happened.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from koumen.branch.queries import this_branch
from koumen.credit import commands as credit
from koumen.credit import queries
from koumen.credit.queries.plans import SplitWish, instalment_offers
from koumen.credit.rules.buying import Category
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.people.commands import register_customer, register_person
from koumen.people.queries import actor_for, persons_by_phone
from koumen.people.rules.details import PersonalDetails
from koumen.simulation.town import Resident

LIMIT_MINOR = 10_000_00
CURRENCY = "CNY"
READING = timedelta(minutes=2)  # longer than any product asks to read its costs
BEFORE = timedelta(days=20)  # the line is opened so long before its first bill


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody who opens a line, under which number, with which product, and the days of the bills since."""

    resident: Resident
    details: PersonalDetails
    number: str
    product_id: UUID
    bill_days: tuple[date, ...]


@dataclass(kw_only=True)
class Life:
    """One customer's line; what happens is told in the order of time."""

    account_id: UUID
    actor: Actor
    bill_days: tuple[date, ...]
    bought: dict[str, UUID] = field(default_factory=dict)

    def on(self, bill: int, days: int, hour: int = 10) -> datetime:
        """So many days after one of the bills, counted from the oldest."""
        day = self.bill_days[bill] + timedelta(days=days)
        return datetime.combine(day, time(hour), this_branch().zone)

    def buys(self, yuan: int, at: datetime, place: str, category: Category = Category.SHOP) -> None:
        """Buys something."""
        self.bought[place] = self._enters(yuan, at, at, place, category)

    def returns(self, yuan: int, at: datetime, place: str, category: Category = Category.SHOP) -> None:
        """Gives back a part of what was bought there, or all."""
        self._enters(-yuan, at, at, place, category)

    def is_told_of(self, yuan: int, bought: datetime, at: datetime, place: str) -> None:
        """The merchant tells only now of something bought earlier, and it counts from then."""
        self._enters(yuan, bought, at, place, Category.UTILITY)

    def pays(self, at: datetime, *, minimum: bool = False) -> None:
        """Pays the bill, or its minimum, by transfer."""
        owed = queries.owed(actor=SYSTEM, account_id=self.account_id, at=at)
        received = credit.Received(
            payment_id=new_id(),
            amount_minor=owed.minimum_minor if minimum else owed.bill_minor,
            debit_account_id=account_for(kind=AccountKind.BANK, currency=CURRENCY).id,
            entry_kind=EntryKind.TRANSFER_IN,
            tendered_at=at,
        )
        credit.record_repayment(
            account_id=self.account_id, received=received, key=new_id(), actor=SYSTEM, at=at
        )

    def splits(self, terms: int, at: datetime, place: str = "") -> UUID:
        """Reads all costs of splitting a purchase, or the bill, says yes, and begins."""
        offers = instalment_offers(
            actor=self.actor,
            account_id=self.account_id,
            wish=SplitWish(purchase_id=self.bought[place] if place else None),
            at=at,
        )
        wanted = next(offer.request for offer in offers if offer.request.terms == terms)
        sheet = credit.show_plan_sheet(request=wanted, actor=self.actor, at=at)
        read = at + READING
        tap = credit.ConfirmedHow.TAP
        credit.confirm_cost_sheet(sheet_id=sheet.id, how=tap, key=new_id(), actor=self.actor, at=read)
        plan = credit.start_plan(request=wanted, sheet_id=sheet.id, key=new_id(), actor=self.actor, at=read)
        return plan.id

    def ends(self, plan_id: UUID, at: datetime) -> None:
        """Ends a plan early."""
        credit.settle_plan(plan_id=plan_id, key=new_id(), actor=self.actor, at=at)

    def _enters(self, yuan: int, counts: datetime, at: datetime, place: str, category: Category) -> UUID:
        purchase = credit.PurchaseRequest(
            account_id=self.account_id,
            amount_minor=yuan * 100,
            currency=CURRENCY,
            description=place,
            category=category,
            purchased_at=counts,
            posted_at=counts if counts != at else None,
            refund_of=self.bought[place] if yuan < 0 else None,
        )
        return credit.record_purchase(purchase=purchase, actor=SYSTEM, at=at).id


def pays_by_instalments(life: Life) -> None:
    """A refrigerator in six instalments, and every bill paid in full."""
    life.buys(2_400, life.on(0, -12), "电器城", Category.ONLINE)
    life.splits(6, life.on(0, -12, 11), "电器城")
    life.buys(126, life.on(0, -6), "供电公司", Category.UTILITY)
    life.pays(life.on(0, 8))
    life.buys(318, life.on(0, 12), "清河超市")
    life.pays(life.on(1, 7))
    life.buys(89, life.on(1, 11), "手机充值", Category.UTILITY)
    life.buys(460, life.on(1, 20), "服装店", Category.ONLINE)
    life.returns(160, life.on(1, 24), "服装店", Category.ONLINE)
    life.pays(life.on(2, 9))
    life.buys(500, life.on(2, 12), "银行信用卡账单", Category.CARD_BILL)
    life.buys(1_280, life.on(3, 2), "家具城")


def is_late(life: Life) -> None:
    """Paid the minimum once, and then nothing."""
    life.buys(900, life.on(1, -14), "手机城", Category.ONLINE)
    life.pays(life.on(1, 9), minimum=True)
    life.buys(300, life.on(1, 15), "银行信用卡账单", Category.CARD_BILL)
    life.buys(64, life.on(2, 18), "平安大药房")


def is_owed_money(life: Life) -> None:
    """Paid for a coat and then gave it back."""
    life.buys(680, life.on(2, -11), "服装店", Category.ONLINE)
    life.pays(life.on(2, 6))
    life.returns(680, life.on(2, 21), "服装店", Category.ONLINE)
    life.buys(58, life.on(3, 3), "社区食堂")


def carries_over(life: Life) -> None:
    """Pays the minimum each month; interest runs on the rest."""
    life.buys(1_500, life.on(0, -10), "家具城")
    life.pays(life.on(0, 10), minimum=True)
    life.buys(96, life.on(0, 13), "自来水公司", Category.UTILITY)
    life.pays(life.on(1, 10), minimum=True)
    life.pays(life.on(2, 10), minimum=True)


def ended_a_plan_early(life: Life) -> None:
    """Split a bill in three, and paid the rest at once when there was money."""
    life.buys(1_260, life.on(1, -9), "眼镜店")
    plan_id = life.splits(3, life.on(1, 4))
    life.pays(life.on(2, 8))
    life.ends(plan_id, life.on(2, 12))


def was_told_later(life: Life) -> None:
    """The electricity of last month came in only after the bill."""
    life.buys(210, life.on(2, -13), "清河超市")
    life.is_told_of(148, life.on(2, -3), life.on(2, 5), "供电公司")
    life.pays(life.on(2, 9))


# By place in the town's list of customers; visits are booked for others.
LIVES: dict[int, Callable[[Life], None]] = {
    15: pays_by_instalments,
    16: is_late,
    17: is_owed_money,
    18: carries_over,
    20: ended_a_plan_early,
    21: was_told_later,
}


def live(newcomer: Newcomer, story: Callable[[Life], None], *, now: datetime) -> bool:
    """Let one customer live up to now, all or nothing; False when they are there already."""
    if persons_by_phone(newcomer.resident.phone):
        return False
    with transaction.atomic():
        life = _begin(newcomer)
        story(life)
        credit.bring_forward(account_id=life.account_id, actor=SYSTEM, at=now)
    return True


def _begin(newcomer: Newcomer) -> Life:
    first = newcomer.bill_days[0]
    at = datetime.combine(first, time(9), this_branch().zone) - BEFORE
    latitude, longitude = newcomer.resident.at
    person = register_person(
        details=newcomer.details,
        roles=frozenset({Role.CUSTOMER}),
        language=newcomer.resident.language,
        actor=SYSTEM,
        at=at,
    )
    customer = register_customer(
        person_id=person.id,
        number=newcomer.number,
        latitude=latitude,
        longitude=longitude,
        actor=SYSTEM,
        at=at,
    )
    account = credit.open_credit_account(
        customer_id=customer.id,
        product_id=newcomer.product_id,
        number=newcomer.number,
        limit_minor=LIMIT_MINOR,
        opened_date=at.date(),
        actor=SYSTEM,
        at=at,
    )
    return Life(
        account_id=account.id,
        actor=actor_for(person, Role.CUSTOMER),
        bill_days=newcomer.bill_days,
    )
