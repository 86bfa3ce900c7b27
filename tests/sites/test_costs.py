"""All costs on the pages: the customer reads and says yes, the office sees what was shown."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.credit.models import CostSheet, CreditAccount
from koumen.credit.rules.cost_sheet import instalment_sheet
from koumen.credit.rules.parameters import Parameters
from koumen.documents.models import Document
from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from tests import builders
from tests.credit.stories import a_line
from tests.sites.doors import as_customer, as_staff, key_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(at: datetime) -> CostSheet:
    account = CreditAccount.objects.select_related("customer").get(id=a_line(at).account_id)
    reader = Actor(Role.CUSTOMER, account.customer.person_id, customer_id=account.customer_id)
    twelve = instalment_sheet(Parameters(), principal_minor=1_000_00, terms=12, currency="CNY")
    return credit.show_cost_sheet(account_id=account.id, sheet=twelve, actor=reader, at=at)


def person_of(sheet: CostSheet) -> UUID:
    return CreditAccount.objects.select_related("customer").get(id=sheet.account_id).customer.person_id


def reads(browser: Client, sheet: CostSheet, when: datetime, *, then: str = "") -> tuple[str, str]:
    with clock.stopped_at(when):
        answered = browser.get(f"/costs/{sheet.id}/{then}")
    assert answered.status_code == 200
    return text(answered), key_in(answered) if "once" in answered.content.decode() else ""


def says_yes(browser: Client, sheet: CostSheet, when: datetime, **sent: str) -> tuple[int, str]:
    with clock.stopped_at(when):
        answered = browser.post(f"/costs/{sheet.id}/", sent)
    return answered.status_code, answered.headers.get("Location", "") or text(answered)


def test_the_customer_reads_every_cost_and_the_year_stands_before_the_day(
    sheet: CostSheet, at: datetime
) -> None:
    shown, _ = reads(as_customer(person_of(sheet)), sheet, at)
    assert "You split ¥1,000.00 and pay back ¥1,088.00: ¥88.00 more, which is 15.86% a year." in shown
    assert "Payments 1 to 11: ¥90.66 each" in shown
    assert "Besides what is written here, nothing else is charged for this borrowing." in shown
    assert shown.index("15.86%</b>") < shown.index("0.05%")
    assert "you can say yes after 10 seconds" in shown


def test_yes_counts_after_the_time_to_read_and_leads_on(sheet: CostSheet, at: datetime) -> None:
    browser = as_customer(person_of(sheet))
    _, key = reads(browser, sheet, at, then="?next=/bills/")
    status, said = says_yes(browser, sheet, at + timedelta(seconds=4), once=key)
    assert status == 409
    assert "You can say yes in 6 seconds." in said
    assert says_yes(browser, sheet, at + timedelta(seconds=10), once=key, next="/bills/") == (302, "/bills/")
    assert says_yes(browser, sheet, at + timedelta(seconds=11), once=key)[0] == 302, "the same click twice"
    assert Fact.objects.filter(kind="CostSheetConfirmed").count() == 1
    shown, _ = reads(browser, sheet, at + timedelta(seconds=12))
    assert "You said yes to these costs" in shown
    assert "I have read all costs" not in shown


def test_nobody_is_led_to_another_house(sheet: CostSheet, at: datetime) -> None:
    browser = as_customer(person_of(sheet))
    _, key = reads(browser, sheet, at)
    answer = says_yes(browser, sheet, at + timedelta(seconds=10), once=key, next="https://elsewhere.example/")
    assert answer == (302, f"/costs/{sheet.id}/")


def test_a_sheet_of_yesterday_can_be_read_but_not_confirmed(sheet: CostSheet, at: datetime) -> None:
    browser = as_customer(person_of(sheet))
    shown, key = reads(browser, sheet, at + timedelta(days=1))
    assert "can no longer be confirmed here" in shown
    assert key == ""


def test_a_confirmed_sheet_is_one_paper_for_ever_and_another_is_not_kept(
    sheet: CostSheet, at: datetime
) -> None:
    browser = as_customer(person_of(sheet))
    with clock.stopped_at(at):
        assert browser.get(f"/costs/{sheet.id}.pdf").content.startswith(b"%PDF")
    assert Document.objects.count() == 0
    _, key = reads(browser, sheet, at)
    says_yes(browser, sheet, at + timedelta(seconds=10), once=key)
    with clock.stopped_at(at + timedelta(seconds=20)):
        first = browser.get(f"/costs/{sheet.id}.pdf").content
    with clock.stopped_at(at + timedelta(days=40)):
        again = as_staff(builders.a_person(at, role=Role.COMPLIANCE)).get(f"/console/costs/{sheet.id}.pdf")
    assert again.content == first
    assert Document.objects.get().kind == "cost_sheet"
    assert Fact.objects.filter(kind="CostSheetPrinted").count() == 1


def test_a_stranger_finds_no_sheet(sheet: CostSheet, at: datetime) -> None:
    stranger = as_customer(builders.a_customer(at).person_id)
    for address in (f"/costs/{sheet.id}/", f"/costs/{sheet.id}.pdf"):
        assert stranger.get(address).status_code == 404


def test_the_office_sees_what_was_shown_to_whom(sheet: CostSheet, at: datetime) -> None:
    desk = as_staff(builders.a_person(at, role=Role.COMPLIANCE))
    shown = text(desk.get(f"/console/costs/{sheet.id}/"))
    assert "Nobody yet" in shown
    assert sheet.digest in shown
    account = CreditAccount.objects.get(id=sheet.account_id)
    listed = text(desk.get(f"/console/customers/{account.customer_id}/"))
    assert "You split ¥1,000.00" in listed
    assert "Not confirmed" in listed
    credit.confirm_cost_sheet(
        sheet_id=sheet.id,
        how=credit.ConfirmedHow.TAP,
        key=sheet.id,
        actor=Actor(Role.CUSTOMER, person_of(sheet), customer_id=account.customer_id),
        at=at + timedelta(seconds=10),
    )
    assert "By a tap, after the time to read" in text(desk.get(f"/console/costs/{sheet.id}/"))
