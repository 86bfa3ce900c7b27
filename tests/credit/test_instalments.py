"""Instalments: what it costs is confirmed first; then a debt comes back bill by bill, or is settled early."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.models import InstalmentPlan
from koumen.credit.queries import plans as queries
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.plan import PlanKind, PlanRequest
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=ZONE)


@pytest.fixture
def line() -> Line:
    return a_line(day(9, 1), parameters=Parameters())


def split(line: Line, request: PlanRequest, at: datetime) -> InstalmentPlan:
    """By the whole way: sheet, time to read, confirmation, start."""
    sheet = commands.show_plan_sheet(request=request, actor=SYSTEM, at=at)
    later = at + timedelta(seconds=10)
    commands.confirm_cost_sheet(
        sheet_id=sheet.id, how=commands.ConfirmedHow.TAP, key=new_id(), actor=SYSTEM, at=later
    )
    return commands.start_plan(request=request, sheet_id=sheet.id, key=new_id(), actor=SYSTEM, at=later)


def a_purchase(line: Line, amount_minor: int, at: datetime, *, terms: int = 3) -> PlanRequest:
    bought = line.buys(amount_minor, at)
    return PlanRequest(
        account_id=line.account_id,
        kind=PlanKind.PURCHASE,
        terms=terms,
        amount_minor=amount_minor,
        purchase_id=bought.id,
    )


def test_a_purchase_is_split_and_comes_back_bill_by_bill(line: Line) -> None:
    plan = split(line, a_purchase(line, 1_000_00, day(9, 5)), day(9, 6))
    assert line.owed(day(9, 6)).all_minor == 0, "nothing is due yet"
    assert line.owed(day(9, 6)).future_minor == 1_000_00
    bills = [line.is_billed(date(2026, month, 1), day(month, 1)) for month in (10,)]
    assert [(bill.balance_minor, bill.minimum_minor, bill.future_minor) for bill in bills] == [
        (341_66, 341_66, 666_67)
    ]
    assert line.pays(341_66, day(10, 9)).balance_after_minor == 666_67
    second = line.is_billed(date(2026, 11, 1), day(11, 1))
    assert (second.instalments_minor, second.plan_charges_minor) == (333_33, 8_33)
    line.pays(341_66, day(11, 9))
    line.is_billed(date(2026, 12, 1), day(12, 1))
    line.pays(341_68, day(12, 9))
    assert (line.owed(day(12, 9)).all_minor, line.owed(day(12, 9)).future_minor) == (0, 0)
    plan.refresh_from_db()
    assert plan.is_over
    assert check_books().is_right


def test_settling_early_asks_for_the_principal_and_saves_the_charges_to_come(line: Line) -> None:
    plan = split(line, a_purchase(line, 1_000_00, day(9, 5), terms=12), day(9, 6))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    line.pays(90_66, day(10, 9))
    now = queries.plan_today(actor=SYSTEM, plan_id=plan.id, at=day(10, 10)).settlement
    assert now is not None
    assert (now.pay_minor, now.saved_minor) == (1_000_00 - 83_33, 88_00 - 7_33)
    key = new_id()
    for _ in range(2):
        commands.settle_plan(plan_id=plan.id, key=key, actor=SYSTEM, at=day(10, 10))
    assert line.owed(day(10, 10)).all_minor == now.pay_minor
    line.pays(now.pay_minor, day(10, 10, 15))
    assert line.owed(day(11, 2)).all_minor == 0
    assert check_books().is_right


def test_a_payment_by_direction_settles_a_plan_once_nothing_is_overdue(line: Line) -> None:
    plan = split(line, a_purchase(line, 1_000_00, day(9, 5)), day(9, 6))
    line.buys(200_00, day(9, 7))
    with pytest.raises(Conflict) as refused:
        line.pays(999_99, day(9, 8), plan_id=plan.id)
    assert refused.value.code == "settlement-too-small"
    line.pays(1_000_00, day(9, 8), plan_id=plan.id)
    owed = line.owed(day(9, 8))
    assert (owed.all_minor, owed.future_minor) == (200_00, 0), "what was bought since is untouched"
    assert check_books().is_right


def test_a_part_of_the_bill_is_split_until_its_due_day(line: Line) -> None:
    line.buys(900_00, day(9, 5))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    request = PlanRequest(account_id=line.account_id, kind=PlanKind.BILL, terms=6, amount_minor=600_00)
    split(line, request, day(10, 5))
    owed = line.owed(day(10, 5))
    assert (owed.bill_minor, owed.future_minor, owed.minimum_minor) == (300_00, 600_00, 90_00)
    with pytest.raises(Conflict) as refused:
        commands.show_plan_sheet(request=request, actor=SYSTEM, at=day(10, 11))
    assert refused.value.code == "plan-too-late"
    assert check_books().is_right


def test_nothing_is_split_without_a_sheet_that_was_read_and_confirmed(line: Line) -> None:
    request = a_purchase(line, 1_000_00, day(9, 5))
    sheet = commands.show_plan_sheet(request=request, actor=SYSTEM, at=day(9, 6))
    with pytest.raises(Conflict) as refused:
        commands.start_plan(request=request, sheet_id=sheet.id, key=new_id(), actor=SYSTEM, at=day(9, 6, 13))
    assert refused.value.code == "cost-sheet-not-confirmed"
    commands.confirm_cost_sheet(
        sheet_id=sheet.id, how=commands.ConfirmedHow.TAP, key=new_id(), actor=SYSTEM, at=day(9, 6, 13)
    )
    other = PlanRequest(
        account_id=line.account_id,
        kind=PlanKind.PURCHASE,
        terms=12,
        amount_minor=1_000_00,
        purchase_id=request.purchase_id,
    )
    with pytest.raises(Conflict) as refused:
        commands.start_plan(request=other, sheet_id=sheet.id, key=new_id(), actor=SYSTEM, at=day(9, 6, 13))
    assert refused.value.code == "cost-sheet-changed"
    assert not InstalmentPlan.objects.exists()


def test_the_same_form_sent_twice_makes_one_plan(line: Line) -> None:
    request, at = a_purchase(line, 1_000_00, day(9, 5)), day(9, 6)
    sheet = commands.show_plan_sheet(request=request, actor=SYSTEM, at=at)
    commands.confirm_cost_sheet(
        sheet_id=sheet.id, how=commands.ConfirmedHow.TAP, key=new_id(), actor=SYSTEM, at=day(9, 6, 13)
    )
    key = new_id()
    made = {
        commands.start_plan(request=request, sheet_id=sheet.id, key=key, actor=SYSTEM, at=day(9, 6, 13)).id
        for _ in range(2)
    }
    assert made == set(InstalmentPlan.objects.values_list("id", flat=True))


def test_a_refund_shortens_the_plan_of_its_purchase_from_its_end(line: Line) -> None:
    request = a_purchase(line, 1_000_00, day(9, 5))
    split(line, request, day(9, 6))
    line.buys(-500_00, day(9, 10), refund_of=request.purchase_id)
    assert line.owed(day(9, 10)).future_minor == 500_00
    line.is_billed(date(2026, 10, 1), day(10, 1))
    line.is_billed(date(2026, 11, 1), day(11, 1))
    assert line.owed(day(11, 1)).future_minor == 0
    with pytest.raises(Conflict) as refused:
        line.buys(-500_01, day(11, 1), refund_of=request.purchase_id)
    assert refused.value.code == "refund-too-large"
    assert check_books().is_right


@pytest.mark.parametrize(
    ("change", "refusal", "code"),
    [
        (lambda r: {"amount_minor": 99_99, "kind": PlanKind.BILL}, Conflict, "plan-too-small"),
        (lambda r: {"amount_minor": 1_000_01}, Conflict, "plan-too-large"),
        (lambda r: {"terms": 5}, Invalid, "instalment-term-not-offered"),
        (lambda r: {"purchase_id": new_id()}, Missing, "purchase-not-found"),
        (lambda r: {"account_id": new_id()}, Missing, "account-not-found"),
        (lambda r: {"kind": PlanKind.LOAN}, Conflict, "loan-not-offered"),
    ],
)
def test_what_cannot_be_split_is_refused_by_name(
    line: Line, change: Callable[[PlanRequest], dict[str, object]], refusal: type[Exception], code: str
) -> None:
    request = a_purchase(line, 1_000_00, day(9, 5))
    asked = PlanRequest(**{**request.__dict__, **change(request)})
    with pytest.raises(refusal) as refused:
        commands.show_plan_sheet(request=asked, actor=SYSTEM, at=day(9, 6))
    assert refused.value.code == code  # type: ignore[attr-defined]


def test_a_purchase_is_split_once_and_a_relative_splits_nothing(line: Line) -> None:
    request = a_purchase(line, 1_000_00, day(9, 5))
    split(line, request, day(9, 6))
    with pytest.raises(Conflict) as refused:
        queries.instalment_offers(
            actor=SYSTEM,
            account_id=line.account_id,
            wish=queries.SplitWish(purchase_id=request.purchase_id),
            at=day(9, 7),
        )
    assert refused.value.code == "purchase-already-split"
    with pytest.raises(Denied):
        commands.show_plan_sheet(request=request, actor=builders.staff(Role.RELATIVE), at=day(9, 7))


def test_the_offers_name_every_term_with_its_true_cost(line: Line) -> None:
    request = a_purchase(line, 1_000_00, day(9, 5))
    offers = queries.instalment_offers(
        actor=SYSTEM,
        account_id=line.account_id,
        wish=queries.SplitWish(purchase_id=request.purchase_id),
        at=day(9, 6),
    )
    assert [
        (one.request.terms, one.sheet.cost_minor, round(float(one.sheet.annual), 4)) for one in offers
    ] == [
        (3, 25_00, 0.1494),
        (6, 45_00, 0.1527),
        (9, 65_00, 0.1534),
        (12, 88_00, 0.1586),
    ]


def test_of_a_bill_some_purchases_are_split_and_given_back_they_shorten_the_plan(line: Line) -> None:
    first, second, third = (
        line.buys(amount, day(9, 5 + place)) for place, amount in enumerate((300_00, 200_00, 500_00))
    )
    line.is_billed(date(2026, 10, 1), day(10, 1))
    wish = queries.SplitWish(chosen=(first.id, second.id))
    offers = queries.instalment_offers(actor=SYSTEM, account_id=line.account_id, wish=wish, at=day(10, 2))
    request = offers[0].request
    assert (request.kind, request.amount_minor, request.terms) == (PlanKind.BILL, 500_00, 3)
    plan = split(line, request, day(10, 2))
    assert line.owed(day(10, 2)).bill_minor == 500_00, "the third purchase is due as before"
    line.buys(-200_00, day(10, 5), refund_of=second.id)
    assert queries.plan(actor=SYSTEM, plan_id=plan.id).future_minor == 300_00
    for chosen in ((first.id,), (second.id, third.id)):
        with pytest.raises(Conflict, match="purchase-already-split"):
            queries.instalment_offers(
                actor=SYSTEM,
                account_id=line.account_id,
                wish=queries.SplitWish(chosen=chosen),
                at=day(10, 6),
            )
    assert check_books().is_right


def test_purchases_that_are_not_on_the_newest_bill_cannot_be_chosen(line: Line) -> None:
    old = line.buys(300_00, day(9, 5))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    line.pays(300_00, day(10, 5))
    line.buys(300_00, day(10, 6))
    later = line.buys(300_00, day(11, 2))
    line.is_billed(date(2026, 11, 1), day(11, 2))
    for wrong in ((old.id,), (later.id,), (new_id(),)):
        with pytest.raises(Missing, match="purchase-not-found"):
            queries.instalment_offers(
                actor=SYSTEM, account_id=line.account_id, wish=queries.SplitWish(chosen=wrong), at=day(11, 3)
            )


def test_chosen_purchases_come_to_what_is_unpaid_at_most(line: Line) -> None:
    bought = line.buys(600_00, day(9, 5))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    line.pays(200_00, day(10, 2))
    wish = queries.SplitWish(chosen=(bought.id,))
    (offer, *_others) = queries.instalment_offers(
        actor=SYSTEM, account_id=line.account_id, wish=wish, at=day(10, 3)
    )
    assert offer.request.amount_minor == 400_00
    wrong = replace(offer.request, amount_minor=300_00)
    with pytest.raises(Conflict, match="plan-too-large"):
        commands.show_plan_sheet(request=wrong, actor=SYSTEM, at=day(10, 3))
