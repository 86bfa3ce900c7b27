"""Acts arrive late, twice, in any order, changed or copied: each is kept, and takes effect at most once."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.db import IntegrityError, OperationalError, transaction

from koumen.audit.models import Fact
from koumen.devices import commands, queries
from koumen.devices.commands import Sent
from koumen.devices.jobs import settle_all, settle_waiting
from koumen.devices.models import DeviceAct, DeviceAlarm
from koumen.devices.rules.alarms import DismissReason, RevokeReason
from koumen.devices.rules.envelope import Kind, SignedAct, item_of, read_signed_act
from koumen.devices.states import ACT, ActState
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Missing
from koumen.simulation.phone import Phone
from koumen.visits.states import VisitState
from tests import builders
from tests.devices.phones import ADMINISTRATOR, a_phone, brings, device_of, leaves, sends
from tests.visits.stories import HOUR, MINUTE, Story, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def phone(story: Story, at: datetime) -> Phone:
    return a_phone(story.agent, at)


def goes(phone: Phone, story: Story) -> list[SignedAct]:
    """To the door, and nobody opens."""
    visit, start = story.visit, story.now
    door = visit.window_from
    return [
        phone.does(Kind.SET_OUT, at=start, visit_id=visit.id),
        phone.does(Kind.ARRIVE, at=door, visit_id=visit.id),
        phone.does(Kind.NO_ANSWER, at=door + 6 * MINUTE, visit_id=visit.id),
    ]


def alarms() -> set[str]:
    return set(DeviceAlarm.objects.values_list("kind", flat=True))


# --- as it should be ------------------------------------------------------------------------------------


def test_acts_take_effect_at_the_moment_they_were_done_not_when_they_came(phone: Phone, story: Story) -> None:
    goes(phone, story)
    came = story.now + 5 * HOUR
    rows = sends(phone, came)
    assert [row.state for row in rows] == ["posted"] * 3
    visit = story.visit
    assert visit.state == VisitState.NO_SHOW
    assert (visit.set_out_at, visit.arrived_at) == (story.now, story.now + HOUR)
    assert visit.ended_at == story.now + HOUR + 6 * MINUTE
    assert {row.received_at for row in rows} == {came}
    assert Fact.objects.filter(kind="ActPosted").count() == 3
    assert alarms() == set()


def test_the_same_upload_again_changes_nothing(phone: Phone, story: Story) -> None:
    goes(phone, story)
    first = sends(phone, story.now + 2 * HOUR)
    facts = Fact.objects.count()
    again = sends(phone, story.now + 3 * HOUR)
    assert [row.id for row in first] == [row.id for row in again]
    assert Fact.objects.count() == facts


def test_any_order_of_arrival_gives_the_same_visit(at: datetime) -> None:
    for order in permutations(range(3)):
        story = a_visit(at)
        phone = a_phone(story.agent, at)
        acts = goes(phone, story)
        for place in order:
            sends(phone, at + 2 * HOUR, acts[place])
        assert story.visit.state == VisitState.NO_SHOW
        assert {row.state for row in DeviceAct.objects.filter(device=device_of(phone))} == {"posted"}


# --- gaps -----------------------------------------------------------------------------------------------


def test_an_act_waits_for_the_one_before_it_and_goes_on_when_it_comes(phone: Phone, story: Story) -> None:
    first, second, third = goes(phone, story)
    came = story.now + 2 * HOUR
    assert [row.state for row in sends(phone, came, second, third)] == ["received"] * 2
    settle_all(at=came + HOUR)
    assert story.visit.state == VisitState.BOOKED
    sends(phone, came + HOUR, first)
    assert story.visit.state == VisitState.NO_SHOW
    assert alarms() == set()


def test_after_two_hours_a_gap_alarms_and_the_rest_goes_on(phone: Phone, story: Story) -> None:
    acts = goes(phone, story)
    last = phone.does(Kind.NUMBERS, at=story.now + 2 * HOUR, last_receipt=0, last_n=5)
    came = story.now + 2 * HOUR
    sends(phone, came, acts[0], last)
    settle_all(at=came + timedelta(minutes=119))
    assert alarms() == set()
    settle_all(at=came + timedelta(minutes=120))
    assert alarms() == {"gap"}
    assert DeviceAct.objects.get(sequence=4).state == "posted"
    (row,) = queries.devices(actor=ADMINISTRATOR)
    assert (row.missing_acts, row.last.sequence) == (2, 4)


def test_acts_that_come_after_their_gap_was_given_up_are_taken_all_the_same(
    phone: Phone, story: Story
) -> None:
    acts = goes(phone, story)
    last = phone.does(Kind.NUMBERS, at=story.now + 2 * HOUR, last_receipt=0, last_n=5)
    sends(phone, story.now + 2 * HOUR, last)
    settle_all(at=story.now + 5 * HOUR)
    rows = sends(phone, story.now + 6 * HOUR, *acts)
    assert [row.state for row in rows] == ["posted"] * 3
    assert story.visit.state == VisitState.NO_SHOW


# --- attacks --------------------------------------------------------------------------------------------


def test_another_act_with_the_same_number_is_kept_aside_and_alarms(phone: Phone, story: Story) -> None:
    """A copied phone, or one set back: both acts bear a good signature, and only one can be the next."""
    first = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    twin = Phone(key=phone.key, device_id=phone.device_id, pack_id=phone.pack_id)
    rival = twin.does(Kind.TURN_BACK, at=story.now, visit_id=story.visit_id, reason="road")
    sends(phone, story.now, first)
    (row,) = sends(phone, story.now, rival)
    assert (row.state, row.code, row.in_chain) == ("quarantined", "act-number-used-twice", False)
    assert alarms() == {"number_used_twice"}
    assert story.visit.state == VisitState.ON_THE_WAY


def test_a_chain_that_names_another_act_before_is_kept_aside(phone: Phone, story: Story) -> None:
    first = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    phone.last_hash = bytes([7] * 32)
    second = phone.does(Kind.TURN_BACK, at=story.now, visit_id=story.visit_id, reason="road")
    rows = sends(phone, story.now, first, second)
    assert [row.state for row in rows] == ["posted", "quarantined"]
    assert rows[1].code == "act-chain-broken"
    assert alarms() == {"chain_broken"}


def test_the_first_act_stands_after_nothing(phone: Phone, story: Story) -> None:
    phone.last_hash = bytes([7] * 32)
    (row,) = sends(phone, story.now, phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id))
    assert row.code == "act-chain-broken"


def test_an_act_changed_on_its_way_never_takes_effect_nor_the_place_of_the_true_one(
    phone: Phone, story: Story
) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    changed = read_signed_act(item_of(act.text.replace("set_out", "no_answer"), act.signature))
    with pytest.raises(Denied, match="act-forged"):
        brings(changed, story.now)
    assert not DeviceAct.objects.exists()  # strangers cannot fill the store
    row = brings(changed, story.now, by_agent=True)
    assert (row.state, row.code, row.is_genuine) == ("quarantined", "act-forged", False)
    assert alarms() == {"forged"}
    (true,) = sends(phone, story.now, act)
    assert true.state == "posted"


def test_forged_acts_of_a_signed_in_agent_are_kept_up_to_a_number(
    phone: Phone, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koumen.devices.commands.receiving.MOST_FORGED", 2)
    for hour in range(2):
        act = phone.does(Kind.SET_OUT, at=story.now + hour * HOUR, visit_id=story.visit_id)
        brings(read_signed_act(item_of(act.text, bytes(64))), story.now, by_agent=True)
    act = phone.does(Kind.SET_OUT, at=story.now + 9 * HOUR, visit_id=story.visit_id)
    with pytest.raises(Conflict, match="too-many-forged"):
        brings(read_signed_act(item_of(act.text, bytes(64))), story.now, by_agent=True)


def test_an_act_of_a_device_that_nobody_enrolled_is_refused(story: Story, at: datetime) -> None:
    stranger = Phone(device_id=story.visit_id)
    with pytest.raises(Missing, match="device-not-found"):
        brings(stranger.does(Kind.SET_OUT, at=at, visit_id=story.visit_id), at)


def test_a_phone_acts_only_at_the_visits_of_its_agent(phone: Phone, story: Story, at: datetime) -> None:
    other = a_visit(at)
    rows = sends(phone, at, phone.does(Kind.SET_OUT, at=at, visit_id=other.visit_id))
    assert (rows[0].state, rows[0].code) == ("quarantined", "visit-not-found")
    assert other.visit.state == VisitState.BOOKED


@pytest.mark.parametrize("who", ["agent", "dispatcher"])
def test_nobody_but_the_system_lets_acts_take_effect(phone: Phone, story: Story, who: str) -> None:
    from koumen.devices.commands.settling import give_up_gap, set_aside_next, settle_next

    actor = story.visitor if who == "agent" else builders.staff(Role.DISPATCHER)
    brings(phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id), story.now)
    device_id = device_of(phone).id
    for command in (settle_next, give_up_gap):
        with pytest.raises(Denied, match="acts-not-yours"):
            command(device_id=device_id, actor=actor, at=story.now)
    with pytest.raises(Denied, match="acts-not-yours"):
        set_aside_next(device_id=device_id, code="x", actor=actor, at=story.now)


# --- refused, revoked, faulty ---------------------------------------------------------------------------


def test_a_refused_act_is_set_aside_with_its_code_and_the_next_goes_on(phone: Phone, story: Story) -> None:
    poisoned = phone.does(Kind.LEAVE, at=story.now, visit_id=story.visit_id)
    good = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    rows = sends(phone, story.now, poisoned, good)
    assert [(row.state, row.code) for row in rows] == [("quarantined", "visit-cannot-leave"), ("posted", "")]


def test_a_body_that_cannot_be_read_is_set_aside_and_the_next_goes_on(phone: Phone, story: Story) -> None:
    poisoned = phone.does(Kind.BREAK_OFF, at=story.now, visit_id=story.visit_id, reason=7)
    good = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    rows = sends(phone, story.now, poisoned, good)
    assert [(row.state, row.code) for row in rows] == [("quarantined", "act-unreadable"), ("posted", "")]


def test_our_own_fault_sets_one_act_aside_and_not_the_queue(
    phone: Phone, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("koumen.visits.commands.arrive", fails)
    acts = goes(phone, story)
    rows = sends(phone, story.now + 2 * HOUR, *acts[:2])
    assert [(row.state, row.code) for row in rows] == [("posted", ""), ("quarantined", "act-fault")]


def test_an_act_keeps_its_turn_when_the_database_fails(
    phone: Phone, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: object) -> None:
        raise OperationalError("deadlock detected")

    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    with monkeypatch.context() as broken:
        broken.setattr("koumen.visits.commands.set_out", fails)
        assert [row.state for row in sends(phone, story.now, act)] == ["received"]
    assert [row.state for row in sends(phone, story.now, act)] == ["posted"]


def test_whoever_may_not_knock_has_not_arrived(phone: Phone, story: Story) -> None:
    """R8: no knock outside the window; the ruling stays on record, and what was done there is looked at."""
    start = story.now
    phone.does(Kind.SET_OUT, at=start, visit_id=story.visit_id)
    phone.does(Kind.ARRIVE, at=start + 30 * MINUTE, visit_id=story.visit_id)
    rows = sends(phone, start + HOUR)
    assert [(row.state, row.code) for row in rows] == [("posted", ""), ("quarantined", "may-not-knock")]
    assert Fact.objects.filter(kind="RulingGiven").exists()
    assert story.visit.state == VisitState.ON_THE_WAY


def test_r18_acts_of_a_revoked_device_are_kept_and_looked_at_never_lost(phone: Phone, story: Story) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    commands.revoke_device(
        device_id=device_of(phone).id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=story.now
    )
    (row,) = sends(phone, story.now, act)
    assert (row.state, row.code) == ("quarantined", "device-revoked")
    assert alarms() == {"revoked"}
    looked = commands.post_set_aside(act_id=row.id, actor=builders.staff(Role.DISPATCHER), at=story.now)
    assert looked.state == "posted"
    assert story.visit.state == VisitState.ON_THE_WAY


def test_acts_of_an_agent_who_has_left_are_kept_and_looked_at(phone: Phone, story: Story) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    leaves(story.agent)
    (row,) = sends(phone, story.now, act)
    assert (row.state, row.code) == ("quarantined", "agent-inactive")


# --- what a person decides ------------------------------------------------------------------------------


def test_an_act_that_is_dismissed_is_over(phone: Phone, story: Story) -> None:
    (row,) = sends(phone, story.now, phone.does(Kind.LEAVE, at=story.now, visit_id=story.visit_id))
    desk = builders.staff(Role.DISPATCHER)
    done = commands.dismiss_act(act_id=row.id, reason=DismissReason.OVERTAKEN, actor=desk, at=story.now)
    assert (done.state, done.reviewed_by) == ("dismissed", desk.key)
    with pytest.raises(Conflict, match="act-cannot-post"):
        commands.post_set_aside(act_id=row.id, actor=desk, at=story.now)
    with pytest.raises(Conflict, match="act-cannot-dismiss"):
        commands.dismiss_act(act_id=row.id, reason=DismissReason.OVERTAKEN, actor=desk, at=story.now)


def test_what_no_device_signed_is_never_booked_by_anybody(phone: Phone, story: Story) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    row = brings(read_signed_act(item_of(act.text, bytes(64))), story.now, by_agent=True)
    with pytest.raises(Conflict, match="act-not-genuine"):
        commands.post_set_aside(act_id=row.id, actor=builders.staff(Role.DISPATCHER), at=story.now)


def test_an_agent_and_a_stranger_decide_nothing(phone: Phone, story: Story) -> None:
    (row,) = sends(phone, story.now, phone.does(Kind.LEAVE, at=story.now, visit_id=story.visit_id))
    for actor in (story.visitor, story.customer, builders.staff(Role.COMPLIANCE)):
        with pytest.raises(Denied, match="acts-not-yours"):
            commands.post_set_aside(act_id=row.id, actor=actor, at=story.now)
        with pytest.raises(Denied, match="acts-not-yours"):
            commands.dismiss_act(act_id=row.id, reason=DismissReason.NOT_OURS, actor=actor, at=story.now)
    assert DeviceAct.objects.get().state == "quarantined"


def test_an_alarm_is_taken_once(phone: Phone, story: Story) -> None:
    phone.last_hash = bytes([7] * 32)
    sends(phone, story.now, phone.does(Kind.LEAVE, at=story.now, visit_id=story.visit_id))
    (alarm,) = queries.open_alarms(actor=ADMINISTRATOR)
    commands.take_device_alarm(alarm_id=alarm.id, actor=ADMINISTRATOR, at=story.now)
    assert queries.open_alarms(actor=ADMINISTRATOR) == []
    with pytest.raises(Conflict, match="alert-already-taken"):
        commands.take_device_alarm(alarm_id=alarm.id, actor=ADMINISTRATOR, at=story.now)
    with pytest.raises(Denied, match="alert-not-yours"):
        commands.take_device_alarm(alarm_id=alarm.id, actor=story.visitor, at=story.now)


# --- time -----------------------------------------------------------------------------------------------


def test_a_clock_that_is_an_hour_ahead_and_known_to_be_is_believed(phone: Phone, story: Story) -> None:
    phone.clock_off, phone.offset_ms = HOUR, -3_600_000
    (row,) = sends(phone, story.now + HOUR, phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id))
    assert (row.counted_at, row.said_at, row.clock_differed) == (story.now, story.now + HOUR, False)


@pytest.mark.parametrize(("said", "counted"), [(-48 * HOUR, timedelta(0)), (48 * HOUR, HOUR)])
def test_a_clock_rolled_back_or_ahead_counts_at_the_nearest_possible_moment_and_alarms(
    phone: Phone, story: Story, said: timedelta, counted: timedelta
) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now + said, visit_id=story.visit_id)
    (row,) = sends(phone, story.now + HOUR, act)
    assert row.counted_at == story.now + counted
    assert row.said_at == story.now + said
    assert row.clock_differed
    assert alarms() == {"clock"}


@pytest.mark.parametrize("named", ["none", "another's"])
def test_an_act_that_names_no_pack_of_ours_does_not_reach_back_behind_the_newest(
    phone: Phone, story: Story, at: datetime, named: str
) -> None:
    """Else a phone that leaves its pack out could pay before a due day that is over."""
    morning = at + 20 * HOUR
    commands.issue_day_pack(device_id=device_of(phone).id, app_version=1, actor=story.visitor, at=morning)
    phone.pack_id = None if named == "none" else a_phone(builders.an_agent(at), at).pack_id
    (row,) = sends(phone, morning + HOUR, phone.does(Kind.SET_OUT, at=at, visit_id=story.visit_id))
    assert (row.counted_at, row.clock_differed) == (morning, True)


def test_what_a_phone_does_after_its_certificate_is_over_is_looked_at(
    phone: Phone, story: Story, at: datetime
) -> None:
    late = device_of(phone).valid_to + HOUR
    (row,) = sends(phone, late, phone.does(Kind.SET_OUT, at=late, visit_id=story.visit_id))
    assert (row.state, row.code) == ("quarantined", "certificate-over")


def test_no_act_counts_before_the_one_before_it(phone: Phone, story: Story) -> None:
    phone.does(Kind.SET_OUT, at=story.now + HOUR, visit_id=story.visit_id)
    phone.does(Kind.TURN_BACK, at=story.now, visit_id=story.visit_id, reason="road")
    rows = sends(phone, story.now + 2 * HOUR)
    assert [row.counted_at for row in rows] == [story.now + HOUR] * 2
    assert rows[1].clock_differed


# --- the database ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", list(ActState))
def test_the_database_refuses_every_forbidden_pair_of_act_states(
    phone: Phone, story: Story, before: ActState
) -> None:
    kind = Kind.SET_OUT if before is ActState.POSTED else Kind.LEAVE
    act = phone.does(kind, at=story.now, visit_id=story.visit_id)
    row = brings(act, story.now) if before is ActState.RECEIVED else sends(phone, story.now, act)[0]
    if before is ActState.DISMISSED:
        desk = builders.staff(Role.DISPATCHER)
        commands.dismiss_act(act_id=row.id, reason=DismissReason.OVERTAKEN, actor=desk, at=story.now)
    let_through = set()
    for after in ActState:
        try:
            with transaction.atomic():
                settled = None if after is ActState.RECEIVED else story.now
                DeviceAct.objects.filter(id=row.id).update(state=after, settled_at=settled)
                transaction.set_rollback(True)
        except IntegrityError as refusal:
            assert "may not go from" in str(refusal)  # noqa: PT017  (one of many tries)
        else:
            let_through.add(after)
    assert let_through == {ActState(b) for a, b in ACT.pairs() if a == before} | {before}


def test_nobody_changes_what_a_device_signed(phone: Phone, story: Story) -> None:
    row = brings(phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id), story.now)
    for change in ({"text": "{}"}, {"sequence": 9}, {"in_chain": False}, {"signature": bytes(64)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DeviceAct.objects.filter(id=row.id).update(**change)


def test_the_job_settles_what_the_web_process_left(phone: Phone, story: Story, at: datetime) -> None:
    brings(phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id), story.now)
    settle_waiting(0)
    assert story.visit.state == VisitState.ON_THE_WAY


def test_the_customer_may_carry_an_act_and_the_phone_later_brings_the_same(
    phone: Phone, story: Story
) -> None:
    act = phone.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    sent = Sent(act=act, carried_by="customer")
    row = commands.receive_act(sent=sent, actor=SYSTEM, at=story.now)
    (again,) = sends(phone, story.now + HOUR, act)
    assert (again.id, again.carried_by, again.state) == (row.id, "customer", "posted")
