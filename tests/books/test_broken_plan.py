"""A broken repayment plan: what it asked for, what it cost, and how the books stand when it has ended."""

from datetime import date

import pytest

from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.models import Statement
from koumen.credit.rules.repayment_plan import Ending, Pace
from koumen.credit.states import RepaymentPlanState
from koumen.kit.actor import SYSTEM
from koumen.ledger.queries import cash_by_agent, trial_balance
from tests.credit.plan_stories import noon, somebody_behind

pytestmark = pytest.mark.django_db


def test_a_plan_kept_for_two_months_and_then_broken_ends_in_the_trial_balance() -> None:
    # 3,000.00 bought in August; three bills, nothing paid, late since the 14th of September.
    story = somebody_behind(owed_minor=3_000_00)
    owed = story.line.owed(story.now)
    assert owed.all_minor == 3_112_50

    # Late November: five questions, 500.00 a month can be spared. Seven payments, against doing nothing.
    story.proposes(Pace.QUICK)
    option = story.sees().option
    assert [one.amount_minor for one in option.dues] == [500_00] * 6 + [227_14]
    # until the 10th of June: 114.64 with the plan, 297.00 (198 days of 1.50) without
    assert (option.cost_minor, option.nothing_cost_minor) == (114_64, 297_00)
    story.agrees()
    assert story.line.owed(story.now).all_minor == owed.all_minor, "a plan changes no debt"

    # December and January are paid, the second on a day without a net: it arrives twelve days later.
    story.on(noon(12, 10)).line.pays(500_00, story.now)
    story.on(noon(1, 18, 2027)).night()
    assert story.plan.ended_how == Ending.MISSED
    story.on(noon(1, 22, 2027)).line.pays(500_00, noon(1, 10, 2027))
    story.on(noon(1, 23, 2027)).night()
    assert story.plan.state == RepaymentPlanState.RUNNING, "it had been kept"

    # February is not paid: the plan waits a week, then it is over and late charges count again.
    commands.bring_forward(account_id=story.line.account_id, actor=SYSTEM, at=noon(2, 1, 2027))
    rested = Statement.objects.filter(account_id=story.line.account_id, issued_date__gte=date(2027, 1, 1))
    assert set(rested.values_list("late_minor", flat=True)) == {0}
    story.on(noon(2, 18, 2027)).night()
    assert (story.plan.state, story.plan.ended_how) == (RepaymentPlanState.BROKEN, Ending.MISSED)
    commands.bring_forward(account_id=story.line.account_id, actor=SYSTEM, at=noon(3, 1, 2027))
    march = Statement.objects.get(account_id=story.line.account_id, issued_date=date(2027, 3, 1))
    assert march.late_minor == 3_20, "of eleven days: from the 18th on"

    balance = {entry.kind.value: entry.balance_minor for entry in trial_balance(actor=SYSTEM)}
    assert balance == {
        "principal": 2_000_00,  # overdue for more than 90 days: what is paid goes to it first
        "interest": 179_13,
        "late": 22_07,  # of before the plan and after it
        "agent_cash": 1_000_00,  # two payments
        "merchant": -3_000_00,
        "interest_income": -179_13,
        "late_income": -22_07,
    }
    assert cash_by_agent(actor=SYSTEM) == [(story.line.agent_id, "CNY", 1_000_00)]
    assert check_books().is_right
