"""Whose turn it is: for the night."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Min

from koumen.credit.models import CreditAccount, ProductVersion
from koumen.credit.permissions import visible_to
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import Actor


def accounts_to_turn(*, actor: Actor, until: date) -> int:
    """How many accounts have something to be done by the night up to a day; one query."""
    return visible_to(actor).filter(next_turn_date__lte=until).count()


def oldest_turn(*, after: date | None, until: date) -> date | None:
    """The oldest day of a turn that is still to come, later than one and not later than the other; one query."""
    rows = CreditAccount.objects.filter(next_turn_date__lte=until)
    if after is not None:
        rows = rows.filter(next_turn_date__gt=after)
    oldest: date | None = rows.aggregate(oldest=Min("next_turn_date"))["oldest"]
    return oldest


@dataclass(frozen=True)
class LentBy:
    """A version of a product by which money is lent."""

    product_id: UUID
    currency: str
    parameters: Parameters


def versions_lent_by() -> list[LentBy]:
    """Every version of every product; one query."""
    rows = ProductVersion.objects.order_by("currency", "id").values_list("id", "currency", "parameters")
    return [LentBy(product_id, currency, Parameters.of(plain)) for product_id, currency, plain in rows]
