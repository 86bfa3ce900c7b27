"""What the clock has told: once for each promise, never too late, and never to somebody who is past it."""

from datetime import datetime, timedelta

import pytest

from koumen.audit.models import Fact
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Missing
from koumen.kit.ids import new_id
from koumen.visits import queries
from koumen.visits.commands import answer_reminder, cancel_visit, notify_customer
from koumen.visits.models import Notice
from koumen.visits.rules.notices import NoticeKind, is_near, lateness_due, reminder_due
from koumen.visits.rules.reasons import CancelReason
from tests.builders import staff
from tests.visits.stories import Story, a_visit

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


# --- when, pure -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (25 * HOUR, None),
        (24 * HOUR, NoticeKind.DAY_BEFORE),
        (20 * HOUR, NoticeKind.DAY_BEFORE),
        (2 * HOUR + MINUTE, NoticeKind.DAY_BEFORE),
        (2 * HOUR, NoticeKind.HOURS_BEFORE),
        (21 * MINUTE, NoticeKind.HOURS_BEFORE),
        (20 * MINUTE, None),
        (-HOUR, None),
    ],
)
def test_a_reminder_comes_a_day_and_two_hours_before(
    at: datetime, before: timedelta, kind: NoticeKind | None
) -> None:
    assert reminder_due(at, at - timedelta(days=3), at - before) == kind


def test_who_booked_lately_is_not_reminded_of_it(at: datetime) -> None:
    assert reminder_due(at, at - 24 * HOUR, at - 23 * HOUR) is None
    assert reminder_due(at, at - 150 * MINUTE, at - 2 * HOUR) is None
    assert reminder_due(at, at - 24 * HOUR, at - 2 * HOUR) is NoticeKind.HOURS_BEFORE


@pytest.mark.parametrize(
    ("late", "kind"),
    [
        (9, None),
        (10, NoticeKind.LATE),
        (29, NoticeKind.LATE),
        (30, NoticeKind.REBOOK),
        (90, NoticeKind.REBOOK),
    ],
)
def test_from_ten_minutes_on_it_is_told_and_from_thirty_another_time_is_offered(
    at: datetime, late: int, kind: NoticeKind | None
) -> None:
    assert lateness_due(at, at + HOUR, late * MINUTE, at - HOUR) == kind
    assert lateness_due(at, at + HOUR, late * MINUTE, at - 2 * HOUR) == kind
    assert lateness_due(at, at + HOUR, late * MINUTE, at - 2 * HOUR - MINUTE) is None, "it may be made good"


def test_where_nobody_can_come_somebody_is_looked_for_until_an_hour_before(at: datetime) -> None:
    assert lateness_due(at, None, timedelta(0), at - HOUR - MINUTE) is None
    assert lateness_due(at, None, timedelta(0), at - HOUR) is NoticeKind.REBOOK


def test_near_is_told_twenty_minutes_before_and_not_just_after_on_the_way(at: datetime) -> None:
    assert not is_near(at, at - HOUR, at - 21 * MINUTE)
    assert is_near(at, at - HOUR, at - 20 * MINUTE)
    assert not is_near(at, at - 12 * MINUTE, at - 10 * MINUTE), "on the way was told two minutes ago"
    assert not is_near(None, at, at)
    assert not is_near(at, None, at)


# --- once -----------------------------------------------------------------------------------------------


def told(story: Story, kind: NoticeKind, at: datetime) -> Notice | None:
    return notify_customer(visit_id=story.visit_id, kind=kind, expected_at=at, actor=SYSTEM, at=at)


@pytest.mark.django_db
def test_each_thing_is_told_once_for_a_window(at: datetime) -> None:
    story = a_visit(at)
    assert told(story, NoticeKind.LATE, at) is not None
    assert told(story, NoticeKind.LATE, at + MINUTE) is None
    assert told(story, NoticeKind.REBOOK, at + 2 * MINUTE) is not None
    assert Fact.objects.filter(kind="CustomerNotified").count() == 2
    assert queries.is_rebooking_offered(story.visit)
    assert queries.told(visit_ids=[story.visit_id]) == {
        (story.visit_id, "late"),
        (story.visit_id, "rebook"),
    }


@pytest.mark.django_db
def test_who_was_offered_another_time_is_not_told_late_afterwards(at: datetime) -> None:
    story = a_visit(at)
    told(story, NoticeKind.REBOOK, at)
    assert told(story, NoticeKind.LATE, at) is None


@pytest.mark.django_db
def test_who_is_at_the_door_or_called_off_is_told_nothing(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    assert told(story, NoticeKind.LATE, story.now) is None
    other = a_visit(at)
    cancel_visit(visit_id=other.visit_id, reason=CancelReason.UNWELL, actor=other.customer, at=at)
    assert told(other, NoticeKind.NEAR, at) is None
    assert not Fact.objects.filter(kind="CustomerNotified").exists()


@pytest.mark.django_db
def test_only_the_clock_tells(at: datetime) -> None:
    story = a_visit(at)
    for stranger in (story.customer, story.visitor, staff(Role.DISPATCHER)):
        with pytest.raises(Denied, match="visit-not-yours"):
            notify_customer(
                visit_id=story.visit_id, kind=NoticeKind.LATE, expected_at=at, actor=stranger, at=at
            )
    with pytest.raises(Missing, match="visit-not-found"):
        notify_customer(visit_id=new_id(), kind=NoticeKind.LATE, expected_at=at, actor=SYSTEM, at=at)


# --- the answer -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_an_answer_a_visit_stays_promised_and_is_flagged_until_the_customer_says_yes(
    at: datetime,
) -> None:
    story = a_visit(at)
    day = story.visit.date
    assert queries.unanswered(actor=staff(Role.DISPATCHER), date=day) == []
    told(story, NoticeKind.HOURS_BEFORE, at)
    for actor in (staff(Role.DISPATCHER), story.visitor):
        assert [visit.id for visit in queries.unanswered(actor=actor, date=day)] == [story.visit_id]
    assert queries.is_answer_wanted(story.visit)
    for _ in range(2):
        answer_reminder(visit_id=story.visit_id, actor=story.customer, at=at)
    assert story.visit.state == "booked"
    assert not queries.is_answer_wanted(story.visit)
    assert queries.unanswered(actor=story.visitor, date=day) == []
    assert Fact.objects.filter(kind="ReminderAnswered").count() == 1


@pytest.mark.django_db
def test_the_customer_answers_or_the_desk_for_them_and_nobody_else(at: datetime) -> None:
    story, other = a_visit(at), a_visit(at)
    with pytest.raises(Denied, match="visit-not-yours"):
        answer_reminder(visit_id=story.visit_id, actor=story.visitor, at=at)
    with pytest.raises(Missing, match="visit-not-found"):
        answer_reminder(visit_id=story.visit_id, actor=other.customer, at=at)
    answer_reminder(visit_id=story.visit_id, actor=staff(Role.DISPATCHER), at=at)
    assert story.visit.answered_at == at
    other.at_the_door()
    with pytest.raises(Conflict, match="visit-not-ahead"):
        answer_reminder(visit_id=other.visit_id, actor=other.customer, at=other.now)
