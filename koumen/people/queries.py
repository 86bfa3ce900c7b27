"""Reading persons, customers and delegations; data in clear come from ``commands.reveal`` alone."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from koumen.branch.queries import this_branch
from koumen.kit.actor import STAFF_ROLES, Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Denied, Missing
from koumen.people.models import Customer, Delegate, Person, PersonKey, TrustedContact
from koumen.people.permissions import customers_visible_to
from koumen.people.rules import vault
from koumen.people.rules.phone import normalise_phone


def phone_of(text: str) -> str:
    """A telephone number as written, in E.164 of this branch's country; no query once the branch is known.

    Raises Invalid("phone-unreadable").
    """
    return normalise_phone(text, region=this_branch().country)


def phone_digest(phone_e164: str) -> bytes:
    """The keyed digest of a number, for counting what was sent to it without keeping it; no query."""
    return vault.blind_index(settings.KOUMEN_INDEX_KEY, vault.PHONE, phone_e164)


def persons_by_phone(phone_e164: str) -> list[Person]:
    """Everybody active who has this number, the longest known first; one query."""
    return list(_found(vault.PHONE, phone_e164))


def persons_by_identity(number: str) -> list[Person]:
    """Everybody active with this identity number, the longest known first; one query."""
    return list(_found(vault.IDENTITY, vault.normalise_identity(number)))


def _found(kind: str, value: str) -> QuerySet[Person]:
    digest = vault.blind_index(settings.KOUMEN_INDEX_KEY, kind, value)
    return Person.objects.filter(blindindex__kind=kind, blindindex__digest=digest, is_active=True).order_by(
        "created_at", "id"
    )


def customer_of(actor: Actor, *, customer_id: UUID | None = None, at: datetime | None = None) -> Customer:
    """The customer who acts; for a relative or staff the one they name. One query.

    A relative needs ``at``: delegations end. Raises Missing("customer-not-found").
    """
    if actor.role is not Role.CUSTOMER and customer_id is None:
        raise Missing("customer-not-found")
    if actor.role is Role.RELATIVE and at is None:
        raise Missing("customer-not-found")
    today = local_date(at, this_branch().zone) if at else date.min
    wanted = customer_id or actor.customer_id
    customer = customers_visible_to(actor, today=today).filter(id=wanted).first() if wanted else None
    if customer is None:
        raise Missing("customer-not-found")
    return customer


def customers_who_let(*, actor: Actor, at: datetime) -> list[Customer]:
    """The customers for whom a relative may ask for visits today; one query."""
    if actor.role is not Role.RELATIVE:
        return []
    return list(customers_visible_to(actor, today=local_date(at, this_branch().zone)).order_by("number"))


def delegates_of(*, actor: Actor, customer_id: UUID, at: datetime) -> list[Delegate]:
    """Who may ask for visits for a customer now; two queries. Raises Missing("customer-not-found")."""
    customer = customer_of(actor, customer_id=customer_id, at=at)
    today = local_date(at, this_branch().zone)
    return list(customer.delegates.filter(valid_from__lte=today, valid_to__gt=today).order_by("created_at"))


def actor_for(person: Person, role: Role) -> Actor:
    """A person acting in one of their roles; at most one query, for the customer.

    An agent's own id is filled in above (``dataclasses.replace``): this room does not know agents.
    Raises Denied("role-not-yours").
    """
    roles = frozenset(Role(role) for role in person.roles)
    if role not in roles:
        raise Denied("role-not-yours")
    customer_id = None
    if role is Role.CUSTOMER:
        customer_id = Customer.objects.filter(person_id=person.id).values_list("id", flat=True).first()
    staff_roles = roles & STAFF_ROLES if role in STAFF_ROLES else frozenset[Role]()
    return Actor(role, person.id, customer_id=customer_id, staff_roles=staff_roles)


def seal_note(person_id: UUID, text: str, *, place: str = "note") -> bytes:
    """Encrypt another room's words about a person under that person's key; one query.

    ``place`` says where they are kept (table, column, row): read from elsewhere they do not open.
    Raises Missing("person-not-found").
    """
    return vault.seal(_key_of(person_id), text.encode(), _note_place(person_id, place))


def open_note(person_id: UUID, sealed: bytes, *, place: str = "note") -> str:
    """The words again, for whoever the other room lets read them; one query.

    Raises Missing("person-not-found") after erasure, cryptography's InvalidTag when tampered with.
    """
    return vault.unseal(_key_of(person_id), bytes(sealed), _note_place(person_id, place)).decode()


def _note_place(person_id: UUID, place: str) -> bytes:
    return vault.place(place, "note", person_id)


def _key_of(person_id: UUID) -> bytes:
    wrapped = PersonKey.objects.filter(person_id=person_id).values_list("wrapped", flat=True).first()
    if wrapped is None:
        raise Missing("person-not-found")
    return vault.unwrap(settings.KOUMEN_MASTER_KEY, person_id, bytes(wrapped))


def customer_by_number(*, actor: Actor, number: str) -> Customer | None:
    """The customer with this number, if the actor may know of them; one query. For staff."""
    found = customers_visible_to(actor, today=date.min)
    return found.filter(number__iexact=number.strip()).first() if actor.is_staff else None


def customers_among(*, actor: Actor, person_ids: Sequence[UUID]) -> list[Customer]:
    """Which of these persons are customers, by number; one query. For staff."""
    found = customers_visible_to(actor, today=date.min).filter(person_id__in=person_ids)
    return list(found.order_by("number")) if actor.is_staff else []


def trusted_contacts(*, customer_id: UUID, at: datetime) -> list[TrustedContact]:
    """Who is told today that the customer paid; one query. For messages, and pages that ask first who may see them."""
    today = local_date(at, this_branch().zone)
    found = TrustedContact.objects.filter(customer_id=customer_id, valid_from__lte=today, valid_to__gt=today)
    return list(found.select_related("person").order_by("created_at"))
