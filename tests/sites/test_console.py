"""The console: the day, a visit, customers, money, facts and staff; each shown only to whom the rooms let in."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from koumen.audit.models import Fact
from koumen.kit import clock
from koumen.kit.actor import Role
from koumen.kit.events import Event
from koumen.kit.ids import new_id
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments import commands as payments
from koumen.payments.models import Payment
from koumen.people.models import Reveal
from koumen.visits.models import Alert
from koumen.web.console.pages.facts import HAPPENED
from koumen.web.console.pages.words import ACCOUNTS, ENTRIES
from koumen.web.ui.csv_files import csv_file
from tests import builders
from tests.sites.doors import as_customer, as_staff, nobody, text
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db

FINANCE_PAGES = (
    "/console/finance/",
    "/console/finance/trial-balance.csv",
    "/console/finance/trial-balance.pdf",
    "/console/finance/cash.csv",
    "/console/finance/closed-days/",
    "/console/finance/books/agent_cash/CNY/",
    "/console/finance/books/agent_cash/CNY/all.csv",
    "/console/finance/books/agent_cash/CNY/all.pdf",
    "/console/finance/books/agent_cash/CNY/owners/",
    "/console/finance/books/agent_cash/CNY/owners/all.csv",
    "/console/finance/payments/",
    "/console/finance/payments/all.csv",
)
AUDIT_PAGES = (
    "/console/audit/",
    "/console/audit/facts/",
    "/console/audit/facts/all.csv",
    "/console/audit/rulings/",
    "/console/audit/rulings/all.csv",
)
EVERYBODYS = (
    "/console/",
    "/console/day.csv",
    "/console/customers/",
    "/console/staff/",
    "/console/staff/all.csv",
)


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


def desk(at: datetime, role: Role = Role.DISPATCHER) -> Client:
    return as_staff(builders.a_person(at, role=role))


def paid(story: Story) -> Story:
    story.may_be_paid()
    payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    return story


def locked(story: Story) -> Story:
    story.proven().agrees()
    for _ in range(3):
        story.says(story.wrong_code())
    return story


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


# --- who may open what ----------------------------------------------------------------------------------


def test_nobody_opens_the_console_without_signing_in(at: datetime) -> None:
    for path in (*EVERYBODYS, *FINANCE_PAGES, *AUDIT_PAGES):
        assert nobody().get(path).status_code == 302, path


def test_a_customer_is_nobody_at_the_console(story: Story) -> None:
    assert as_customer(story.home.person_id).get("/console/").status_code == 302


@pytest.mark.parametrize(
    ("role", "finance", "audit"),
    [
        (Role.DISPATCHER, 403, 403),
        (Role.FINANCE, 200, 403),
        (Role.COMPLIANCE, 200, 200),
        (Role.ADMINISTRATOR, 200, 200),
    ],
)
def test_each_role_opens_what_its_work_needs_and_nothing_else(
    role: Role, finance: int, audit: int, at: datetime
) -> None:
    client = desk(at, role)
    wanted = (
        dict.fromkeys(EVERYBODYS, 200)
        | dict.fromkeys(FINANCE_PAGES, finance)
        | dict.fromkeys(AUDIT_PAGES, audit)
    )
    assert {path: client.get(path).status_code for path in wanted} == wanted


def test_the_navigation_leads_only_where_the_role_may_go(at: datetime) -> None:
    dispatcher, finance = text(desk(at).get("/console/")), text(desk(at, Role.FINANCE).get("/console/"))
    assert 'href="/console/finance/"' not in dispatcher
    assert 'href="/console/audit/"' not in dispatcher
    assert 'href="/console/finance/"' in finance
    assert 'href="/console/audit/"' not in finance


def test_the_navigation_shows_a_word_for_each_group_and_the_sections_of_the_one_that_is_open(
    at: datetime,
) -> None:
    page = text(desk(at, Role.COMPLIANCE).get("/console/complaints/"))
    groups, within = page.split('<nav class="nav')[1:3]
    assert groups.count("<li>") == 4
    assert '<a href="/console/customers/" aria-current="true">Customers</a>' in groups
    assert within.split("</nav>")[0].count("<li>") == 5
    assert '<a href="/console/complaints/" aria-current="page">Complaints</a>' in within


# --- the day --------------------------------------------------------------------------------------------


def test_the_day_lists_every_visit_with_its_state_and_leads_to_the_board(story: Story, at: datetime) -> None:
    page = text(desk(at).get("/console/"))
    assert f'<a href="/console/visits/{story.visit_id}/">{story.visit.number}</a>' in page
    assert '<a class="link" href="/console/board/?date=2026-11-24">' in page
    assert "Booked" in page
    assert "13:00" in page
    assert "style=" not in page


def test_names_of_a_page_are_read_once_and_each_reading_is_kept(story: Story, at: datetime) -> None:
    a_visit(at)
    client = desk(at)
    before = Fact.objects.filter(kind="PersonalDataRevealed").count()
    client.get("/console/")
    assert Fact.objects.filter(kind="PersonalDataRevealed").count() == before + 1
    assert Reveal.objects.filter(purpose="console-day").count() == 4  # two customers, two agents


def test_another_day_is_another_address_and_what_is_no_date_is_today(story: Story, at: datetime) -> None:
    client = desk(at)
    assert story.visit.number not in text(client.get("/console/?date=2026-11-25"))
    assert "Nobody works on this day." in text(client.get("/console/?date=2026-11-25"))
    assert story.visit.number in text(client.get("/console/?date=never"))


def test_the_page_stays_as_it_is_until_something_happens(story: Story, at: datetime) -> None:
    client = desk(at)
    page = client.get("/console/").content.decode()
    url = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(url).status_code == 204
    reveals = Reveal.objects.count()
    story.sets_out()
    changed = client.get(url)
    assert changed.headers["HX-Refresh"] == "true"
    assert Reveal.objects.count() == reveals, "asking for news reads no names"


def test_asking_for_news_costs_the_same_however_many_visits_there_are(story: Story, at: datetime) -> None:
    client = desk(at)
    with CaptureQueriesContext(connection) as few:
        client.get("/console/live/?stamp=x")
    for _ in range(3):
        a_visit(at)
    with CaptureQueriesContext(connection) as more:
        client.get("/console/live/?stamp=x")
    assert len(more) == len(few)


def test_cash_in_the_field_is_a_figure_for_finance_only(story: Story, at: datetime) -> None:
    paid(story)
    assert "¥ 300.00" in text(desk(at, Role.FINANCE).get("/console/"))
    assert "Cash out in the field" not in text(desk(at).get("/console/"))


# --- what must be looked at now -------------------------------------------------------------------------


def test_pictures_that_differ_stand_on_the_page_until_somebody_takes_them(story: Story, at: datetime) -> None:
    story.at_the_door().compares(matched=False)
    client = desk(at)
    assert "Pictures differ" in text(client.get("/console/"))
    alert = Alert.objects.get()
    answered = client.post(f"/console/alerts/{alert.id}/take/", {"next": "/console/?date=2026-11-24"})
    assert answered["Location"] == "/console/?date=2026-11-24"
    assert "Nothing needs you now." in text(client.get("/console/"))
    assert client.post(f"/console/alerts/{alert.id}/take/").status_code == 409


def test_a_locked_code_is_unlocked_only_after_a_call(story: Story, at: datetime) -> None:
    locked(story)
    client = desk(at)
    assert "Give a new code" in text(client.get("/console/"))
    with clock.stopped_at(story.now):
        path = f"/console/visits/{story.visit_id}/unlock/"
        assert client.post(path).status_code == 409
        assert story.visit.code_locked
        assert client.post(path, {"called": "yes"}).status_code == 302
    assert not story.visit.code_locked


def test_new_pictures_are_made_only_after_a_call(story: Story, at: datetime) -> None:
    story.at_the_door().compares(matched=False)
    client, generation = desk(at), story.visit.door_generation
    path = f"/console/visits/{story.visit_id}/pictures/"
    assert client.post(path).status_code == 409
    assert client.post(path, {"called": "yes"}).status_code == 302
    assert story.visit.door_generation == generation + 1


def test_only_the_desk_unlocks(story: Story, at: datetime) -> None:
    locked(story)
    finance = desk(at, Role.FINANCE)
    assert "Give a new code" not in text(finance.get("/console/"))
    assert finance.post(f"/console/visits/{story.visit_id}/unlock/", {"called": "yes"}).status_code == 403


# --- one visit ------------------------------------------------------------------------------------------


def test_a_visit_tells_its_door_its_money_and_its_story(story: Story, at: datetime) -> None:
    paid(story)
    page = text(desk(at, Role.FINANCE).get(f"/console/visits/{story.visit_id}/"))
    receipt = Payment.objects.get().receipt
    for said in (
        "Both sides have proven themselves",
        "The customer saw the same pictures",
        "The right code was entered",
        "Money was received",
        "Cash with agents",
        "Principal owed",
        receipt.printed_number,
        f"/public/r/{receipt.token}",
        "Allowed",
    ):
        assert said in page, said


def test_the_dispatcher_sees_the_visit_without_the_books(story: Story, at: datetime) -> None:
    paid(story)
    page = text(desk(at).get(f"/console/visits/{story.visit_id}/"))
    assert "In the books" not in page
    assert "Paid" in page


def test_neither_pictures_nor_code_are_shown_to_the_office(story: Story, at: datetime) -> None:
    story.proven().agrees()
    page = text(desk(at, Role.ADMINISTRATOR).get(f"/console/visits/{story.visit_id}/"))
    assert story.code() not in page


def test_a_visit_that_is_not_there_is_not_found(at: datetime) -> None:
    assert desk(at).get(f"/console/visits/{new_id()}/").status_code == 404


# --- customers ------------------------------------------------------------------------------------------


def test_one_hit_opens_the_customer_or_the_visit_at_once(story: Story, at: datetime) -> None:
    client = desk(at)
    found = f"/console/customers/{story.home.id}/"
    assert client.get("/console/customers/", {"q": story.home.number.lower()})["Location"] == found
    phone = text(client.get(found)).split('href="tel:')[1].split('"')[0]
    assert client.get("/console/customers/", {"q": phone})["Location"] == found
    visit = client.get("/console/customers/", {"q": story.visit.number})
    assert visit["Location"] == f"/console/visits/{story.visit_id}/"


def test_an_unknown_number_finds_nobody(at: datetime) -> None:
    for q in ("C-none", "13800009999", "<script>", "'"):
        assert "Nobody, no account and no visit has this number." in text(
            desk(at).get("/console/customers/", {"q": q})
        )


def test_a_customer_page_shows_what_is_owed_and_the_visits(story: Story, at: datetime) -> None:
    page = text(desk(at).get(f"/console/customers/{story.home.id}/"))
    assert "¥ 1,000.00" in page
    assert story.visit.number in page


# --- money ----------------------------------------------------------------------------------------------


def test_the_trial_balance_leads_to_its_movements(story: Story, at: datetime) -> None:
    paid(story)
    client = desk(at, Role.FINANCE)
    books = text(client.get("/console/finance/"))
    assert '<a href="/console/finance/books/agent_cash/CNY/">' in books
    assert "do not add up" not in books
    movements = text(client.get("/console/finance/books/agent_cash/CNY/"))
    assert "movements: 1<" in movements
    assert "Paid in cash" in movements
    assert client.get("/console/finance/books/nothing/CNY/").status_code == 404
    assert client.get("/console/finance/books/agent_cash/XXX/").status_code == 404


def test_files_say_amounts_in_major_units_and_staff_by_number(story: Story, at: datetime) -> None:
    paid(story)
    client = desk(at, Role.FINANCE)
    trial = {row[0]: row[4] for row in rows_of(client.get("/console/finance/trial-balance.csv"))}
    assert trial["agent_cash"] == "300.00"
    assert trial["merchant"] == "-1000.00"
    assert rows_of(client.get("/console/finance/cash.csv"))[1:] == [
        [story.agent.staff_number, "CNY", "300.00"]
    ]
    assert len(rows_of(client.get("/console/finance/books/agent_cash/CNY/all.csv"))) == 2
    (payment,) = rows_of(client.get("/console/finance/payments/all.csv"))[1:]
    assert payment[1:7] == [story.visit.number, story.agent.staff_number, "cash", "paid", "CNY", "300.00"]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("", True),
        ("state=paid&tender=cash", True),
        ("state=closed", False),
        ("tender=wallet", False),
        ("agent=NOBODY", False),
        ("day_from=2026-11-24&day_to=2026-11-24", True),
        ("day_from=2026-11-25", False),
        ("day_to=2026-11-23", False),
        ("state=%27&day_from=x&before=x", True),  # what cannot be read filters nothing
    ],
)
def test_payments_are_filtered_by_the_address(story: Story, at: datetime, query: str, *, hits: bool) -> None:
    paid(story)
    page = text(desk(at, Role.FINANCE).get(f"/console/finance/payments/?{query}"))
    assert (story.visit.number in page) is hits


def test_a_cell_that_a_spreadsheet_would_run_is_defused() -> None:
    rows = rows_of(csv_file("x", ("a",), [("=1+1",), ("@x",), (-5,), ("text",)]))
    assert rows == [["a"], ["'=1+1"], ["'@x"], ["-5"], ["text"]]


# --- facts and rulings ----------------------------------------------------------------------------------


def test_compliance_works_the_chain_out_again(story: Story, at: datetime) -> None:
    client = desk(at, Role.COMPLIANCE)
    assert "Check the whole chain now" in text(client.get("/console/audit/"))
    assert "The chain is whole." in text(client.post("/console/audit/verify/"))


def test_the_chain_is_not_worked_out_for_a_dispatcher(at: datetime) -> None:
    assert desk(at).post("/console/audit/verify/").status_code == 403


def test_facts_are_found_by_kind_and_subject_page_by_page(story: Story, at: datetime) -> None:
    client = desk(at, Role.COMPLIANCE)
    about = text(client.get(f"/console/audit/facts/?subject={story.visit_id}"))
    assert "The visit was booked" in about
    assert "No fact is like this." in text(client.get("/console/audit/facts/?kind=CodeLocked"))
    newest = Fact.objects.order_by("-id").values_list("id", flat=True)[0]
    older = text(client.get(f"/console/audit/facts/?kind=VisitBooked&before={newest + 1}"))
    assert "The visit was booked" in older
    assert client.get("/console/audit/facts/?subject=x&before=99999999999999999999").status_code == 200


def test_rulings_are_found_by_their_answer(story: Story, at: datetime) -> None:
    client = desk(at, Role.COMPLIANCE)
    assert "Allowed" in text(client.get("/console/audit/rulings/?verdict=allow"))
    assert "Nothing was asked like this." in text(client.get("/console/audit/rulings/?verdict=deny"))


# --- staff ----------------------------------------------------------------------------------------------


def test_certificates_that_end_soon_and_that_are_over_are_told_apart(at: datetime) -> None:
    today = at.date()
    builders.an_agent(at, certified_until=today)
    builders.an_agent(at, certified_until=today + timedelta(days=30))
    builders.an_agent(at, certified_until=today + timedelta(days=31))
    page = text(desk(at).get("/console/staff/"))
    assert [page.count(f"tag-{kind}") for kind in ("risk", "wait", "ok")] == [1, 1, 1]


def test_the_week_shows_who_works_when(at: datetime) -> None:
    agent = builders.an_agent(at)
    builders.a_shift(agent, at, days=2)
    client = desk(at)
    assert "09:00\u201318:00" in text(client.get("/console/staff/"))
    assert "09:00\u201318:00" not in text(client.get("/console/staff/?date=2026-12-10"))


# --- words ----------------------------------------------------------------------------------------------


def test_every_fact_has_words() -> None:
    kinds = {event.kind() for event in _all_events(Event) if event.__module__.startswith("koumen.")}
    assert kinds - set(HAPPENED) == set()


def test_every_account_of_the_chart_and_every_entry_has_words() -> None:
    assert set(ACCOUNTS) == {str(kind) for kind in AccountKind}
    assert set(ENTRIES) == {str(kind) for kind in EntryKind}


def _all_events(kind: type[Event]) -> Iterator[type[Event]]:
    for event in kind.__subclasses__():
        yield event
        yield from _all_events(event)
