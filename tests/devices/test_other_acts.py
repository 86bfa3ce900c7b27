"""Everything else of a visit without a signal: cards, transfers, split tenders, places, signs of life, questions."""

import hashlib
import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from koumen.agents import commands as agents
from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.credit.queries import owed
from koumen.devices import commands
from koumen.devices.jobs import forget_old_places
from koumen.devices.models import DeviceAct, DeviceAlarm
from koumen.devices.rules.alarms import DismissReason, RevokeReason
from koumen.devices.rules.envelope import Kind, SignedAct, item_of, read_signed_act
from koumen.devices.rules.signing import to_text
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied
from koumen.ledger.queries import check_books
from koumen.payments.models import CardSlip, ForgedNote, Payment, Receipt
from koumen.simulation.phone import CardCount, CashCount, Phone
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.jobs import watch_doors
from koumen.visits.models import Agreement, Alert, PointProof
from koumen.visits.queries.follow_ups import open_follow_ups
from koumen.visits.queries.payers import payer_name
from koumen.visits.rules.cards import CardWay
from koumen.visits.states import VisitState
from tests import builders
from tests.devices.phones import ADMINISTRATOR, a_phone, device_of, sends
from tests.visits.stories import HOUR, MINUTE, Story, a_visit

pytestmark = pytest.mark.django_db

CODE = "TABCDEFGH2"


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def phone(story: Story, at: datetime) -> Phone:
    return a_phone(story.agent, at)


def codes_of(story: Story) -> dict[int, str]:
    """The codes on the customer's paper."""
    issued = visits.issue_door_card(
        customer_id=story.home.id, way=CardWay.COUNTER, actor=builders.staff(Role.DISPATCHER), at=story.now
    )
    return {line.number: line.code for line in issued.lines}


def terminal(story: Story, serial: str = "N9-7") -> UUID:
    item = agents.add_item(kind="card_terminal", serial=serial, actor=SYSTEM, at=story.now)
    agents.lend_item(item_id=item.id, shift_id=story.visit.shift_id, actor=SYSTEM, at=story.now)
    return item.id


def at_the_door(phone: Phone, story: Story) -> datetime:
    door = story.visit.window_from
    phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    phone.does(Kind.ARRIVE, at=door, visit_id=story.visit_id)
    return door


def proven(phone: Phone, story: Story) -> datetime:
    door = at_the_door(phone, story)
    phone.does(Kind.PICTURES, at=door, visit_id=story.visit_id, matched=True)
    phone.does(Kind.IDENTITY, at=door, visit_id=story.visit_id, means="door_card", matched=True)
    return door + MINUTE


def agreed(phone: Phone, story: Story, amount_minor: int, **more: str) -> datetime:
    moment = proven(phone, story)
    quote = credit.make_quote(account_id=story.account_id, actor=SYSTEM, at=story.now)
    amount = {"amount_minor": amount_minor, "currency": "CNY", "quote": str(quote.id), "surplus": False}
    phone.does(Kind.AGREE, at=moment, visit_id=story.visit_id, **amount, **more)
    return moment + MINUTE


def owes(story: Story, at: datetime) -> int:
    return owed(actor=SYSTEM, account_id=story.account_id, at=at).all_minor


def came(story: Story) -> datetime:
    return story.now + 3 * HOUR


def asides(rows: list[DeviceAct]) -> list[tuple[str, str]]:
    return [(row.kind, row.code) for row in rows if row.state != "posted"]


# --- cards ----------------------------------------------------------------------------------------------


def test_a_card_is_booked_with_the_phones_own_receipt_and_the_terminals_slip(
    phone: Phone, story: Story
) -> None:
    codes, machine = codes_of(story), terminal(story)
    moment = agreed(phone, story, 30000)
    phone.takes_card(
        CardCount(amount_minor=30000, terminal_id=machine),
        visit_id=story.visit_id,
        at=moment,
        card=(1, codes[1]),
    )
    phone.does(Kind.LEAVE, at=moment + MINUTE, visit_id=story.visit_id)
    assert asides(sends(phone, came(story))) == []
    payment = Payment.objects.get()
    assert (payment.tender, payment.paid_at) == ("card", moment)
    assert payment.receipt.printed_number == f"{device_of(phone).code}-0000001"
    assert CardSlip.objects.get().approval_code == "A1B2C3"
    assert (story.visit.state, story.visit.proof) == (VisitState.CLOSED, "both")
    assert owes(story, came(story)) == 70000
    assert check_books().is_right


