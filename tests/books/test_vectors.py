"""The worked examples V1–V13 of the field, each ending in the trial balance."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.commands.mending import reverse_activity
from koumen.credit.models import InstalmentPlan, Statement
from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.folding import fold, net_by_account
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.plan import PlanKind, PlanRequest
from koumen.credit.rules.position import Bill, Position, Standing
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.ledger.queries import trial_balance
from koumen.ledger.rules.chart import AccountKind
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
HERE = Parameters()


def day(month: int, number: int, hour: int = 12, *, year: int = 2026) -> datetime:
    return datetime(year, month, number, hour, tzinfo=ZONE)


def books() -> dict[str, int]:
    """What stands in the books, debit positive; and the books are right."""
    assert check_books().is_right
    return {one.kind.value: one.balance_minor for one in trial_balance(actor=SYSTEM) if one.balance_minor}


def split(line: Line, request: PlanRequest, at: datetime) -> InstalmentPlan:
    sheet = commands.show_plan_sheet(request=request, actor=SYSTEM, at=at)
    read = at + timedelta(seconds=10)
    commands.confirm_cost_sheet(
        sheet_id=sheet.id, how=commands.ConfirmedHow.TAP, key=new_id(), actor=SYSTEM, at=read
    )
    return commands.start_plan(request=request, sheet_id=sheet.id, key=new_id(), actor=SYSTEM, at=read)


def a_plan(line: Line, amount_minor: int, terms: int, at: datetime) -> InstalmentPlan:
    bought = line.buys(amount_minor, at)
    request = PlanRequest(
        account_id=line.account_id,
        kind=PlanKind.PURCHASE,
        terms=terms,
        amount_minor=amount_minor,
        purchase_id=bought.id,
    )
    return split(line, request, at)


@pytest.mark.parametrize(
    ("amount", "terms", "pays"),
    [
        pytest.param(1_000_00, 3, [341_66] * 2 + [341_68], id="V1"),
        pytest.param(1_000_00, 12, [90_66] * 11 + [90_74], id="V2"),
        pytest.param(999_99, 6, [174_16] * 5 + [174_19], id="V3"),
        pytest.param(3_288_50, 9, [389_13] * 8 + [389_21], id="V4"),
    ],
)
def test_v1_to_v4_instalments_fall_due_to_the_unit_and_the_books_end_even(
    amount: int, terms: int, pays: list[int]
) -> None:
    line = a_line(day(1, 2), parameters=HERE)
    a_plan(line, amount, terms, day(1, 5))
    for number, pay in enumerate(pays, start=1):
        year, month = divmod(number, 12)
        bill = line.is_billed(date(2026 + year, month + 1, 1), day(month + 1, 1, year=2026 + year))
        assert bill.balance_minor == bill.minimum_minor == pay
        line.pays(pay, day(month + 1, 9, year=2026 + year))
    assert books() == {
        "agent_cash": sum(pays),
        "merchant": -amount,
        "fee_income": -(sum(pays) - amount),
    }


def test_v5_seven_days_on_what_is_overdue() -> None:
    line = a_line(day(11, 1), parameters=replace(HERE, minimum_rate="1"))
    line.buys(2_000_00, day(11, 15))
    line.pays(2_000_00, day(12, 17))
    assert line.is_billed(date(2027, 1, 1), day(1, 1, year=2027)).late_minor == 7_00
    assert books() == {"late": 7_00, "agent_cash": 2_000_00, "merchant": -2_000_00, "late_income": -7_00}


def test_v6_thirty_days_are_rounded_once() -> None:
    line = a_line(day(11, 1), parameters=replace(HERE, due_day=2, minimum_floor_minor=0))
    line.buys(137_17, day(11, 15))
    line.pays(13_72, day(12, 2))
    assert line.is_billed(date(2027, 1, 1), day(1, 1, year=2027)).interest_minor == 1_85
    assert books() == {
        "principal": 123_45,
        "interest": 1_85,
        "agent_cash": 13_72,
        "merchant": -137_17,
        "interest_income": -1_85,
    }


def test_v7_the_minimum_is_a_share_of_the_ordinary_and_all_of_the_rest() -> None:
    parameters = replace(HERE, revolving_daily_rate="0.0002", late_mode="none")
    line = a_line(day(10, 1), parameters=parameters)
    line.buys(1_000_00, day(10, 15))
    line.buys(2_100_00, day(11, 5))
    a_plan(line, 1_000_02, 3, day(11, 20))
    bill = line.is_billed(date(2026, 12, 1), day(12, 1))
    assert (bill.interest_minor, bill.instalments_minor + bill.plan_charges_minor) == (4_20, 341_67)
    assert bill.minimum_minor == 300_00 + 341_67 + 100_00 + 4_20 == 745_87
    assert books() == {
        "principal": 4_100_02,
        "interest": 4_20,
        "fee": 8_33,
        "merchant": -4_100_02,
        "interest_income": -4_20,
        "fee_income": -8_33,
    }


@pytest.mark.parametrize(
    ("revolving_base", "interest"), [("unpaid_from_due", 49_50), ("all_from_posting", 112_00)]
)
def test_v8_interest_from_the_due_day_or_from_the_posting(revolving_base: str, interest: int) -> None:
    line = a_line(day(11, 1), parameters=replace(HERE, revolving_base=revolving_base))
    line.buys(5_000_00, day(11, 15))
    line.pays(500_00, day(12, 10))
    assert line.is_billed(date(2027, 1, 1), day(1, 1, year=2027)).interest_minor == interest
    assert books() == {
        "principal": 4_500_00,
        "interest": interest,
        "agent_cash": 500_00,
        "merchant": -5_000_00,
        "interest_income": -interest,
    }


@pytest.fixture
def billed() -> Line:
    """5,000.00 bought on 15 November, due on 10 December."""
    line = a_line(day(11, 1), parameters=HERE)
    line.buys(5_000_00, day(11, 15))
    line.is_billed(date(2026, 12, 1), day(12, 1))
    return line


def test_v9_cash_taken_offline_on_the_ninth_and_told_on_the_twelfth_is_in_time(billed: Line) -> None:
    billed.pays(500_00, day(12, 9, 10), told_at=day(12, 12))
    owed = billed.owed(day(12, 12))
    assert (owed.minimum_minor, owed.all_minor) == (0, 4_500_00)
    bill = billed.is_billed(date(2027, 1, 1), day(1, 1, year=2027))
    assert (bill.late_minor, bill.interest_minor) == (0, 49_50)
    assert books() == {
        "principal": 4_500_00,
        "interest": 49_50,
        "agent_cash": 500_00,
        "merchant": -5_000_00,
        "interest_income": -49_50,
    }


def test_v10_the_same_receipt_uploaded_twice_is_one_entry(billed: Line) -> None:
    payment = new_id()
    billed.pays(500_00, day(12, 9, 10), told_at=day(12, 12), payment_id=payment)
    with pytest.raises(Conflict, match="payment-already-applied"):
        billed.pays(500_00, day(12, 9, 10), told_at=day(12, 12, 13), payment_id=payment)
    assert books() == {"principal": 4_500_00, "agent_cash": 500_00, "merchant": -5_000_00}


def test_v11_a_reversal_is_as_if_nothing_had_been_paid_and_a_second_one_moves_nothing(billed: Line) -> None:
    paid = billed.pays(500_00, day(12, 9, 10), told_at=day(12, 12))
    reverse_activity(activity_id=paid.payment_id, reason="money_did_not_come", actor=SYSTEM, at=day(12, 13))
    with pytest.raises(Conflict, match="activity-already-reversed"):
        reverse_activity(
            activity_id=paid.payment_id, reason="money_did_not_come", actor=SYSTEM, at=day(12, 13, 13)
        )
    bill = billed.is_billed(date(2027, 1, 1), day(1, 1, year=2027))
    assert (bill.late_minor, bill.interest_minor, bill.payments_minor) == (5_50, 49_50, 0)
    assert books() == {
        "principal": 5_000_00,
        "interest": 49_50,
        "late": 5_50,
        "agent_cash": 500_00,  # what was counted stays there, as owed, until it is settled whose it is
        "cash_to_return": -500_00,
        "merchant": -5_000_00,
        "interest_income": -49_50,
        "late_income": -5_50,
    }


def test_v12_what_is_paid_beyond_the_debt_is_the_customers() -> None:
    line = a_line(day(11, 1), parameters=HERE)
    line.buys(500_00, day(11, 15))
    paid = line.pays(600_00, day(11, 20))
    assert (paid.principal_minor, paid.credit_minor, paid.balance_after_minor) == (500_00, 100_00, -100_00)
    assert books() == {"credit_balance": -100_00, "agent_cash": 600_00, "merchant": -500_00}


def test_v13_a_payment_goes_to_the_oldest_bill_in_its_order() -> None:
    october = {
        Bucket.INSTALMENT: 83_33,
        Bucket.INSTALMENT_FEE: 7_33,
        Bucket.INTEREST: 12_50,
        Bucket.LATE: 3_20,
        Bucket.PRINCIPAL: 400_00,
    }
    november = {Bucket.PRINCIPAL: 300_00}
    before = Position(
        counted_to=date(2026, 11, 5),
        due_day=10,
        bills=[
            Bill(date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 14), october, 146_36, Standing.LATE),
            Bill(date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 14), november, 216_36),
        ],
    )
    pays = Activity(
        activity_id=UUID(int=1),
        kind=ActivityKind.REPAYMENT,
        effective_at=day(11, 5),
        on=date(2026, 11, 5),
        amount_minor=200_00,
    )
    after = fold(before, [pays], HERE, date(2026, 11, 5))
    assert [bill.unpaid for bill in after.position.bills] == [{Bucket.PRINCIPAL: 306_36}, november]
    assert after.position.credit_minor == 0
    assert net_by_account(after.happened.moves) == {
        None: 200_00,  # the money
        AccountKind.PRINCIPAL: -(83_33 + 93_64),
        AccountKind.FEE: -7_33,
        AccountKind.INTEREST: -12_50,
        AccountKind.LATE: -3_20,
    }


def test_a_bill_is_frozen_whatever_comes_later(billed: Line) -> None:
    (bill,) = Statement.objects.filter(account_id=billed.account_id)
    before = (bill.balance_minor, bill.minimum_minor, bill.due_date)
    billed.buys(-5_000_00, day(12, 5))
    bill.refresh_from_db()
    assert (bill.balance_minor, bill.minimum_minor, bill.due_date) == before
    assert books() == {}
