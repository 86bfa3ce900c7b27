"""The second of a team: sees the day of the first, goes along, and signs what was counted."""

from datetime import datetime, timedelta

import pytest

from koumen.agents.models import Agent
from koumen.audit.models import Fact
from koumen.conduct.queries import cash_limits
from koumen.devices import commands
from koumen.devices.rules.envelope import Kind
from koumen.kit import clock
from koumen.kit.errors import Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.payments.jobs import compare_counts
from koumen.payments.models import CashWitness
from koumen.payments.rules.witness import BOTH_TELL_WITHIN, TwoCounts, count_alarm
from koumen.simulation.phone import CashCount, Phone
from koumen.visits.models import Alert
from tests import builders
from tests.conftest import NOON
from tests.devices.phones import a_phone, device_of, sends
from tests.visits.stories import HOUR, MINUTE, Story, a_visit

MUCH = CashCount(amount_minor=600_000, notes_in={10000: 60})
LITTLE = CashCount(amount_minor=30_000, notes_in={10000: 3})


@pytest.fixture
def story(at: datetime) -> Story:
    found = a_visit(at, owed_minor=1_000_000)
    builders.with_partner(found.visit.shift, at)
    return found


@pytest.fixture
def first(story: Story, at: datetime) -> Phone:
    return a_phone(story.agent, at)


@pytest.fixture
def partner(story: Story) -> Agent:
    return Agent.objects.get(shifts__joined_to=story.visit.shift)


@pytest.fixture
def second(partner: Agent, story: Story, at: datetime) -> Phone:
    return a_phone(partner, at)


def counts(first: Phone, story: Story, count: CashCount) -> datetime:
    """The first one's phone, without a signal: a whole visit, told at once when it is over."""
    door, visit_id = story.visit.window_from, story.visit_id
    first.does(Kind.SET_OUT, at=story.now, visit_id=visit_id)
    first.does(Kind.ARRIVE, at=door, visit_id=visit_id)
    first.does(Kind.PICTURES, at=door, visit_id=visit_id, matched=True)
    first.does(Kind.IDENTITY, at=door, visit_id=visit_id, means="identity_card", matched=True)
    first.takes_cash(count, visit_id=visit_id, at=door + MINUTE)
    first.does(Kind.BREAK_OFF, at=door + 2 * MINUTE, visit_id=visit_id, reason="changed_mind")
    first.does(Kind.LEAVE, at=door + 2 * MINUTE, visit_id=visit_id)
    return door + 2 * MINUTE


def says(second: Phone, story: Story, amount_minor: int, at: datetime) -> None:
    second.does(Kind.WITNESS, at=at, visit_id=story.visit_id, amount_minor=amount_minor, currency="CNY")
    sends(second, at)


def alarmed(at: datetime) -> list[str]:
    with clock.stopped_at(at):
        compare_counts(0)
    return [one.kind for one in Alert.objects.order_by("raised_at") if one.kind.startswith("count")]


# --- the day pack of the second -------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_second_gets_the_stops_of_the_first_and_nothing_that_opens_a_door(
    partner: Agent, story: Story, at: datetime
) -> None:
    device = device_of(a_phone(partner, at, packed=False))
    day = commands.issue_day_pack(device_id=device.id, app_version=1, actor=builders.acting(partner), at=at)
    (one,) = day.stops
    assert one.stop.visit_id == story.visit_id
    assert (one.door, one.quote) == (None, None)
    assert one.leader.endswith(story.agent.staff_number)
    assert one.details.address
    assert story.visit.card_number is None
    assert day.two_over_minor == cash_limits().two_agents_over


@pytest.mark.django_db
def test_nothing_that_the_second_signs_moves_the_visit(second: Phone, story: Story) -> None:
    door = story.visit.window_from
    second.does(Kind.SET_OUT, at=story.now, visit_id=story.visit_id)
    second.does(Kind.ARRIVE, at=door, visit_id=story.visit_id)
    rows = sends(second, door)
    assert [row.code for row in rows] == ["visit-not-yours"] * 2
    assert story.visit.state == "booked"


# --- the second count -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word_first", [True, False])
@pytest.mark.django_db
def test_two_that_counted_the_same_alarm_nobody_whoever_tells_first(
    first: Phone, second: Phone, story: Story, *, word_first: bool
) -> None:
    over = counts(first, story, MUCH)
    for word in (word_first, not word_first):
        if word:
            says(second, story, 600_000, over)
        else:
            sends(first, over + MINUTE)
    assert alarmed(over + 2 * MINUTE) == []
    assert alarmed(over + 24 * HOUR) == []


