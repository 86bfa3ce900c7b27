"""The customer's pages: each state of a visit, wrong input, other people's things, the same click twice."""

from datetime import date, datetime
from uuid import uuid4

import pytest
from django.test import Client

from koumen.agents.commands import end_shift_early
from koumen.agents.rules.shift import OffReason
from koumen.credit import queries as credit
from koumen.dispatch.commands import offer_places
from koumen.dispatch.models import PlaceOffer, Standing
from koumen.dispatch.rules.slot import Slot
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.people.commands import name_delegate
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.models import Visit
from tests import builders
from tests.sites.doors import as_customer, key_in, nobody, quote_in, slot_in, text
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def browser(story: Story) -> Client:
    return as_customer(story.home.person_id)


def page_of(story: Story, browser: Client, path: str = "", *, status: int = 200) -> str:
    with clock.stopped_at(story.now):
        answered = browser.get(f"/visits/{story.visit_id}/{path}")
    assert answered.status_code == status
    return text(answered)


def send(story: Story, browser: Client, path: str, data: dict[str, str], *, status: int = 302) -> str:
    with clock.stopped_at(story.now):
        answered = browser.post(f"/visits/{story.visit_id}/{path}", data)
    assert answered.status_code == status, text(answered)[:2000]
    return text(answered)


def open_amount(story: Story, browser: Client) -> dict[str, str]:
    """The hidden fields of the amount form."""
    with clock.stopped_at(story.now):
        answered = browser.get(f"/visits/{story.visit_id}/")
    return {"once": key_in(answered), "quote": quote_in(answered)}


# --- at home --------------------------------------------------------------------------------------------


def test_a_stranger_is_welcomed_and_sees_nothing(at: datetime) -> None:
    welcome = nobody().get("/")
    assert "Sign in with my phone number" in text(welcome)
    for path in ("/book/", "/bills/", "/receipts/", "/for/", f"/visits/{uuid4()}/"):
        assert nobody().get(path)["Location"].startswith("/sign-in/"), path


def test_home_says_what_is_owed_and_who_comes(story: Story, browser: Client) -> None:
    home = text(browser.get("/"))
    assert "1,000.00" in home
    assert "Book a visit" in home
    assert story.agent.staff_number in home
    assert "400-000-0000" in home


def test_home_without_debt_and_without_visit_says_so(at: datetime) -> None:
    customer = builders.a_customer(at)
    builders.a_credit_account(customer, at)
    home = text(as_customer(customer.person_id).get("/"))
    assert "You owe nothing." in home
    assert "No visit is booked." in home


def test_bills_and_receipts_are_kind_when_empty(browser: Client) -> None:
    assert "No bill yet." in text(browser.get("/bills/"))
    assert "No receipts yet." in text(browser.get("/receipts/"))


# --- booking --------------------------------------------------------------------------------------------


def book(browser: Client, *, amount: str = "300") -> Client:
    """The first three screens."""
    browser.get("/book/")
    assert browser.post("/book/amount/", {"amount": "other", "other": amount}).status_code == 302
    assert browser.post("/book/place/", {"wants_cash": "on", "note": "三楼"}).status_code == 302
    times = browser.get("/book/time/")
    assert browser.post("/book/time/", {"slot": slot_in(times)}).status_code == 302
    return browser


@pytest.fixture
def buyer(at: datetime) -> Client:
    """Somebody who owes nothing yet and whom one team could visit today and tomorrow."""
    builders.the_base_pack(at)
    agent = builders.an_agent(at)
    for days in (0, 1):
        builders.with_partner(builders.a_shift(agent, at, days=days), at)
    customer = builders.a_customer(at)
    builders.a_credit_account(customer, at)
    return as_customer(customer.person_id)


def test_four_screens_lead_to_a_promise(buyer: Client) -> None:
    read_back = text(book(buyer).get("/book/confirm/"))
    assert "300.00" in read_back
    assert "three hundred yuan" in read_back
    assert "三楼" in read_back
    taken = buyer.post("/book/confirm/")
    assert taken["Location"].startswith("/visits/")
    assert "Your visit is booked" in text(buyer.get(taken["Location"]))


