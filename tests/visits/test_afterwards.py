"""After a visit: the customer's link, ratings and averages, and the question of the next day."""

import json
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from koumen.audit.models import Fact
from koumen.conduct import queries as conduct
from koumen.conduct.rules.complaints import ComplaintKind, Via
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.visits import commands
from koumen.visits.jobs import ask_handovers
from koumen.visits.models import Alert, Handover, Rating
from koumen.visits.queries import afterwards
from koumen.visits.rules.handovers import Told, ToldBy
from koumen.visits.rules.links import Purpose, make_token, visit_of_token
from koumen.visits.rules.outcomes import AlertKind
from koumen.visits.rules.ratings import (
    Average,
    Blame,
    Hours,
    Moderation,
    Praise,
    Rated,
    may_hold_personal_data,
    smoothed,
    wished_hours,
)
from tests import builders
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db
KEY = bytes(range(32))
DAY = timedelta(days=1)


def desk() -> Actor:
    return builders.staff(Role.DISPATCHER)


def compliance() -> Actor:
    return builders.staff(Role.COMPLIANCE)


def done(at: datetime, *, paid_minor: int = 30000) -> Story:
    """A visit that is over, paid unless nothing was."""
    story = a_visit(at)
    if paid_minor:
        story.may_be_paid(paid_minor)
        payments.pay_cash(
            visit_id=story.visit_id,
            notes_in={100: paid_minor // 100},
            notes_out={},
            key=new_id(),
            actor=story.visitor,
            at=story.now,
        )
    else:
        story.proven()
    commands.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    return story


def link(story: Story, purpose: Purpose = Purpose.RATING) -> str:
    return make_token(settings.KOUMEN_DOOR_KEY, visit_id=story.visit_id, purpose=purpose)


def rate(story: Story, stars: int = 5, words: str = "", at: datetime | None = None) -> Rating:
    rated = Rated(stars=stars, good=(Praise.FRIENDLY,), hours=(Hours.EVENING,), words=words)
    return commands.rate_visit(token=link(story), rated=rated, actor=SYSTEM, at=at or story.now)


# --- the link -------------------------------------------------------------------------------------------


def test_a_link_names_its_visit_for_its_purpose_and_nothing_else_does() -> None:
    visit_id = UUID(int=5)
    token = make_token(KEY, visit_id=visit_id, purpose=Purpose.RATING)
    assert visit_of_token(KEY, token, purpose=Purpose.RATING) == visit_id
    assert visit_of_token(KEY, token, purpose=Purpose.HANDOVER) is None
    assert visit_of_token(bytes(32), token, purpose=Purpose.RATING) is None
    for other in ("", "x", token[:-2], token + "AA", "é" * 10, token.swapcase()):
        assert visit_of_token(KEY, other, purpose=Purpose.RATING) is None


def test_the_agent_never_holds_the_link(at: datetime) -> None:
    story = done(at)
    for actor in (story.visitor, desk()):
        with pytest.raises(Denied, match="rating-not-yours"):
            afterwards.link_of(actor=actor, visit=story.visit, purpose=Purpose.RATING)
        with pytest.raises(Denied, match="rating-not-yours"):
            commands.rate_visit(token=link(story), rated=Rated(stars=5), actor=actor, at=story.now)
    assert link(story) in afterwards.link_of(actor=story.customer, visit=story.visit, purpose=Purpose.RATING)
    assert link(story) not in " ".join(Fact.objects.values_list("body", flat=True))


# --- ratings --------------------------------------------------------------------------------------------


def test_a_completed_visit_is_rated_once_within_seven_days(at: datetime) -> None:
    story = done(at)
    assert afterwards.may_be_rated(story.visit, at=story.now)
    late = done(at)
    with pytest.raises(Conflict, match="rating-over"):
        rate(late, at=late.now + 7 * DAY)
    rating = rate(story, at=story.now + 7 * DAY - timedelta(seconds=1))
    assert (rating.stars, rating.good, rating.hours) == (5, ["friendly"], ["evening"])
    with pytest.raises(Conflict, match="already-rated"):
        rate(story)
    assert not afterwards.may_be_rated(story.visit, at=story.now)
    with pytest.raises(Conflict, match="visit-not-completed"):
        rate(a_visit(at))
    with pytest.raises(Missing, match="link-not-found"):
        commands.rate_visit(token="forged", rated=Rated(stars=5), actor=SYSTEM, at=story.now)
    for stars in (0, 6):
        with pytest.raises(Invalid, match="stars-unreadable"):
            rate(late, stars)


def test_words_are_sealed_and_those_that_may_name_somebody_wait_for_a_person(at: datetime) -> None:
    plain, naming = (
        rate(done(at), words="很耐心，谢谢"),
        rate(done(at), words="王阿姨住三号楼，电话 138 0013 8000"),
    )
    assert (plain.moderation, naming.moderation) == (Moderation.SHOWN, Moderation.WAITING)
    assert "耐心".encode() not in bytes(plain.words or b"")
    (waiting,) = afterwards.ratings(actor=desk(), moderation=Moderation.WAITING)
    assert "138" in waiting.words
    with pytest.raises(Denied, match="rating-not-yours"):
        commands.moderate_rating(rating_id=naming.id, is_shown=True, actor=desk(), at=at)
    hidden = commands.moderate_rating(rating_id=naming.id, is_shown=False, actor=compliance(), at=at)
    assert hidden.moderation == Moderation.HIDDEN
    silent = rate(done(at))
    with pytest.raises(Conflict, match="rating-without-words"):
        commands.moderate_rating(rating_id=silent.id, is_shown=True, actor=compliance(), at=at)


@pytest.mark.parametrize(
    "words",
    [
        "call 138-0013-8000",
        "１３８００",
        "a@b.cn",
        "www.x.cn",
        "人民路5号",
        "三号楼",
        "找张师傅",
        "Mr Chen was late",
    ],
)
def test_what_may_name_or_locate_somebody_is_held(words: str) -> None:
    assert may_hold_personal_data(words)


@pytest.mark.parametrize(
    "words", ["很好", "came at 10:00, stayed 20 minutes", "三百元一分不差", "2 times late"]
)
def test_ordinary_praise_and_blame_is_not_held(words: str) -> None:
    assert not may_hold_personal_data(words)


def test_an_agent_reads_ratings_after_a_day_and_low_ones_after_a_week_and_never_whose(at: datetime) -> None:
    agent = builders.an_agent(at)
    good, low = a_visit(at, agent=agent), a_visit(at, agent=agent)
    for story, stars in ((good, 5), (low, 1)):
        story.proven()
        commands.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
        rate(story, stars, words="还行")

    def read(after: timedelta) -> list[int]:
        return [one.rating.stars for one in afterwards.own_ratings(actor=good.visitor, at=good.now + after)]

    assert read(timedelta(hours=23)) == []
    assert read(DAY) == [5]
    assert sorted(read(7 * DAY)) == [1, 5]
    assert afterwards.own_ratings(actor=desk(), at=good.now + 7 * DAY) == []
    assert [alert.kind for alert in Alert.objects.all()] == [AlertKind.LOW_RATING]


def test_an_agent_answers_once_to_what_they_may_read(at: datetime) -> None:
    story = done(at)
    rating = rate(story)
    with pytest.raises(Missing, match="rating-not-found"):
        commands.reply_to_rating(rating_id=rating.id, words="谢谢", actor=story.visitor, at=story.now)
    later = story.now + DAY
    with pytest.raises(Missing, match="rating-not-found"):
        commands.reply_to_rating(
            rating_id=rating.id, words="谢谢", actor=builders.acting(builders.an_agent(at)), at=later
        )
    with pytest.raises(Invalid, match="words-missing"):
        commands.reply_to_rating(rating_id=rating.id, words=" ", actor=story.visitor, at=later)
    commands.reply_to_rating(rating_id=rating.id, words="谢谢您", actor=story.visitor, at=later)
    heard = afterwards.rating_of(story.visit)
    assert heard is not None
    assert heard.reply == "谢谢您"
    with pytest.raises(Conflict, match="already-answered"):
        commands.reply_to_rating(rating_id=rating.id, words="再谢", actor=story.visitor, at=later)


def test_one_bad_day_does_not_sink_an_agent_and_many_do() -> None:
    assert smoothed([1]) == Average(Fraction(41, 11), 1)
    assert smoothed([1] * 100).stars < Fraction(3, 2)
    assert smoothed([]) == Average(Fraction(4), 0)


def test_averages_are_shown_with_their_number_and_drawn_to_the_branch(at: datetime) -> None:
    first, second = done(at), done(at)
    rate(first, 5)
    rate(second, 2)
    (best, other) = afterwards.averages(actor=desk())
    assert (best.agent_id, other.agent_id) == (first.agent.id, second.agent.id)
    assert (best.average.count, best.average.stars) == (1, Fraction(40, 11))
    assert afterwards.averages(actor=first.visitor) == []
    own = afterwards.average_of(actor=first.visitor, at=first.now + 7 * DAY)
    assert own == best.average


def test_wished_hours_are_counted_once_a_rating() -> None:
    assert wished_hours([["evening", "evening"], ["evening", "weekend"], []]) == [
        (Hours.EVENING, 2),
        (Hours.WEEKEND, 1),
    ]


def test_the_database_keeps_a_rating_as_it_was_given(at: datetime) -> None:
    rating = rate(done(at))
    with pytest.raises(DatabaseError), transaction.atomic():
        Rating.objects.filter(id=rating.id).update(stars=1)


def test_what_was_not_good_is_a_code_and_no_fact_holds_words(at: datetime) -> None:
    story = done(at)
    rated = Rated(stars=2, bad=(Blame.HURRIED, Blame.PRESSED), words="催得很急")
    commands.rate_visit(token=link(story), rated=rated, actor=SYSTEM, at=story.now)
    (fact,) = Fact.objects.filter(kind="VisitRated")
    assert json.loads(fact.body) == {"moderation": "shown", "stars": 2}
    assert fact.actor == story.customer.key


# --- how much did you hand over? ------------------------------------------------------------------------


def asked(at: datetime, *, paid_minor: int = 30000) -> Story:
    story = done(at, paid_minor=paid_minor)
    commands.ask_handover(visit_id=story.visit_id, actor=SYSTEM, at=story.now + DAY)
    return story


def tell(story: Story, amount_minor: int, *, more: bool = False) -> Handover:
    told = Told(amount_minor=amount_minor, was_asked_for_more=more)
    return commands.tell_handover(
        token=link(story, Purpose.HANDOVER), told=told, actor=SYSTEM, at=story.now + DAY
    )


def test_on_the_next_morning_everybody_whose_door_was_reached_is_asked_once(at: datetime) -> None:
    paid, talked = done(at), done(at, paid_minor=0)
    booked = a_visit(at)
    for hours in (20, 24, 25):
        with clock.stopped_at(at + timedelta(hours=hours - 2)):  # from noon: 06:00, 10:00, 11:00
            ask_handovers(timestamp=0)
            count = Handover.objects.count()
        assert count == (0 if hours == 20 else 2)
    assert {one.visit_id for one in Handover.objects.all()} == {paid.visit_id, talked.visit_id}
    assert booked.visit_id not in {one.visit_id for one in Handover.objects.all()}
    assert Fact.objects.filter(kind="HandoverAsked").count() == 2


def test_an_answer_that_fits_the_receipt_is_only_noted(at: datetime) -> None:
    told = tell(asked(at), 30000)
    assert (told.fits, told.booked_minor, told.told_by) == (True, 30000, ToldBy.LINK)
    assert not Alert.objects.exists()
    assert conduct.complaints(actor=desk()) == []
    nothing = tell(asked(at, paid_minor=0), 0)
    assert nothing.fits


@pytest.mark.parametrize(
    ("paid", "said", "more"), [(30000, 50000, False), (30000, 30000, True), (0, 10000, False)]
)
def test_t4_t5_an_answer_that_does_not_fit_alarms_and_becomes_a_case_with_a_clock(
    at: datetime, paid: int, said: int, more: bool
) -> None:
    story = asked(at, paid_minor=paid)
    assert not tell(story, said, more=more).fits
    assert [alert.kind for alert in Alert.objects.all()] == [AlertKind.ANSWER_DIFFERS]
    (case,) = conduct.complaints(actor=desk())
    assert (case.kind, case.via, case.subject_id) == (ComplaintKind.MONEY_DIFFERS, Via.WATCH, story.visit_id)
    with pytest.raises(Conflict, match="handover-told"):
        tell(story, paid)


def test_whoever_has_no_telephone_that_shows_links_is_called_by_the_desk(at: datetime) -> None:
    story = asked(at)
    assert [one.visit_id for one in afterwards.open_handovers(actor=desk())] == [story.visit_id]
    told = Told(amount_minor=30000, was_asked_for_more=False)
    with pytest.raises(Denied, match="handover-not-yours"):
        commands.note_handover(visit_id=story.visit_id, told=told, actor=story.visitor, at=story.now)
    noted = commands.note_handover(visit_id=story.visit_id, told=told, actor=desk(), at=story.now)
    assert (noted.told_by, noted.fits) == (ToldBy.CALL, True)
    assert afterwards.open_handovers(actor=desk()) == []
    assert afterwards.open_handovers(actor=story.visitor) == []


def test_nobody_is_asked_of_a_visit_that_is_not_over_and_only_the_system_asks(at: datetime) -> None:
    story = a_visit(at)
    with pytest.raises(Conflict, match="visit-not-over"):
        commands.ask_handover(visit_id=story.visit_id, actor=SYSTEM, at=at)
    with pytest.raises(Denied, match="handover-not-yours"):
        commands.ask_handover(visit_id=story.visit_id, actor=desk(), at=at)
    with pytest.raises(Missing, match="link-not-found"):
        tell(done(at), 1)
    with pytest.raises(Invalid, match="amount-not-positive"):
        tell(asked(at), -1)
