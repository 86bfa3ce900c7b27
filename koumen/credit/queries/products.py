"""Reading products and their versions."""

from django.db.models import Count

from koumen.audit.command import require
from koumen.credit.models import ProductVersion
from koumen.credit.permissions import may_read_products
from koumen.kit.actor import Actor


def product_versions(*, actor: Actor) -> list[ProductVersion]:
    """Every version of every product, by name and newest first, each with how many accounts have it; one query.

    Raises Denied("products-not-yours").
    """
    require(may_read_products(actor), "products-not-yours")
    return list(
        ProductVersion.objects.annotate(accounts=Count("creditaccount")).order_by("product", "-version")
    )