def test_a_card_without_the_customers_word_is_credited_and_the_customer_called(
    phone: Phone, story: Story
) -> None:
    slip = CardCount(amount_minor=30000, terminal_id=terminal(story))
    phone.takes_card(slip, visit_id=story.visit_id, at=agreed(phone, story, 30000))
    sends(phone, came(story))
    assert owes(story, came(story)) == 70000
    assert story.visit.proof == "unproven"
    assert Alert.objects.get().kind == "cash_unproven"


def test_a_terminal_that_came_back_meanwhile_was_theirs_then_and_a_strangers_never(
    phone: Phone, story: Story, at: datetime
) -> None:
    machine = terminal(story)
    other = agents.add_item(kind="card_terminal", serial="N9-8", actor=SYSTEM, at=story.now)
    moment = agreed(phone, story, 60000)
    for item_id in (machine, other.id):
        phone.takes_card(
            CardCount(amount_minor=30000, terminal_id=item_id), visit_id=story.visit_id, at=moment
        )
    (loan,) = agents_loans(story)
    agents.return_item(loan_id=loan, condition="good", actor=SYSTEM, at=came(story))
    rows = sends(phone, came(story) + HOUR)
    assert asides(rows) == [("card", "terminal-not-lent")]
    assert "money_aside" in set(DeviceAlarm.objects.values_list("kind", flat=True))


def agents_loans(story: Story) -> list[UUID]:
    from koumen.agents.models import Loan

    return list(Loan.objects.filter(agent=story.agent).values_list("id", flat=True))


def test_one_slip_pays_once(phone: Phone, story: Story) -> None:
    slip = CardCount(amount_minor=10000, terminal_id=terminal(story))
    moment = agreed(phone, story, 30000)
    for minute in range(2):
        phone.takes_card(slip, visit_id=story.visit_id, at=moment + minute * MINUTE)
    assert asides(sends(phone, came(story))) == [("card", "card-slip-used")]
    assert owes(story, came(story)) == 90000


def test_a_card_of_a_blocked_phone_waits_for_finance_and_cannot_be_made_nothing(
    phone: Phone, story: Story
) -> None:
    slip = CardCount(amount_minor=30000, terminal_id=terminal(story))
    phone.takes_card(slip, visit_id=story.visit_id, at=agreed(phone, story, 30000))
    commands.revoke_device(
        device_id=device_of(phone).id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=story.now
    )
    sends(phone, came(story))
    act = DeviceAct.objects.get(kind="card")
    finance = builders.staff(Role.FINANCE)
    with pytest.raises(Conflict, match="act-binds-us"):
        commands.dismiss_act(act_id=act.id, reason=DismissReason.NOT_OURS, actor=finance, at=came(story))
    with pytest.raises(Denied, match="acts-not-yours"):
        commands.post_set_aside(act_id=act.id, actor=builders.staff(Role.DISPATCHER), at=came(story))
    commands.post_set_aside(act_id=act.id, actor=finance, at=came(story))
    assert owes(story, came(story)) == 70000


# --- split, transfer, forged, assisted ------------------------------------------------------------------


