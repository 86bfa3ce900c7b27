"""Entering persons, naming who may help them, and reading their data, which is recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.spoken import spoken_languages
from koumen.people.events import (
    CustomerRegistered,
    DelegateNamed,
    PersonalDataChanged,
    PersonalDataRevealed,
    PersonRegistered,
    PhoneVerified,
    PreferencesChanged,
    SpokenLanguagesChosen,
    TrustedContactNamed,
    TrustedContactRemoved,
)
from koumen.people.models import (
    BlindIndex,
    Customer,
    Delegate,
    Person,
    PersonalData,
    PersonKey,
    Reveal,
    TrustedContact,
)
from koumen.people.permissions import (
    may_change_details,
    may_choose_languages,
    may_give_role,
    may_name_delegate,
    may_register_person,
    portion_for,
    visible_to,
)
from koumen.people.rules import vault
from koumen.people.rules.details import ERASED, PersonalDetails
from koumen.people.rules.phone import normalise_phone

# A delegation must be thought about again every year (T9: help turns into control).
LONGEST_DELEGATION = timedelta(days=366)
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


@command
def register_person(  # noqa: PLR0913  (six of its own, besides who and when)
    *,
    details: PersonalDetails,
    roles: frozenset[Role],
    language: str,
    elder_mode: bool = False,
    username: str | None = None,
    password: str | None = None,
    actor: Actor,
    at: datetime,
) -> Person:
    """Enter somebody, with a key of their own and their data sealed under it.

    Records PersonRegistered. Raises Denied("person-not-yours-to-enter"), Invalid("phone-unreadable"),
    Invalid("language-unknown"), Conflict("username-taken").
    """
    require(may_register_person(actor), "person-not-yours-to-enter")
    require(all(may_give_role(actor, role) for role in roles), "person-not-yours-to-enter")
    if language not in LANGUAGES:
        raise Invalid("language-unknown", field="language")
    username = username.strip().lower() if username else None
    if username and Person.objects.filter(username=username).exists():
        raise Conflict("username-taken")
    details = _normalised(details)
    person = Person(
        id=new_id(),
        username=username,
        roles=sorted(roles),
        language=language,
        elder_mode=elder_mode,
        created_at=at,
    )
    person.set_password(password)  # None: no password will ever fit
    person.save(force_insert=True)
    key = vault.new_key(settings.KOUMEN_MASTER_KEY, person.id)
    PersonKey.objects.create(person=person, wrapped=key.wrapped, master_version=vault.MASTER_VERSION)
    _write_document(person.id, key.clear, 1, details, at)
    record(PersonRegistered(subject_id=person.id, data_version=1), actor=actor, at=at)
    return person


@command
def register_customer(
    *,
    person_id: UUID,
    number: str,
    latitude: float | None,
    longitude: float | None,
    actor: Actor,
    at: datetime,
) -> Customer:
    """Make a person a customer, with the place where visits go.

    Records CustomerRegistered. Raises Missing("person-not-found"), Conflict("customer-number-taken") or
    Conflict("customer-exists").
    """
    person = lock(visible_to(actor), missing="person-not-found", id=person_id)
    require(may_register_person(actor), "person-not-yours-to-enter")
    if Customer.objects.filter(person=person).exists():
        raise Conflict("customer-exists")
    if Customer.objects.filter(number=number).exists():
        raise Conflict("customer-number-taken")
    _give_role(person, Role.CUSTOMER)
    customer = Customer.objects.create(
        person=person, number=number, latitude=latitude, longitude=longitude, created_at=at
    )
    record(CustomerRegistered(subject_id=customer.id, person_id=person.id), actor=actor, at=at)
    return customer


@command
def name_delegate(
    *, customer_id: UUID, person_id: UUID, valid_to: date, actor: Actor, at: datetime
) -> Delegate:
    """Let somebody ask for visits on a customer's behalf, from today until a date at most a year away.

    They see no debt, and what they ask for waits for the customer's own word. Records DelegateNamed. Raises
    Missing("customer-not-found"), Missing("person-not-found"), Denied("delegate-not-yours-to-name"),
    Invalid("delegate-is-customer"), Invalid("delegation-too-long").
    """
    customer = lock(Customer.objects.all(), missing="customer-not-found", id=customer_id)
    require(may_name_delegate(actor, customer), "delegate-not-yours-to-name")
    person = Person.objects.select_for_update().filter(id=person_id, is_active=True).first()
    if person is None:
        raise Missing("person-not-found")
    if customer.person_id == person_id:
        raise Invalid("delegate-is-customer", field="person_id")
    today = local_date(at, this_branch().zone)
    if not today < valid_to <= today + LONGEST_DELEGATION:
        raise Invalid("delegation-too-long", field="valid_to")
    _give_role(person, Role.RELATIVE)
    delegate = Delegate.objects.create(
        customer=customer, person=person, valid_from=today, valid_to=valid_to, created_at=at
    )
    record(DelegateNamed(subject_id=customer.id, delegate_id=delegate.id), actor=actor, at=at)
    return delegate


@command
def name_trusted_contact(
    *, customer_id: UUID, person_id: UUID, valid_to: date, actor: Actor, at: datetime
) -> TrustedContact:
    """Let somebody be told when the customer pays, until a date at most a year away; it gives them no power.

    Records TrustedContactNamed. Raises Missing("customer-not-found" | "person-not-found"),
    Denied("delegate-not-yours-to-name"), Invalid("delegate-is-customer" | "delegation-too-long").
    """
    customer = lock(Customer.objects.all(), missing="customer-not-found", id=customer_id)
    require(may_name_delegate(actor, customer), "delegate-not-yours-to-name")
    if not Person.objects.filter(id=person_id, is_active=True).exists():
        raise Missing("person-not-found")
    if customer.person_id == person_id:
        raise Invalid("delegate-is-customer", field="person_id")
    today = local_date(at, this_branch().zone)
    if not today < valid_to <= today + LONGEST_DELEGATION:
        raise Invalid("delegation-too-long", field="valid_to")
    contact = TrustedContact.objects.create(
        customer=customer, person_id=person_id, valid_from=today, valid_to=valid_to, created_at=at
    )
    record(TrustedContactNamed(subject_id=customer.id, contact_id=contact.id), actor=actor, at=at)
    return contact


@command
def remove_trusted_contact(*, contact_id: UUID, actor: Actor, at: datetime) -> TrustedContact:
    """From today on they are told nothing more.

    Records TrustedContactRemoved. Raises Missing("person-not-found") or Denied("delegate-not-yours-to-name").
    """
    contact = lock(TrustedContact.objects.all(), missing="person-not-found", id=contact_id)
    require(may_name_delegate(actor, contact.customer), "delegate-not-yours-to-name")
    contact.valid_to = max(contact.valid_from, local_date(at, this_branch().zone))
    contact.save(update_fields=["valid_to"])
    record(TrustedContactRemoved(subject_id=contact.customer_id, contact_id=contact.id), actor=actor, at=at)
    return contact


@command
def change_details(*, person_id: UUID, details: PersonalDetails, actor: Actor, at: datetime) -> int:
    """Write a new version of a person's document; returns its number. Earlier versions stay, sealed.

    A new number must be verified anew, and visits know when the contact changed (T13). Records
    PersonalDataChanged. Raises Missing("person-not-found"), Denied("details-not-yours"),
    Invalid("phone-unreadable").
    """
    person = lock(visible_to(actor), missing="person-not-found", id=person_id)
    require(may_change_details(actor), "details-not-yours")
    details = _normalised(details)
    document = (
        PersonalData.objects.filter(person=person)
        .order_by("-version")
        .select_related("person__personkey")
        .get()
    )
    key = vault.unwrap(settings.KOUMEN_MASTER_KEY, person.id, bytes(document.person.personkey.wrapped))
    before = vault.open_document(key, person.id, document.version, bytes(document.sealed))
    version = document.version + 1
    BlindIndex.objects.filter(person=person).delete()
    _write_document(person.id, key, version, details, at)
    if details.phone != before.phone:
        person.phone_verified_at = None
        person.save(update_fields=["phone_verified_at"])
    if (details.phone, details.address) != (before.phone, before.address):
        Customer.objects.filter(person=person).update(contact_changed_at=at)
    record(PersonalDataChanged(subject_id=person.id, data_version=version), actor=actor, at=at)
    return version


@command
def change_preferences(
    *, language: str | None = None, elder_mode: bool | None = None, actor: Actor, at: datetime
) -> Person:
    """Choose a language or large text for oneself; None leaves it as it is.

    Records PreferencesChanged. Raises Missing("person-not-found"), Invalid("language-unknown").
    """
    person = lock(Person.objects.all(), missing="person-not-found", id=actor.person_id)
    if language is not None and language not in LANGUAGES:
        raise Invalid("language-unknown", field="language")
    person.language = person.language if language is None else language
    person.elder_mode = person.elder_mode if elder_mode is None else elder_mode
    person.save(update_fields=["language", "elder_mode"])
    record(
        PreferencesChanged(subject_id=person.id, language=person.language, elder_mode=person.elder_mode),
        actor=actor,
        at=at,
    )
    return person


@command
def choose_languages(*, customer_id: UUID, languages: Sequence[str], actor: Actor, at: datetime) -> Customer:
    """Say in which languages and dialects a customer wants visits: one of them is enough, none means any.

    Records SpokenLanguagesChosen when it changes. Raises Missing("customer-not-found"),
    Denied("details-not-yours") or Invalid("language-unknown").
    """
    customer = lock(Customer.objects.all(), missing="customer-not-found", id=customer_id)
    require(may_choose_languages(actor, customer), "details-not-yours")
    chosen = spoken_languages(languages)
    if chosen == customer.languages:
        return customer
    customer.languages = chosen
    customer.save(update_fields=["languages"])
    record(SpokenLanguagesChosen(subject_id=customer.id, languages=" ".join(chosen)), actor=actor, at=at)
    return customer


@command
def verify_phone(*, person_id: UUID, actor: Actor, at: datetime) -> Person:
    """Note that a person answered with the code sent to their number; a second time changes nothing.

    Records PhoneVerified. Raises Missing("person-not-found").
    """
    person = lock(visible_to(actor), missing="person-not-found", id=person_id)
    if person.phone_verified_at is None:
        person.phone_verified_at = at
        person.save(update_fields=["phone_verified_at"])
        version = PersonalData.objects.filter(person=person).aggregate(last=Max("version"))["last"]
        record(PhoneVerified(subject_id=person.id, data_version=version), actor=actor, at=at)
    return person


@command
def reveal(
    *, person_ids: Sequence[UUID], purpose: str, actor: Actor, at: datetime
) -> dict[UUID, PersonalDetails]:
    """Read the data of persons, as much of each as the actor may know; who, whose, why and when is kept.

    One's own data are given without a record: that is no disclosure. Whoever was erased comes back empty. Records
    one PersonalDataRevealed with a row for each person; three queries. Raises Missing("person-not-found") when
    one of them is not to be seen, and then gives none.
    """
    wanted = list(dict.fromkeys(person_ids))
    if not wanted:
        return {}
    documents = (
        PersonalData.objects.filter(person__in=visible_to(actor).filter(id__in=wanted))
        .order_by("person_id", "-version")
        .distinct("person_id")
        .select_related("person__personkey")
    )
    found = {document.person_id: _read(document, actor) for document in documents}
    if len(found) != len(wanted):
        raise Missing("person-not-found")
    others = [person_id for person_id in wanted if person_id != actor.person_id]
    if others:
        Reveal.objects.bulk_create(
            Reveal(person_id=person_id, actor=actor.key, purpose=purpose, at=at) for person_id in others
        )
        event = PersonalDataRevealed(subject_id=others[0], purpose=purpose, count=len(others))
        record(event, actor=actor, at=at)
    return {person_id: found[person_id] for person_id in wanted}


def _read(document: PersonalData, actor: Actor) -> PersonalDetails:
    person = document.person
    key = getattr(person, "personkey", None)
    if key is None:
        return ERASED
    clear = vault.unwrap(settings.KOUMEN_MASTER_KEY, person.id, bytes(key.wrapped))
    details = vault.open_document(clear, person.id, document.version, bytes(document.sealed))
    return portion_for(actor, person.id, person.roles)(details)


def _normalised(details: PersonalDetails) -> PersonalDetails:
    if not details.phone:
        return details
    return replace(details, phone=normalise_phone(details.phone, region=this_branch().country))


def _give_role(person: Person, role: Role) -> None:
    if role not in person.roles:
        person.roles = sorted({*person.roles, str(role)})
        person.save(update_fields=["roles"])


def _write_document(
    person_id: UUID, key: bytes, version: int, details: PersonalDetails, at: datetime
) -> None:
    PersonalData.objects.create(
        person_id=person_id,
        version=version,
        sealed=vault.seal_document(key, person_id, version, details),
        at=at,
    )
    BlindIndex.objects.bulk_create(
        BlindIndex(person_id=person_id, kind=kind, digest=digest)
        for kind, digest in vault.indexes_of(settings.KOUMEN_INDEX_KEY, details).items()
    )
