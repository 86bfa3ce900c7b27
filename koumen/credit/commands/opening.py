"""Products and credit lines."""

from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.credit.events import CreditAccountOpened, ProductVersionStored
from koumen.credit.models import CreditAccount, ProductVersion
from koumen.credit.permissions import may_keep_accounts
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES
from koumen.ledger.rules.posting import check_amount
from koumen.people.models import Customer


@command
def store_product_version(
    *, product: str, currency: str, parameters: Parameters, actor: Actor, at: datetime
) -> ProductVersion:
    """Store a product's parameters as its next version; the same parameters again are the version there is.

    Records ProductVersionStored. Raises Denied("credit-not-yours") or Invalid("currency-unknown").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    if currency not in CURRENCIES:
        raise Invalid("currency-unknown", field="currency", value=currency[:40])
    newest = ProductVersion.objects.filter(product=product).order_by("-version").first()
    if newest and newest.currency == currency and newest.parameters == parameters.plain():
        return newest
    stored = ProductVersion.objects.create(
        id=new_id(),
        product=product,
        version=newest.version + 1 if newest else 1,
        currency=currency,
        parameters=parameters.plain(),
        created_at=at,
    )
    record(
        ProductVersionStored(subject_id=stored.id, product=product, version=stored.version),
        actor=actor,
        at=at,
    )
    return stored


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
    "product-not-found"), Conflict("account-number-taken") or Invalid("amount-not-positive").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    check_amount(limit_minor)
    if not Customer.objects.filter(id=customer_id).exists():
        raise Missing("customer-not-found")
    product = ProductVersion.objects.filter(id=product_id).first()
    if product is None:
        raise Missing("product-not-found")
    if CreditAccount.objects.filter(number=number).exists():
        raise Conflict("account-number-taken")
    account = CreditAccount.objects.create(
        id=new_id(),
        number=number,
        customer_id=customer_id,
        product=product,
        limit_minor=limit_minor,
        opened_date=opened_date,
    )
    record(
        CreditAccountOpened(
            subject_id=account.id, customer_id=customer_id, limit_minor=limit_minor, currency=product.currency
        ),
        actor=actor,
        at=at,
    )
    return account
