"""Cash in the hands of a person: taken over, handed in, counted by another, and exact at all times (R16, R17, R19)."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from koumen.agents import commands as agents
from koumen.agents.models import Shift
from koumen.audit.models import Fact
from koumen.conduct.commands import PACKS
from koumen.conduct.rules.pack import read_pack
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.models import Entry
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import commands, jobs
from koumen.payments.books import check_books, check_custody, close_books
from koumen.payments.models import CashFloat, Deposit, HandIn, Pile
from koumen.payments.queries import custody
from koumen.payments.rules.custody import known_notes, settle_count
from tests import builders
from tests.payments.bags import Bag, a_bag, a_deposit, notes_worth, office, sent, standing
from tests.payments.test_cash import _already_carries, pays
from tests.visits.stories import a_visit


@pytest.fixture
def bag(at: datetime) -> Bag:
    builders.the_base_pack(at)
    return a_bag(at).fetched()


def facts() -> int:
    return Fact.objects.count()


# --- arithmetic -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("in_hand", "counted", "is_final", "over", "short"),
    [
        (500, 300, False, 0, 0),  # a part: nobody knows what is left
        (500, 300, True, 0, 200),
        (500, 500, True, 0, 0),
        (500, 700, True, 200, 0),
        (500, 700, False, 200, 0),  # more than all there is: over in any case
        (0, 0, True, 0, 0),
    ],
)
def test_a_count_is_settled_against_the_books(
    in_hand: int, counted: int, is_final: bool, over: int, short: int
) -> None:
    settled = settle_count(in_hand_minor=in_hand, counted_minor=counted, is_final=is_final)
    assert (settled.over_minor, settled.short_minor) == (over, short)
    left = in_hand + settled.difference_minor - settled.counted_minor
    assert left == (0 if is_final else max(0, in_hand - counted))


def test_notes_are_told_only_when_every_count_explains_them() -> None:
    assert known_notes({10000: 3}, {10000: -1}, in_hand_minor=20000) == {10000: 2}
    assert known_notes({10000: 3}, {5000: -2}, in_hand_minor=20000) is None
    assert known_notes({10000: 3}, in_hand_minor=20000) is None
    assert known_notes(in_hand_minor=0) == {}


# --- change money ---------------------------------------------------------------------------------------

db = pytest.mark.django_db


@db
def test_change_money_moves_only_when_the_agent_has_counted_the_same(bag: Bag) -> None:
    offered = bag.offered(20000)
    assert (bag.in_hand, standing(AccountKind.SAFE)) == (0, 1_000_000)
    with pytest.raises(Conflict, match="float-differs"):
        bag.takes(offered, {5000: 4})
    before = facts()
    assert (bag.in_hand, Pile.objects.count()) == (0, 2)
    taken = bag.takes(offered, {10000: 2})
    assert (taken.state, bag.in_hand, standing(AccountKind.SAFE)) == ("taken", 20000, 980_000)
    kinds = list(Fact.objects.order_by("id").values_list("kind", flat=True)[before:])
    assert kinds == ["FloatTaken", "ShiftOpened"]
    assert Shift.objects.get(id=bag.shift.id).opened_at == bag.now
    assert check_books().is_right


@db
def test_only_the_cash_office_counts_out_and_never_for_itself(bag: Bag, at: datetime) -> None:
    for stranger in (bag.carrier, office(at, Role.DISPATCHER), SYSTEM):
        with pytest.raises(Denied, match="cash-office-not-yours"):
            commands.offer_float(shift_id=bag.shift.id, notes={10000: 1}, key=new_id(), actor=stranger, at=at)
    himself = Actor(Role.FINANCE, bag.agent.person_id, staff_roles=frozenset({Role.FINANCE}))
    with pytest.raises(Denied, match="own-cash-not-yours"):
        commands.offer_float(shift_id=bag.shift.id, notes={10000: 1}, key=new_id(), actor=himself, at=at)
    assert not CashFloat.objects.exists()


@db
def test_another_agent_does_not_even_see_the_change_money(bag: Bag, at: datetime) -> None:
    offered = bag.offered()
    with pytest.raises(Missing, match="float-not-found"):
        bag.takes(offered, {10000: 2}, actor=a_bag(at).carrier)


@db
def test_change_money_that_is_not_in_the_safe_is_not_given(at: datetime) -> None:
    builders.the_base_pack(at)
    bag = a_bag(at)
    with pytest.raises(Conflict, match="safe-too-empty"):
        bag.taken()
    assert bag.in_hand == 0


@db
def test_one_float_waits_at_a_time_and_can_be_withdrawn(bag: Bag) -> None:
    offered = bag.offered()
    with pytest.raises(Conflict, match="float-offered-already"):
        bag.offered()
    commands.withdraw_float(float_id=offered.id, actor=bag.office, at=bag.now)
    with pytest.raises(Conflict, match="cash_float-cannot-take"):
        bag.takes(offered, {10000: 2})
    bag.taken()
    assert bag.in_hand == 20000


@db
def test_the_same_click_twice_takes_change_money_once(bag: Bag) -> None:
    offered, key = bag.offered(), new_id()
    answers = {
        commands.take_float(float_id=offered.id, notes={10000: 2}, key=key, actor=bag.carrier, at=bag.now).id
        for _ in range(2)
    }
    assert (answers, bag.in_hand) == ({offered.id}, 20000)
    with pytest.raises(Conflict, match="key-reused"):
        commands.take_float(float_id=offered.id, notes={5000: 4}, key=key, actor=bag.carrier, at=bag.now)


# --- hand-ins -------------------------------------------------------------------------------------------


@db
def test_a_part_is_handed_in_at_mid_day_and_the_rest_stays_in_hand(bag: Bag) -> None:
    bag.taken(50000)
    declared = bag.declares(30000)
    assert bag.in_hand == 50000, "declaring moves nothing"
    counted = bag.counts(declared, 30000)
    assert (counted.difference_minor, bag.in_hand) == (0, 20000)
    assert Shift.objects.get(id=bag.shift.id).closed_at is None
    assert check_books().is_right


@db
def test_of_a_part_only_what_was_counted_moves_and_nobody_is_short_yet(bag: Bag) -> None:
    bag.taken(50000)
    counted = bag.handed_in(30000, counted=29000)
    assert (counted.difference_minor, bag.in_hand, standing(AccountKind.AGENT_SHORT)) == (0, 21000, 0)


@db
def test_at_the_end_of_the_day_what_is_missing_is_booked_to_an_account_of_its_own(bag: Bag) -> None:
    bag.taken(50000)
    counted = bag.handed_in(50000, is_final=True, counted=49000)
    assert (counted.difference_minor, bag.in_hand) == (-1000, 0)
    assert (standing(AccountKind.AGENT_SHORT), standing(AccountKind.SAFE)) == (1000, 999_000)
    kinds = list(Entry.objects.filter(source_id=counted.id).order_by("id").values_list("kind", flat=True))
    assert kinds == ["cash_difference", "hand_in"]
    assert Shift.objects.get(id=bag.shift.id).closed_at == bag.now
    assert check_books().is_right


@db
def test_what_is_too_much_belongs_to_no_receipt_and_is_booked_too(bag: Bag) -> None:
    bag.taken(50000)
    counted = bag.handed_in(50000, is_final=True, counted=50100)
    assert (counted.difference_minor, bag.in_hand, standing(AccountKind.CASH_OVER)) == (100, 0, -100)
    assert check_books().is_right


@db
def test_a_hand_in_is_counted_by_a_person_who_is_not_the_collector(bag: Bag, at: datetime) -> None:
    """R19."""
    bag.taken(50000)
    declared = bag.declares(50000, is_final=True)
    himself = Actor(Role.FINANCE, bag.agent.person_id, staff_roles=frozenset({Role.FINANCE}))
    for who, code in (
        (bag.carrier, "cash-office-not-yours"),
        (himself, "own-cash-not-yours"),
        (SYSTEM, "cash-office-not-yours"),
    ):
        with pytest.raises(Denied, match=code):
            bag.counts(declared, 50000, actor=who)
    assert HandIn.objects.get().state == "declared"
    assert bag.in_hand == 50000


@db
def test_the_database_itself_refuses_a_count_by_the_collector(bag: Bag) -> None:
    bag.taken(50000)
    declared = bag.declares(50000)
    own = Pile.objects.create(
        currency="CNY", amount_minor=50000, counted_by_id=bag.agent.person_id, counted_at=bag.now
    )
    with pytest.raises(IntegrityError, match="counted by another person"), transaction.atomic():
        HandIn.objects.filter(id=declared.id).update(
            state="counted", counted=own, difference_minor=0, ended_at=bag.now
        )
    with pytest.raises(IntegrityError, match="counted out by another person"), transaction.atomic():
        CashFloat.objects.create(
            shift=bag.shift,
            agent=bag.agent,
            state="offered",
            currency="CNY",
            amount_minor=50000,
            given=own,
            offered_at=bag.now,
        )


@db
@pytest.mark.parametrize("change", [{"difference_minor": 0}, {"counted_id": None}, {"ended_at": None}])
def test_a_difference_that_was_booked_is_never_edited(bag: Bag, change: dict[str, object]) -> None:
    bag.taken(50000)
    counted = bag.handed_in(50000, is_final=True, counted=49000)
    with pytest.raises(Exception, match="may not"), transaction.atomic():
        HandIn.objects.filter(id=counted.id).update(**change)


@db
def test_a_hand_in_is_declared_by_who_carries_it_one_at_a_time(bag: Bag, at: datetime) -> None:
    bag.taken(50000)
    for stranger in (a_bag(at).carrier, bag.office):
        with pytest.raises(Denied, match="own-cash-only"):
            commands.declare_hand_in(
                shift_id=bag.shift.id, notes={10000: 1}, is_final=False, key=new_id(), actor=stranger, at=at
            )
    with pytest.raises(Invalid, match="nothing-counted"):
        bag.declares(0)
    declared = bag.declares(10000)
    with pytest.raises(Conflict, match="hand-in-waits"):
        bag.declares(10000)
    commands.withdraw_hand_in(hand_in_id=declared.id, actor=bag.carrier, at=at)
    with pytest.raises(Conflict, match="hand_in-cannot-count"):
        bag.counts(declared, 10000)
    bag.handed_in(20000)
    assert bag.in_hand == 30000


@db
def test_the_same_click_twice_counts_once_and_another_count_moves_nothing(bag: Bag) -> None:
    bag.taken(50000)
    declared, key = bag.declares(30000), new_id()
    first, second = bag.counts(declared, 30000, key=key), bag.counts(declared, 30000, key=key)
    assert first.id == second.id
    with pytest.raises(Conflict, match="key-reused"):
        bag.counts(declared, 29000, key=key)
    assert bag.in_hand == 20000


@db
def test_a_day_does_not_end_while_the_agent_is_with_a_customer(bag: Bag, at: datetime) -> None:
    story = a_visit(at, agent=bag.agent).at_the_door()
    with pytest.raises(Conflict, match="visit-still-open"):
        bag.declares(0, is_final=True)
    assert story.visit.state == "at_the_door"


@db
def test_a_day_does_not_end_before_every_thing_is_back_or_written_down_as_missing(bag: Bag) -> None:
    thing = agents.add_item(kind="card_terminal", serial="N9-100", actor=SYSTEM, at=bag.now)
    loan = agents.lend_item(item_id=thing.id, shift_id=bag.shift.id, actor=bag.office, at=bag.now)
    declared = bag.declares(0, is_final=True)
    with pytest.raises(Conflict, match="items-still-out"):
        bag.counts(declared, 0)
    assert HandIn.objects.get().state == "declared", "a refusal changes nothing"
    agents.return_item(loan_id=loan.id, condition="missing", actor=bag.office, at=bag.now)
    bag.counts(declared, 0)
    assert Shift.objects.get(id=bag.shift.id).closed_at == bag.now
    with pytest.raises(Conflict, match="shift-closed"):
        bag.declares(0, is_final=True)


# --- R16, R17 -------------------------------------------------------------------------------------------


@db
def test_cash_of_a_customer_is_in_the_bag_and_a_hand_in_makes_room_under_the_ceiling(
    bag: Bag, at: datetime
) -> None:
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    bag.taken(980_000)
    with pytest.raises(Conflict, match="cash-in-hand-ceiling"):
        pays(story, {10000: 3})
    assert story.visit.state == "agreed", "the tender stops, never the visit"
    bag.handed_in(900_000)
    pays(story, {10000: 3})
    assert bag.in_hand == 110_000
    assert check_books().is_right


@db
def test_the_bag_warns_at_four_fifths_and_tells_its_notes(bag: Bag) -> None:
    bag.taken(790_000)
    held = custody.holding(actor=bag.carrier, agent_id=bag.agent.id, at=bag.now)
    assert (held.share_percent, held.is_near_ceiling) == (79, False)
    bag.taken(20_000)
    held = custody.holding(actor=bag.carrier, agent_id=bag.agent.id, at=bag.now)
    assert (held.share_percent, held.is_near_ceiling) == (81, True)
    notes = custody.notes_in_hand(agent_id=bag.agent.id, currency="CNY", in_hand_minor=810_000)
    assert notes == {10000: 81}
    bag.handed_in(5000)
    assert custody.notes_in_hand(agent_id=bag.agent.id, currency="CNY", in_hand_minor=805_000) is None


@db
def test_an_agent_sees_their_own_bag_only(bag: Bag, at: datetime) -> None:
    bag.taken()
    other = a_bag(at).carrier
    assert custody.holding(actor=other, agent_id=bag.agent.id, at=at).in_hand_minor == 0
    with pytest.raises(Denied, match="cash-not-yours"):
        custody.cash_by_person(actor=other, at=at)
    with pytest.raises(Missing, match="hand-in-not-found"):
        custody.hand_in(actor=other, hand_in_id=bag.declares(10000).id)


@db
def test_cash_ages_from_the_oldest_part_that_is_still_in_hand(bag: Bag) -> None:
    first = bag.now
    bag.taken(10000)
    bag.now = first + timedelta(hours=2)
    bag.taken(20000)
    (held,) = custody.cash_by_person(actor=bag.office, at=bag.now)
    assert held.holding.held_since == first
    bag.handed_in(10000)
    (held,) = custody.cash_by_person(actor=bag.office, at=bag.now)
    assert held.holding.held_since == first + timedelta(hours=2)


@db
def test_cash_that_is_held_for_too_long_is_said_once(bag: Bag) -> None:
    bag.taken(10000)
    (held,) = custody.cash_by_person(actor=SYSTEM, at=bag.now)
    early, late = bag.now + timedelta(hours=29), bag.now + timedelta(hours=31)
    assert commands.raise_cash_alarm(held=held, actor=SYSTEM, at=early) is None
    for _ in range(2):
        commands.raise_cash_alarm(held=held, actor=SYSTEM, at=late)
    assert Fact.objects.filter(kind="CashHeldTooLong", subject_id=bag.agent.id).count() == 1
    with pytest.raises(Denied, match="cash-not-yours"):
        commands.raise_cash_alarm(held=held, actor=bag.office, at=late)


@db
def test_the_watch_over_old_cash_finds_nothing_in_a_branch_without_cash(at: datetime) -> None:
    builders.the_base_pack(at)
    jobs.watch_cash(0)
    assert not Fact.objects.filter(kind="CashHeldTooLong").exists()


def test_a_pack_without_custody_has_the_usual_rules_and_a_wrong_share_is_refused() -> None:
    content = json.loads((PACKS / "base.json").read_text("utf-8"))
    usual = read_pack(content).custody
    del content["custody"]
    assert read_pack(content).custody == usual
    with pytest.raises(Invalid, match="pack-number-wrong"):
        read_pack(content | {"custody": {"warn_percent": 101, "too_old_after_hours": 1}})


# --- to the bank ----------------------------------------------------------------------------------------


@db
def test_cash_goes_to_the_bank_by_two_counts_and_a_numbered_slip(bag: Bag, at: datetime) -> None:
    first = a_deposit(bag, 300_000)
    assert (first.printed_number, standing(AccountKind.SAFE)) == ("TEST-B-0000001", 1_000_000)
    with pytest.raises(Denied, match="second-person-needed"):
        sent(first, at, actor=bag.office)
    with pytest.raises(Conflict, match="deposit-differs"):
        sent(first, at, minor=200_000)
    sent(first, at)
    assert (standing(AccountKind.SAFE), standing(AccountKind.CASH_IN_TRANSIT)) == (700_000, 300_000)
    commands.receive_deposit(deposit_id=first.id, arrived_minor=300_000, actor=bag.office, at=at)
    assert (standing(AccountKind.CASH_IN_TRANSIT), standing(AccountKind.BANK)) == (0, -700_000)
    with pytest.raises(Conflict, match="deposit-cannot-arrive"):
        commands.receive_deposit(deposit_id=first.id, arrived_minor=300_000, actor=bag.office, at=at)
    assert check_books().is_right


@db
@pytest.mark.parametrize(
    ("arrived", "kind", "stands"),
    [(299_000, AccountKind.CASH_SHORT, 1000), (301_000, AccountKind.CASH_OVER, -1000)],
)
def test_what_the_bank_counted_otherwise_is_booked_for_good(
    bag: Bag, at: datetime, arrived: int, kind: AccountKind, stands: int
) -> None:
    deposit = sent(a_deposit(bag, 300_000), at)
    done = commands.receive_deposit(deposit_id=deposit.id, arrived_minor=arrived, actor=bag.office, at=at)
    assert (done.difference_minor, standing(kind)) == (arrived - 300_000, stands)
    assert standing(AccountKind.CASH_IN_TRANSIT) == 0
    assert check_books().is_right


@db
def test_a_slip_that_was_withdrawn_keeps_its_number(bag: Bag, at: datetime) -> None:
    first = a_deposit(bag, 100_000)
    commands.withdraw_deposit(deposit_id=first.id, actor=bag.office, at=at)
    second = a_deposit(bag, 100_000)
    assert second.number == first.number + 1
    with pytest.raises(Conflict, match="deposit-cannot-send"):
        sent(first, at)
    assert check_custody().is_right


@db
def test_more_than_the_safe_holds_is_not_sent(bag: Bag, at: datetime) -> None:
    with pytest.raises(Conflict, match="safe-too-empty"):
        sent(a_deposit(bag, 2_000_000), at)
    assert standing(AccountKind.SAFE) == 1_000_000


@db
def test_the_database_itself_refuses_one_person_for_both_counts_of_a_deposit(bag: Bag, at: datetime) -> None:
    deposit = a_deposit(bag, 100_000)
    again = Pile.objects.create(
        currency="CNY",
        amount_minor=100_000,
        counted_by_id=deposit.prepared.counted_by_id,
        counted_at=at,
    )
    with pytest.raises(IntegrityError, match="two people"), transaction.atomic():
        Deposit.objects.filter(id=deposit.id).update(state="sent", sent=again, sent_at=at)


# --- the proof ------------------------------------------------------------------------------------------


@db
def test_the_proof_sees_cash_that_moved_without_a_count_and_days_do_not_close(bag: Bag, at: datetime) -> None:
    story = a_visit(at, agent=bag.agent)
    _already_carries(story, 5000)
    broken = {check.name for check in check_custody().checks if not check.holds}
    assert broken == {"cash-in-hand-equals-counts"}
    with pytest.raises(Conflict, match="books-not-right"):
        close_books(through=(at - timedelta(days=1)).date(), actor=SYSTEM, at=at)


def test_the_fewest_notes_are_worth_the_amount() -> None:
    assert notes_worth(12350) == {10000: 1, 2000: 1, 100: 3, 50: 1}
