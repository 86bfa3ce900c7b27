"""Signing in, through the pages: customers by a code, agents and staff by password and second factor."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Denied
from koumen.kit.ids import new_id
from koumen.messages.models import Message
from koumen.messages.queries import sent_messages
from koumen.people import commands
from koumen.people.models import Person
from koumen.people.rules.details import PersonalDetails
from koumen.web.ui.actors import actor_of, own_name
from koumen.web.ui.second_factor import enrol_totp, totp_code_now
from koumen.web.ui.sessions import SessionStore
from tests.builders import CENTRE, an_agent

pytestmark = pytest.mark.django_db

LI = PersonalDetails(name="李桂英", given_name="李阿姨", phone="+8613800000001", birth_year=1944)
PASSWORD = "correct horse battery"
DAUGHTER = PersonalDetails(name="王小红", given_name="小红", phone="+8613900000009")


@pytest.fixture
def client(at: datetime) -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def li(at: datetime) -> Person:
    return customer(at, LI, "C1")


def customer(at: datetime, details: PersonalDetails, number: str) -> Person:
    person = commands.register_person(
        details=details, roles=frozenset({Role.CUSTOMER}), language="en", actor=SYSTEM, at=at
    )
    made = commands.register_customer(
        person_id=person.id,
        number=number,
        latitude=CENTRE.latitude,
        longitude=CENTRE.longitude,
        actor=SYSTEM,
        at=at,
    )
    assert made.person_id == person.id
    return person


def worker(at: datetime, *roles: Role, username: str = "chen") -> Person:
    return commands.register_person(
        details=replace(DAUGHTER, phone="+8613700000007"),
        roles=frozenset(roles),
        language="en",
        username=username,
        password=PASSWORD,
        actor=SYSTEM,
        at=at,
    )


def ask_for_code(client: Client, phone: str = "138 0000 0001") -> Any:
    return client.post("/sign-in/", {"phone": phone})


def enter(client: Client, code: str) -> Any:
    return client.post("/sign-in/code/", {"code": code})


def codes() -> list[str]:
    """The codes sent, newest first."""
    found = (re.search(r"\d{6}", message.text) for message in sent_messages(template="sign_in_code"))
    return [match.group() for match in found if match]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def who(client: Client, site: str = "customer") -> str | None:
    """Whom the site's session says it is."""
    cookie = client.cookies.get(f"koumen_{site}")
    stored: str | None = SessionStore(cookie.value).get("_auth_user_id") if cookie and cookie.value else None
    return stored


# --- customers ------------------------------------------------------------------------------------------


def test_a_customer_signs_in_with_the_code_sent_to_the_number_on_file(client: Client, li: Person) -> None:
    assert client.get("/sign-in/").status_code == 200
    asked = ask_for_code(client)
    assert (asked.status_code, asked["Location"]) == (302, "/sign-in/code/")
    assert client.get("/sign-in/code/").status_code == 200
    answered = enter(client, codes()[0])
    assert (answered.status_code, answered["Location"]) == (302, "/")
    assert who(client) == str(li.id)
    li.refresh_from_db()
    assert li.phone_verified_at is not None


def test_the_code_may_be_written_with_a_blank_in_the_middle(client: Client, li: Person) -> None:
    ask_for_code(client)
    code = codes()[0]
    enter(client, f" {code[:3]} {code[3:]} ")
    assert who(client) == str(li.id)


def test_after_signing_in_one_is_led_to_the_page_one_wanted(client: Client, li: Person) -> None:
    asked = client.post("/sign-in/?next=/bills/", {"phone": LI.phone, "next": "/bills/"})
    assert asked["Location"] == "/sign-in/code/?next=%2Fbills%2F"
    assert client.post(asked["Location"], {"code": codes()[0], "next": "/bills/"})["Location"] == "/bills/"


def test_nobody_is_led_to_another_host(client: Client, li: Person) -> None:
    ask_for_code(client)
    there = client.post("/sign-in/code/", {"code": codes()[0], "next": "https://evil.example/"})
    assert there["Location"] == "/"


