"""Saying what a product costs: a new version, never a change of one there is."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from koumen.audit.command import command, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.credit.events import ProductVersionStored
from koumen.credit.models import ProductVersion
from koumen.credit.permissions import may_store_products
from koumen.credit.rules.cap import check_cap
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import Actor
from koumen.kit.canonical import canonical
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES

LONGEST_NAME = 40  # a name of a product stands in tables


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """What somebody wants a product to cost, from which day on, knowing which version came before.

    ``after`` is 0 for a new product. It keeps two people from writing over each other.
    """

    product: str
    currency: str
    parameters: Parameters
    effective_from: date
    after: int


@command
def add_product_version(*, wanted: NewVersion, key: UUID, actor: Actor, at: datetime) -> ProductVersion:
    """Make the next version of a product; accounts that there are keep theirs.

    Records ProductVersionStored. Raises Denied("products-not-yours"), Invalid("product-name-unreadable" |
    "currency-unknown" | "effective-in-the-past" | "price-above-cap") or Conflict("product-changed-meanwhile" |
    "product-unchanged" | "product-currency-fixed" | "key-reused").
    """
    require(may_store_products(actor), "products-not-yours")
    memory = remember("add_product_version", actor=actor, key=key, inputs=_inputs(wanted), at=at)
    if memory.answer is not None:
        return ProductVersion.objects.get(id=memory.answer["version_id"])
    if wanted.effective_from < local_date(at, this_branch().zone):
        raise Invalid(
            "effective-in-the-past", field="effective_from", value=wanted.effective_from.isoformat()
        )
    newest = _newest(wanted.product)
    if (newest.version if newest else 0) != wanted.after:
        raise Conflict("product-changed-meanwhile", version=newest.version if newest else 0)
    if newest and newest.currency != wanted.currency:
        raise Conflict("product-currency-fixed", currency=newest.currency)
    if newest and _is_same(newest, wanted.currency, wanted.parameters):
        raise Conflict("product-unchanged", version=newest.version)
    stored = _stored(wanted, actor, at)
    memory.keep(version_id=stored.id)
    return stored


@command
def store_product_version(
    *, product: str, currency: str, parameters: Parameters, actor: Actor, at: datetime
) -> ProductVersion:
    """Have a product with these parameters from today on; the same parameters again are the version there is.

    Records ProductVersionStored when there was none. Raises Denied("products-not-yours") or
    Invalid("product-name-unreadable" | "currency-unknown" | "price-above-cap").
    """
    require(may_store_products(actor), "products-not-yours")
    newest = _newest(product)
    if newest and _is_same(newest, currency, parameters):
        return newest
    wanted = NewVersion(
        product=product,
        currency=currency,
        parameters=parameters,
        effective_from=local_date(at, this_branch().zone),
        after=newest.version if newest else 0,
    )
    return _stored(wanted, actor, at)


def _newest(product: str) -> ProductVersion | None:
    return ProductVersion.objects.filter(product=product).order_by("-version").first()


def _is_same(stored: ProductVersion, currency: str, parameters: Parameters) -> bool:
    before = Parameters.of(stored.parameters)
    return stored.currency == currency and before.meaning() == parameters.meaning()


def _stored(wanted: NewVersion, actor: Actor, at: datetime) -> ProductVersion:
    name = wanted.product.strip()
    if not name or name != wanted.product or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("product-name-unreadable", field="product", value=wanted.product[:40])
    if wanted.currency not in CURRENCIES:
        raise Invalid("currency-unknown", field="currency", value=wanted.currency[:40])
    check_cap(wanted.parameters)
    try:
        with transaction.atomic():
            stored = ProductVersion.objects.create(
                id=new_id(),
                product=name,
                version=wanted.after + 1,
                currency=wanted.currency,
                parameters=wanted.parameters.plain(),
                effective_from=wanted.effective_from,
                stored_by_id=actor.person_id,
                created_at=at,
            )
    except IntegrityError:  # somebody was faster; their version has this number
        raise Conflict("product-changed-meanwhile", version=wanted.after + 1) from None
    record(
        ProductVersionStored(
            subject_id=stored.id,
            product=name,
            version=stored.version,
            effective_from=wanted.effective_from,
        ),
        actor=actor,
        at=at,
    )
    return stored


def _inputs(wanted: NewVersion) -> dict[str, object]:
    return {
        "product": wanted.product,
        "currency": wanted.currency,
        "parameters": canonical(wanted.parameters.plain()),
        "effective_from": wanted.effective_from,
        "after": wanted.after,
    }