def test_wishes_are_read_back_and_what_nobody_brings_is_said(buyer: Client) -> None:
    buyer.get("/book/")
    buyer.post("/book/amount/", {"amount": "other", "other": "300"})
    buyer.post("/book/place/", {"two_people": "on", "same_person": "on"})
    buyer.post("/book/time/", {"slot": slot_in(buyer.get("/book/time/"))})
    assert " and " in text(buyer.get("/book/confirm/"))
    buyer.post("/book/place/", {"equipment": ["printer"]})
    assert "Nobody who works on these days carries what you asked for." in text(buyer.get("/book/time/"))


def test_who_pays_in_cash_for_the_first_time_where_nobody_goes_in_twos_is_told_why(at: datetime) -> None:
    builders.the_base_pack(at)
    builders.a_shift(builders.an_agent(at), at)
    customer = builders.a_customer(at)
    builders.a_credit_account(customer, at)
    browser = as_customer(customer.person_id)
    browser.get("/book/")
    browser.post("/book/amount/", {"amount": "other", "other": "300"})
    browser.post("/book/place/", {"wants_cash": "on"})
    said = text(browser.get("/book/time/"))
    assert "No two visitors go together on these days." in said
    assert "cash is never refused" in said
    browser.post("/book/place/", {"note": ""})
    assert slot_in(browser.get("/book/time/"))


def test_the_language_of_visits_is_chosen_and_remembered(buyer: Client) -> None:
    assert "Which language shall we speak?" in text(buyer.get("/languages/"))
    assert "We remember it" in text(buyer.post("/languages/", {"languages": ["hak", "nan"]}))
    buyer.get("/book/")
    buyer.post("/book/amount/", {"amount": "other", "other": "300"})
    assert "Hakka" in text(buyer.get("/book/place/"))
    buyer.post("/book/place/", {})
    assert "Nobody who works on these days speaks this language." in text(buyer.get("/book/time/"))


def test_who_gets_another_visitor_than_the_one_they_chose_is_told(buyer: Client, at: datetime) -> None:
    said = "Somebody else comes than the visitor you chose"
    other = builders.an_agent(at)
    for days in (0, 1):
        builders.with_partner(builders.a_shift(other, at, days=days), at)
    slot = Slot.from_key(slot_in(book(buyer).get("/book/time/")))
    desk, why = builders.staff(Role.DISPATCHER), OffReason.UNWELL
    end_shift_early(shift_id=slot.shift_id, off_from=slot.window_from, reason=why, actor=desk, at=at)
    visit = buyer.post("/book/confirm/")["Location"]
    assert said in text(buyer.get(visit))
    assert said not in text(buyer.get(visit.partition("?")[0]))


def test_the_same_click_twice_books_once(buyer: Client) -> None:
    book(buyer)
    first, second = buyer.post("/book/confirm/"), buyer.post("/book/confirm/")
    assert first["Location"] == second["Location"]
    assert Visit.objects.count() == 1


def test_a_key_with_another_booking_in_it_is_refused(buyer: Client) -> None:
    book(buyer).post("/book/confirm/")
    buyer.post("/book/amount/", {"amount": "other", "other": "400"})
    again = buyer.post("/book/confirm/")
    assert again.status_code == 409
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("written", ["0", "three", "-5", "1.234", "9" * 30, "", "1e5", "<b>"])
def test_an_amount_that_is_none_is_said_at_its_field(buyer: Client, written: str) -> None:
    buyer.get("/book/")
    answered = buyer.post("/book/amount/", {"amount": "other", "other": written})
    assert answered.status_code == 200
    assert 'id="id_other-error"' in text(answered)


def test_a_full_width_amount_is_read(buyer: Client) -> None:
    book(buyer, amount="３００．５")
    assert "300.50" in text(buyer.get("/book/confirm/"))


