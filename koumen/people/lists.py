"""Customers as the desk looks them up: by the number on their letters, or by who has called."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from koumen.kit.actor import Actor
from koumen.people.models import Customer
from koumen.people.permissions import customers_visible_to


def customer_by_number(*, actor: Actor, number: str) -> Customer | None:
    """The customer with this number, if the actor may know of them; one query. For staff."""
    found = customers_visible_to(actor, today=date.min)
    return found.filter(number__iexact=number.strip()).first() if actor.is_staff else None


def customers_among(*, actor: Actor, person_ids: Sequence[UUID]) -> list[Customer]:
    """Which of these persons are customers, by number; one query. For staff."""
    found = customers_visible_to(actor, today=date.min).filter(person_id__in=person_ids)
    return list(found.order_by("number")) if actor.is_staff else []
