"""A credit line that a test lets buy, be billed and pay, all by the commands."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from koumen.credit import commands, queries
from koumen.credit.models import Purchase, Repayment, Statement
from koumen.credit.rules.owing import Owed
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from tests import builders

OPENED = date(2026, 1, 1)


@dataclass(frozen=True)
class Line:
    """One credit account."""

    account_id: UUID
    agent_id: UUID

    def buys(
        self, amount_minor: int, when: datetime, *, refund_of: UUID | None = None, actor: Actor = SYSTEM
    ) -> Purchase:
        """Buys something, or gives it back (negative)."""
        purchase = commands.PurchaseRequest(
            account_id=self.account_id,
            amount_minor=amount_minor,
            currency="CNY",
            description="市场",
            purchased_at=when,
            refund_of=refund_of,
        )
        return commands.record_purchase(purchase=purchase, actor=actor, at=when)

    def is_billed(self, day: date, at: datetime) -> Statement:
        """Gets the statement of a day, on that day or later."""
        commands.bring_forward(account_id=self.account_id, actor=SYSTEM, at=at)
        return Statement.objects.get(account_id=self.account_id, issued_date=day)

    def pays(
        self,
        amount_minor: int,
        at: datetime,
        *,
        into: int | None = None,
        told_at: datetime | None = None,
        **more: Any,
    ) -> Repayment:
        """Pays in cash to the agent, or into another account of the books; ``told_at`` when it comes later."""
        cash = account_for(kind=AccountKind.AGENT_CASH, owner_id=self.agent_id, currency="CNY")
        return commands.apply_payment(
            account_id=self.account_id,
            received=commands.Received(
                amount_minor=amount_minor,
                debit_account_id=into or cash.id,
                entry_kind=EntryKind.CASH_TENDER,
                tendered_at=at,
                **{"payment_id": new_id(), **more},
            ),
            actor=SYSTEM,
            at=told_at or at,
        )

    def owed(self, at: datetime) -> Owed:
        """What is owed now."""
        return queries.owed(actor=SYSTEM, account_id=self.account_id, at=at)


# For stories that are not about interest.
FREE_OF_CHARGE = Parameters(revolving_daily_rate="0", late_mode="none")


def a_line(
    at: datetime,
    *,
    limit_minor: int = 10_000_00,
    parameters: Parameters = FREE_OF_CHARGE,
    opened: date = OPENED,
) -> Line:
    """A line without any debt; without interest and late charges unless the story is about them."""
    product = commands.store_product_version(
        product="everyday", currency="CNY", parameters=parameters, actor=SYSTEM, at=at
    )
    account = commands.open_credit_account(
        customer_id=builders.a_customer(at).id,
        product_id=product.id,
        number=f"T{new_id().hex[-12:]}",
        limit_minor=limit_minor,
        opened_date=opened,
        actor=SYSTEM,
        at=at,
    )
    return Line(account.id, new_id())
