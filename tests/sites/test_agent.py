"""The agent's pages: the door step by step, no amount before it is agreed, money counted, wrong input."""

from datetime import datetime

import pytest
from django.test import Client

from koumen.agents.models import Shift
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.ids import new_id
from koumen.payments import gateway
from koumen.payments import queries as payments
from koumen.payments.models import CashWitness
from koumen.payments.rules.wallet import Charge, ChargeState
from koumen.visits import commands as visits
from koumen.visits.rules.reasons import CancelReason
from tests import builders
from tests.sites.doors import as_agent, as_customer, key_in, nobody, quote_in, text
from tests.visits.stories import MINUTE, Story, a_visit

pytestmark = pytest.mark.django_db

NOTES = {"in_10000": "3"}


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def phone(story: Story) -> Client:
    return as_agent(story.agent.person_id)


def page_of(story: Story, phone: Client, path: str = "", *, status: int = 200) -> str:
    with clock.stopped_at(story.now):
        answered = phone.get(f"/agent/visits/{story.visit_id}/{path}")
    assert answered.status_code == status, text(answered)[:2000]
    return text(answered)


def send(
    story: Story, phone: Client, path: str, data: dict[str, str] | None = None, *, status: int = 302
) -> str:
    """Send a form and come back with the page that follows."""
    with clock.stopped_at(story.now):
        answered = phone.post(f"/agent/visits/{story.visit_id}/{path}", data or {})
        assert answered.status_code == status, text(answered)[:2000]
        return text(phone.get(answered["Location"])) if status == 302 else text(answered)


def form_of(story: Story, phone: Client, path: str) -> str:
    """The key of a page's form."""
    with clock.stopped_at(story.now):
        return key_in(phone.get(f"/agent/visits/{story.visit_id}/{path}"))


# --- the day --------------------------------------------------------------------------------------------


def test_nobody_gets_in_without_signing_in(story: Story) -> None:
    for path in ("/agent/", f"/agent/visits/{story.visit_id}/"):
        assert nobody().get(path)["Location"].startswith("/agent/sign-in/")


def test_a_customer_is_nobody_on_the_agents_site(story: Story) -> None:
    browser = as_customer(story.home.person_id)
    assert browser.get("/agent/").status_code == 302


def test_the_day_shows_the_stops_and_nothing_of_the_debt(story: Story, phone: Client) -> None:
    day = text(phone.get("/agent/"))
    assert "李阿姨" in day
    assert "中山区" in day
    assert "1 visit left" in day
    for amount in ("300.00", "1,000.00"):
        assert amount not in day


def test_another_day_is_empty_and_a_day_that_is_none_is_today(story: Story, phone: Client) -> None:
    assert "No visits on this day." in text(phone.get("/agent/?day=2026-11-25"))
    assert "李阿姨" in text(phone.get("/agent/?day=christmas"))


def test_another_agents_visit_does_not_exist(story: Story, at: datetime) -> None:
    other = as_agent(builders.an_agent(at).person_id)
    page_of(story, other, status=404)
    send(story, other, "set-out/", status=404)
    assert "No visits on this day." in text(other.get("/agent/"))


# --- the road -------------------------------------------------------------------------------------------


def test_the_second_of_a_team_sees_the_visit_and_with_whom_and_acts_on_nothing(story: Story) -> None:
    team = builders.with_partner(story.visit.shift, story.now)
    other = as_agent(Shift.objects.get(joined_to=team).agent.person_id)
    assert str(story.visit_id) in text(other.get("/agent/"))
    here = f"/agent/visits/{story.visit_id}/"
    assert story.agent.staff_number in text(other.get(here))
    assert "Set out" not in text(other.get(here))
    assert other.post(f"{here}set-out/").status_code == 403
    story.at_the_door()
    with clock.stopped_at(story.now):
        assert "You go along with" in text(other.get(here)), "and no pictures"


