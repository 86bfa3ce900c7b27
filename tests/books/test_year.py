"""A year of a credit account, told as it went, to the trial balance."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.models import Statement
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.mending import Act
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.plan import PlanKind, PlanRequest
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.ids import new_id
from koumen.ledger.queries import trial_balance
from tests import builders
from tests.credit.stories import a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=ZONE)


def test_a_year_of_a_credit_account_ends_in_the_trial_balance() -> None:  # noqa: PLR0915  (a year is long)
    line = a_line(day(1, 2), parameters=Parameters(), limit_minor=20_000_00, opened=date(2026, 1, 2))

    # January: groceries and medicine; paid in full at the door on the due day, which costs nothing.
    line.buys(620_00, day(1, 8))
    line.buys(80_00, day(1, 20))
    bill = line.is_billed(date(2026, 2, 1), day(2, 1))
    assert (bill.balance_minor, bill.minimum_minor, bill.due_date) == (700_00, 70_00, date(2026, 2, 10))
    line.pays(700_00, day(2, 10))

    # February: a refrigerator for 3,000.00, split into six; the sheet of costs is read first.
    fridge = line.buys(3_000_00, day(2, 14))
    request = PlanRequest(
        account_id=line.account_id,
        kind=PlanKind.PURCHASE,
        terms=6,
        amount_minor=3_000_00,
        purchase_id=fridge.id,
    )
    sheet = commands.show_plan_sheet(request=request, actor=SYSTEM, at=day(2, 14, 13))
    read = day(2, 14, 13) + timedelta(seconds=10)
    commands.confirm_cost_sheet(
        sheet_id=sheet.id, how=commands.ConfirmedHow.TAP, key=new_id(), actor=SYSTEM, at=read
    )
    plan = commands.start_plan(request=request, sheet_id=sheet.id, key=new_id(), actor=SYSTEM, at=read)
    bill = line.is_billed(date(2026, 3, 1), day(3, 1))
    assert (bill.balance_minor, bill.instalments_minor, bill.plan_charges_minor, bill.future_minor) == (
        522_50,
        500_00,
        22_50,
        2_500_00,
    )
    line.pays(522_50, day(3, 9))

    # March: clothes; a coat goes back. In April only the minimum is paid: the rest is carried over.
    line.buys(900_00, day(3, 10))
    line.buys(-300_00, day(3, 25))
    bill = line.is_billed(date(2026, 4, 1), day(4, 1))
    assert (bill.balance_minor, bill.minimum_minor, bill.refunds_minor) == (1_122_50, 582_50, 300_00)
    line.pays(582_50, day(4, 10))
    bill = line.is_billed(date(2026, 5, 1), day(5, 1))
    assert bill.interest_minor == 5_67, "540.00 for 21 days: 5.67"
    assert bill.balance_minor == 540_00 + 5_67 + 522_50

    # May: an illness; the bill stays unpaid. Late charges rest from the 12th on.
    commands.pause_late_charges(
        account_id=line.account_id,
        until=date(2026, 6, 15),
        reason="illness",
        key=new_id(),
        actor=SYSTEM,
        at=day(5, 12),
    )
    bill = line.is_billed(date(2026, 6, 1), day(6, 1))
    # The instalment of 500.00 is overdue since the 10th: two days are charged, then charges rest. Interest runs on
    # the rest: 540.00 for 31 days and 500.00 for 22, less 4 days of 500.00 and 18 of the minimum of 582.17.
    assert (bill.late_minor, bill.interest_minor) == (50, 7_63)
    # a tenth of 486.00; 54.00 and 528.17 that May's minimum still asks; this month's 522.50, 7.63 and 0.50
    assert bill.minimum_minor == 48_60 + 54_00 + 528_17 + 522_50 + 7_63 + 50

    # June: cash for two months, taken where there was no signal on the 9th and told on the 12th.
    line.pays(1_200_00, day(6, 9), told_at=day(6, 12))
    assert line.owed(day(6, 12)).minimum_minor == 0

    # July: what was charged for the two days is let go, by two persons.
    ana, bo = builders.staff(Role.FINANCE), builders.staff(Role.FINANCE)
    line.is_billed(date(2026, 7, 1), day(7, 1))
    late = Statement.objects.get(account_id=line.account_id, issued_date=date(2026, 7, 1))
    assert late.late_minor == 0
    line.buys(40_00, day(7, 2))

    # The refrigerator is settled early: its last instalment, without the fee.
    commands.settle_plan(plan_id=plan.id, key=new_id(), actor=SYSTEM, at=day(7, 3))
    assert line.owed(day(7, 3)).future_minor == 0
    line.pays(line.owed(day(7, 9)).all_minor, day(7, 9))
    assert line.owed(day(7, 9)).all_minor == 0

    # August: a payment that belonged to somebody else, taken back by two persons three weeks later.
    wrong = line.pays(250_00, day(8, 3))
    assert line.owed(day(8, 3)).credit_balance_minor == 250_00
    reversal = commands.Proposed(
        account_id=line.account_id, act=Act.REVERSAL, reason="wrong_account", activity_id=wrong.payment_id
    )
    row = commands.propose(proposed=reversal, key=new_id(), actor=ana, at=day(8, 24))
    commands.decide_proposal(proposal_id=row.id, is_approved=True, key=new_id(), actor=bo, at=day(8, 24, 13))

    # September to December: a radio, paid late by a week; the late charge is let go.
    line.buys(800_00, day(9, 3))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    line.pays(800_00, day(10, 17))
    bill = line.is_billed(date(2026, 11, 1), day(11, 1))
    assert (bill.late_minor, bill.interest_minor) == (28, 2_52), "seven days: 80.00 late, 720.00 at interest"
    waiver = commands.Proposed(
        account_id=line.account_id,
        act=Act.WAIVER,
        reason="goodwill",
        bucket=Bucket.LATE,
        amount_minor=28,
    )
    row = commands.propose(proposed=waiver, key=new_id(), actor=bo, at=day(11, 3))
    commands.decide_proposal(proposal_id=row.id, is_approved=True, key=new_id(), actor=ana, at=day(11, 3))
    line.pays(2_52, day(11, 5))
    commands.bring_forward(account_id=line.account_id, actor=SYSTEM, at=day(12, 31))
    assert line.owed(day(12, 31)).all_minor == 0

    assert {
        one.kind.value: one.balance_minor for one in trial_balance(actor=SYSTEM) if one.balance_minor
    } == {
        "agent_cash": 5_525_99,
        "cash_to_return": -250_00,  # of August, until the notes are counted back
        "merchant": -(700_00 + 3_000_00 + 900_00 - 300_00 + 40_00 + 800_00),
        "interest_income": -22_99,
        "late_income": -78,
        "fee_income": -5 * 22_50,  # the sixth fee fell away with the early settlement
        "waiver_expense": 28,
    }
    assert check_books().is_right
