"""Cash without a signal: credited as of the door, in custody, on the receipt the phone gave, and never lost."""

import json
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.credit.queries import owed
from koumen.devices import commands, queries
from koumen.devices.jobs import settle_all, watch_series
from koumen.devices.models import DeviceAct, DeviceAlarm
from koumen.devices.rules.alarms import DismissReason, RevokeReason
from koumen.devices.rules.envelope import Kind, SignedAct
from koumen.documents.queries import verify_pdf
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.queries import check_books
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments import commands as payments
from koumen.payments import queries as money
from koumen.payments.models import Payment, Receipt
from koumen.simulation.phone import CashCount, Phone
from koumen.visits import commands as visits
from koumen.visits.models import Alert
from koumen.visits.rules.cards import CardWay
from koumen.visits.states import VisitState
from tests import builders
from tests.devices.phones import ADMINISTRATOR, a_phone, device_of, sends
from tests.visits.stories import HOUR, MINUTE, Story, a_visit

pytestmark = pytest.mark.django_db

THREE_HUNDRED = CashCount(amount_minor=30000, notes_in={10000: 3})


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def phone(story: Story, at: datetime) -> Phone:
    return a_phone(story.agent, at)


def visits_offline(
    phone: Phone, story: Story, count: CashCount = THREE_HUNDRED, *, card: tuple[int, str] | None = None
) -> SignedAct:
    """A whole visit without a signal; gives the cash act."""
    visit_id, door = story.visit_id, story.visit.window_from
    quote = credit.make_quote(account_id=story.account_id, actor=SYSTEM, at=story.now)
    phone.does(Kind.SET_OUT, at=story.now, visit_id=visit_id)
    phone.does(Kind.ARRIVE, at=door, visit_id=visit_id)
    phone.does(Kind.PICTURES, at=door, visit_id=visit_id, matched=True)
    phone.does(Kind.IDENTITY, at=door + MINUTE, visit_id=visit_id, means="identity_card", matched=True)
    phone.does(
        Kind.AGREE,
        at=door + 2 * MINUTE,
        visit_id=visit_id,
        amount_minor=count.amount_minor,
        currency="CNY",
        quote=str(quote.id),
        surplus=False,
    )
    cash = phone.takes_cash(count, visit_id=visit_id, at=door + 3 * MINUTE, card=card)
    phone.does(Kind.LEAVE, at=door + 4 * MINUTE, visit_id=visit_id)
    return cash


def owes(story: Story, at: datetime) -> int:
    return owed(actor=SYSTEM, account_id=story.account_id, at=at).all_minor


def in_hand(agent_id: UUID) -> int:
    return money.cash_in_hand(agent_id=agent_id, currency="CNY")


def alarms() -> list[str]:
    return sorted(DeviceAlarm.objects.values_list("kind", flat=True))


# --- R12, R16: it works without a signal, and the debt falls at the tender ---------------------------------


def test_r12_a_whole_visit_of_twelve_hours_ago_is_booked_as_it_was_done(phone: Phone, story: Story) -> None:
    visits_offline(phone, story)
    came = story.now + 12 * HOUR
    rows = sends(phone, came)
    assert [(row.kind, row.state, row.code) for row in rows if row.state != "posted"] == []
    payment = Payment.objects.get()
    assert payment.paid_at == story.now + HOUR + 3 * MINUTE
    assert (story.visit.state, story.visit.proof) == (VisitState.CLOSED, "unproven")
    assert owes(story, came) == 70000
    assert in_hand(story.agent.id) == 30000
    assert check_books().is_right


def test_r16_the_debt_falls_at_the_tender_and_custody_follows(phone: Phone, story: Story) -> None:
    """V9: given on the day it was due, told three days later: it counts on the day it was given."""
    visits_offline(phone, story)
    sends(phone, story.now + timedelta(days=3))
    reduced = Fact.objects.get(kind="BalanceReduced")
    assert json.loads(reduced.body)["amount_minor"] == 30000
    assert owes(story, story.now + timedelta(days=3)) == 70000
    assert in_hand(story.agent.id) == 30000