@pytest.mark.django_db
def test_two_that_counted_differently_alarm_as_soon_as_the_visit_is_told(
    first: Phone, second: Phone, story: Story
) -> None:
    over = counts(first, story, LITTLE)
    says(second, story, 50_000, over)
    assert alarmed(over + MINUTE) == []
    sends(first, over + 2 * MINUTE)
    for minutes in (3, 13):
        assert alarmed(over + minutes * MINUTE) == ["counts_differ"], "once"
    assert Fact.objects.filter(kind="AlarmRaised", subject_id=story.visit_id).count() == 1


@pytest.mark.django_db
def test_much_cash_that_only_one_has_signed_alarms_after_half_a_day(first: Phone, story: Story) -> None:
    over = counts(first, story, MUCH)
    sends(first, over)
    assert alarmed(over + BOTH_TELL_WITHIN - 2 * MINUTE) == []
    assert alarmed(over + BOTH_TELL_WITHIN) == ["counted_alone"]


@pytest.mark.django_db
def test_little_cash_needs_one_signature(first: Phone, story: Story) -> None:
    over = counts(first, story, LITTLE)
    sends(first, over)
    assert alarmed(over + 24 * HOUR) == []


@pytest.mark.django_db
def test_cash_that_the_first_never_told_alarms(second: Phone, story: Story) -> None:
    says(second, story, 50_000, story.visit.window_from)
    assert alarmed(story.visit.window_from + 11 * HOUR) == []
    assert alarmed(story.visit.window_from + 12 * HOUR) == ["counts_differ"]


@pytest.mark.django_db
def test_the_newest_word_of_the_second_counts(first: Phone, second: Phone, story: Story) -> None:
    over = counts(first, story, LITTLE)
    says(second, story, 50_000, over)
    says(second, story, 30_000, over + MINUTE)
    sends(first, over + 2 * MINUTE)
    assert alarmed(over + 24 * HOUR) == []
    assert CashWitness.objects.count() == 2


@pytest.mark.django_db
def test_only_the_second_of_the_team_witnesses_and_only_an_amount(
    story: Story, partner: Agent, at: datetime
) -> None:
    said = {"visit_id": story.visit_id, "amount_minor": 100, "currency": "CNY", "at": at}
    with pytest.raises(Denied, match="visit-not-yours"):
        payments.witness_cash(**said, key=new_id(), actor=story.visitor)  # type: ignore[arg-type]
    with pytest.raises(Denied, match="visit-not-yours"):
        payments.witness_cash(**said, key=new_id(), actor=story.customer)  # type: ignore[arg-type]
    stranger = builders.acting(builders.an_agent(at))
    with pytest.raises(Missing, match="visit-not-found"):
        payments.witness_cash(**said, key=new_id(), actor=stranger)  # type: ignore[arg-type]
    for wrong, code in (
        ({"amount_minor": 0}, "amount-not-positive"),
        ({"currency": "HKD"}, "currencies-differ"),
    ):
        with pytest.raises(Invalid, match=code):
            payments.witness_cash(**(said | wrong), key=new_id(), actor=builders.acting(partner))  # type: ignore[arg-type]
    key = new_id()
    rows = {payments.witness_cash(**said, key=key, actor=builders.acting(partner)).id for _ in range(2)}  # type: ignore[arg-type]
    assert len(rows) == 1


def test_the_rule_of_two_counts() -> None:
    def alarm(booked: int, witnessed: int | None, *, is_over: bool, hours: int) -> object:
        counts = TwoCounts(booked_minor=booked, witnessed_minor=witnessed, counted_at=NOON, is_over=is_over)
        return count_alarm(counts, two_over_minor=1000, at=NOON + timedelta(hours=hours))

    assert alarm(500, 400, is_over=False, hours=1) is None
    assert alarm(500, 400, is_over=True, hours=1) == "counts_differ"
    assert alarm(500, 400, is_over=False, hours=12) == "counts_differ"
    assert alarm(1000, None, is_over=True, hours=99) is None
    assert alarm(1001, None, is_over=True, hours=11) is None
    assert alarm(1001, None, is_over=False, hours=12) == "counted_alone"
