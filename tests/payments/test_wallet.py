"""The wallet on our side: one tender at a time, told twice is once, late is kept for the customer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from koumen.credit.queries import owed
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.signed import signature
from koumen.ledger.queries import check_books
from koumen.payments import commands, queries
from koumen.payments.models import Payment
from koumen.payments.rules.codes import new_token, plain_code, short_code
from koumen.payments.rules.wallet import (
    Charge,
    ChargeState,
    check_callback,
    read_charge,
)
from koumen.payments.states import PaymentState
from koumen.visits import commands as visits
from koumen.visits.states import VisitState
from tests.payments.test_cash import pays
from tests.visits.stories import Story, a_visit

KEY = bytes(range(32))


def opens(story: Story, amount_minor: int = 30000, *, key: UUID | None = None) -> Payment:
    return commands.open_wallet(
        visit_id=story.visit_id,
        amount_minor=amount_minor,
        key=key or new_id(),
        actor=story.visitor,
        at=story.now,
    )


def paid(payment: Payment, reference: str = "W1") -> Charge:
    return Charge(
        payment_id=payment.id,
        state=ChargeState.PAID,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reference=reference,
        paid_at=payment.opened_at + timedelta(seconds=30),
    )


def settle(story: Story, charge: Charge) -> Payment:
    return commands.settle_wallet(charge=charge, actor=SYSTEM, at=story.now + timedelta(minutes=1))


def reads(story: Story) -> tuple[int, int]:
    now = owed(actor=SYSTEM, account_id=story.account_id, at=story.now + timedelta(minutes=5))
    return now.all_minor, now.credit_balance_minor


@pytest.mark.django_db
class TestWallet:
    def test_a_paid_wallet_lowers_the_debt_and_gives_a_receipt(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = settle(story, paid(opens(story)))
        assert payment.state == PaymentState.PAID
        assert not payment.is_late
        assert reads(story) == (70000, 0)
        assert story.visit.state == VisitState.PAID
        assert queries.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)[0].tender == "wallet"
        assert check_books().is_right

    def test_told_twice_is_booked_once(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        assert settle(story, paid(payment)).id == settle(story, paid(payment)).id
        assert reads(story) == (70000, 0)
        assert len(queries.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)) == 1
        with pytest.raises(Conflict, match="payment-paid-otherwise"):
            settle(story, paid(payment, reference="W2"))

    def test_one_tender_at_a_time(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        with pytest.raises(Conflict, match="tender-open"):
            opens(story, 10000)
        with pytest.raises(Conflict, match="tender-open"):
            pays(story, {10000: 3})
        commands.lose_sight(payment_id=payment.id, actor=SYSTEM, at=story.now)
        with pytest.raises(Conflict, match="tender-open"):
            pays(story, {10000: 3})
        commands.close_wallet(payment_id=payment.id, reason="expired", actor=SYSTEM, at=story.now)
        pays(story, {10000: 3})

    def test_cash_and_wallet_together_make_up_the_amount(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid(30000)
        pays(story, {10000: 1})
        with pytest.raises(Conflict, match="above-agreed"):
            opens(story, 30000)
        settle(story, paid(opens(story, 20000)))
        assert reads(story) == (70000, 0)

    def test_a_late_success_is_kept_for_the_customer_when_cash_was_taken_meanwhile(
        self, at: datetime
    ) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        commands.close_wallet(payment_id=payment.id, reason="expired", actor=SYSTEM, at=story.now)
        pays(story, {10000: 3})
        late = settle(story, paid(payment))
        assert late.is_late
        assert reads(story) == (70000, 30000)
        receipts = queries.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)
        assert [receipt.is_late for receipt in receipts] == [False, True]
        assert check_books().is_right

    def test_a_late_success_after_the_visit_is_kept_and_the_visit_stays_over(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        visits.break_off(visit_id=story.visit_id, reason="unsafe", actor=story.visitor, at=story.now)
        assert settle(story, paid(payment)).is_late
        assert reads(story) == (100000, 30000)
        assert story.visit.state == VisitState.BROKEN_OFF

    def test_a_late_success_while_nothing_else_was_paid_is_the_payment(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        commands.close_wallet(payment_id=payment.id, reason="expired", actor=SYSTEM, at=story.now)
        assert not settle(story, paid(payment)).is_late
        assert reads(story) == (70000, 0)

    def test_another_amount_than_the_qr_said_is_not_booked(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        with pytest.raises(Conflict, match="charge-differs"):
            settle(story, replace(paid(payment), amount_minor=1))
        assert queries.payment(actor=SYSTEM, payment_id=payment.id).state == PaymentState.PENDING

    def test_an_agent_can_never_say_that_a_wallet_has_paid(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        with pytest.raises(Denied, match="payment-not-yours"):
            commands.settle_wallet(charge=paid(payment), actor=story.visitor, at=story.now)
        with pytest.raises(Denied, match="payment-not-yours"):
            commands.close_wallet(payment_id=payment.id, reason="x", actor=story.visitor, at=story.now)

    def test_the_providers_clock_cannot_move_a_payment_out_of_its_time(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        payment = opens(story)
        settled = settle(story, replace(paid(payment), paid_at=datetime(2020, 1, 1, tzinfo=UTC)))
        assert settled.paid_at == payment.opened_at

    def test_a_payment_nobody_knows_is_missing(self) -> None:
        unknown = Charge(payment_id=new_id(), state=ChargeState.PAID, reference="W")
        with pytest.raises(Missing, match="payment-not-found"):
            commands.settle_wallet(charge=unknown, actor=SYSTEM, at=datetime(2026, 1, 1, tzinfo=UTC))

    def test_the_same_click_opens_one_tender(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        key = new_id()
        assert opens(story, key=key).id == opens(story, key=key).id
        with pytest.raises(Conflict, match="key-reused"):
            opens(story, 20000, key=key)


# --- callbacks, pure ------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
BODY = (
    b'{"merchant_reference": "01a20b34-514c-755a-941f-f27c580fd1d5", "state": "paid", "amount_minor": 30000,'
    b' "currency": "CNY", "reference": "W1", "paid_at": "2026-11-24T04:00:00+00:00"}'
)


def checked(*, offset_s: int = 0, key: bytes = KEY, body: bytes = BODY) -> Charge:
    timestamp = str(int(NOW.timestamp()) + offset_s)
    return check_callback(KEY, timestamp=timestamp, signed=signature(key, timestamp, BODY), body=body, at=NOW)


def test_a_signed_fresh_callback_is_read() -> None:
    assert checked().amount_minor == 30000
    assert checked(offset_s=-300).paid_at == NOW


@pytest.mark.parametrize("offset_s", [-301, 301])
def test_a_callback_kept_for_later_is_refused(offset_s: int) -> None:
    with pytest.raises(Denied, match="callback-too-old"):
        checked(offset_s=offset_s)


def test_a_callback_of_somebody_else_or_with_another_body_is_refused() -> None:
    with pytest.raises(Denied, match="callback-not-signed"):
        checked(key=bytes(32))
    with pytest.raises(Denied, match="callback-not-signed"):
        checked(body=BODY.replace(b"30000", b"90000"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'"x"', b'{"merchant_reference": 7}'])
def test_what_is_no_charge_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="charge-unreadable"):
        read_charge(body)


def test_a_short_code_is_found_however_it_is_typed() -> None:
    code = short_code(new_token())
    assert plain_code(code.lower().replace("-", " ")) == code
    assert plain_code("x") == ""