def test_setting_out_and_turning_back(story: Story, phone: Client) -> None:
    page = page_of(story, phone)
    assert "Set out" in page
    assert "门铃坏了" in page
    assert "I am at the door" in send(story, phone, "set-out/")
    assert "李阿姨" in send(story, phone, "turn-back/")
    assert story.visit.state == "booked"


def test_whoever_comes_too_early_is_told_why_they_may_not_knock(story: Story, phone: Client) -> None:
    story.sets_out()
    page = send(story, phone, "arrive/", status=409)
    assert "You may not knock now" in page
    assert "more than twenty minutes before" in page
    assert story.visit.state == "on_the_way"


def test_before_the_door_there_are_no_pictures(story: Story, phone: Client) -> None:
    assert "pictures.svg" not in page_of(story, phone)
    story.sets_out()
    story.now = story.visit.window_from
    assert "pictures.svg" in send(story, phone, "arrive/")


def test_nobody_opening_ends_the_visit_after_a_wait(story: Story, phone: Client) -> None:
    story.at_the_door()
    send(story, phone, "no-answer/", status=409)
    story.now += 6 * MINUTE
    send(story, phone, "no-answer/")
    assert "This visit is over." in page_of(story, phone)


# --- the door -------------------------------------------------------------------------------------------


def test_no_amount_is_shown_before_it_is_agreed(story: Story, phone: Client) -> None:
    steps = [
        page_of(story, phone),
        page_of(story.sets_out(), phone),
        page_of(story.arrives(), phone),
        page_of(story.compares(), phone),
        send(story, phone, "identity/", {"means": "birth_year", "birth_year": "1948"}),
    ]
    assert "Both sides are proven" in steps[-1]
    for page in steps:
        assert "300.00" not in page
        assert "1,000.00" not in page
    story.agrees()
    assert "300.00" in page_of(story, phone)


def test_the_customer_answers_on_the_turned_phone(story: Story, phone: Client) -> None:
    story.at_the_door()
    assert "Who opens?" in send(story, phone, "pictures/", {"matched": "yes"})


def test_different_pictures_send_the_agent_back(story: Story, phone: Client) -> None:
    story.at_the_door()
    assert "Do not go in" in send(story, phone, "pictures/", {"matched": "no"})


@pytest.mark.parametrize("year", ["", "48", "nineteen", "99999"])
def test_a_year_that_is_none_costs_no_try(story: Story, phone: Client, year: str) -> None:
    story.at_the_door().compares()
    page = send(story, phone, "identity/", {"means": "birth_year", "birth_year": year}, status=422)
    assert "id_birth_year-error" in page
    assert story.visit.identity_tries == 0


def test_three_wrong_years_offer_nothing_but_stopping(story: Story, phone: Client) -> None:
    story.at_the_door().compares()
    wrong = {"means": "birth_year", "birth_year": "1950"}
    assert "That did not match" in send(story, phone, "identity/", wrong)
    send(story, phone, "identity/", wrong)
    page = send(story, phone, "identity/", wrong)
    assert "Please stop this visit kindly" in page
    assert "1948" not in page
    send(story, phone, "identity/", wrong, status=409)


def test_a_means_that_is_none_is_refused(story: Story, phone: Client) -> None:
    story.at_the_door().compares()
    send(story, phone, "identity/", {"means": "charm", "matched": "on"}, status=422)


def test_a_card_that_was_seen_proves(story: Story, phone: Client) -> None:
    story.at_the_door().compares()
    page = send(story, phone, "identity/", {"means": "identity_card", "matched": "on"})
    assert "Both sides are proven" in page


