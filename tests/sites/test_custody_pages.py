"""Custody on its pages: the agent's bag, the office's counts, deposits with their slip, things lent."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from koumen.agents import commands as agents
from koumen.agents.models import Item, Loan, Shift
from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import jobs
from koumen.payments.books import check_books
from koumen.payments.models import CashFloat, CashReturn, Deposit, HandIn, Payment, SettlementLine
from koumen.visits.commands import book_visit, leave
from tests import builders
from tests.payments.bags import Bag, a_bag, a_deposit, notes_worth, sent, standing
from tests.payments.test_cash import pays
from tests.sites.doors import as_agent, as_staff, key_in, quote_in, text
from tests.sites.test_console import rows_of
from tests.visits.stories import a_visit, booking_for

pytestmark = pytest.mark.django_db

CUSTODY = "/console/finance/custody/"


@pytest.fixture
def bag(at: datetime) -> Bag:
    builders.the_base_pack(at)
    return a_bag(at).fetched()


@pytest.fixture
def phone(bag: Bag) -> Client:
    return as_agent(bag.agent.person_id)


def desk(at: datetime, role: Role = Role.FINANCE) -> Client:
    return as_staff(builders.a_person(at, role=role))


def counted(minor: int) -> dict[str, str]:
    """What somebody writes into the table of notes."""
    return {f"n_{value}": str(pieces) for value, pieces in notes_worth(minor).items()}


def counts(browser: Client, path: str, minor: int, *, status: int = 302) -> str:
    """Open a page with a count, write it, and send it; then what follows."""
    form = counted(minor) | {"once": key_in(browser.get(path)), "act": "1"}
    answer = browser.post(path, form)
    assert answer.status_code == status, text(answer)[:2000]
    return text(browser.get(answer["Location"])) if status == 302 else text(answer)


# --- the agent ------------------------------------------------------------------------------------------


def test_a_day_goes_from_the_change_money_to_the_last_count(bag: Bag, phone: Client, at: datetime) -> None:
    office = desk(at)
    assert "Begin the working day" in text(phone.get("/agent/cash/"))
    counts(office, f"{CUSTODY}floats/{bag.shift.id}/new/", 20000)
    asked = text(phone.get("/agent/shift/open/"))
    assert "200.00" not in asked, "the agent counts without knowing"
    assert "counted other notes" in counts(phone, "/agent/shift/open/", 10000, status=409)
    shown = counts(phone, "/agent/shift/open/", 20000)
    assert "<b>200.00</b>" in shown
    assert "× 2" in shown
    counts(phone, "/agent/cash/hand-in/", 5000)
    assert "only then it leaves your bag" in text(phone.get("/agent/cash/"))
    (part,) = HandIn.objects.all()
    asked = text(office.get(f"/console/finance/hand-ins/{part.id}/"))
    assert "50.00</dd>" not in asked, "the second count is blind"
    counts(office, f"/console/finance/hand-ins/{part.id}/", 5000)
    shown = text(phone.get("/agent/cash/"))
    assert "Which notes these are is not known" in shown
    counts(phone, "/agent/shift/close/", 15000)
    last = HandIn.objects.get(is_final=True)
    done = counts(office, f"/console/finance/hand-ins/{last.id}/", 14000)
    assert "Difference</dt><dd>−¥ 10.00</dd>" in done
    assert "You have no working day today." in text(phone.get("/agent/cash/"))
    assert (bag.in_hand, standing(AccountKind.AGENT_SHORT)) == (0, 1000)


def test_adding_up_only_adds_up(bag: Bag, phone: Client) -> None:
    bag.taken()
    shown = text(phone.post("/agent/cash/hand-in/", counted(12000) | {"count": "1", "once": "x"}))
    assert "120.00" in shown
    assert not HandIn.objects.exists()


def test_what_is_no_number_of_notes_is_said(bag: Bag, phone: Client) -> None:
    bag.taken()
    for typed in ("many", "-1", "100000"):
        answer = phone.post("/agent/cash/hand-in/", {"n_100": typed, "act": "1"})
        assert (answer.status_code, "in digits" in text(answer)) == (422, True), typed


def test_a_hand_in_that_nobody_counted_is_taken_back(bag: Bag, phone: Client) -> None:
    bag.taken()
    declared = bag.declares(10000)
    assert phone.post(f"/agent/cash/hand-in/{declared.id}/withdraw/")["Location"] == "/agent/cash/"
    assert HandIn.objects.get().state == "withdrawn"
    assert "Hand a part in" in text(phone.get("/agent/cash/"))


def test_a_day_may_begin_without_change_money_and_shows_what_was_lent(
    bag: Bag, phone: Client, at: datetime
) -> None:
    thing = agents.add_item(kind="card_terminal", serial="N9-100", actor=SYSTEM, at=at)
    agents.lend_item(item_id=thing.id, shift_id=bag.shift.id, actor=SYSTEM, at=at)
    shown = text(phone.get("/agent/shift/open/"))
    assert "N9-100" in shown
    assert phone.post("/agent/shift/open/", {"act": "1"})["Location"] == "/agent/cash/"
    assert Shift.objects.get(id=bag.shift.id).opened_at == at
    assert "N9-100" in text(phone.get("/agent/shift/close/"))


def test_a_full_bag_is_told_before_the_ceiling_stops_a_tender(bag: Bag, phone: Client) -> None:
    bag.taken(850_000)
    assert "nearly full" in text(phone.get("/agent/cash/"))


def test_the_tender_offers_other_ways_before_the_ceiling_stops_it(
    bag: Bag, phone: Client, at: datetime
) -> None:
    """R17."""
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    bag.taken(980_000)
    shown = text(phone.get(f"/agent/visits/{story.visit_id}/"))
    assert "You can take ¥ 200.00 more in cash" in shown.replace("\xa0", " ")
    assert "a second agent" in shown
    bag.handed_in(900_000)
    assert "Too much cash" not in text(phone.get(f"/agent/visits/{story.visit_id}/"))


def test_who_does_not_work_today_has_no_day_to_begin(at: datetime) -> None:
    builders.the_base_pack(at)
    idle = as_agent(builders.an_agent(at).person_id)
    assert "You have no working day today." in text(idle.get("/agent/cash/"))
    assert idle.get("/agent/shift/open/").status_code == 404


# --- the office -----------------------------------------------------------------------------------------


def test_the_office_sees_who_holds_how_much_since_when(bag: Bag, at: datetime) -> None:
    bag.taken(850_000)
    shown = text(desk(at, Role.COMPLIANCE).get(CUSTODY))
    assert "¥ 8,500.00" in shown
    assert "85 %" in shown
    assert "Nearly full" in shown
    (row,) = rows_of(desk(at).get(f"{CUSTODY}all.csv"))[1:]
    assert row[:4] == [bag.agent.staff_number, "CNY", "8500.00", "10000.00"]


@pytest.mark.parametrize(
    "path",
    [
        CUSTODY,
        f"{CUSTODY}all.csv",
        "/console/finance/hand-ins/",
        "/console/finance/hand-ins/all.csv",
        "/console/finance/deposits/",
        "/console/finance/deposits/all.csv",
    ],
)
def test_cash_is_shown_to_whom_it_concerns(at: datetime, path: str) -> None:
    builders.the_base_pack(at)
    assert desk(at, Role.DISPATCHER).get(path).status_code == 403
    for role in (Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR):
        assert desk(at, role).get(path).status_code == 200


def test_only_the_cash_office_counts(bag: Bag, at: datetime) -> None:
    looking = desk(at, Role.COMPLIANCE)
    for path in (
        f"{CUSTODY}floats/{bag.shift.id}/new/",
        f"{CUSTODY}fetch/",
        "/console/finance/deposits/new/",
    ):
        assert looking.get(path).status_code == 403
    bag.taken()
    declared = bag.declares(10000)
    shown = text(looking.get(f"/console/finance/hand-ins/{declared.id}/"))
    assert "it lies in the safe" not in shown
    answer = looking.post(
        f"/console/finance/hand-ins/{declared.id}/", counted(10000) | {"act": "1", "once": str(declared.id)}
    )
    assert answer.status_code == 403
    assert HandIn.objects.get().state == "declared"


def test_hand_ins_are_filtered_by_their_address_and_kept_as_a_file(bag: Bag, at: datetime) -> None:
    bag.taken(50000)
    bag.handed_in(10000)
    bag.handed_in(40000, is_final=True, counted=39000)
    office = desk(at)
    assert '<span class="count">2</span>' in text(office.get("/console/finance/hand-ins/"))
    assert '<span class="count">1</span>' in text(office.get("/console/finance/hand-ins/?differs=on"))
    assert '<span class="count">0</span>' in text(office.get("/console/finance/hand-ins/?state=declared"))
    rows = rows_of(office.get("/console/finance/hand-ins/all.csv?differs=on"))
    assert [row[6:9] for row in rows[1:]] == [["400.00", "390.00", "-10.00"]]


def test_the_things_of_an_agent_are_taken_back_where_their_cash_is_counted(bag: Bag, at: datetime) -> None:
    office = desk(at)
    answer = office.post("/console/staff/equipment/", {"kind": "printer", "serial": "P-7"})
    assert answer["Location"] == "/console/staff/equipment/"
    thing = Item.objects.get()
    office.post(f"/console/staff/equipment/{thing.id}/lend/", {"shift": str(bag.shift.id)})
    assert bag.agent.staff_number in text(office.get("/console/staff/equipment/"))
    declared = bag.declares(0, is_final=True)
    page = f"/console/finance/hand-ins/{declared.id}/"
    assert "not back yet" in counts(office, page, 0, status=409)
    loan = Loan.objects.get()
    back = f"/console/staff/equipment/loans/{loan.id}/return/"
    assert office.post(back, {"condition": "damaged", "next": page})["Location"] == page
    counts(office, page, 0)
    shown = text(office.get("/console/staff/equipment/"))
    assert "Damaged" in shown
    office.post(f"/console/staff/equipment/{thing.id}/mend/", {"condition": "good"})
    assert rows_of(office.get("/console/staff/equipment/all.csv"))[1:] == [["printer", "P-7", "good", "", ""]]
    twice = office.post("/console/staff/equipment/", {"kind": "printer", "serial": "P-7"})
    assert (twice.status_code, "entered already" in text(twice)) == (422, True)


def test_change_money_that_was_not_taken_is_withdrawn(bag: Bag, at: datetime) -> None:
    offered = bag.offered()
    office = desk(at)
    assert "Not taken" in text(office.get(CUSTODY))
    assert office.post(f"{CUSTODY}floats/{offered.id}/withdraw/")["Location"] == CUSTODY
    assert CashFloat.objects.get().state == "withdrawn"


def test_cash_goes_to_the_bank_on_its_pages(bag: Bag, at: datetime) -> None:
    first, second = desk(at), desk(at)
    counts(first, "/console/finance/deposits/new/", 300_000)
    deposit = Deposit.objects.get()
    page = f"/console/finance/deposits/{deposit.id}/"
    assert "Somebody else counts it again" in text(first.get(page))
    assert first.get(f"{page}slip.pdf").status_code == 409
    assert "3,000.00" not in text(second.get(page)), "the second count is blind"
    assert "first count was another one" in counts(second, page, 200_000, status=409)
    counts(second, page, 300_000)
    slip = second.get(f"{page}slip.pdf")
    assert (slip["Content-Type"], slip.content[:5]) == ("application/pdf", b"%PDF-")
    assert second.post(f"{page}arrived/", {"amount": "2,990"})["Location"] == page
    assert standing(AccountKind.CASH_SHORT) == 1000
    (row,) = rows_of(first.get("/console/finance/deposits/all.csv"))[1:]
    assert row[:5] == ["TEST-B-0000001", "arrived", "CNY", "3000.00", "-10.00"]
    assert first.post(f"{page}arrived/", {"amount": "3000"}).status_code == 409
    assert first.post(f"{page}arrived/", {"amount": ""}).status_code == 422


def test_a_deposit_may_stay_in_the_safe(bag: Bag, at: datetime) -> None:
    deposit = a_deposit(bag, 100_000)
    page = f"/console/finance/deposits/{deposit.id}/"
    assert desk(at).post(f"{page}withdraw/")["Location"] == page
    assert Deposit.objects.get().state == "withdrawn"
    assert sent(a_deposit(bag, 100_000), at).number == deposit.number + 1


def test_cash_fetched_from_the_bank_lies_in_the_safe(at: datetime) -> None:
    builders.the_base_pack(at)
    assert "¥ 500.00" in counts(desk(at), f"{CUSTODY}fetch/", 50000)
    assert standing(AccountKind.SAFE) == 50000


# --- other tenders at the door --------------------------------------------------------------------------


def test_a_card_is_taken_by_what_stands_on_its_slip(bag: Bag, phone: Client, at: datetime) -> None:
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    path = f"/agent/visits/{story.visit_id}/card/"
    assert "No card terminal was lent to you today." in text(phone.get(path))
    item = agents.add_item(kind="card_terminal", serial="N9-100", actor=SYSTEM, at=at)
    agents.lend_item(item_id=item.id, shift_id=bag.shift.id, actor=SYSTEM, at=at)
    form = {"once": key_in(phone.get(path)), "terminal": str(item.id), "amount": "300"}
    form |= {"approval_code": "A12345", "last_four": "6789"}
    wrong = phone.post(path, form | {"last_four": "456789"})
    assert (wrong.status_code, "never more" in text(wrong)) == (422, True)
    assert phone.post(path, form)["Location"] == f"/agent/visits/{story.visit_id}/"
    assert "Say goodbye" in text(phone.get(f"/agent/visits/{story.visit_id}/"))


def test_a_forged_note_is_written_down_with_a_slip_for_the_customer(
    bag: Bag, phone: Client, at: datetime
) -> None:
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    path = f"/agent/visits/{story.visit_id}/forged/"
    form = {"once": key_in(phone.get(path)), "denomination": "10000", "serial": "AB12", "outcome": "kept"}
    assert "TEST-F-0000001" in text(phone.post(path, form))
    assert "TEST-F-0000001" in text(phone.post(path, form)), "sent twice, written once"
    assert phone.post(path, form | {"serial": "?"}).status_code == 422


def test_a_receipt_is_laid_out_for_the_paper_at_hand(bag: Bag, phone: Client, at: datetime) -> None:
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    receipt = pays(story, {10000: 3}).receipt
    for width in ("58", "80", "a5"):
        shown = text(phone.get(f"/agent/receipts/{receipt.id}/{width}/"))
        assert f'class="receipt-paper paper-{width}"' in shown
        assert "TEST-0000001" in shown
        assert receipt.short_code in shown
    assert phone.get(f"/agent/receipts/{receipt.id}/a3/").status_code == 404
    other = as_agent(a_bag(at).agent.person_id)
    assert other.get(f"/agent/receipts/{receipt.id}/58/").status_code == 404


def test_notes_that_are_owed_are_counted_back_on_the_phone_or_at_the_office(
    bag: Bag, phone: Client, at: datetime
) -> None:
    for browser, page in ((phone, "/agent/cash/returns/"), (desk(at), f"{CUSTODY}returns/")):
        story = a_visit(at, agent=bag.agent).may_be_paid(30000)
        payment = pays(story, {10000: 3})
        credit.reverse_activity(activity_id=payment.id, reason="wrong_amount", actor=SYSTEM, at=story.now)
        jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
        owed = CashReturn.objects.get(payment=payment)
        here = "/agent/cash/" if browser is phone else CUSTODY
        assert f'href="{page}{owed.id}/"' in text(browser.get(here))
        assert "not worth what" in counts(browser, f"{page}{owed.id}/", 20000, status=409)
        counts(browser, f"{page}{owed.id}/", 30000)
        assert f'href="{page}{owed.id}/"' not in text(browser.get(here))
    assert check_books().is_right


def test_notes_that_were_counted_although_none_came_are_decided_by_two_people(
    bag: Bag, phone: Client, at: datetime
) -> None:
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    payment = pays(story, {10000: 3})
    leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    bag.handed_in(30000, is_final=True)
    credit.reverse_activity(activity_id=payment.id, reason="told_twice", actor=SYSTEM, at=story.now)
    jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
    ana, bo = desk(at), desk(at)
    there = f"{CUSTODY}returns/{CashReturn.objects.get().id}/"
    assert "Counted, although none came" in text(ana.get(CUSTODY))
    assert "These notes were counted" in text(ana.get(there))
    assert ana.post(f"{there}claim/")["Location"] == there
    assert "Another person must decide" in text(ana.get(there))
    assert there not in text(phone.get("/agent/cash/"))
    said = {"once": key_in(bo.get(there)), "decision": "keep"}
    assert ana.post(f"{there}decide/", said).status_code == 403
    assert bo.post(f"{there}decide/", said | {"decision": "perhaps"}).status_code == 422
    assert bo.post(f"{there}decide/", said)["Location"] == CUSTODY
    assert "This is settled." in text(ana.get(there))
    assert (bag.in_hand, standing(AccountKind.CASH_OVER)) == (0, -30000)
    assert check_books().is_right


def test_the_office_sees_what_change_the_visits_of_the_day_may_need(bag: Bag, at: datetime) -> None:
    page = f"{CUSTODY}floats/{bag.shift.id}/new/"
    assert "Change that may be needed" not in text(desk(at).get(page)), "nobody wants to pay in cash"
    home = builders.a_customer(at)
    booking = booking_for(home, builders.a_credit_account(home, at), bag.agent, bag.shift.id, at)
    book_visit(
        booking=replace(booking, wants_cash=True, wanted_minor=345_60),
        actor=builders.themselves(home),
        at=at,
    )
    shown = text(desk(at).get(page))
    assert "Visits with cash to come: 1" in shown
    assert "× 4" in shown


def test_where_the_bag_is_full_the_agent_asks_the_office_and_the_visit_goes_on(
    bag: Bag, phone: Client, at: datetime
) -> None:
    bag.taken(990_000)
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    there = f"/agent/visits/{story.visit_id}/"
    for wish, word in (
        ("second_agent", "A second agent is wanted at the door"),
        ("another_time", "The rest is to be paid another time"),
    ):
        assert f'value="{wish}"' in text(phone.get(there))
        for _ in range(2):  # pressed twice, asked once
            assert phone.post(f"{there}ask-office/", {"wish": wish})["Location"] == there
        assert f'value="{wish}"' not in text(phone.get(there))
        assert word in text(desk(at, Role.DISPATCHER).get("/console/alerts/"))
    assert Fact.objects.filter(kind="OfficeAsked").count() == 2
    assert "The office knows and will call." in text(phone.get(there))
    assert phone.post(f"{there}ask-office/", {"wish": "duress"}).status_code == 422
    assert pays(story, {10000: 1}).amount_minor == 10000, "a part is taken all the same"


def test_a_transfer_is_begun_at_the_door_and_credited_by_the_bank_s_file(
    bag: Bag, phone: Client, at: datetime
) -> None:
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    there = f"/agent/visits/{story.visit_id}/"
    key = key_in(phone.get(there))
    assert phone.post(f"{there}transfer/", {"amount": "30000", "once": key})["Location"] == there
    payment = Payment.objects.get()
    shown = text(phone.get(there))
    assert payment.transfer_code in shown
    assert "Nothing is credited before the bank has the money" in shown
    assert "Say goodbye" in shown
    office, files = desk(at), "/console/finance/files/"
    sent_file = SimpleUploadedFile(
        "bank.csv", b"date,amount,currency,reference,text\n2026-11-24,300.00,CNY,B7,LI MING\n"
    )
    assert office.post(files, {"source": "bank", "file": sent_file})["Location"] == files
    shown = text(office.get(files))
    assert "LI MING" not in shown
    assert payment.transfer_code in shown
    line = SettlementLine.objects.get()
    match = f"{files}lines/{line.id}/match/"
    assert office.post(match, {"what": "nothing"}).status_code == 422
    assert office.post(match, {"what": f"payment:{payment.id}"})["Location"] == files
    assert "Everything is matched." in text(office.get(files))
    (row,) = rows_of(office.get(f"{files}all.csv"))[1:]
    assert row[:6] == ["bank", "2026-11-24", "CNY", "300.00", "B7", story.visit.number]
    assert desk(at, Role.DISPATCHER).get(files).status_code == 403


def test_a_file_that_cannot_be_read_says_what_is_wanted(bag: Bag, at: datetime) -> None:
    office, files = desk(at), "/console/finance/files/"
    wrong = SimpleUploadedFile("bank.csv", b"day,sum\n1,2\n")
    answer = office.post(files, {"source": "bank", "file": wrong})
    assert (answer.status_code, "date, amount, currency, reference, text" in text(answer)) == (422, True)
    assert office.post(files, {"source": "bank"}).status_code == 422


def test_a_transfer_that_never_came_is_dropped_by_the_agent_or_the_office(
    bag: Bag, phone: Client, at: datetime
) -> None:
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    there = f"/agent/visits/{story.visit_id}/"
    for browser in (phone, desk(at)):
        phone.post(f"{there}transfer/", {"amount": "30000", "once": key_in(phone.get(there))})
        payment = Payment.objects.get(state="pending")
        if browser is phone:
            browser.post(f"{there}transfer/drop/", {"payment": str(payment.id)})
        else:
            browser.post(f"/console/finance/files/transfers/{payment.id}/drop/")
        assert not Payment.objects.filter(state="pending").exists()


def test_an_amount_is_typed_for_who_cannot_choose_it_with_a_reason(
    bag: Bag, phone: Client, at: datetime
) -> None:
    story = a_visit(at, agent=bag.agent).proven()
    there = f"/agent/visits/{story.visit_id}/amount/"
    with clock.stopped_at(story.now):
        assert f'href="{there}assisted/"' in text(phone.get(there))
        shown = phone.get(f"{there}assisted/")
        form = {"once": key_in(shown), "quote": quote_in(shown), "amount": "wanted"}
        assert phone.post(f"{there}assisted/", form).status_code == 422
        done = phone.post(f"{there}assisted/", form | {"reason": "cannot_see"})
        assert done["Location"] == f"/agent/visits/{story.visit_id}/"
        assert "The agent typed the amount" in text(desk(at, Role.DISPATCHER).get("/console/"))
