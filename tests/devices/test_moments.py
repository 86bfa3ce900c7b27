"""When an act was done: what we know ourselves, what only the phone knows, and who looks at it."""

from datetime import datetime, timedelta

import pytest

from koumen.credit.queries import owed
from koumen.devices import commands
from koumen.devices.models import DayPack, DeviceAct, DeviceAlarm
from koumen.devices.rules.envelope import Kind
from koumen.devices.rules.moments import LOOSE_AFTER, PACK_GRACE, PACK_LIVES, Bounds, pack_over_at
from koumen.kit.actor import SYSTEM, Role
from koumen.payments.models import Payment
from koumen.simulation.phone import CashCount, Phone
from tests import builders
from tests.conftest import NOON
from tests.devices.phones import a_phone, device_of, sends
from tests.visits.stories import HOUR, MINUTE, Story, a_visit

THREE_HUNDRED = CashCount(amount_minor=30000, notes_in={10000: 3})


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def phone(story: Story, at: datetime) -> Phone:
    return a_phone(story.agent, at)


def alarms(phone: Phone) -> list[tuple[str, int]]:
    rows = DeviceAlarm.objects.filter(device=device_of(phone)).order_by("raised_at", "kind")
    return list(rows.values_list("kind", "sequence"))


def takes(phone: Phone, story: Story, at: datetime) -> None:
    phone.takes_cash(THREE_HUNDRED, visit_id=story.visit_id, at=at)


# --- the rule -------------------------------------------------------------------------------------------


def test_a_day_pack_is_over_four_hours_after_the_shift_or_after_it_was_fetched() -> None:
    ends = NOON + 6 * HOUR
    assert pack_over_at(NOON, ends) == ends + PACK_GRACE
    assert pack_over_at(ends + HOUR, ends) == ends + HOUR + PACK_GRACE
    assert pack_over_at(NOON, None) == NOON + PACK_LIVES


def test_half_a_day_without_a_signal_is_no_reason_to_look() -> None:
    assert not Bounds(earliest=NOON, latest=NOON + LOOSE_AFTER).is_loose
    assert Bounds(earliest=NOON, latest=NOON + LOOSE_AFTER + MINUTE).is_loose


# --- what the pack and the phone's last word bound ------------------------------------------------------


@pytest.mark.django_db
def test_an_act_lies_between_its_day_pack_and_its_arrival(phone: Phone, story: Story) -> None:
    takes(phone, story, story.now + HOUR)
    (row,) = sends(phone, story.now + 5 * HOUR)
    assert (row.done_after, row.done_before) == (story.now, story.now + 5 * HOUR)
    assert row.counted_at == story.now + HOUR
    assert alarms(phone) == []


@pytest.mark.django_db
def test_a_phone_that_was_heard_of_meanwhile_bounds_its_next_act_more_tightly(
    phone: Phone, story: Story
) -> None:
    takes(phone, story, story.now + HOUR)
    sends(phone, story.now + 6 * HOUR)
    takes(phone, story, story.now + 7 * HOUR)
    *_, last = sends(phone, story.now + 9 * HOUR)
    assert (last.done_after, last.done_before) == (story.now + 6 * HOUR, story.now + 9 * HOUR)
    assert alarms(phone) == []


@pytest.mark.django_db
def test_what_a_customer_carried_says_nothing_of_where_the_phone_was(phone: Phone, story: Story) -> None:
    takes(phone, story, story.now + HOUR)
    commands.receive_act(
        sent=commands.Sent(act=phone.done[0], carried_by="customer"), actor=SYSTEM, at=story.now + 10 * HOUR
    )
    takes(phone, story, story.now + 2 * HOUR)
    *_, last = sends(phone, story.now + 13 * HOUR)
    assert last.done_after == story.now
    assert last.bounds is not None
    assert last.bounds.is_loose


@pytest.mark.django_db
def test_an_act_that_names_an_old_pack_was_done_before_the_next_was_fetched(
    phone: Phone, story: Story
) -> None:
    """An agent who keeps an old day can claim a moment of that day, and none after the phone fetched another."""
    device = device_of(phone)
    fetched = story.now + 20 * HOUR
    commands.issue_day_pack(device_id=device.id, app_version=1, actor=story.visitor, at=fetched)
    takes(phone, story, fetched + 5 * HOUR)  # signed with the old pack, by an app that somebody has changed
    (row,) = sends(phone, fetched + 6 * HOUR)
    assert (row.counted_at, row.done_before) == (fetched, fetched)
    assert row.clock_differed


# --- what only the phone knows --------------------------------------------------------------------------


@pytest.mark.django_db
def test_money_told_late_counts_from_the_customers_receipt_and_is_looked_at(
    phone: Phone, story: Story
) -> None:
    said = story.now + HOUR
    takes(phone, story, said)
    came = story.now + 3 * 24 * HOUR
    (row,) = sends(phone, came)
    assert row.state == "posted"
    assert Payment.objects.get().paid_at == said
    assert owed(actor=SYSTEM, account_id=story.account_id, at=came).all_minor == 70000
    assert (row.done_after, row.done_before) == (story.now, came)
    assert alarms(phone) == [("told_late", 1)]


@pytest.mark.django_db
def test_a_day_that_is_told_late_is_one_alarm_until_somebody_has_taken_it(phone: Phone, story: Story) -> None:
    for hours in (1, 2, 3):
        takes(phone, story, story.now + hours * HOUR)
    sends(phone, story.now + 40 * HOUR)
    assert alarms(phone) == [("told_late", 1)]
    desk, alarm = builders.staff(Role.DISPATCHER), DeviceAlarm.objects.get()
    commands.take_device_alarm(alarm_id=alarm.id, actor=desk, at=story.now + 41 * HOUR)
    takes(phone, story, story.now + 42 * HOUR)
    sends(phone, story.now + 60 * HOUR)
    assert ("told_late", 4) in alarms(phone)


@pytest.mark.django_db
def test_what_is_done_with_the_day_of_an_earlier_day_is_done_and_looked_at(
    phone: Phone, story: Story
) -> None:
    over = DayPack.objects.get().over_at
    assert over == story.visit.shift.ends_at + PACK_GRACE
    takes(phone, story, over - MINUTE)
    takes(phone, story, over + MINUTE)
    rows = sends(phone, over + HOUR)
    assert [row.state for row in rows] == ["posted", "posted"]
    assert ("old_pack", 2) in alarms(phone)


@pytest.mark.django_db
def test_no_act_counts_before_the_one_before_it_whatever_pack_it_names(phone: Phone, story: Story) -> None:
    device = device_of(phone)
    takes(phone, story, story.now + 6 * HOUR)
    old = phone.pack_id
    pack = commands.issue_day_pack(
        device_id=device.id, app_version=1, actor=story.visitor, at=story.now + 5 * HOUR
    ).pack
    phone.done.clear()
    phone.sequence, phone.last_hash, phone.last_receipt = 0, bytes(32), 0
    phone.pack_id = pack.id
    takes(phone, story, story.now + 6 * HOUR)
    phone.pack_id = old
    phone.does(Kind.NUMBERS, at=story.now + 2 * HOUR, last_receipt=1, last_n=2)
    first, second = sends(phone, story.now + timedelta(hours=7))
    assert (first.counted_at, second.counted_at) == (story.now + 6 * HOUR, story.now + 6 * HOUR)
    assert DeviceAct.objects.filter(clock_differed=True).count() == 1