def test_the_amount_on_the_turned_phone(story: Story, phone: Client) -> None:
    story.proven()
    with clock.stopped_at(story.now):
        opened = phone.get(f"/agent/visits/{story.visit_id}/amount/")
    form = {"once": key_in(opened), "quote": quote_in(opened), "amount": "other"}
    again = send(story, phone, "amount/", form | {"other": "0"}, status=200)
    assert "id_other-error" in again
    page = send(story, phone, "amount/", form | {"other": "250"})
    assert "250.00" in page
    send(story, phone, "amount/", form | {"other": "250"})
    assert story.visit.agreements.count() == 1


def test_a_wrong_code_is_said_and_loading_again_costs_no_try(story: Story, phone: Client) -> None:
    story.proven().agrees()
    page = send(story, phone, "code/", {"code": story.wrong_code()})
    assert "That is not the code" in page
    page_of(story, phone, "?said=wrong")
    assert story.visit.code_tries == 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_a_code_that_is_none_costs_no_try(story: Story, phone: Client, typed: str) -> None:
    story.proven().agrees()
    assert "id_code-error" in send(story, phone, "code/", {"code": typed}, status=422)
    assert story.visit.code_tries == 0


def test_three_wrong_codes_lock_the_form(story: Story, phone: Client) -> None:
    story.proven().agrees()
    for _ in range(2):
        send(story, phone, "code/", {"code": story.wrong_code()})
    page = send(story, phone, "code/", {"code": story.wrong_code()})
    assert "Code entry is locked" in page
    assert 'name="code"' not in page


def test_a_code_with_a_space_is_read(story: Story, phone: Client) -> None:
    story.proven().agrees()
    code = story.code()
    assert "How is it paid?" in send(story, phone, "code/", {"code": f"{code[:3]} {code[3:]}"})


def test_the_code_is_never_on_the_agents_page(story: Story, phone: Client) -> None:
    story.proven().agrees()
    page = page_of(story, phone)
    assert story.code() not in page
    assert f"{story.code()[:3]} {story.code()[3:]}" not in page


def test_stopping_takes_a_reason_and_touches_nothing(story: Story, phone: Client) -> None:
    story.at_the_door()
    assert "Why do you stop?" in page_of(story, phone, "stop/")
    send(story, phone, "stop/", {"reason": "bad mood"}, status=422)
    send(story, phone, "stop/", {}, status=422)
    send(story, phone, "stop/", {"reason": "unsafe"})
    assert story.visit.end_reason == "unsafe"


# --- the money ------------------------------------------------------------------------------------------


def test_cash_is_added_up_and_then_received_once(story: Story, phone: Client) -> None:
    story.may_be_paid(29000)
    key = form_of(story, phone, "cash/")
    counted = NOTES | {"out_1000": "1", "once": key}
    added = send(story, phone, "cash/", counted | {"count": "1"}, status=200)
    assert "Change to give" in added
    assert payments.receipts_of_visit(actor=SYSTEM, visit_id=story.visit_id) == []
    assert "Paid" in send(story, phone, "cash/", counted | {"pay": "1"})
    page = send(story, phone, "cash/", counted | {"pay": "1"})
    (receipt,) = payments.receipts_of_visit(actor=SYSTEM, visit_id=story.visit_id)
    assert receipt.number in page
    assert "710.00" in page
    assert 'aria-label="QR code"' in page or "<title>QR code</title>" in page
    send(story, phone, "cash/", NOTES | {"once": key, "pay": "1"}, status=409)
    assert "290.00" in text(phone.get("/agent/"))
    send(story, phone, "leave/")
    assert story.visit.state == "closed"
    assert receipt.number in page_of(story, phone)


@pytest.mark.parametrize(
    "counted",
    [
        {},
        {"in_10000": "three"},
        {"in_10000": "-3"},
        {"in_10000": "99999"},
        {"in_10000": "4"},
        {"in_10000": "3", "out_10000": "3"},
        {"in_10000": "1", "out_10000": "2"},
    ],
)
def test_cash_that_does_not_fit_is_not_received(story: Story, phone: Client, counted: dict[str, str]) -> None:
    story.may_be_paid()
    key = form_of(story, phone, "cash/")
    page = send(story, phone, "cash/", counted | {"once": key, "pay": "1"}, status=409)
    assert "notice-risk" in page
    assert payments.receipts_of_visit(actor=SYSTEM, visit_id=story.visit_id) == []