def test_part_in_cash_and_the_rest_by_card_need_one_word_of_the_customer(phone: Phone, story: Story) -> None:
    codes, machine = codes_of(story), terminal(story)
    moment = agreed(phone, story, 50000)
    cash = CashCount(amount_minor=20000, notes_in={10000: 2})
    phone.takes_cash(cash, visit_id=story.visit_id, at=moment, card=(1, codes[1]))
    phone.takes_card(
        CardCount(amount_minor=30000, terminal_id=machine), visit_id=story.visit_id, at=moment + MINUTE
    )
    phone.does(Kind.LEAVE, at=moment + 2 * MINUTE, visit_id=story.visit_id)
    assert asides(sends(phone, came(story))) == []
    assert (story.visit.state, story.visit.proof) == (VisitState.CLOSED, "both")
    assert owes(story, came(story)) == 50000
    assert [one.number for one in Receipt.objects.order_by("number")] == [1, 2]
    assert not Alert.objects.exists()


def transfers(phone: Phone, story: Story, code: str, purpose: str = CODE) -> list[DeviceAct]:
    moment = agreed(phone, story, 30000)
    phone.shows_transfer(30000, purpose, visit_id=story.visit_id, at=moment, card=(1, code))
    return sends(phone, came(story))


def test_a_transfer_begun_without_a_signal_waits_for_the_bank_under_the_code_that_the_customer_saw(
    phone: Phone, story: Story
) -> None:
    codes = codes_of(story)
    assert asides(transfers(phone, story, codes[1])) == []
    payment = Payment.objects.get()
    assert (payment.tender, payment.state, payment.transfer_code) == ("transfer", "pending", CODE)
    assert owes(story, came(story)) == 100000
    assert Fact.objects.filter(kind="CodeAccepted").count() == 1


def test_a_transfer_with_a_wrong_word_is_set_aside_and_the_try_is_counted(phone: Phone, story: Story) -> None:
    codes = codes_of(story)
    wrong = f"{(int(codes[1]) + 5) % 1_000_000:06d}"
    assert asides(transfers(phone, story, wrong)) == [("transfer", "code-not-right")]
    assert story.visit.code_tries == 1
    assert not Payment.objects.exists()


@pytest.mark.parametrize("purpose", ["TABC", "XABCDEFGH2", "Tabcdefgh2", "TABCDEFGH0"])
def test_a_purpose_that_is_no_code_of_ours_begins_no_transfer(
    phone: Phone, story: Story, purpose: str
) -> None:
    codes = codes_of(story)
    assert asides(transfers(phone, story, codes[1], purpose)) == [("transfer", "transfer-code-unreadable")]


def test_two_transfers_never_share_a_purpose(phone: Phone, story: Story, at: datetime) -> None:
    other = a_visit(at)
    second = a_phone(other.agent, at)
    transfers(phone, story, codes_of(story)[1])
    assert asides(transfers(second, other, codes_of(other)[1])) == [("transfer", "transfer-code-used")]


def test_a_note_that_looks_forged_is_written_down_and_a_kept_one_has_a_slip(
    phone: Phone, story: Story
) -> None:
    moment = agreed(phone, story, 30000)
    for outcome in ("refused", "kept"):
        phone.does(
            Kind.FORGED,
            at=moment,
            visit_id=story.visit_id,
            denomination=10000,
            serial="HB 1234567",
            outcome=outcome,
        )
    assert asides(sends(phone, came(story))) == []
    assert [bool(one.printed_number) for one in ForgedNote.objects.order_by("outcome")] == [True, False]


def test_an_amount_that_the_agent_typed_has_its_reason_and_the_office_is_told(
    phone: Phone, story: Story
) -> None:
    agreed(phone, story, 30000, assisted="cannot_see")
    assert asides(sends(phone, came(story))) == []
    agreement = Agreement.objects.get()
    assert (agreement.confirmed_on, agreement.assisted_reason) == ("assisted", "cannot_see")
    assert Alert.objects.get().kind == "amount_assisted"


def test_an_amount_typed_for_no_known_reason_is_set_aside(phone: Phone, story: Story) -> None:
    agreed(phone, story, 30000, assisted="hurry")
    assert asides(sends(phone, came(story))) == [("agree", "assisted-reason-unknown")]


# --- places ---------------------------------------------------------------------------------------------