def test_a_wrong_or_missing_word_of_the_customer_credits_them_and_calls_them(
    phone: Phone, story: Story
) -> None:
    visits_offline(phone, story, card=(1, "000000"))
    sends(phone, story.now + 2 * HOUR)
    assert owes(story, story.now + 2 * HOUR) == 70000
    assert story.visit.proof == "unproven"
    (alert,) = Alert.objects.all()
    assert (alert.kind, alert.visit_id) == ("cash_unproven", story.visit_id)
    assert Fact.objects.filter(kind="CashUnproven", subject_id=story.visit_id).count() == 1


def a_card(story: Story) -> dict[int, str]:
    """The codes on the customer's paper."""
    issued = visits.issue_door_card(
        customer_id=story.home.id, way=CardWay.COUNTER, actor=builders.staff(Role.DISPATCHER), at=story.now
    )
    return {line.number: line.code for line in issued.lines}


def test_the_right_code_of_the_door_card_proves_the_visit(phone: Phone, story: Story) -> None:
    codes = a_card(story)
    visits_offline(phone, story, card=(1, codes[1]))
    rows = sends(phone, story.now + 2 * HOUR)
    assert {row.state for row in rows} == {"posted"}
    assert (story.visit.state, story.visit.proof) == (VisitState.CLOSED, "both")
    assert not Alert.objects.exists()
    accepted = Fact.objects.get(kind="CodeAccepted")
    assert accepted.subject_id == story.visit_id


@pytest.mark.parametrize("line", [2, 12])
def test_the_code_of_another_line_proves_nothing(phone: Phone, story: Story, line: int) -> None:
    codes = a_card(story)
    visits_offline(phone, story, card=(line, codes[line]))
    sends(phone, story.now + 2 * HOUR)
    assert story.visit.proof == "unproven"
    assert owes(story, story.now + 2 * HOUR) == 70000


def test_a_sealed_code_copied_into_another_act_does_not_open(phone: Phone, story: Story) -> None:
    """An agent who keeps the sealed code of 300 puts it into an act of 900: the customer said yes to 300."""
    codes = a_card(story)
    cash = visits_offline(phone, story, card=(1, codes[1]))
    phone.done.clear()
    sealed = json.loads(cash.text)["body"]["card"]
    phone.sequence, phone.last_hash, phone.last_receipt = cash.sequence - 1, cash.previous, 0
    phone.takes_cash(
        CashCount(amount_minor=90000, notes_in={10000: 9}), visit_id=story.visit_id, at=story.now
    )
    copied = phone.done.pop()
    body = json.loads(copied.text)["body"] | {"card": sealed}
    phone.sequence, phone.last_hash = copied.sequence - 1, copied.previous
    act = phone.does(Kind.CASH, at=story.now, visit_id=story.visit_id, **body)
    sends(phone, story.now + HOUR, act)
    settle_all(at=story.now + 4 * HOUR)
    assert story.visit.proof == "unproven"
    assert owes(story, story.now + 4 * HOUR) == 10000


def test_a_card_withdrawn_after_the_visit_was_still_theirs(phone: Phone, story: Story) -> None:
    codes = a_card(story)
    acts = visits_offline(phone, story, card=(1, codes[1]))
    sends(phone, story.now + HOUR, *phone.done[:1])  # set out while there was a signal: the line is taken
    after = acts.said_at + MINUTE
    visits.withdraw_door_card(customer_id=story.home.id, actor=builders.staff(Role.DISPATCHER), at=after)
    sends(phone, after + HOUR)
    assert story.visit.proof == "both"


def test_the_words_of_a_card_are_in_no_fact_and_not_readable_in_the_act(phone: Phone, story: Story) -> None:
    cash = visits_offline(phone, story, card=(1, "482913"))
    sends(phone, story.now + 2 * HOUR)
    assert "482913" not in cash.text
    assert not any("482913" in body for body in Fact.objects.values_list("body", flat=True))


