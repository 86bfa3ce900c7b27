"""Credit lines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit.events import CreditAccountOpened
from koumen.credit.models import CreditAccount, ProductVersion
from koumen.credit.permissions import may_keep_accounts
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Position
from koumen.credit.rules.turning import next_turn
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Missing
from koumen.kit.ids import new_id
from koumen.ledger.rules.posting import check_amount
from koumen.people.models import Customer


@command
def open_credit_account(  # noqa: PLR0913  (an account's own columns, besides who and when)
    *,
    customer_id: UUID,
    product_id: UUID,
    number: str,
    limit_minor: int,
    opened_date: date,
    actor: Actor,
    at: datetime,
) -> CreditAccount:
    """Give a customer a credit line.

    Records CreditAccountOpened. Raises Denied("credit-not-yours"), Missing("customer-not-found" |
    "product-not-found"), Conflict("account-number-taken" | "product-not-in-force") or
    Invalid("amount-not-positive").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    check_amount(limit_minor)
    if not Customer.objects.filter(id=customer_id).exists():
        raise Missing("customer-not-found")
    product = ProductVersion.objects.filter(id=product_id).first()
    if product is None:
        raise Missing("product-not-found")
    if product.effective_from and product.effective_from > local_date(at, this_branch().zone):
        raise Conflict("product-not-in-force", effective_from=product.effective_from.isoformat())
    if CreditAccount.objects.filter(number=number).exists():
        raise Conflict("account-number-taken")
    account = CreditAccount.objects.create(
        id=new_id(),
        number=number,
        customer_id=customer_id,
        product=product,
        limit_minor=limit_minor,
        opened_date=opened_date,
        **_beginning(Parameters.of(product.parameters), opened_date),
    )
    record(
        CreditAccountOpened(
            subject_id=account.id, customer_id=customer_id, limit_minor=limit_minor, currency=product.currency
        ),
        actor=actor,
        at=at,
    )
    return account


def _beginning(parameters: Parameters, opened_date: date) -> dict[str, Any]:
    """The columns of a position without any debt."""
    position = Position(counted_to=opened_date, due_day=parameters.due_day)
    return {
        "due_day": position.due_day,
        "counted_to": position.counted_to,
        "next_turn_date": next_turn(position, parameters),
    }