def test_who_waits_is_told_of_a_free_time_on_their_own_page_and_says_yes(buyer: Client, at: datetime) -> None:
    buyer.get("/book/")
    buyer.post("/book/amount/", {"amount": "other", "other": "300"})
    buyer.post("/book/place/", {})
    assert "waiting list" in text(buyer.get("/book/wish/"))
    wished = {"date": "2026-11-27", "part_of_day": "morning", "hour": "10", "wait": "on"}
    assert "You are on the waiting list." in text(buyer.post("/book/wish/", wished))
    builders.a_shift(builders.an_agent(at), at, days=3)
    assert "You are on the waiting list" in text(buyer.get("/"))
    assert offer_places(actor=SYSTEM, at=at) == 1
    offer = PlaceOffer.objects.get()
    page = f"/waiting/{offer.waiting_id}/"
    assert "A time came free for you" in text(buyer.get("/"))
    assert "Please answer by" in text(buyer.get(page))
    assert buyer.post(f"/places/{offer.id}/decline/")["Location"] == page
    assert offer_places(actor=SYSTEM, at=at) == 1
    again = PlaceOffer.objects.get(state="open")
    assert buyer.post(f"/places/{offer.id}/accept/")["Location"] == f"{page}?gone=1"
    assert "You keep your place in the line." in text(buyer.get(f"{page}?gone=1"))
    booked = buyer.post(f"/places/{again.id}/accept/")["Location"]
    assert "Your visit is booked" in text(buyer.get(booked))
    assert buyer.get(page)["Location"] == booked
    assert buyer.post(f"{page}leave/").status_code == 409


def test_a_visit_every_month_is_agreed_left_out_paused_and_ended_on_the_own_page(
    story: Story, browser: Client
) -> None:
    said = {"account": str(story.account_id), "kind": "weekday", "week": "3", "weekday": "1"}
    said |= {"days_before": "3", "part_of_day": "morning", "amount": "bill"}
    assert "has-error" in text(browser.post("/standing/new/", {"kind": "weekday"}))
    assert browser.post("/standing/new/", said)["Location"] == "/standing/"
    home = text(browser.get("/standing/"))
    assert "the third Tuesday of each month, morning" in home
    assert "15 December" in home
    page = f"/standing/{Standing.objects.get().id}/"
    browser.post(page, {"act": "skip", "month": "2026-12-01"})
    assert "19 January 2027" in text(browser.get("/standing/"))
    browser.post(page, {"act": "pause", "months": "2"})
    assert "Paused until" in text(browser.get("/standing/"))
    browser.post(page, {"act": "resume"})
    for wrong in ({"act": "dance"}, {"act": "pause", "months": "many"}, {"act": "skip", "month": "x"}):
        assert browser.post(page, wrong).status_code == 422
    browser.post(page, {"act": "end"})
    assert "the third Tuesday" not in text(browser.get("/standing/"))
    assert browser.post(page, {"act": "end"}).status_code == 409


@pytest.mark.parametrize("path", ["/book/amount/", "/book/place/", "/book/time/", "/book/confirm/"])
def test_a_screen_that_was_skipped_sends_back_to_the_first(buyer: Client, path: str) -> None:
    answered = buyer.get(path)
    assert answered.status_code == 404
    assert "begin the booking again" in text(answered)


def test_a_slot_that_never_was_one_is_refused(buyer: Client) -> None:
    buyer.get("/book/")
    buyer.post("/book/amount/", {"amount": "other", "other": "300"})
    buyer.post("/book/place/", {})
    assert buyer.post("/book/time/", {"slot": ""}).status_code == 200
    assert buyer.post("/book/time/", {"slot": "tomorrow at noon"}).status_code == 422


def test_whoever_was_slower_is_told_kindly_and_chooses_again(buyer: Client, at: datetime) -> None:
    book(buyer)
    for _ in range(4):  # as many as fit into an hour at one house
        customer = builders.a_customer(at)
        builders.a_credit_account(customer, at)
        book(as_customer(customer.person_id)).post("/book/confirm/")
    answered = buyer.post("/book/confirm/")
    assert answered["Location"] == "/book/time/"
    assert "Somebody was faster" in text(buyer.get("/book/time/"))


def test_none_of_the_times_records_a_wish(buyer: Client) -> None:
    buyer.get("/book/")
    wish = buyer.get("/book/wish/")
    assert "When would it suit you?" in text(wish)
    answered = buyer.post("/book/wish/", {"date": "2026-11-26", "part_of_day": "evening"})
    assert "We have written it down" in text(answered)
    assert buyer.post("/book/wish/", {"date": "1999-01-01", "part_of_day": "night"}).status_code == 200


# --- a visit in each of its states ----------------------------------------------------------------------


def test_a_booked_visit_shows_both_pictures(story: Story, browser: Client) -> None:
    page = page_of(story, browser)
    assert "Your two pictures" in page
    assert page.count("pictures.svg#") == 2
    assert "Change the time" in page


def test_on_the_way_the_visit_can_be_cancelled_but_not_moved(story: Story, browser: Client) -> None:
    story.sets_out()
    page = page_of(story, browser)
    assert "is on the way" in page
    assert "Change the time" not in page
    assert "Cancel the visit" in page