# --- R13, R14: twice, in any order, at most once --------------------------------------------------------


def test_r13_the_same_receipt_uploaded_twice_is_one_payment_and_one_number(
    phone: Phone, story: Story
) -> None:
    """V10."""
    visits_offline(phone, story)
    for hours in (2, 3, 4):
        sends(phone, story.now + hours * HOUR)
    assert Payment.objects.count() == 1
    (receipt,) = money.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)
    assert receipt.number == f"{device_of(phone).code}-0000001"
    assert owes(story, story.now + 4 * HOUR) == 70000


def test_r14_cash_that_comes_before_its_visit_is_booked_once_the_gap_is_given_up(
    phone: Phone, story: Story
) -> None:
    """The customer carried the receipt; the phone comes hours later, or never."""
    cash = visits_offline(phone, story)
    carried = story.now + 2 * HOUR
    sends(phone, carried, cash)
    assert not Payment.objects.exists()
    settle_all(at=carried + 2 * HOUR)
    assert owes(story, carried + 2 * HOUR) == 70000
    assert in_hand(story.agent.id) == 30000
    sends(phone, carried + 3 * HOUR)
    assert Payment.objects.count() == 1
    assert owes(story, carried + 3 * HOUR) == 70000


def test_r14_the_same_acts_in_any_order_leave_the_same_debt_and_the_same_cash(at: datetime) -> None:
    dice = Random(14)  # noqa: S311  (an order, no secret)
    for _ in range(12):
        story = a_visit(at)
        phone = a_phone(story.agent, at)
        visits_offline(phone, story, CashCount(amount_minor=20000, notes_in={10000: 2}))
        phone.takes_cash(
            CashCount(amount_minor=10000, notes_in={10000: 1}), visit_id=story.visit_id, at=at + 2 * HOUR
        )
        order = dice.sample(phone.done, len(phone.done))
        for number, act in enumerate(order):
            sends(phone, at + 3 * HOUR + number * timedelta(minutes=dice.choice((1, 40))), act)
            settle_all(at=at + 3 * HOUR + number * timedelta(minutes=40))
        settle_all(at=at + 12 * HOUR)
        assert (owes(story, at + 12 * HOUR), in_hand(story.agent.id)) == (70000, 30000)


def test_the_receipt_of_the_phone_is_countersigned_as_a_pdf(phone: Phone, story: Story) -> None:
    visits_offline(phone, story)
    sends(phone, story.now + 2 * HOUR)
    (receipt,) = money.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)
    pdf = payments.receipt_pdf(receipt_id=receipt.id, actor=SYSTEM, at=story.now + 2 * HOUR)
    assert verify_pdf(pdf).is_genuine
    assert receipt.issued_at == story.now + HOUR + 3 * MINUTE


def test_r10_more_than_was_agreed_is_credited_and_unproven(phone: Phone, story: Story) -> None:
    visits_offline(phone, story)
    phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.visit.window_from + 5 * MINUTE)
    rows = sends(phone, story.now + 2 * HOUR)
    assert rows[-1].state == "posted"
    assert owes(story, story.now + 2 * HOUR) == 40000
    assert story.visit.proof == "unproven"


def test_what_is_more_than_owed_is_kept_for_the_customer_and_never_refused(at: datetime) -> None:
    story = a_visit(at, owed_minor=20000)
    phone = a_phone(story.agent, at)
    visits_offline(phone, story)
    sends(phone, at + 2 * HOUR)
    after = owed(actor=SYSTEM, account_id=story.account_id, at=at + 2 * HOUR)
    assert (after.all_minor, after.credit_balance_minor) == (0, 10000)


