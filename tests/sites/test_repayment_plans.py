"""A repayment plan on three sites: alone, with a caller, at the table; one object, one yes after the time to read."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from koumen.credit import jobs
from koumen.credit.models import CostSheet, RepaymentPlan, RepaymentPlanAnswers
from koumen.credit.rules.parameters import Parameters, PlanWaiver
from koumen.kit import clock
from koumen.kit.actor import Role
from tests import builders
from tests.credit.plan_stories import somebody_behind
from tests.sites.doors import as_agent, as_customer, as_staff, key_in, text
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db

READ = timedelta(seconds=10)
# 5,000.00 come in, 3,500.00 are needed, 500.00 are left alone: 500.00 a month can be paid.
SAID = ("5000", "1500", "1500", "300", "200")
NAMES = ("income_minor", "housing_minor", "daily_minor", "care_minor", "others_minor")


@pytest.fixture
def story(at: datetime) -> Story:
    """A customer who owes 1,000.00 and has a visit today."""
    return a_visit(at)


@pytest.fixture
def browser(story: Story) -> Client:
    return as_customer(story.home.person_id)


def plan_of(story: Story) -> RepaymentPlan:
    return RepaymentPlan.objects.get(account_id=story.account_id, ended_at=None)


def answer(browser: Client, said: tuple[str, ...] = SAID) -> Any:
    """Five screens; where the last one leads."""
    screens = enumerate(zip(NAMES, said, strict=True), start=1)
    return [browser.post(f"/repayment-plan/{no}/", {name: amount}) for no, (name, amount) in screens][-1]


def chooses(browser: Client, pace: str = "quick") -> str:
    browser.post("/repayment-plan/")
    assert answer(browser)["Location"] == "/repayment-plan/options/"
    return str(browser.post("/repayment-plan/options/", {"pace": pace})["Location"])


def says_yes(browser: Client, address: str, when: datetime, *, to: str = "", **more: str) -> Any:
    """Read what stands there, then, later, yes."""
    with clock.stopped_at(when):
        shown = browser.get(address)
    sheet = shown.content.decode().split('name="sheet" value="')[1].split('"')[0]
    with clock.stopped_at(when + READ):
        return browser.post(to or f"{address}agree/", {"once": key_in(shown), "sheet": sheet, **more})


# --- alone ----------------------------------------------------------------------------------------------


def test_five_questions_one_a_screen_lead_to_plans_with_their_true_cost(browser: Client) -> None:
    assert "Is paying hard right now?" in text(browser.get("/repayment-plan/"))
    browser.post("/repayment-plan/")
    first = text(browser.get("/repayment-plan/1/"))
    assert "Step 1 of 5" in first
    assert "How much money comes in every month?" in first
    assert answer(browser)["Location"] == "/repayment-plan/options/"
    offered = text(browser.get("/repayment-plan/options/"))
    for expected in ("Quick: ¥ 500.00 a month", "375.00 a month", "Gentle: ¥ 250.00 a month", "2 payments"):
        assert expected in offered.replace("\xa0", " "), expected
    assert "Nothing more than is owed today." in offered, "this product charges nothing"


def test_where_interest_runs_each_plan_stands_against_doing_nothing() -> None:
    late = somebody_behind()
    with clock.stopped_at(late.now):
        browser = as_customer(late.plan_owner)
        browser.post("/repayment-plan/")
        answer(browser)
        offered = text(browser.get("/repayment-plan/options/")).replace("\xa0", " ")
    assert "7 payments, the last on Thursday 10 June. In all ¥ 3,227.14: ¥ 114.64 more" in offered
    assert "Without a plan it would be ¥ 297.00 more by then" in offered


def test_what_a_plan_lets_go_is_said_before_it_is_chosen_and_shown_while_it_runs() -> None:
    product = Parameters(
        plan_interest_quick="0", plan_interest_steady="0.5", plan_waiver=PlanWaiver.AT_AGREEMENT
    )
    late = somebody_behind(parameters=product)
    with clock.stopped_at(late.now):
        browser = as_customer(late.plan_owner)
        browser.post("/repayment-plan/")
        answer(browser)
        offered = text(browser.get("/repayment-plan/options/")).replace("\xa0", " ")
    assert (
        "Late charges of ¥ 18.87 are let go at once. While the plan is kept no interest is charged."
        in offered
    )
    assert "While the plan is kept only 50% of the interest is charged." in offered
    late.proposes()
    late.agrees().night()
    for client, path in (
        (browser, f"/repayment-plan/{late.plan_id}/"),
        (as_staff(builders.a_person(late.now, role=Role.DISPATCHER)), f"/console/plans/{late.plan_id}/"),
    ):
        with clock.stopped_at(late.now):
            assert "Let go by the plan so far" in text(client.get(path)), path


@pytest.mark.parametrize("wrong", ["", "viel", "-5"])
def test_an_answer_that_cannot_be_read_is_said_at_its_field(browser: Client, wrong: str) -> None:
    browser.post("/repayment-plan/")
    answered = browser.post("/repayment-plan/1/", {"income_minor": wrong})
    assert answered.status_code == 200
    assert 'class="error"' in answered.content.decode()


def test_a_screen_that_was_skipped_leads_back_to_the_beginning(browser: Client) -> None:
    for address in ("/repayment-plan/3/", "/repayment-plan/options/"):
        assert browser.get(address).status_code == 404
    browser.post("/repayment-plan/")
    assert browser.get("/repayment-plan/6/").status_code == 404
    assert "Please begin again from the first question." in text(browser.get("/repayment-plan/options/"))


def test_who_has_nothing_left_is_offered_a_person_and_no_loan(browser: Client) -> None:
    browser.post("/repayment-plan/")
    answer(browser, ("3900", *SAID[1:]))
    told = text(browser.get("/repayment-plan/options/"))
    assert "nothing is left for a plan. Nobody asks for more." in told
    assert "No new loan is needed." in told
    assert "400-000-0000" in told
    assert not RepaymentPlan.objects.exists()


def test_the_plan_begins_with_one_yes_after_the_time_to_read(story: Story, browser: Client) -> None:
    address = chooses(browser)
    assert "Waits for a yes" in text(browser.get("/"))
    with clock.stopped_at(story.now):
        shown = browser.get(address)
    sheet = CostSheet.objects.get()
    early = {"once": key_in(shown), "sheet": str(sheet.id)}
    with clock.stopped_at(story.now + READ / 2):
        refused = browser.post(f"{address}agree/", early)
    assert refused.status_code == 409
    assert "Please read all costs first." in text(refused)
    assert plan_of(story).state == "proposed"
    assert says_yes(browser, address, story.now)["Location"] == address
    now = text(browser.get(address))
    assert "Goes well" in now
    assert "Left to pay" in now
    assert "My repayment plan" in text(browser.get("/"))
    assert browser.get("/repayment-plan/")["Location"] == address


def test_a_proposal_can_be_put_away_and_its_answers_are_gone(story: Story, browser: Client) -> None:
    address = chooses(browser)
    assert browser.post(f"{address}withdraw/").status_code == 302
    assert "Taken back" in text(browser.get(address))
    assert not RepaymentPlanAnswers.objects.exists()


@pytest.fixture
def running(story: Story, browser: Client) -> str:
    address = chooses(browser)
    says_yes(browser, address, story.now)
    return address


def test_a_plan_rests_when_one_asks_for_it(story: Story, browser: Client, running: str) -> None:
    page = browser.get(f"{running}pause/")
    assert "Interest goes on" in text(page)
    assert browser.post(f"{running}pause/", {"once": key_in(page)}).status_code == 200
    browser.post(f"{running}pause/", {"once": key_in(page), "days": "30"})
    told = text(browser.get(running))
    assert "Nothing is asked for until" in told
    assert plan_of(story).state == "paused"


def test_when_life_changes_the_questions_come_again_with_what_was_said(
    story: Story, browser: Client, running: str
) -> None:
    assert browser.post(f"{running}change/")["Location"] == "/repayment-plan/1/"
    assert 'value="5000.00"' in browser.get("/repayment-plan/1/").content.decode()
    answer(browser, ("4600", *SAID[1:]))
    mend = browser.post("/repayment-plan/options/", {"pace": "quick"})["Location"]
    assert mend == f"{running}mend/"
    answered = says_yes(browser, mend, story.now + READ, to=mend)
    assert answered["Location"] == running
    assert plan_of(story).pay_minor == 300_00


def test_a_plan_is_ended_after_being_asked_once(story: Story, browser: Client, running: str) -> None:
    asked = browser.get(f"{running}end/")
    assert "You can make another plan at any time." in text(asked)
    browser.post(f"{running}end/", {"once": key_in(asked)})
    assert "The plan was ended as wished." in text(browser.get(running))
    assert browser.get("/repayment-plan/").status_code == 200


def test_somebody_else_finds_no_plan(story: Story, running: str, at: datetime) -> None:
    other = builders.a_customer(at)
    builders.a_credit_account(other, at)
    relative = as_customer(builders.a_person(at, role=Role.RELATIVE))
    for stranger in (as_customer(other.person_id), relative):
        for path in ("", "pause/", "end/"):
            assert stranger.get(f"{running}{path}").status_code == 404
        assert stranger.post(f"{running}withdraw/").status_code == 404


# --- with a caller --------------------------------------------------------------------------------------


def desk(at: datetime, role: Role = Role.DISPATCHER) -> Client:
    return as_staff(builders.a_person(at, role=role))


def five(page: Any) -> dict[str, str]:
    return {"once": key_in(page), **dict(zip(NAMES, SAID, strict=True))}


def test_the_desk_makes_a_plan_with_a_caller_reads_it_out_and_writes_down_the_yes(
    story: Story, browser: Client
) -> None:
    staff = desk(story.now)
    new = f"/console/plans/new/{story.account_id}/"
    assert new in staff.get(f"/console/customers/{story.home.id}/").content.decode()
    said = five(staff.get(new))
    offered = staff.post(new, said)
    assert "375.00 a month" in text(offered).replace("\xa0", " ")
    address = staff.post(new, said | {"pace": "steady"})["Location"]
    assert says_yes(staff, address, story.now).status_code == 409
    assert "please tick that they did" in text(says_yes(staff, address, story.now))
    says_yes(staff, address, story.now, said="yes")
    assert plan_of(story).state == "running"
    assert CostSheet.objects.get(confirmed_how="read_back").purpose == "repayment_plan"
    told = text(staff.get(address))
    assert "Goes well" in told
    assert "5000" not in told, "what somebody earns is not shown again"
    assert "Goes well" in text(browser.get("/")), "the same plan on the customer's own page"


def test_the_desk_changes_lets_rest_and_ends_a_plan(story: Story, running: str) -> None:
    staff = desk(story.now, Role.FINANCE)
    here = f"/console{running.replace('/repayment-plan/', '/plans/')}"
    change = staff.get(f"{here}change/")
    said = five(change) | {"pace": "gentle"}
    with clock.stopped_at(story.now + READ):
        shown = staff.post(f"{here}change/", said)
    sheet = shown.content.decode().split('name="sheet" value="')[1].split('"')[0]
    with clock.stopped_at(story.now + 2 * READ):
        done = staff.post(f"{here}change/", said | {"sheet": sheet, "said": "yes"})
        assert done["Location"] == here
        assert plan_of(story).pay_minor == 250_00
        once = key_in(staff.get(here))
        assert staff.post(f"{here}pause/", {"once": once}).status_code == 422
        staff.post(f"{here}pause/", {"once": once, "days": "14"})
        assert plan_of(story).state == "paused"
        staff.post(f"{here}end/", {"once": once})
    assert not RepaymentPlan.objects.filter(ended_at=None).exists()


def test_a_proposal_is_taken_back_at_the_desk_and_others_only_read(story: Story, browser: Client) -> None:
    here = f"/console{chooses(browser).replace('/repayment-plan/', '/plans/')}"
    reader = desk(story.now, Role.COMPLIANCE)
    assert "Waits for a yes" in text(reader.get(here))
    assert reader.post(f"{here}withdraw/").status_code == 403
    assert desk(story.now).post(f"{here}withdraw/").status_code == 302


def test_plans_to_look_at_again_are_listed_and_done(story: Story, running: str) -> None:
    later = story.now + timedelta(days=30, hours=1)
    plan_id = UUID(running.split("/")[2])
    with clock.stopped_at(later):
        jobs.look_again(0)
        staff = desk(later)
        assert story.home.number in text(staff.get("/console/plans/"))
        as_file: Any = staff.get("/console/plans/due.csv")
        assert story.home.number in b"".join(as_file.streaming_content).decode()
        assert staff.post(f"/console/plans/{plan_id}/review/", {"outcome": "?"}).status_code == 422
        staff.post(f"/console/plans/{plan_id}/review/", {"outcome": "fits", "days": "30"})
        assert "No plan is to be looked at today." in text(staff.get("/console/plans/"))


# --- at the table ---------------------------------------------------------------------------------------


def test_at_the_table_a_plan_is_made_and_agreed_on_the_turned_phone(story: Story) -> None:
    phone = as_agent(story.agent.person_id)
    here = f"/agent/visits/{story.visit_id}/plan/"
    assert phone.get(here).status_code == 409, "nobody talks money before both sides are proven"
    story.proven()
    with clock.stopped_at(story.now):
        assert here in phone.get(f"/agent/visits/{story.visit_id}/").content.decode()
        assert phone.get(here)["Location"] == f"{here}new/"
        said = five(phone.get(f"{here}new/"))
        assert "500.00 a month" in text(phone.post(f"{here}new/", said)).replace("\xa0", " ")
        assert phone.post(f"{here}new/", said | {"pace": "quick"})["Location"] == here
    assert says_yes(phone, here, story.now).status_code == 409
    assert says_yes(phone, here, story.now, said="yes").status_code == 302
    plan = plan_of(story)
    assert (plan.state, plan.channel, plan.visit_id) == ("running", "visit", story.visit_id)
    assert CostSheet.objects.get(confirmed_how="turned_phone").purpose == "repayment_plan"


def test_what_was_begun_at_the_table_can_be_agreed_on_the_customers_own_phone(
    story: Story, browser: Client
) -> None:
    story.proven()
    phone = as_agent(story.agent.person_id)
    with clock.stopped_at(story.now):
        new = f"/agent/visits/{story.visit_id}/plan/new/"
        phone.post(new, five(phone.get(new)) | {"pace": "gentle"})
    says_yes(browser, f"/repayment-plan/{plan_of(story).id}/", story.now)
    assert plan_of(story).state == "running"


def test_another_agent_makes_no_plan_at_this_table(story: Story) -> None:
    story.proven()
    other = as_agent(builders.an_agent(story.now).person_id)
    with clock.stopped_at(story.now):
        for path in ("", "new/"):
            assert other.get(f"/agent/visits/{story.visit_id}/plan/{path}").status_code == 404
