"""What a repayment plan lets go: less interest while it is kept, late charges of before; and owed again when broken."""

from datetime import datetime
from decimal import Decimal

import pytest

from koumen.credit import jobs, queries
from koumen.credit.books import check_books
from koumen.credit.models import Activity
from koumen.credit.queries.plan_relief import let_go_minor
from koumen.credit.rules.cost_sheet import Sheet
from koumen.credit.rules.parameters import Parameters, PlanBroken, PlanWaiver
from koumen.credit.rules.repayment_plan import Ending, Pace, PlanOption
from koumen.credit.states import RepaymentPlanState
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Invalid
from koumen.ledger.queries import trial_balance
from tests.credit.plan_stories import FIVE, ZONE, PlanStory, noon, somebody_behind

pytestmark = pytest.mark.django_db


def product(**terms: str) -> Parameters:
    """The example product with other terms."""
    return Parameters.of(Parameters().plain() | terms)


def at_hand(**terms: str) -> PlanStory:
    """3,000.00 owed since August, late; the product lets go what ``terms`` say."""
    return somebody_behind(parameters=product(**terms))


def early(month: int, day: int, year: int) -> datetime:
    """When the night has made its bills and looks at the plans."""
    return datetime(year, month, day, 0, 20, tzinfo=ZONE)


def keeps(story: PlanStory, option: PlanOption, *, payments: int | None = None) -> None:
    """Pays what the plan asks, each on its day; the hourly look comes after each bill and each payment."""
    for one in option.dues[:payments]:
        story.on(early(one.due.month, 1, one.due.year)).night()
        story.on(noon(one.due.month, one.due.day, one.due.year)).line.pays(one.amount_minor, story.now)
        story.night()


def balance() -> dict[str, int]:
    return {line.kind.value: line.balance_minor for line in trial_balance(actor=SYSTEM)}


def agreed(story: PlanStory, pace: Pace = Pace.QUICK) -> PlanOption:
    story.proposes(pace)
    option = story.sees().option
    story.agrees().night()
    return option


def test_two_plans_may_differ_by_the_interest_they_ask_for() -> None:
    story = at_hand(plan_interest_quick="0", plan_interest_steady="0.5")
    offer = queries.plan_offer(
        actor=story.customer, account_id=story.line.account_id, answers=FIVE, at=story.now
    )
    parts = {one.pace: one.relief.interest_part for one in offer.options}
    assert parts == {Pace.QUICK: 0, Pace.STEADY: Decimal("0.5"), Pace.GENTLE: 1}
    quick, steady, gentle = offer.options
    assert quick.cost_minor == 0, "everything that was owed today, and nothing more"
    assert 0 < steady.cost_minor < gentle.cost_minor
    assert quick.nothing_cost_minor > 0


@pytest.mark.parametrize("part", ["0", "0.5", "0.333"])
@pytest.mark.parametrize("waiver", list(PlanWaiver))
def test_a_plan_that_is_kept_costs_to_the_unit_what_was_reckoned(part: str, waiver: str) -> None:
    story = at_hand(plan_interest_quick=part, plan_waiver=waiver)
    option = agreed(story)
    assert option.relief.late_minor == (0 if waiver == PlanWaiver.NONE else 18_87)
    keeps(story, option)
    assert (story.plan.state, story.plan.ended_how) == (RepaymentPlanState.FINISHED, Ending.PAID)
    books = balance()
    assert {kind: books[kind] for kind in books if books[kind] and kind in OWED} == {}
    assert books["agent_cash"] == option.total_minor
    assert books["waiver_expense"] == option.relief.late_minor + option.eased_minor
    assert let_go_minor(story.plan_id) == books["waiver_expense"]
    assert check_books().is_right


OWED = ("principal", "interest", "late", "fee", "credit_balance")


def test_half_the_interest_and_the_late_charges_when_kept_end_in_the_trial_balance() -> None:
    story = at_hand(plan_interest_quick="0.5", plan_waiver=PlanWaiver.WHEN_KEPT)
    option = agreed(story)
    keeps(story, option)
    assert balance() == {
        "principal": 0,
        "interest": 0,
        "late": 0,
        "agent_cash": 3_151_41,  # 3,112.50 owed, less the late charges, and half of the interest
        "merchant": -3_000_00,
        "interest_income": -209_19,  # 93.63 of before the plan, 115.56 of its time
        "late_income": -18_87,
        "waiver_expense": 18_87 + 57_78,
    }
    assert (option.total_minor, option.eased_minor, option.relief.late_minor) == (3_151_41, 57_78, 18_87)