def test_there_is_no_cash_page_before_the_code(story: Story, phone: Client) -> None:
    story.proven().agrees()
    page_of(story, phone, "cash/", status=302)


class Provider:
    """The wallet provider, at its gateway."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.silent = False
        monkeypatch.setattr(gateway, "create_charge", self.create)
        monkeypatch.setattr(gateway, "close_charge", self.close)

    def create(self, **said: object) -> Charge:
        if self.silent:
            raise gateway.ProviderSilentError("timeout")
        return Charge(
            payment_id=said["payment_id"],  # type: ignore[arg-type]
            state=ChargeState.PENDING,
            reference="W1",
            amount_minor=said["amount_minor"],  # type: ignore[arg-type]
            currency="CNY",
            qr_text="http://wallet.test/pay/1",
        )

    def close(self, *, payment_id: object) -> Charge:
        return Charge(payment_id=payment_id, state=ChargeState.CLOSED)  # type: ignore[arg-type]


def test_a_wallet_shows_its_code_and_can_be_given_up(
    story: Story, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Provider(monkeypatch)
    story.may_be_paid()
    with clock.stopped_at(story.now):
        form = {"once": key_in(phone.get(f"/agent/visits/{story.visit_id}/")), "amount": "30000"}
    page = send(story, phone, "wallet/", form)
    assert "http://wallet.test/pay/1" in page
    send(story, phone, "wallet/", form)
    assert story.visit.payments.count() == 1
    assert "Phone wallet" in send(story, phone, "wallet/close/")
    send(story, phone, "wallet/", {"once": "", "amount": "30000"}, status=422)
    send(story, phone, "wallet/", form | {"amount": "a lot"}, status=422)


def test_a_silent_provider_is_said_and_nothing_else_is_taken(
    story: Story, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Provider(monkeypatch).silent = True
    story.may_be_paid()
    with clock.stopped_at(story.now):
        form = {"once": key_in(phone.get(f"/agent/visits/{story.visit_id}/")), "amount": "30000"}
    assert "We keep asking" in send(story, phone, "wallet/", form)


def test_the_live_part_is_silent_until_something_changed(story: Story, phone: Client) -> None:
    page = page_of(story, phone)
    seen = page.split("live/?seen=")[1].split('"')[0].replace("&amp;", "&")
    address = f"/agent/visits/{story.visit_id}/live/?seen={seen}"
    with clock.stopped_at(story.now):
        assert not phone.get(address).has_header("HX-Redirect")
        visits.cancel_visit(
            visit_id=story.visit_id, reason=CancelReason.CHANGED_MIND, actor=story.customer, at=story.now
        )
        assert phone.get(address)["HX-Redirect"] == f"/agent/visits/{story.visit_id}/"


def test_the_second_of_a_team_signs_what_they_counted_and_reads_no_amount(story: Story, at: datetime) -> None:
    builders.with_partner(story.visit.shift, at)
    second = as_agent(Shift.objects.get(joined_to=story.visit.shift).agent.person_id)
    shown = page_of(story, second, "counted-along/")
    assert "as you counted it yourself" in shown
    assert "1,000" not in shown
    key = shown.split('name="once" value="')[1].split('"')[0]
    sent = {"once": key, "amount": "300"}
    assert "I counted along" in send(story, second, "counted-along/", sent)
    send(story, second, "counted-along/", sent)
    assert CashWitness.objects.get().amount_minor == 30000
    for wrong in ("", "much", "0"):
        send(story, second, "counted-along/", sent | {"once": str(new_id()), "amount": wrong}, status=422)
    send(story, as_agent(story.agent.person_id), "counted-along/", sent, status=403)