def test_the_pictures_are_compared_first(story: Story, browser: Client) -> None:
    story.at_the_door()
    assert "Ask to see the two pictures" in page_of(story, browser)
    send(story, browser, "pictures/", {"matched": "yes"})
    assert "Now show who you are" in page_of(story, browser)
    send(story, browser, "pictures/", {"matched": "yes"}, status=409)


def test_different_pictures_keep_the_door_shut_and_alarm_the_office(story: Story, browser: Client) -> None:
    story.at_the_door()
    send(story, browser, "pictures/", {"matched": "no"})
    assert "Do not open the door" in page_of(story, browser)
    assert len(queries.open_alerts(actor=builders.staff(Role.DISPATCHER))) == 1


def test_the_amount_is_agreed_and_only_then_is_there_a_code(story: Story, browser: Client) -> None:
    story.proven()
    form = open_amount(story, browser)
    assert "code-card" not in page_of(story, browser)
    send(story, browser, "amount/", form | {"amount": "wanted"})
    page = page_of(story, browser)
    assert f"{story.code()[:3]} {story.code()[3:]}" in page.replace("\u202f", " ").replace("\u00a0", " ")
    assert "300.00" in page


def test_the_same_amount_form_twice_is_one_agreement(story: Story, browser: Client) -> None:
    story.proven()
    form = open_amount(story, browser) | {"amount": "wanted"}
    send(story, browser, "amount/", form)
    send(story, browser, "amount/", form)
    assert story.visit.agreements.count() == 1
    send(story, browser, "amount/", form | {"amount": "other", "other": "5"}, status=409)


@pytest.mark.parametrize("written", ["0", "abc", "999999999999", "1.001", ""])
def test_a_wrong_amount_at_the_door_agrees_to_nothing(story: Story, browser: Client, written: str) -> None:
    story.proven()
    form = open_amount(story, browser) | {"amount": "other", "other": written}
    with clock.stopped_at(story.now):
        answered = browser.post(f"/visits/{story.visit_id}/amount/", form)
    assert answered.status_code in {200, 422}
    assert story.visit.agreements.count() == 0


@pytest.mark.parametrize("quote", ["", "no-id", "0b1f5f5e-0000-7000-8000-000000000000"])
def test_an_amount_without_a_quote_of_ours_is_refused(story: Story, browser: Client, quote: str) -> None:
    story.proven()
    with clock.stopped_at(story.now):
        answered = browser.post(
            f"/visits/{story.visit_id}/amount/", {"amount": "wanted", "quote": quote, "once": str(new_id())}
        )
    assert answered.status_code in {404, 422}


def test_a_locked_code_is_explained(story: Story, browser: Client) -> None:
    story.proven().agrees()
    for _ in range(3):
        story.says(story.wrong_code())
    page = page_of(story, browser)
    assert "Please wait for our call" in page
    assert "code-card" not in page


def test_after_the_code_the_screen_says_to_pay(story: Story, browser: Client) -> None:
    story.may_be_paid()
    assert "Now you pay" in page_of(story, browser)