def comes_from(phone: Phone, story: Story, *, far: bool = False) -> list[SignedAct]:
    """Sets out and arrives, each with its place."""
    home, visit_id = builders.CENTRE, story.visit_id
    away = builders.CENTRE if not far else type(home)(home.latitude + 1, home.longitude)
    door = story.visit.window_from
    return [
        phone.does_beside(
            Kind.SET_OUT,
            phone.is_at(away, visit_id=visit_id, moment="set_out"),
            at=door - 2 * MINUTE,
            visit_id=visit_id,
        ),
        phone.does_beside(
            Kind.ARRIVE,
            phone.is_at(home, visit_id=visit_id, moment="arrived"),
            at=door,
            visit_id=visit_id,
        ),
    ]


def test_places_come_beside_the_acts_and_are_kept_as_those_of_a_phone_with_a_signal(
    phone: Phone, story: Story
) -> None:
    comes_from(phone, story)
    assert asides(sends(phone, came(story))) == []
    assert list(PointProof.objects.order_by("at").values_list("moment", "accuracy_m", "looks")) == [
        ("set_out", 12, []),
        ("arrived", 12, []),
    ]
    assert not DeviceAct.objects.exclude(beside="").exists()


def test_a_phone_that_was_faster_than_anybody_drives_is_looked_at_and_the_visit_goes_on(
    phone: Phone, story: Story
) -> None:
    comes_from(phone, story, far=True)
    sends(phone, came(story))
    assert PointProof.objects.get(moment="arrived").looks == ["too_fast"]
    assert story.visit.state == VisitState.AT_THE_DOOR


def test_no_place_stands_in_what_is_kept_for_ever(phone: Phone, story: Story) -> None:
    """The act names the digest of something sealed: when the place is deleted, nothing of it is left."""
    acts = comes_from(phone, story)
    assert all(
        "lat" not in act.text and str(round(builders.CENTRE.latitude)) + "." not in act.text for act in acts
    )
    assert json.loads(acts[0].text)["body"] == {
        "beside": to_text(hashlib.sha256(acts[0].beside.encode()).digest())
    }


def test_another_place_than_the_act_names_is_nobodys_and_not_kept(phone: Phone, story: Story) -> None:
    first, second = comes_from(phone, story)
    swapped = read_signed_act(item_of(first.text, first.signature, second.beside))
    assert swapped.beside == ""
    sends(phone, came(story), swapped, second)
    assert [one.moment for one in PointProof.objects.all()] == ["arrived"]


def test_a_place_that_waits_for_a_person_is_forgotten_with_the_others(phone: Phone, story: Story) -> None:
    early = story.visit.window_from - 50 * MINUTE
    phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    phone.does_beside(
        Kind.ARRIVE,
        phone.is_at(builders.CENTRE, visit_id=story.visit_id, moment="arrived"),
        at=early,
        visit_id=story.visit_id,
    )
    rows = sends(phone, came(story))
    assert asides(rows) == [("arrive", "may-not-knock")]
    assert rows[1].beside
    for days, kept in ((29, True), (31, False)):
        with clock.stopped_at(came(story) + timedelta(days=days)):
            forget_old_places(0)
        assert bool(DeviceAct.objects.get(kind="arrive").beside) is kept


# --- signs of life --------------------------------------------------------------------------------------


def signs(phone: Phone, story: Story, number: str, at: datetime) -> SignedAct:
    sealed = phone.words(number, visit_id=story.visit_id, word="sign")
    return phone.does(Kind.SIGN, at=at, visit_id=story.visit_id, sealed=sealed)


def watched(at: datetime) -> list[str]:
    """The alarms that wait for somebody, after a minute's watch."""
    with clock.stopped_at(at):
        watch_doors(0)
    return [one.kind for one in Alert.objects.filter(seen_at=None)]


def test_an_alarm_about_silence_is_settled_by_a_sign_of_life_that_is_told_late(
    phone: Phone, story: Story
) -> None:
    well, _ = queries.own_signs_of_life(actor=story.visitor)
    door = at_the_door(phone, story)
    sends(phone, door)  # then the signal is gone
    assert watched(door + 30 * MINUTE) == ["no_sign"]
    signs(phone, story, well, door + 40 * MINUTE)
    assert watched(door + 45 * MINUTE) == ["no_sign"]
    assert asides(sends(phone, door + 50 * MINUTE)) == []
    assert watched(door + 50 * MINUTE) == []
    assert Fact.objects.get(kind="AlertSeen").actor == "system"