def test_money_that_came_another_way_meanwhile_makes_the_rest_a_credit_balance(
    phone: Phone, story: Story
) -> None:
    visits_offline(phone, story, CashCount(amount_minor=100000, notes_in={10000: 10}))
    credit.apply_payment(
        account_id=story.account_id,
        received=credit.Received(
            payment_id=new_id(),
            amount_minor=90000,
            debit_account_id=account_for(kind=AccountKind.BANK, currency="CNY").id,
            entry_kind=EntryKind.TRANSFER_IN,
            tendered_at=story.now + HOUR,
        ),
        actor=SYSTEM,
        at=story.now + HOUR,
    )
    sends(phone, story.now + 3 * HOUR)
    after = owed(actor=SYSTEM, account_id=story.account_id, at=story.now + 3 * HOUR)
    assert (after.all_minor, after.credit_balance_minor) == (0, 90000)
    assert in_hand(story.agent.id) == 100000


def test_cash_at_a_visit_that_was_called_off_meanwhile_is_credited_all_the_same(
    phone: Phone, story: Story
) -> None:
    from koumen.visits.rules.reasons import CancelReason

    visits_offline(phone, story)
    visits.cancel_visit(
        visit_id=story.visit_id, reason=CancelReason.CHANGED_MIND, actor=story.customer, at=story.now
    )
    rows = sends(phone, story.now + 2 * HOUR)
    assert {row.kind: row.state for row in rows}["cash"] == "posted"
    assert story.visit.state == VisitState.CANCELLED
    assert owes(story, story.now + 2 * HOUR) == 70000
    assert in_hand(story.agent.id) == 30000


def test_r17_the_ceiling_never_undoes_what_was_taken_without_a_signal(at: datetime) -> None:
    story = a_visit(at)
    phone = a_phone(story.agent, at)
    visits_offline(phone, story, CashCount(amount_minor=2_000_000, notes_in={10000: 200}))
    sends(phone, at + 2 * HOUR)
    assert in_hand(story.agent.id) == 2_000_000
    assert money.cash_advice(story.visit, amount_minor=1, at=at + 2 * HOUR).is_blocked


# --- R18: receipt numbers -------------------------------------------------------------------------------


def test_r18_a_receipt_number_that_no_act_used_alarms_after_two_hours(phone: Phone, story: Story) -> None:
    phone.last_receipt = 2  # numbers 1 and 2 are used by nothing
    visits_offline(phone, story)
    came = story.now + 2 * HOUR
    sends(phone, came)
    for minutes, found in ((119, []), (120, ["receipt_gap", "receipt_gap"])):
        with clock.stopped_at(came + minutes * MINUTE):
            watch_series(0)
        assert alarms() == found
    (row,) = queries.device_last_number(actor=ADMINISTRATOR, agent_id=story.agent.id)
    assert row.missing_receipts == (1, 2)


def test_the_number_stated_at_a_hand_in_is_counted_against_what_came(phone: Phone, story: Story) -> None:
    visits_offline(phone, story)
    phone.does(Kind.NUMBERS, at=story.now + 2 * HOUR, last_receipt=1, last_n=8)
    sends(phone, story.now + 2 * HOUR)
    (row,) = queries.device_last_number(actor=story.visitor, agent_id=story.agent.id)
    assert (row.stated_receipt, row.last_receipt, row.missing_receipts) == (1, 1, ())
    assert row.is_whole
    phone.does(Kind.NUMBERS, at=story.now + 2 * HOUR, last_receipt=3, last_n=9)
    sends(phone, story.now + 3 * HOUR)
    (row,) = queries.device_last_number(actor=story.visitor, agent_id=story.agent.id)
    assert row.missing_receipts == (2, 3)
    assert alarms() == ["receipt_gap"]


def test_a_receipt_number_used_twice_is_looked_at_and_the_money_can_still_be_found(
    phone: Phone, story: Story
) -> None:
    visits_offline(phone, story)
    phone.last_receipt = 0
    phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=story.visit.window_from + 5 * MINUTE)
    rows = sends(phone, story.now + 2 * HOUR)
    assert (rows[-1].state, rows[-1].code) == ("quarantined", "receipt-number-used-twice")
    assert alarms() == ["money_aside", "receipt_used_twice"]
    finance = builders.staff(Role.FINANCE)
    commands.post_set_aside(act_id=rows[-1].id, actor=finance, at=story.now + 2 * HOUR)
    numbers = [one.number for one in money.receipts_of_visit(actor=finance, visit_id=story.visit_id)]
    assert numbers == [f"{device_of(phone).code}-0000001", "TEST-0000001"]
    assert in_hand(story.agent.id) == 60000