def test_a_paid_visit_shows_the_receipt_and_the_new_balance(story: Story, browser: Client) -> None:
    story.may_be_paid()
    paid = payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    page = page_of(story, browser)
    assert "Your payment has arrived" in page
    assert "700.00" in page
    receipts = browser.get("/receipts/")
    assert paid.receipt.printed_number in text(receipts)
    pdf = browser.get(f"/receipts/{paid.receipt.id}.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert credit.owed(actor=SYSTEM, account_id=story.account_id, at=story.now).all_minor == 70000


def test_a_visit_for_talking_only_ends_without_a_receipt(story: Story, browser: Client) -> None:
    story.proven()
    visits.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    page = page_of(story, browser)
    assert "The visit is done" in page
    assert "Your payment has arrived" not in page


def test_a_visit_that_ended_early_says_that_nothing_changed(story: Story, browser: Client) -> None:
    story.at_the_door()
    visits.break_off(visit_id=story.visit_id, reason="distress", actor=story.visitor, at=story.now)
    assert "This visit ended early" in page_of(story, browser)


def test_cancelling_asks_once(story: Story, browser: Client) -> None:
    assert "Yes, cancel it" in page_of(story, browser, "cancel/")
    send(story, browser, "cancel/", {})
    assert "This visit is cancelled" in page_of(story, browser)
    send(story, browser, "cancel/", {}, status=409)


def test_moving_takes_another_window_once(story: Story, browser: Client) -> None:
    offered = browser.get(f"/visits/{story.visit_id}/move/")
    form = {"slot": slot_in(offered), "once": key_in(offered)}
    before = story.visit.window_from
    send(story, browser, "move/", form)
    after = story.visit.window_from
    assert after != before
    send(story, browser, "move/", form)
    assert story.visit.window_from == after
    send(story, browser, "move/", {"slot": form["slot"], "once": "nothing"}, status=200)


def test_the_live_part_is_silent_until_something_changed(story: Story, browser: Client) -> None:
    page = page_of(story, browser)
    seen = page.split("live/?seen=")[1].split('"')[0].replace("&amp;", "&")
    with clock.stopped_at(story.now):
        same = browser.get(f"/visits/{story.visit_id}/live/?seen={seen}")
        assert (same.status_code, same.has_header("HX-Redirect")) == (204, False)
        story.sets_out()
        other = browser.get(f"/visits/{story.visit_id}/live/?seen={seen}")
    assert other["HX-Redirect"] == f"/visits/{story.visit_id}/"


# --- other people's things ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "live/", "move/", "cancel/"])
def test_another_customers_visit_does_not_exist(story: Story, at: datetime, path: str) -> None:
    stranger = builders.a_customer(at)
    builders.a_credit_account(stranger, at)
    answered = as_customer(stranger.person_id).get(f"/visits/{story.visit_id}/{path}")
    assert answered.status_code == 404


@pytest.mark.parametrize("path", ["cancel/", "confirm/", "pictures/"])
def test_another_customer_can_do_nothing_to_it(story: Story, at: datetime, path: str) -> None:
    stranger = as_customer(builders.a_customer(at).person_id)
    send(story, stranger, path, {"matched": "yes"}, status=404)
    assert story.visit.state == "booked"


def test_another_customers_receipt_does_not_exist(story: Story, at: datetime) -> None:
    story.may_be_paid()
    paid = payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    stranger = as_customer(builders.a_customer(at).person_id)
    assert stranger.get(f"/receipts/{paid.receipt.id}.pdf").status_code == 404


def test_an_id_that_is_none_is_a_page_of_ours(browser: Client) -> None:
    assert browser.get("/visits/one/").status_code == 404


# --- a relative -----------------------------------------------------------------------------------------


@pytest.fixture
def relative(story: Story, at: datetime) -> Client:
    helper = builders.a_person(at, role=Role.RELATIVE)
    name_delegate(
        customer_id=story.home.id,
        person_id=helper,
        valid_to=date(2027, 5, 1),
        actor=story.customer,
        at=at,
    )
    return as_customer(helper)


def test_a_relative_asks_and_never_sees_the_debt(story: Story, relative: Client, browser: Client) -> None:
    home = relative.get("/", follow=True)
    assert "You may ask for a visit" in text(home)
    relative.get(f"/for/{story.home.id}/")
    amount = relative.get("/book/amount/")
    for seen in (home, amount):
        assert "1,000.00" not in text(seen)
    relative.post("/book/amount/", {"other": "200"})
    place = text(relative.get("/book/place/"))
    assert "人民路" not in place
    relative.post("/book/place/", {})
    relative.post("/book/time/", {"slot": slot_in(relative.get("/book/time/"))})
    assert "Yes, ask for this visit" in text(relative.get("/book/confirm/"))
    asked = relative.post("/book/confirm/")["Location"]
    page = text(relative.get(asked))
    assert "We are waiting for their answer" in page
    assert "pictures.svg" not in page
    assert "Yes, please come" in text(browser.get(asked))
    browser.post(f"{asked}confirm/")
    assert "The visit is booked" in text(relative.get(asked))
    assert relative.post(f"{asked}confirm/").status_code in {403, 409}


def test_a_relative_has_no_bills_and_no_other_customers(story: Story, relative: Client, at: datetime) -> None:
    assert relative.get("/bills/").status_code == 404
    assert relative.get(f"/visits/{story.visit_id}/").status_code == 404
    assert relative.get(f"/for/{builders.a_customer(at).id}/").status_code == 404
    assert relative.get("/receipts/").status_code == 200