def test_late_charges_are_let_go_at_once_where_the_product_says_so() -> None:
    story = at_hand(plan_waiver=PlanWaiver.AT_AGREEMENT)
    before = story.line.owed(story.now).all_minor
    story.proposes()
    shown = story.sees()
    story.agrees()
    with clock.stopped_at(story.now):
        jobs.check_plans(0)
        jobs.check_plans(0)
    assert story.line.owed(story.now).all_minor < before
    sheet = Sheet.of(shown.sheet.content)
    assert sheet.principal_minor == shown.option.owed_minor - shown.option.relief.late_minor
    assert sheet.terms["late_let_go_minor"] == shown.option.relief.late_minor
    rows = Activity.objects.filter(account_id=story.line.account_id, kind="waiver")
    assert rows.count() == 1, "looked at twice, let go once"


@pytest.mark.parametrize("broken", list(PlanBroken))
def test_what_a_broken_plan_let_go_stays_or_is_owed_again(broken: str) -> None:
    story = at_hand(plan_interest_quick="0", plan_waiver=PlanWaiver.AT_AGREEMENT, plan_broken=broken)
    story.proposes()
    contingent = [cost.how for cost in Sheet.of(story.sees().sheet.content).contingent]
    assert ("plan_broken" in contingent) == (broken == PlanBroken.OWED_AGAIN)
    option = story.sees().option
    story.agrees().night()
    keeps(story, option, payments=2)
    given = let_go_minor(story.plan_id)
    assert given > 18_00
    story.on(noon(2, 18, 2027)).night()
    assert story.plan.ended_how == Ending.MISSED
    assert let_go_minor(story.plan_id) == (0 if broken == PlanBroken.OWED_AGAIN else given)
    assert balance()["waiver_expense"] == let_go_minor(story.plan_id)
    assert check_books().is_right


def test_a_payment_given_in_time_lets_it_go_again() -> None:
    story = at_hand(plan_waiver=PlanWaiver.AT_AGREEMENT, plan_broken=PlanBroken.OWED_AGAIN)
    option = agreed(story)
    given = let_go_minor(story.plan_id)
    story.on(noon(12, 18)).night()
    assert (story.plan.ended_how, let_go_minor(story.plan_id)) == (Ending.MISSED, 0)
    due = option.dues[0]
    story.on(noon(12, 20)).line.pays(due.amount_minor, noon(12, due.due.day), told_at=story.now)
    story.night()
    story.night()
    assert story.plan.state == RepaymentPlanState.RUNNING
    assert let_go_minor(story.plan_id) == option.relief.late_minor >= given
    assert check_books().is_right


def test_who_ends_a_plan_owes_again_what_it_let_go() -> None:
    story = at_hand(plan_waiver=PlanWaiver.AT_AGREEMENT, plan_broken=PlanBroken.OWED_AGAIN)
    before = story.line.owed(story.now).all_minor
    agreed(story)
    story.breaks()
    assert story.line.owed(story.now).all_minor == before
    assert check_books().is_right


def test_what_was_paid_of_it_already_comes_back() -> None:
    """Somebody pays everything, interest too, before the plan asks for it: the eased part is theirs."""
    story = at_hand(plan_interest_quick="0")
    agreed(story)
    story.on(early(12, 1, 2026)).night()
    story.on(noon(12, 5))
    everything = story.line.owed(story.now).all_minor
    story.line.pays(everything + 200_00, story.now)
    story.night()
    assert story.plan.ended_how == Ending.PAID
    eased = let_go_minor(story.plan_id)
    assert eased > 0
    assert story.line.owed(story.now).credit_balance_minor >= 200_00
    assert check_books().is_right


@pytest.mark.parametrize(
    "terms", [{"plan_interest_quick": "1.1"}, {"plan_interest_gentle": "-0.1"}, {"plan_waiver": "some"}]
)
def test_a_product_cannot_say_what_makes_no_sense(terms: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        product(**terms)