def test_three_wrong_codes_make_the_right_one_useless(client: Client, li: Person) -> None:
    ask_for_code(client)
    right = codes()[0]
    for _ in range(2):
        assert enter(client, wrong(right)).status_code == 200
    third = enter(client, wrong(right))
    assert third["Location"] == "/sign-in/number/?tries-used"
    assert "void" in client.get(third["Location"]).content.decode()
    assert enter(client, right)["Location"] == "/sign-in/number/"
    assert who(client) is None


def test_a_code_is_good_for_one_sign_in(client: Client, li: Person) -> None:
    ask_for_code(client)
    enter(client, codes()[0])
    client.post("/sign-out/")
    assert who(client) is None
    enter(client, codes()[0])
    assert who(client) is None


def test_a_message_that_did_not_come_is_sent_again_twice_with_another_code(
    client: Client, li: Person
) -> None:
    ask_for_code(client)
    first = codes()[0]
    for _ in range(4):
        client.post("/sign-in/code/", {"action": "resend"})
    assert len(codes()) == 3
    if first != codes()[0]:
        assert enter(client, first).status_code == 200
    enter(client, codes()[0])
    assert who(client) == str(li.id)


def test_the_tries_are_not_given_back_by_sending_again(client: Client, li: Person) -> None:
    ask_for_code(client)
    enter(client, wrong(codes()[0]))
    enter(client, wrong(codes()[0]))
    client.post("/sign-in/code/", {"action": "resend"})
    assert enter(client, wrong(codes()[0]))["Location"] == "/sign-in/number/?tries-used"


