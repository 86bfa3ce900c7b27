"""Cash: counted, within what was agreed, in custody, with a receipt at once."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.credit.queries import owed
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.ids import new_id
from koumen.kit.money import CURRENCIES
from koumen.ledger.commands import account_for, post_entry
from koumen.ledger.queries import check_books
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.payments import commands, queries
from koumen.payments.models import NoteCount, Payment, ReceiptSeries
from koumen.payments.rules.cash import CashAdvice, OtherWay, change_for, count_cash
from koumen.payments.states import PAYMENT, PaymentState
from koumen.visits import commands as visits
from koumen.visits.states import VisitState
from tests import builders
from tests.visits.stories import Story, a_visit


def pays(
    story: Story,
    notes_in: dict[int, int],
    notes_out: dict[int, int] | None = None,
    *,
    key: UUID | None = None,
    actor: Actor | None = None,
) -> Payment:
    return commands.pay_cash(
        visit_id=story.visit_id,
        notes_in=notes_in,
        notes_out=notes_out or {},
        key=key or new_id(),
        actor=actor or story.visitor,
        at=story.now,
    )


def all_owed(story: Story) -> int:
    return owed(actor=SYSTEM, account_id=story.account_id, at=story.now).all_minor


# --- counting, pure -------------------------------------------------------------------------------------


@given(
    st.dictionaries(st.sampled_from(CURRENCIES["CNY"].notes), st.integers(1, 50), min_size=1),
    st.dictionaries(st.sampled_from(CURRENCIES["CNY"].notes), st.integers(0, 3)),
)
def test_what_is_paid_is_what_came_in_less_what_went_out(came: dict[int, int], went: dict[int, int]) -> None:
    total = sum(v * n for v, n in came.items()) - sum(v * n for v, n in went.items())
    if total <= 0:
        with pytest.raises(Invalid, match="change-exceeds-cash"):
            count_cash(came, went, "CNY")
    else:
        assert count_cash(came, went, "CNY").amount_minor == total


@pytest.mark.parametrize(
    ("came", "code"),
    [
        ({}, "nothing-counted"),
        ({10000: 0}, "nothing-counted"),
        ({7: 1}, "note-unknown"),
        ({10000: -1}, "pieces-unreadable"),
        ({10000: 1001}, "pieces-unreadable"),
        ({10000: True}, "pieces-unreadable"),
    ],
)
def test_a_count_that_cannot_be_is_refused(came: dict[int, int], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        count_cash(came, {}, "CNY")


def test_a_ceiling_offers_other_ways_and_a_large_amount_is_taken_all_the_same() -> None:
    advice = CashAdvice(
        in_hand_minor=900000, in_hand_max_minor=1000000, per_visit_max_minor=200000, amount_minor=100000
    )
    assert (advice.is_blocked, advice.room_minor, advice.other_ways) == (False, 100000, ())
    large = CashAdvice(
        in_hand_minor=0, in_hand_max_minor=1000000, per_visit_max_minor=200000, amount_minor=200001
    )
    assert large.is_large
    assert not large.is_blocked
    assert OtherWay.SECOND_AGENT in large.other_ways


# --- at the door ----------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestPaying:
    def test_the_debt_falls_custody_rises_and_the_receipt_has_its_number(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid(30000)
        payment = pays(story, {10000: 3, 5000: 1}, {1000: 5})
        assert payment.state == PaymentState.PAID
        assert payment.amount_minor == 30000
        assert all_owed(story) == 70000
        assert queries.cash_in_hand(agent_id=story.agent.id, currency="CNY") == 30000
        assert story.visit.state == VisitState.PAID
        (receipt,) = queries.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)
        assert receipt.number == "TEST-0000001"
        assert (receipt.amount.minor, receipt.balance_after.minor) == (30000, 70000)
        assert NoteCount.objects.filter(payment=payment).count() == 3
        kinds = list(Fact.objects.order_by("-id").values_list("kind", flat=True)[:3])
        assert kinds == ["PaymentMade", "VisitPaid", "BalanceReduced"]
        assert check_books().is_right

    def test_without_an_accepted_code_no_money_is_taken(self, at: datetime) -> None:
        story = a_visit(at).proven()
        with pytest.raises(Conflict, match="code-not-accepted"):
            pays(story, {10000: 3})
        story.agrees()
        with pytest.raises(Conflict, match="code-not-accepted"):
            pays(story, {10000: 3})
        assert all_owed(story) == 100000
        assert not ReceiptSeries.objects.exists()

    def test_at_most_the_agreed_amount_posts_in_any_number_of_tenders(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid(30000)
        with pytest.raises(Conflict, match="above-agreed"):
            pays(story, {10000: 4})
        pays(story, {10000: 2})
        with pytest.raises(Conflict, match="above-agreed"):
            pays(story, {10000: 2})
        pays(story, {10000: 1})
        with pytest.raises(Conflict, match="above-agreed"):
            pays(story, {10: 1})
        assert all_owed(story) == 70000
        numbers = [r.number for r in queries.receipts_of_visit(actor=story.visitor, visit_id=story.visit_id)]
        assert numbers == ["TEST-0000001", "TEST-0000002"]

    def test_the_same_click_twice_is_one_payment_and_another_body_moves_nothing(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        key = new_id()
        first, second = pays(story, {10000: 3}, key=key), pays(story, {10000: 3}, key=key)
        assert first.id == second.id
        assert first.receipt.id == second.receipt.id
        with pytest.raises(Conflict, match="key-reused"):
            pays(story, {10000: 1}, key=key)
        assert all_owed(story) == 70000
        assert Payment.objects.count() == 1

    def test_a_refused_tender_leaves_no_key_and_no_number(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid(30000)
        key = new_id()
        with pytest.raises(Conflict, match="above-agreed"):
            pays(story, {10000: 4}, key=key)
        assert pays(story, {10000: 3}, key=key).receipt.number == 1

    def test_only_the_agent_of_the_visit_takes_money(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        with pytest.raises(Denied, match="visit-not-yours"):
            pays(story, {10000: 3}, actor=story.customer)
        with pytest.raises(Denied, match="visit-not-yours"):
            pays(story, {10000: 3}, actor=builders.staff(Role.DISPATCHER))

    def test_money_that_came_another_way_lowers_what_may_be_taken(self, at: datetime) -> None:
        story = a_visit(at, owed_minor=30000).may_be_paid(30000)
        credit.apply_payment(
            account_id=story.account_id,
            received=credit.Received(
                payment_id=new_id(),
                amount_minor=10000,
                debit_account_id=account_for(kind=AccountKind.BANK, currency="CNY").id,
                entry_kind=EntryKind.TRANSFER_IN,
                tendered_at=story.now,
            ),
            actor=SYSTEM,
            at=story.now,
        )
        with pytest.raises(Conflict, match="owed-less-now"):
            pays(story, {10000: 3})
        story.agrees(20000)
        story.says(story.code())
        pays(story, {10000: 2})
        assert all_owed(story) == 0

    def test_a_surplus_that_the_customer_wanted_is_kept_for_them(self, at: datetime) -> None:
        story = a_visit(at, owed_minor=25050).proven()
        story.agrees(30000, surplus_wanted=True)
        story.says(story.code())
        pays(story, {10000: 3})
        after = owed(actor=SYSTEM, account_id=story.account_id, at=story.now)
        assert (after.all_minor, after.credit_balance_minor) == (0, 4950)

    def test_the_ceiling_in_hand_stops_the_next_cash_tender_and_never_the_wallet(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid(30000)
        _already_carries(story, 980000)
        with pytest.raises(Conflict, match="cash-in-hand-ceiling") as refused:
            pays(story, {10000: 3})
        assert refused.value.params["room_minor"] == 20000
        assert OtherWay.WALLET in refused.value.params["other_ways"]  # type: ignore[operator]
        assert queries.cash_advice(story.visit, amount_minor=30000, at=story.now).is_blocked
        opened = commands.open_wallet(
            visit_id=story.visit_id, amount_minor=30000, key=new_id(), actor=story.visitor, at=story.now
        )
        assert opened.state == PaymentState.PENDING
        assert story.visit.state == VisitState.AGREED

    def test_a_customer_sees_their_payments_and_others_none(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})
        assert len(queries.receipts_of(actor=story.customer)) == 1
        assert len(queries.receipts_of(actor=builders.staff(Role.FINANCE))) == 1
        assert queries.receipts_of(actor=a_visit(at).customer) == []
        assert queries.receipts_of(actor=Actor(Role.RELATIVE, new_id())) == []

    def test_after_paying_the_agent_leaves_and_the_visit_is_closed(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})
        visits.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
        with pytest.raises(Conflict):
            pays(story, {10000: 3})


def _already_carries(story: Story, amount_minor: int) -> None:
    custody = account_for(kind=AccountKind.AGENT_CASH, owner_id=story.agent.id, currency="CNY")
    safe = account_for(kind=AccountKind.SAFE, currency="CNY")
    post_entry(
        kind="correction",
        lines=[Line(custody.id, safe.id, amount_minor)],
        source_id=new_id(),
        effective_at=story.now,
        actor=SYSTEM,
        at=story.now,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("before", list(PaymentState))
def test_the_database_refuses_every_forbidden_pair_of_payment_states(
    at: datetime, before: PaymentState
) -> None:
    story = a_visit(at).may_be_paid()
    payment = _payment_in(story, before)
    let_through = set()
    for after in PaymentState:
        try:
            with transaction.atomic():
                paid = story.now if after is PaymentState.PAID else None
                Payment.objects.filter(id=payment.id).update(state=after, paid_at=paid)
                transaction.set_rollback(True)
        except IntegrityError as refusal:
            assert "may not go from" in str(refusal)  # noqa: PT017  (one of many tries)
        else:
            let_through.add(after)
    assert let_through == {PaymentState(b) for a, b in PAYMENT.pairs() if a == before} | {before}


def _payment_in(story: Story, state: PaymentState) -> Payment:
    if state is PaymentState.PAID:
        return pays(story, {10000: 3})
    payment = commands.open_wallet(
        visit_id=story.visit_id, amount_minor=30000, key=new_id(), actor=story.visitor, at=story.now
    )
    if state is PaymentState.UNKNOWN:
        return commands.lose_sight(payment_id=payment.id, actor=SYSTEM, at=story.now)
    if state is PaymentState.CLOSED:
        return commands.close_wallet(payment_id=payment.id, reason="test", actor=SYSTEM, at=story.now)
    return payment


@given(st.lists(st.integers(1, 200_000).map(lambda tens: tens * 10), max_size=20))
def test_the_change_of_a_day_is_what_the_largest_notes_leave_over(amounts: list[int]) -> None:
    change = change_for(amounts, "CNY")
    assert sum(value * pieces for value, pieces in change.items()) == sum(
        -amount % 10000 for amount in amounts
    )
    assert 10000 not in change


def test_three_visits_need_these_notes_and_coins() -> None:
    assert change_for([345_60, 99_50, 300_00], "CNY") == {5000: 1, 100: 4, 50: 1, 10: 4}
