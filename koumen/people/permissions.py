"""Who may enter persons, who sees whom, and how much of them."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from koumen.kit.actor import Actor, Role
from koumen.people.models import Customer, Delegate, Person
from koumen.people.rules.details import PersonalDetails

Portion = Callable[[PersonalDetails], PersonalDetails]


def may_register_person(actor: Actor) -> bool:
    """The phone desk enters customers and relatives, the administrator anyone, the system for imports."""
    return actor.has(Role.DISPATCHER, Role.ADMINISTRATOR, Role.SYSTEM)


def may_give_role(actor: Actor, role: Role) -> bool:
    """Only the administrator makes agents and staff (T12: who dispatches does not hire)."""
    return role in {Role.CUSTOMER, Role.RELATIVE} or actor.has(Role.ADMINISTRATOR, Role.SYSTEM)


def may_change_details(actor: Actor) -> bool:
    """Data are changed by the desk after a call to the number on file, never by a page (T13)."""
    return actor.has(Role.DISPATCHER, Role.ADMINISTRATOR, Role.SYSTEM)


def may_name_delegate(actor: Actor, customer: Customer) -> bool:
    """The customer; the desk on their behalf."""
    return actor.customer_id == customer.id or may_register_person(actor)


def may_choose_languages(actor: Actor, customer: Customer) -> bool:
    """The customer; the desk on their behalf."""
    return actor.customer_id == customer.id or may_register_person(actor)


def visible_to(actor: Actor) -> QuerySet[Person]:
    """The persons an actor may know of.

    Staff and the system all; everyone themselves and whoever works as an agent (their badge is meant to be read);
    an agent customers; a relative the customers who named them. Which of the customers an agent visits is known
    above this room: callers take the ids from what the agent may see, and each reading is recorded.
    """
    if actor.is_staff or actor.role is Role.SYSTEM:
        return Person.objects.all()
    if actor.person_id is None:
        return Person.objects.none()
    seen = Q(roles__contains=str(Role.AGENT)) | Q(id=actor.person_id)
    if actor.role is Role.AGENT:
        seen |= Q(roles__contains=str(Role.CUSTOMER))
    if actor.role is Role.RELATIVE:
        seen |= Q(id__in=Delegate.objects.filter(person_id=actor.person_id).values("customer__person_id"))
    return Person.objects.filter(seen)


def customers_visible_to(actor: Actor, *, today: date) -> QuerySet[Customer]:
    """The customers an actor may act for or look up; a relative those who let them today."""
    if actor.is_staff or actor.role is Role.SYSTEM:
        return Customer.objects.all()
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return Customer.objects.filter(id=actor.customer_id)
    if actor.role is Role.RELATIVE and actor.person_id:
        return Customer.objects.filter(
            delegates__person_id=actor.person_id,
            delegates__valid_from__lte=today,
            delegates__valid_to__gt=today,
        ).distinct()
    return Customer.objects.none()


def portion_for(actor: Actor, person_id: UUID, roles: list[str]) -> Portion:
    """How much of a visible person the actor may read: everything, what the road needs, or the name."""
    if actor.is_staff or actor.role is Role.SYSTEM or actor.person_id == person_id:
        return lambda details: details
    if actor.role is Role.AGENT and Role.CUSTOMER in roles:
        return PersonalDetails.for_the_road
    return PersonalDetails.only_name