def test_an_old_code_has_run_out(client: Client, li: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for_code(client)
    session = SessionStore(client.cookies["koumen_customer"].value)
    pending = session["account_login"]
    pending["state"]["stages"]["login_by_code"]["data"]["at"] -= 901
    session["account_login"] = pending
    session.save()
    assert enter(client, codes()[0])["Location"] == "/sign-in/number/"
    assert who(client) is None


def test_another_number_begins_anew(client: Client, li: Person) -> None:
    ask_for_code(client)
    assert client.get("/sign-in/").status_code == 200
    assert enter(client, codes()[0])["Location"] == "/sign-in/number/"


# --- unknown numbers ------------------------------------------------------------------------------------


def _seen(client: Client, phone: str) -> list[tuple[int, str, str]]:
    """Everything a curious person sees when they try a number: statuses, addresses, words."""
    answers = [ask_for_code(client, phone), client.get("/sign-in/code/")]
    answers += [client.post("/sign-in/code/", {"action": "resend"}) for _ in range(3)]
    answers += [enter(client, "000000") for _ in range(3)]
    answers.append(client.get("/sign-in/code/"))
    return [
        (one.status_code, one.headers.get("Location", ""), re.sub(r"\d+", "", _words(one))) for one in answers
    ]


def _words(answer: Any) -> str:
    page = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"', "", answer.content.decode())
    return re.sub(r"\s+", " ", page)


def test_what_is_seen_does_not_tell_whether_a_number_is_known(
    client: Client, li: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koumen.web.ui.sign_in.secrets.randbelow", lambda _below: 111111)
    known = _seen(client, "138 0000 0001")
    unknown = _seen(Client(headers={"accept-language": "en"}), "138 0000 0002")
    for one, other in zip(known, unknown, strict=True):
        assert one == other


def test_an_unknown_number_is_sent_nothing(client: Client, li: Person) -> None:
    ask_for_code(client, "139 8888 7777")
    assert not Message.objects.exists()


def test_a_number_is_asked_three_times_a_minute_and_then_refused_known_or_not(
    client: Client, li: Person
) -> None:
    for phone in ("138 0000 0001", "138 0000 0002"):
        answers = [ask_for_code(client, phone) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
        assert "many tries" in answers[-1].content.decode()
    assert len(codes()) == 3


def test_the_count_of_tries_keeps_no_number(client: Client, li: Person) -> None:
    ask_for_code(client)
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(cache_key || value, ' ') from people_attempts")
        (kept,) = cursor.fetchone()
    assert kept
    assert "13800000001" not in kept


def test_what_is_no_number_is_asked_again(client: Client) -> None:
    page = ask_for_code(client, "call me")
    assert page.status_code == 200
    assert "whole phone number" in page.content.decode()


# --- a telephone for two --------------------------------------------------------------------------------


@pytest.fixture
def husband(at: datetime, li: Person) -> Person:
    return customer(at, replace(LI, name="王建国", given_name="王叔叔"), "C2")


def test_on_a_shared_phone_nobody_is_signed_in_until_they_say_who_they_are(
    client: Client, li: Person, husband: Person
) -> None:
    ask_for_code(client)
    assert len(codes()) == 1
    assert enter(client, codes()[0])["Location"] == "/sign-in/who/"
    assert who(client) is None
    assert client.get("/bills/").status_code == 302
    page = client.get("/sign-in/who/").content.decode()
    assert "李阿姨" in page
    assert "王叔叔" in page
    chosen = client.post("/sign-in/who/", {"person": str(husband.id)})
    assert (chosen.status_code, chosen["Location"]) == (302, "/")
    assert who(client) == str(husband.id)
    husband.refresh_from_db()
    li.refresh_from_db()
    assert husband.phone_verified_at
    assert not li.phone_verified_at


def test_on_a_shared_phone_nobody_else_can_be_chosen(
    client: Client, at: datetime, li: Person, husband: Person
) -> None:
    stranger = customer(at, replace(LI, phone="+8613600000006"), "C3")
    ask_for_code(client)
    enter(client, codes()[0])
    for chosen in (str(stranger.id), str(new_id()), "", "x"):
        assert client.post("/sign-in/who/", {"person": chosen}).status_code == 200
        assert who(client) is None


def test_nobody_is_asked_who_they_are_before_the_code(client: Client, li: Person, husband: Person) -> None:
    assert client.get("/sign-in/who/")["Location"] == "/sign-in/"
    ask_for_code(client)
    assert client.post("/sign-in/who/", {"person": str(li.id)})["Location"] == "/sign-in/"
    assert who(client) is None


def test_of_a_phone_shared_with_staff_only_the_customer_comes_in_here(
    client: Client, at: datetime, li: Person
) -> None:
    commands.register_person(
        details=LI, roles=frozenset({Role.AGENT}), language="en", username="chen", actor=SYSTEM, at=at
    )
    ask_for_code(client)
    assert enter(client, codes()[0])["Location"] == "/"
    assert who(client) == str(li.id)


# --- relatives ------------------------------------------------------------------------------------------


def test_a_relative_signs_in_by_their_own_phone_and_acts_as_a_relative(
    client: Client, at: datetime, li: Person
) -> None:
    daughter = commands.register_person(
        details=DAUGHTER, roles=frozenset({Role.RELATIVE}), language="en", actor=SYSTEM, at=at
    )
    commands.name_delegate(
        customer_id=li.customer.id, person_id=daughter.id, valid_to=date(2027, 1, 1), actor=SYSTEM, at=at
    )
    ask_for_code(client, DAUGHTER.phone)
    enter(client, codes()[0])
    assert who(client) == str(daughter.id)
    actor = actor_of(_request("/", daughter))
    assert (actor.role, actor.customer_id) == (Role.RELATIVE, None)


# --- agents and staff -----------------------------------------------------------------------------------


def password(client: Client, site: str, username: str = "chen", secret: str = PASSWORD) -> Any:
    return client.post(f"/{site}/sign-in/", {"login": username, "password": secret})


@pytest.mark.parametrize(("site", "role"), [("agent", Role.AGENT), ("console", Role.FINANCE)])
def test_workers_sign_in_with_password_and_then_the_six_digits(
    client: Client, at: datetime, site: str, role: Role
) -> None:
    chen = worker(at, role)
    enrol_totp(chen)
    assert client.get(f"/{site}/sign-in/").status_code == 200
    assert password(client, site)["Location"] == f"/{site}/sign-in/second/"
    assert who(client, site) is None
    assert client.get(f"/{site}/sign-in/second/").status_code == 200
    answered = client.post(f"/{site}/sign-in/second/", {"code": totp_code_now(chen)})
    assert (answered.status_code, answered["Location"]) == (302, f"/{site}/")
    assert who(client, site) == str(chen.id)
    assert client.get(f"/{site}/security/").status_code == 200


def test_wrong_digits_do_not_sign_in_and_the_fifth_try_is_too_many(client: Client, at: datetime) -> None:
    chen = worker(at, Role.AGENT)
    enrol_totp(chen)
    password(client, "agent")
    for _ in range(5):
        assert client.post("/agent/sign-in/second/", {"code": wrong(totp_code_now(chen))}).status_code == 200
    last = client.post("/agent/sign-in/second/", {"code": totp_code_now(chen)})
    assert last.status_code == 200
    assert "many tries" in last.content.decode()
    assert who(client, "agent") is None


def test_the_same_six_digits_are_not_taken_twice(client: Client, at: datetime) -> None:
    chen = worker(at, Role.AGENT)
    enrol_totp(chen)
    code = totp_code_now(chen)
    password(client, "agent")
    client.post("/agent/sign-in/second/", {"code": code})
    assert who(client, "agent")
    second = Client()
    password(second, "agent")
    second.post("/agent/sign-in/second/", {"code": code})
    assert who(second, "agent") is None


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client: Client, at: datetime) -> None:
    worker(at, Role.AGENT)
    answers = [password(client, "agent", secret="wrong"), password(client, "agent", username="nobody")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("do not go together" in answer.content.decode() for answer in answers)


def test_without_a_second_factor_nothing_but_setting_one_up_is_open(client: Client, at: datetime) -> None:
    chen = worker(at, Role.AGENT)
    assert password(client, "agent")["Location"] == "/agent/"
    assert client.get("/agent/")["Location"] == "/agent/security/"
    assert client.get("/agent/security/codes/")["Location"] == "/agent/security/"
    page = client.get("/agent/security/")
    assert page.status_code == 200
    assert "before anything else" in page.content.decode()
    asked = client.get("/agent/security/app/")
    assert asked["Location"].startswith("/agent/sign-in/again/"), "a new factor needs the password once more"
    client.post(asked["Location"], {"password": PASSWORD})
    assert client.get("/agent/security/app/").status_code == 200
    _activate(client)
    assert client.get("/agent/security/").status_code == 200
    assert client.get("/agent/security/codes/").status_code == 200
    assert who(client, "agent") == str(chen.id)


def _activate(client: Client) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    secret = SessionStore(client.cookies["koumen_agent"].value)["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post("/agent/security/app/", {"code": code}).status_code == 302


def test_a_session_from_before_the_factor_was_set_up_is_signed_out(client: Client, at: datetime) -> None:
    chen = worker(at, Role.AGENT)
    password(client, "agent")
    enrol_totp(chen)
    assert client.get("/agent/security/")["Location"] == "/agent/sign-in/"
    assert who(client, "agent") is None


def test_the_last_factor_cannot_be_removed(client: Client, at: datetime) -> None:
    chen = worker(at, Role.AGENT)
    enrol_totp(chen)
    password(client, "agent")
    client.post("/agent/sign-in/second/", {"code": totp_code_now(chen)})
    client.post("/agent/sign-in/again/?next=/agent/security/app/remove/", {"password": PASSWORD})
    client.post("/agent/security/app/remove/")
    assert totp_code_now(chen)


def test_the_secret_of_an_app_is_not_kept_in_clear(at: datetime) -> None:
    chen = worker(at, Role.AGENT)
    enrol_totp(chen)
    enrol_totp(chen)
    with connection.cursor() as cursor:
        cursor.execute("select data->>'secret' from mfa_authenticator")
        ((kept,),) = cursor.fetchall()
    assert re.fullmatch(r"[0-9a-f]+", kept)


# --- the right site -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "site", "words"),
    [(Role.AGENT, "console", "staff of the office"), (Role.FINANCE, "agent", "for agents")],
)
def test_who_belongs_to_another_site_is_told_so_and_stays_outside(
    client: Client, at: datetime, role: Role, site: str, words: str
) -> None:
    worker(at, role)
    answered = password(client, site)
    assert answered.status_code == 403
    assert words in answered.content.decode()
    assert who(client, site) is None


def test_staff_have_no_entrance_by_telephone(client: Client, at: datetime) -> None:
    worker(at, Role.AGENT, Role.FINANCE)
    ask_for_code(client, "137 0000 0007")
    assert codes() == []


def test_a_session_of_one_site_is_worth_nothing_at_another(client: Client, at: datetime, li: Person) -> None:
    ask_for_code(client)
    enter(client, codes()[0])
    Person.objects.filter(id=li.id).update(roles=["customer", "agent"])
    cookie = client.cookies["koumen_customer"].value
    other = Client()
    other.cookies["koumen_agent"] = cookie
    other.get("/agent/sign-in/")
    assert who(client) is None, "a carried session is destroyed"


def test_whoever_is_closed_out_is_out_at_once(client: Client, li: Person) -> None:
    ask_for_code(client)
    enter(client, codes()[0])
    Person.objects.filter(id=li.id).update(is_active=False)
    assert client.get("/bills/").status_code == 302
    assert ask_for_code(Client()).status_code == 302
    assert len(codes()) == 1


# --- actors ---------------------------------------------------------------------------------------------


def _request(path: str, person: Person) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = Person.objects.get(id=person.id)
    return request


def test_the_actor_comes_from_the_site_and_the_person(at: datetime, li: Person) -> None:
    agent = an_agent(at)
    assert actor_of(_request("/", li)).customer_id == li.customer.id
    acting = actor_of(_request("/agent/", agent.person))
    assert (acting.role, acting.agent_id) == (Role.AGENT, agent.id)
    chief = worker(at, Role.FINANCE, Role.COMPLIANCE)
    assert actor_of(_request("/console/", chief)).staff_roles == {Role.FINANCE, Role.COMPLIANCE}
    for path, person in (("/agent/", li), ("/console/", agent.person), ("/public/", chief), ("/", chief)):
        with pytest.raises(Denied, match="role-not-of-this-site"):
            actor_of(_request(path, person))


def test_a_customer_who_also_helps_chooses_in_which_role(at: datetime, li: Person) -> None:
    Person.objects.filter(id=li.id).update(roles=["customer", "relative"])
    request = _request("/", li)
    assert actor_of(request).role is Role.CUSTOMER
    assert actor_of(request, role=Role.RELATIVE).role is Role.RELATIVE
    with pytest.raises(Denied):
        actor_of(request, role=Role.AGENT)


def test_one_is_greeted_as_one_is_spoken_to(at: datetime, li: Person) -> None:
    assert own_name(actor_of(_request("/", li)), at=at) == "李阿姨"


# --- sessions -------------------------------------------------------------------------------------------


def test_sessions_are_sealed_to_their_row_and_a_changed_one_is_nobody() -> None:
    store = SessionStore()
    store["who"] = "李桂英"
    store.create()
    store.save()
    row = Session.objects.get(session_key=store.session_key)
    assert "李" not in row.session_data
    assert SessionStore(store.session_key)["who"] == "李桂英"
    other = SessionStore()
    other.create()
    Session.objects.filter(session_key=other.session_key).update(session_data=row.session_data)
    assert SessionStore(other.session_key).get("who") is None
    for broken in (f"00{row.session_data[2:]}", row.session_data[:-2], "not hex", ""):
        Session.objects.filter(session_key=store.session_key).update(session_data=broken)
        assert SessionStore(store.session_key).get("who") is None


def test_counts_of_tries_are_for_all_processes_together() -> None:
    cache.add("tries", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_attempts")
        assert cursor.fetchone() == (1,)
