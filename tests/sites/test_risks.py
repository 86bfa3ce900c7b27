"""A day that goes wrong, on the pages: agents say so, dispatch sees it and decides, customers choose another time."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from koumen.agents.models import Shift
from koumen.dispatch.models import Repair
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.visits.commands import notify_customer
from koumen.visits.models import Visit, VisitMove
from koumen.visits.rules.notices import NoticeKind
from tests import builders
from tests.dispatch.test_live import Busy
from tests.dispatch.test_planning import Crossed, planned
from tests.dispatch.test_repair import Ill, who
from tests.dispatch.test_watch import held_up, watch
from tests.sites.doors import as_agent, as_customer, as_staff, key_in, nobody, slot_in, text

pytestmark = pytest.mark.django_db
RISKS = "/console/risks/"


def dispatcher(at: datetime, role: Role = Role.DISPATCHER) -> Client:
    return as_staff(builders.a_person(at, role=role))


def get(browser: Client, path: str, now: datetime, *, status: int = 200) -> str:
    with clock.stopped_at(now):
        answered = browser.get(path)
    assert answered.status_code == status, text(answered)[:2000]
    return text(answered)


def post(
    browser: Client, path: str, now: datetime, data: dict[str, str] | None = None, *, status: int = 302
) -> str:
    with clock.stopped_at(now):
        answered = browser.post(path, data or {})
        assert answered.status_code == status, text(answered)[:2000]
        return text(browser.get(answered["Location"])) if status == 302 else text(answered)


# --- the agent ------------------------------------------------------------------------------------------


@pytest.fixture
def busy(at: datetime) -> Busy:
    return Busy(at)


def test_an_agent_says_that_they_are_held_up_and_takes_it_back(at: datetime, busy: Busy) -> None:
    phone = as_agent(busy.agent.person_id)
    assert "I am held up" in get(phone, "/agent/", at)
    assert "in 30 minutes" in get(phone, "/agent/today/held-up/", at)
    answered = post(phone, "/agent/today/held-up/", at, {"minutes": "30"})
    assert "You said that you are held up" in answered
    assert "12:30" in answered
    assert "You said" not in post(phone, "/agent/today/on/", at)
    assert Shift.objects.get(id=busy.shift.id).held_until is None


def test_an_agent_goes_home_and_the_list_says_so(at: datetime, busy: Busy) -> None:
    phone = as_agent(busy.agent.person_id)
    assert "I am not well" in get(phone, "/agent/today/not-on/", at)
    answered = post(phone, "/agent/today/not-on/", at, {"reason": "unwell"})
    assert "You said that you cannot go on today" in answered
    assert "I am held up" not in answered


def test_who_chooses_nothing_or_something_else_is_asked_again(at: datetime, busy: Busy) -> None:
    phone = as_agent(busy.agent.person_id)
    for path, data in (("held-up", {"minutes": "7"}), ("held-up", {}), ("not-on", {"reason": "whim"})):
        assert "Please choose one." in post(phone, f"/agent/today/{path}/", at, data, status=422)


def test_who_does_not_work_today_has_nothing_to_say(at: datetime) -> None:
    phone = as_agent(builders.an_agent(at).person_id)
    assert "I am held up" not in get(phone, "/agent/", at)
    post(phone, "/agent/today/not-on/", at, {"reason": "unwell"}, status=404)


# --- dispatch -------------------------------------------------------------------------------------------


@pytest.fixture
def ill(at: datetime) -> Ill:
    return Ill(at)


def test_dispatch_sees_who_is_at_risk_and_why_and_accepts_the_repair(at: datetime, ill: Ill) -> None:
    desk = dispatcher(at)
    assert "Every promise of today can be kept." in get(desk, RISKS, ill.now)
    shift = str(ill.shifts[0].id)
    seen = post(desk, f"{RISKS}called/", ill.now, {"shift": shift, "said": "unwell"})
    for visit in ill.visits:
        assert visit.number in seen
    assert "nobody comes" in seen
    assert "The agent cannot go on today" in seen
    proposed = post(desk, f"{RISKS}look/", ill.now)
    assert "3 promises can be kept again." in proposed
    repair = ill.proposal()
    accepted = post(desk, f"{RISKS}repairs/{repair.id}/accept/", ill.now)
    assert "Every promise of today can be kept." in accepted
    assert "Accepted: 1" in accepted
    assert {who(id) for id in ill.ids} <= {ill.shifts[1].id, ill.shifts[2].id}
    post(desk, f"{RISKS}repairs/{repair.id}/accept/", ill.now, status=409)


def test_dispatch_refuses_with_a_reason_that_is_shown_and_counted(at: datetime, ill: Ill) -> None:
    desk, repair = dispatcher(at), ill.falls_ill().proposal()
    address = f"{RISKS}repairs/{repair.id}/refuse/"
    post(desk, address, ill.now, {"reason": ""}, status=422)
    refused = post(desk, address, ill.now, {"reason": "local_knowledge"})
    assert "Refused: 1" in refused
    assert "I know the place better" in refused


def test_dispatch_writes_down_what_an_agent_calls_in(at: datetime, ill: Ill) -> None:
    desk, shift = dispatcher(at), str(ill.shifts[0].id)
    seen = post(desk, f"{RISKS}called/", ill.now, {"shift": shift, "said": "120"})
    assert "minutes late" in seen
    post(desk, f"{RISKS}called/", ill.now, {"shift": shift, "said": "on"})
    assert Shift.objects.get(id=ill.shifts[0].id).held_until is None
    for data in ({"shift": shift, "said": "tired"}, {"shift": "x", "said": "on"}, {"said": "10"}):
        post(desk, f"{RISKS}called/", ill.now, data, status=422)


def test_the_page_tells_only_when_there_is_news(at: datetime, ill: Ill) -> None:
    desk = dispatcher(at)
    address = get(desk, RISKS, ill.now).split('hx-get="')[1].split('"')[0]
    get(desk, address, ill.now, status=204)
    ill.falls_ill()
    with clock.stopped_at(ill.now):
        assert desk.get(address)["HX-Refresh"] == "true"


def test_others_of_the_staff_look_and_decide_nothing(at: datetime, ill: Ill) -> None:
    repair = ill.falls_ill().proposal()
    finance = dispatcher(at, Role.FINANCE)
    seen = get(finance, RISKS, ill.now)
    assert "Proposed repair" in seen
    assert "An agent calls" not in seen
    post(finance, f"{RISKS}repairs/{repair.id}/accept/", ill.now, status=403)
    assert nobody().get(RISKS).status_code == 302


# --- the customer ---------------------------------------------------------------------------------------


def test_a_customer_who_is_told_late_moves_the_visit_for_free_from_her_own_page(
    at: datetime, busy: Busy
) -> None:
    visit = Visit.objects.select_related("customer").get(id=busy.ids[0])
    home, here = as_customer(visit.customer.person_id), f"/visits/{visit.id}/"
    assert "does not count against you" not in get(home, here, at)
    busy.sets_out(0, 14.2)
    now = held_up(busy, 70)
    watch(now)
    assert "It does not count against you." in get(home, here, now)
    with clock.stopped_at(now):
        page = home.get(f"{here}move/")
        chosen = {"slot": slot_in(page), "once": key_in(page)}
    post(home, f"{here}move/", now, chosen)
    assert not VisitMove.objects.get(visit=visit).counts
    assert "It does not count against you." not in get(home, here, now)


def test_a_customer_answers_the_reminder_with_one_button_and_the_flags_go(at: datetime, busy: Busy) -> None:
    visit = Visit.objects.select_related("customer").get(id=busy.ids[2])
    home, phone, desk = (
        as_customer(visit.customer.person_id),
        as_agent(busy.agent.person_id),
        dispatcher(at),
    )
    assert "Yes, I will be there" not in get(home, f"/visits/{visit.id}/", at)
    now = visit.window_from - timedelta(hours=2)
    notify_customer(visit_id=visit.id, kind=NoticeKind.HOURS_BEFORE, expected_at=None, actor=SYSTEM, at=now)
    assert "Has not answered our reminder" in get(phone, "/agent/", now)
    assert "Have not answered our reminder" in get(desk, RISKS, now)
    assert "Yes, I will be there" in get(home, f"/visits/{visit.id}/", now)
    assert "You said that you will be there." in post(home, f"/visits/{visit.id}/yes/", now)
    assert "Has not answered our reminder" not in get(phone, "/agent/", now)
    assert "Have not answered our reminder" not in get(desk, RISKS, now)


def test_the_desk_writes_down_a_yes_from_the_telephone(at: datetime, busy: Busy) -> None:
    desk = dispatcher(at)
    notify_customer(visit_id=busy.ids[0], kind=NoticeKind.HOURS_BEFORE, expected_at=None, actor=SYSTEM, at=at)
    assert "Have not answered our reminder" not in post(desk, f"{RISKS}answered/{busy.ids[0]}/", at)


def test_shorter_ways_on_a_day_that_runs_wait_for_a_yes(at: datetime) -> None:
    crossed = Crossed(at)
    now = crossed.north.starts_at + timedelta(minutes=5)
    planned(now)
    browser, visit = dispatcher(at), crossed.northern[1]
    page = get(browser, RISKS, now)
    assert "Shorter ways are proposed" in page
    assert "minutes on the road." in page
    assert "promises can be kept again" not in page
    assert "Shorter ways are proposed" in get(browser, "/console/board/?date=2026-11-25", now)
    assert who(visit.id) == crossed.south.id
    post(browser, f"/console/risks/repairs/{Repair.objects.get().id}/accept/", now)
    assert who(visit.id) == crossed.north.id
    assert "Shorter ways are proposed" not in get(browser, "/console/board/?date=2026-11-25", now)