# --- revoked, refused, decided --------------------------------------------------------------------------


def test_cash_of_a_revoked_phone_waits_for_finance_and_binds_the_lender(phone: Phone, story: Story) -> None:
    visits_offline(phone, story)
    device = device_of(phone)
    commands.revoke_device(device_id=device.id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=story.now)
    came = story.now + 2 * HOUR
    rows = sends(phone, came)
    assert {row.state for row in rows} == {"quarantined"}
    cash = DeviceAct.objects.get(kind="cash")
    assert "money_aside" in alarms()
    finance, desk = builders.staff(Role.FINANCE), builders.staff(Role.DISPATCHER)
    with pytest.raises(Denied, match="acts-not-yours"):
        commands.post_set_aside(act_id=cash.id, actor=desk, at=came)
    with pytest.raises(Conflict, match="act-binds-us"):
        commands.dismiss_act(act_id=cash.id, reason=DismissReason.NOT_OURS, actor=finance, at=came)
    done = commands.post_set_aside(act_id=cash.id, actor=finance, at=came)
    assert (done.state, done.reviewed_by) == ("posted", finance.key)
    assert owes(story, came) == 70000
    assert in_hand(story.agent.id) == 30000
    with pytest.raises(Conflict, match="act-cannot-post"):
        commands.post_set_aside(act_id=cash.id, actor=finance, at=came)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("count", "code"),
    [
        (CashCount(amount_minor=30000, notes_in={10000: 2}), "count-is-another-amount"),
        (CashCount(amount_minor=30000, notes_in={777: 1}), "note-unknown"),
        (CashCount(amount_minor=30000, notes_in={10000: 3}, currency="HKD"), "currencies-differ"),
    ],
)
def test_a_count_that_cannot_be_is_set_aside_with_an_alarm_and_books_nothing(
    phone: Phone, story: Story, count: CashCount, code: str
) -> None:
    phone.takes_cash(count, visit_id=story.visit_id, at=story.now)
    (row,) = sends(phone, story.now + HOUR)
    assert (row.state, row.code) == ("quarantined", code)
    assert alarms() == ["money_aside"]
    assert not Payment.objects.exists()
    assert not Receipt.objects.exists()


def test_cash_at_a_visit_that_does_not_exist_is_set_aside(phone: Phone, story: Story) -> None:
    phone.takes_cash(THREE_HUNDRED, visit_id=new_id(), at=story.now)
    (row,) = sends(phone, story.now + HOUR)
    assert (row.state, row.code) == ("quarantined", "visit-not-found")


def test_no_agent_books_offline_cash_by_the_command(phone: Phone, story: Story) -> None:
    tender = payments.OfflineTender(
        visit_id=story.visit_id,
        agent_id=story.agent.id,
        notes_in={10000: 3},
        notes_out={},
        amount_minor=30000,
        currency="CNY",
        tendered_at=story.now,
        series="X",
        number=1,
        word=None,
    )
    for actor in (story.visitor, story.customer, builders.staff(Role.DISPATCHER)):
        with pytest.raises(Denied, match="payments-not-yours"):
            payments.post_offline_cash(tender=tender, key=new_id(), actor=actor, at=story.now)


def test_cash_of_a_visit_that_another_agent_took_over_is_in_the_hands_of_whose_phone_signed(
    phone: Phone, story: Story, at: datetime
) -> None:
    other = builders.an_agent(at)
    shift = builders.a_shift(other, at, days=0)
    visits.change_agent(
        visit_id=story.visit_id, shift_id=shift.id, agent_id=other.id, actor=SYSTEM, at=story.now
    )
    visits_offline(phone, story)
    sends(phone, story.now + 2 * HOUR)
    assert (in_hand(story.agent.id), in_hand(other.id)) == (30000, 0)
    assert owes(story, story.now + 2 * HOUR) == 70000