def test_a_sign_from_before_the_alarm_settles_nothing(phone: Phone, story: Story) -> None:
    well, _ = queries.own_signs_of_life(actor=story.visitor)
    door = at_the_door(phone, story)
    sends(phone, door)
    signs(phone, story, well, door + 10 * MINUTE)
    watched(door + 30 * MINUTE)
    sends(phone, door + 35 * MINUTE)
    assert watched(door + 36 * MINUTE) == ["no_sign"]


def test_an_ending_that_is_told_late_settles_what_waited_for_it(phone: Phone, story: Story) -> None:
    door = at_the_door(phone, story)
    sends(phone, door)
    assert sorted(watched(door + 121 * MINUTE)) == ["no_outcome", "no_sign"]
    phone.does(Kind.BREAK_OFF, at=door + 9 * MINUTE, visit_id=story.visit_id, reason="changed_mind")
    sends(phone, door + 125 * MINUTE)
    assert watched(door + 126 * MINUTE) == []


def test_the_other_number_calls_for_help_as_soon_as_it_is_told_and_looks_the_same(
    phone: Phone, story: Story
) -> None:
    _, alarm = queries.own_signs_of_life(actor=story.visitor)
    door = at_the_door(phone, story)
    act = signs(phone, story, alarm, door + MINUTE)
    assert asides(sends(phone, door + HOUR)) == []
    assert Alert.objects.get().kind == "duress"
    assert alarm not in act.text


def test_a_third_number_is_no_sign(phone: Phone, story: Story) -> None:
    well, alarm = queries.own_signs_of_life(actor=story.visitor)
    other = next(f"{n:04}" for n in range(10_000) if f"{n:04}" not in {well, alarm})
    door = at_the_door(phone, story)
    signs(phone, story, other, door + MINUTE)
    assert asides(sends(phone, door + HOUR)) == [("sign", "sign-not-known")]


# --- questions for the office ---------------------------------------------------------------------------


def test_a_question_comes_with_its_words_sealed_beside_it(phone: Phone, story: Story) -> None:
    moment = proven(phone, story)
    words = "想改还款日" * 100
    act = phone.does_beside(
        Kind.QUESTION,
        phone.words(words, visit_id=story.visit_id, word="question"),
        at=moment,
        visit_id=story.visit_id,
        about="due_day",
    )
    assert len(act.beside) < 3000
    assert asides(sends(phone, came(story))) == []
    (asked,) = open_follow_ups(actor=builders.staff(Role.DISPATCHER))
    assert (asked.follow_up.about, asked.words) == ("due_day", words)
    assert not DeviceAct.objects.exclude(beside="").exists()


def test_a_question_whose_words_were_lost_is_still_a_question(phone: Phone, story: Story) -> None:
    moment = proven(phone, story)
    phone.does(Kind.QUESTION, at=moment, visit_id=story.visit_id, about="costs")
    assert asides(sends(phone, came(story))) == []
    (asked,) = open_follow_ups(actor=builders.staff(Role.DISPATCHER))
    assert (asked.follow_up.about, asked.words) == ("costs", "")


# --- whose money it is ----------------------------------------------------------------------------------


def test_the_name_of_whoever_else_pays_comes_sealed_and_stands_on_the_receipt(
    phone: Phone, story: Story
) -> None:
    moment = proven(phone, story)
    act = phone.does_beside(
        Kind.WILL,
        phone.words("王小明", visit_id=story.visit_id, word="payer"),
        at=moment,
        visit_id=story.visit_id,
        company="trusted",
        understands=True,
        is_free=True,
        payer="family",
    )
    assert asides(sends(phone, came(story))) == []
    assert "王小明" not in act.text
    assert payer_name(story.visit, at=came(story)) == "王小明"
