"""Reading merchants and what they entered."""

from uuid import UUID

from django.conf import settings

from koumen.credit.models import Merchant, Purchase
from koumen.credit.permissions import merchant_of
from koumen.credit.rules.merchants import merchant_key
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Missing


def active_merchant(merchant_id: UUID) -> Merchant | None:
    """A merchant that may send requests; one query."""
    return Merchant.objects.filter(id=merchant_id, is_active=True).first()


def key_of(merchant: Merchant) -> bytes:
    """The key that signs its requests; no query."""
    return merchant_key(settings.KOUMEN_MASTER_KEY, merchant.id, merchant.generation)


def merchants_purchase(*, actor: Actor, purchase_id: UUID) -> Purchase:
    """A purchase that the merchant entered itself; one query. Raises Missing("purchase-not-found")."""
    rows = Purchase.objects.select_related("account__product")
    found = rows.filter(id=purchase_id, merchant_id=merchant_of(actor)).first()
    if found is None:
        raise Missing("purchase-not-found")
    return found


def merchants(*, actor: Actor) -> list[Merchant]:
    """All of them, by name; one query. For staff and the system."""
    if not (actor.is_staff or actor.role is Role.SYSTEM):
        return []
    return list(Merchant.objects.order_by("name"))