# --- who the customer is, said without a signal ---------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "proof", "state"), [("1948", "both", "posted"), ("1950", "agent", "quarantined")]
)
def test_a_year_of_birth_is_sealed_on_the_phone_and_compared_here(
    phone: Phone, story: Story, said: str, proof: str, state: str
) -> None:
    from koumen.devices.rules.sealing import belongs_to

    door = story.visit.window_from
    bound = belongs_to(device=str(phone.device_id), visit=str(story.visit_id), word="birth_year")
    phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    phone.does(Kind.ARRIVE, at=door, visit_id=story.visit_id)
    phone.does(Kind.PICTURES, at=door, visit_id=story.visit_id, matched=True)
    act = phone.does(
        Kind.IDENTITY,
        at=door,
        visit_id=story.visit_id,
        means="birth_year",
        sealed=phone.seals(said, bound),
    )
    rows = sends(phone, story.now + 2 * HOUR)
    assert (story.visit.proof, rows[-1].state) == (proof, state)
    assert said not in act.text


def test_r9_other_pictures_alert_the_console_as_soon_as_the_act_is_here(phone: Phone, story: Story) -> None:
    door = story.visit.window_from
    phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    phone.does(Kind.ARRIVE, at=door, visit_id=story.visit_id)
    phone.does(Kind.PICTURES, at=door, visit_id=story.visit_id, matched=False)
    sends(phone, door)
    assert Alert.objects.get().kind == "pictures_differ"


@pytest.mark.parametrize(("is_free", "agreed"), [(True, "posted"), (False, "quarantined")])
def test_a_doubt_about_the_customers_will_stops_the_amount_and_not_the_money(
    phone: Phone, story: Story, is_free: bool, agreed: str
) -> None:
    door, visit_id = story.visit.window_from, story.visit_id
    quote = credit.make_quote(account_id=story.account_id, actor=SYSTEM, at=story.now)
    phone.does(Kind.SET_OUT, at=story.now, visit_id=visit_id)
    phone.does(Kind.ARRIVE, at=door, visit_id=visit_id)
    phone.does(Kind.PICTURES, at=door, visit_id=visit_id, matched=True)
    phone.does(Kind.IDENTITY, at=door, visit_id=visit_id, means="lender_card", matched=True)
    phone.does(
        Kind.WILL,
        at=door,
        visit_id=visit_id,
        company="alone",
        understands=True,
        is_free=is_free,
        payer="themselves",
    )
    amount = {"amount_minor": 30000, "currency": "CNY", "quote": str(quote.id), "surplus": False}
    phone.does(Kind.AGREE, at=door, visit_id=visit_id, **amount)
    phone.takes_cash(THREE_HUNDRED, visit_id=visit_id, at=door)
    rows = sends(phone, story.now + 2 * HOUR)
    assert (rows[4].state, rows[5].state, rows[6].state) == ("posted", agreed, "posted")
    assert ("pressure" in set(Alert.objects.values_list("kind", flat=True))) is not is_free
    assert owes(story, story.now + 2 * HOUR) == 70000


def test_r11_a_visit_stopped_without_a_signal_touches_no_debt(phone: Phone, story: Story) -> None:
    door = story.visit.window_from
    phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    phone.does(Kind.ARRIVE, at=door, visit_id=story.visit_id)
    phone.does(Kind.BREAK_OFF, at=door, visit_id=story.visit_id, reason="changed_mind")
    sends(phone, story.now + 2 * HOUR)
    assert story.visit.state == VisitState.BROKEN_OFF
    assert owes(story, story.now + 2 * HOUR) == 100000


def test_full_data_opened_without_a_signal_are_on_record_with_the_reason(phone: Phone, story: Story) -> None:
    phone.does(Kind.OPENED, at=story.now, visit_id=story.visit_id, reason="setting_out")
    sends(phone, story.now + HOUR)
    assert json.loads(Fact.objects.get(kind="StopOpenedOffline").body)["reason"] == "setting_out"
