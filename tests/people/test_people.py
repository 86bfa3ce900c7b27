"""Entering persons, letting relatives help, reading data: who may, what is recorded, what is refused."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from koumen.audit.models import Fact
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.people import commands, queries
from koumen.people.models import BlindIndex, Customer, Person, PersonalData, PersonKey, Reveal
from koumen.people.rules.details import ERASED, PersonalDetails
from koumen.people.staging import NewCustomer, enter_customers
from tests.builders import staff

pytestmark = pytest.mark.django_db

LI = PersonalDetails(
    name="李桂英",
    given_name="李阿姨",
    phone="138 0000 0001",
    address="清河市中山区人民路1号",
    district="中山区",
    birth_year=1944,
    identity_number="11010119440101001x",
)


def entered(at: datetime, *roles: Role, details: PersonalDetails = LI) -> Person:
    return commands.register_person(
        details=details, roles=frozenset(roles), language="zh-hans", actor=SYSTEM, at=at
    )


def a_customer(at: datetime, number: str = "C1", details: PersonalDetails = LI) -> Customer:
    person = entered(at, Role.CUSTOMER, details=details)
    return commands.register_customer(
        person_id=person.id, number=number, latitude=30.0, longitude=120.0, actor=SYSTEM, at=at
    )


def as_customer(customer: Customer) -> Actor:
    return queries.actor_for(customer.person, Role.CUSTOMER)


def facts(kind: str) -> list[Fact]:
    return list(Fact.objects.filter(kind=kind).order_by("id"))


def read(actor: Actor, at: datetime, *person_ids: UUID) -> dict[UUID, PersonalDetails]:
    return commands.reveal(person_ids=person_ids, purpose="test", actor=actor, at=at)


# --- entering -------------------------------------------------------------------------------------------


def test_a_person_is_entered_with_a_number_that_finds_them(at: datetime) -> None:
    person = entered(at, Role.CUSTOMER)
    assert queries.persons_by_phone("+8613800000001") == [person]
    assert queries.persons_by_identity("11010119440101001X") == [person]
    assert not person.has_usable_password()
    assert [fact.subject_id for fact in facts("PersonRegistered")] == [person.id]


def test_nothing_of_a_person_stands_in_any_table_in_clear(at: datetime) -> None:
    a_customer(at)
    with connection.cursor() as cursor:
        for table in (
            "people_person",
            "people_personaldata",
            "people_blindindex",
            "people_customer",
            "audit_fact",
        ):
            cursor.execute(f"select coalesce(string_agg(t::text, ''), '') from {table} t")  # noqa: S608
            text = str(cursor.fetchone())
            for secret in ("李", "13800000001", "人民路", "110101", "1944"):
                assert secret not in text, table
                assert secret.encode().hex() not in text, table


def test_two_who_share_a_telephone_are_both_found_the_longest_known_first(at: datetime) -> None:
    first = entered(at, Role.CUSTOMER)
    second = entered(at + timedelta(days=1), Role.CUSTOMER, details=replace(LI, name="王建国"))
    assert queries.persons_by_phone("+8613800000001") == [first, second]


def test_the_desk_enters_customers_but_hires_nobody_and_a_stranger_enters_nobody(at: datetime) -> None:
    desk = staff(Role.DISPATCHER)
    for actor, role in (
        (desk, Role.AGENT),
        (desk, Role.FINANCE),
        (Actor(Role.CUSTOMER, new_id()), Role.CUSTOMER),
    ):
        with pytest.raises(Denied, match="person-not-yours-to-enter"):
            commands.register_person(details=LI, roles=frozenset({role}), language="en", actor=actor, at=at)
    assert not Person.objects.exists()


def test_what_cannot_be_understood_is_refused_and_nobody_is_entered(at: datetime) -> None:
    with pytest.raises(Invalid, match="phone-unreadable"):
        entered(at, Role.CUSTOMER, details=replace(LI, phone="12"))
    with pytest.raises(Invalid, match="language-unknown"):
        commands.register_person(details=LI, roles=frozenset(), language="tlh", actor=SYSTEM, at=at)
    assert not Person.objects.exists()


def test_a_username_is_taken_once_however_it_is_written(at: datetime) -> None:
    for name in ("Finance", " finance "):
        if Person.objects.exists():
            with pytest.raises(Conflict, match="username-taken"):
                _staff_member(at, name)
        else:
            assert _staff_member(at, name).username == "finance"


def _staff_member(at: datetime, username: str) -> Person:
    return commands.register_person(
        details=replace(LI, phone=""),
        roles=frozenset({Role.FINANCE}),
        language="en",
        username=username,
        password="correct horse battery",
        actor=SYSTEM,
        at=at,
    )


def test_a_customer_is_made_once_under_a_number_of_their_own(at: datetime) -> None:
    customer = a_customer(at)
    other = entered(at, Role.CUSTOMER)
    for person_id, number, code in (
        (customer.person_id, "C2", "customer-exists"),
        (other.id, "C1", "customer-number-taken"),
    ):
        with pytest.raises(Conflict, match=code):
            commands.register_customer(
                person_id=person_id, number=number, latitude=None, longitude=None, actor=SYSTEM, at=at
            )


# --- reading --------------------------------------------------------------------------------------------


def test_reading_somebody_is_recorded_by_row_and_by_fact(at: datetime) -> None:
    customer, other = a_customer(at), a_customer(at, "C2")
    desk = staff(Role.DISPATCHER)
    found = commands.reveal(
        person_ids=[customer.person_id, other.person_id, customer.person_id],
        purpose="phone-desk",
        actor=desk,
        at=at,
    )
    assert found[customer.person_id] == replace(LI, phone="+8613800000001")
    kept = Reveal.objects.order_by("id").values_list("person_id", "actor", "purpose", "at")
    assert list(kept) == [(one.person_id, desk.key, "phone-desk", at) for one in (customer, other)]
    (fact,) = facts("PersonalDataRevealed")
    assert fact.subject_id == customer.person_id
    assert fact.body == '{"count":2,"purpose":"phone-desk"}'


def test_reading_fifty_takes_three_queries(at: datetime) -> None:
    people = [a_customer(at, f"C{n}").person_id for n in range(50)]
    with CaptureQueriesContext(connection) as captured:
        assert len(read(staff(Role.FINANCE), at, *people)) == 50
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 3


def test_ones_own_data_are_no_disclosure(at: datetime) -> None:
    customer = a_customer(at)
    assert read(as_customer(customer), at, customer.person_id)[customer.person_id].birth_year == 1944
    assert not Reveal.objects.exists()


def test_a_stranger_is_given_nobody_and_not_even_the_others_of_the_list(at: datetime) -> None:
    customer, other = a_customer(at), a_customer(at, "C2")
    with pytest.raises(Missing, match="person-not-found"):
        read(as_customer(customer), at, customer.person_id, other.person_id)
    with pytest.raises(Missing, match="person-not-found"):
        read(staff(Role.COMPLIANCE), at, customer.person_id, new_id())
    assert not Reveal.objects.exists()
    assert not facts("PersonalDataRevealed")


def test_each_reads_only_their_portion(at: datetime) -> None:
    customer, worker = a_customer(at), entered(at, Role.AGENT)
    agent = Actor(Role.AGENT, worker.id, agent_id=new_id())
    road = read(agent, at, customer.person_id)[customer.person_id]
    assert (road.address, road.phone) == (LI.address, "+8613800000001")
    assert (road.birth_year, road.identity_number) == (None, "")
    badge = read(as_customer(customer), at, worker.id)[worker.id]
    assert badge == PersonalDetails(name=LI.name, given_name=LI.given_name)


def test_a_relative_reads_the_name_of_whoever_named_them_and_no_other(at: datetime) -> None:
    customer, other, daughter = a_customer(at), a_customer(at, "C2"), entered(at, Role.RELATIVE)
    _named(customer, daughter, at)
    relative = queries.actor_for(Person.objects.get(id=daughter.id), Role.RELATIVE)
    assert read(relative, at, customer.person_id)[customer.person_id] == LI.only_name()
    with pytest.raises(Missing):
        read(relative, at, other.person_id)


def test_rows_of_readings_cannot_be_changed_by_anybody(at: datetime) -> None:
    customer = a_customer(at)
    read(staff(Role.FINANCE), at, customer.person_id)
    with pytest.raises(DatabaseError), transaction.atomic():
        Reveal.objects.update(purpose="none")


def test_a_document_swapped_in_the_database_does_not_open(at: datetime) -> None:
    one, other = a_customer(at), a_customer(at, "C2", replace(LI, name="王建国"))
    foreign = PersonalData.objects.get(person_id=other.person_id).sealed
    PersonalData.objects.filter(person_id=one.person_id).update(sealed=foreign)
    with pytest.raises(InvalidTag):
        read(staff(Role.FINANCE), at, one.person_id)
    assert not Reveal.objects.exists()


def test_whose_key_is_destroyed_comes_back_empty(at: datetime) -> None:
    customer = a_customer(at)
    PersonKey.objects.filter(person_id=customer.person_id).delete()
    assert read(staff(Role.FINANCE), at, customer.person_id) == {customer.person_id: ERASED}


# --- changing -------------------------------------------------------------------------------------------


def test_new_details_are_a_new_version_and_the_old_number_finds_nobody(at: datetime) -> None:
    customer = a_customer(at)
    commands.verify_phone(person_id=customer.person_id, actor=SYSTEM, at=at)
    later = at + timedelta(days=1)
    version = commands.change_details(
        person_id=customer.person_id,
        details=replace(LI, phone="139 0000 0002"),
        actor=staff(Role.DISPATCHER),
        at=later,
    )
    customer = Customer.objects.select_related("person").get(id=customer.id)
    assert version == 2
    assert customer.contact_changed_at == later
    assert customer.person.phone_verified_at is None
    assert queries.persons_by_phone("+8613800000001") == []
    assert read(SYSTEM, later, customer.person_id)[customer.person_id].phone == "+8613900000002"
    assert PersonalData.objects.filter(person_id=customer.person_id).count() == 2
    assert BlindIndex.objects.filter(person_id=customer.person_id).count() == 2


def test_nobody_changes_their_own_contact_on_a_page(at: datetime) -> None:
    customer = a_customer(at)
    with pytest.raises(Denied, match="details-not-yours"):
        commands.change_details(person_id=customer.person_id, details=LI, actor=as_customer(customer), at=at)


def test_a_number_is_verified_once(at: datetime) -> None:
    person = entered(at, Role.CUSTOMER)
    for _ in range(2):
        commands.verify_phone(person_id=person.id, actor=SYSTEM, at=at)
    assert len(facts("PhoneVerified")) == 1


def test_preferences_are_ones_own(at: datetime) -> None:
    customer = a_customer(at)
    person = commands.change_preferences(language="zh-hant", actor=as_customer(customer), at=at)
    assert (person.language, person.elder_mode) == ("zh-hant", False)
    person = commands.change_preferences(elder_mode=True, actor=as_customer(customer), at=at)
    assert (person.language, person.elder_mode) == ("zh-hant", True)
    with pytest.raises(Invalid, match="language-unknown"):
        commands.change_preferences(language="xx", actor=as_customer(customer), at=at)
    with pytest.raises(Missing):
        commands.change_preferences(language="en", actor=SYSTEM, at=at)


# --- relatives ------------------------------------------------------------------------------------------


def _named(customer: Customer, person: Person, at: datetime, valid_to: date = date(2027, 6, 1)) -> None:
    commands.name_delegate(
        customer_id=customer.id, person_id=person.id, valid_to=valid_to, actor=as_customer(customer), at=at
    )


def test_a_relative_acts_for_whoever_named_them_until_the_last_day(at: datetime) -> None:
    customer, daughter = a_customer(at), entered(at)
    _named(customer, daughter, at)
    relative = queries.actor_for(Person.objects.get(id=daughter.id), Role.RELATIVE)
    assert queries.customers_who_let(actor=relative, at=at) == [customer]
    assert queries.customer_of(relative, customer_id=customer.id, at=at) == customer
    assert [
        one.person_id
        for one in queries.delegates_of(actor=as_customer(customer), customer_id=customer.id, at=at)
    ]
    over = at + timedelta(days=400)
    assert queries.customers_who_let(actor=relative, at=over) == []
    for refused in ({"at": over}, {"at": None}):
        with pytest.raises(Missing, match="customer-not-found"):
            queries.customer_of(relative, customer_id=customer.id, **refused)


def test_a_delegation_is_for_somebody_else_and_ends_within_a_year(at: datetime) -> None:
    customer, daughter = a_customer(at), entered(at)
    for valid_to in (date(2026, 11, 24), date(2028, 1, 1)):
        with pytest.raises(Invalid, match="delegation-too-long"):
            _named(customer, daughter, at, valid_to)
    with pytest.raises(Invalid, match="delegate-is-customer"):
        _named(customer, customer.person, at)


def test_nobody_names_a_delegate_for_somebody_else(at: datetime) -> None:
    customer, other = a_customer(at), a_customer(at, "C2")
    with pytest.raises(Denied, match="delegate-not-yours-to-name"):
        commands.name_delegate(
            customer_id=customer.id,
            person_id=other.person_id,
            valid_to=date(2027, 1, 1),
            actor=as_customer(other),
            at=at,
        )


# --- acting ---------------------------------------------------------------------------------------------


def test_a_person_acts_only_in_roles_of_their_own(at: datetime) -> None:
    customer = a_customer(at)
    assert as_customer(customer) == Actor(Role.CUSTOMER, customer.person_id, customer_id=customer.id)
    with pytest.raises(Denied, match="role-not-yours"):
        queries.actor_for(customer.person, Role.FINANCE)


def test_staff_carry_all_their_roles_and_others_none(at: datetime) -> None:
    both = entered(at, Role.DISPATCHER, Role.FINANCE, Role.CUSTOMER)
    assert queries.actor_for(both, Role.FINANCE).staff_roles == {Role.DISPATCHER, Role.FINANCE}
    assert queries.actor_for(both, Role.CUSTOMER).staff_roles == frozenset()


def test_a_customer_is_found_by_themselves_and_by_nobody_else(at: datetime) -> None:
    customer, other = a_customer(at), a_customer(at, "C2")
    assert queries.customer_of(as_customer(customer)) == customer
    assert queries.customer_of(staff(Role.DISPATCHER), customer_id=other.id) == other
    with pytest.raises(Missing):
        queries.customer_of(as_customer(customer), customer_id=other.id)
    with pytest.raises(Missing):
        queries.customer_of(Actor(Role.AGENT, new_id(), agent_id=new_id()), customer_id=other.id)


# --- notes and many at once -----------------------------------------------------------------------------


def test_a_note_opens_for_its_person_in_its_place_only(at: datetime) -> None:
    one, other = a_customer(at), a_customer(at, "C2")
    sealed = queries.seal_note(one.person_id, "按两次门铃", place="visits_note|words|7")
    assert queries.open_note(one.person_id, sealed, place="visits_note|words|7") == "按两次门铃"
    with pytest.raises(InvalidTag):
        queries.open_note(one.person_id, sealed, place="visits_note|words|8")
    with pytest.raises(InvalidTag):
        queries.open_note(other.person_id, sealed, place="visits_note|words|7")
    PersonKey.objects.filter(person_id=one.person_id).delete()
    with pytest.raises(Missing):
        queries.open_note(one.person_id, sealed, place="visits_note|words|7")


def test_many_customers_entered_at_once_are_as_those_entered_one_by_one(at: datetime) -> None:
    details = [replace(LI, name=f"客{n}", phone=f"+88691{n:07}") for n in range(500)]
    many = [
        NewCustomer(
            person_id=new_id(),
            customer_id=new_id(),
            number=f"T{n}",
            details=one,
            language="zh-hant",
            elder_mode=n % 5 == 0,
            latitude=25.0,
            longitude=121.5,
        )
        for n, one in enumerate(details)
    ]
    assert enter_customers(many, at=at) == 500
    (person,) = queries.persons_by_phone("+886910000007")
    assert read(SYSTEM, at, person.id)[person.id] == details[7]
    assert not person.has_usable_password()
    actor = queries.actor_for(person, Role.CUSTOMER)
    assert queries.customer_of(actor).number == "T7"
    assert not facts("PersonRegistered"), "the batch has one fact, recorded by whoever enters it"
