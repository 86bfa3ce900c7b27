"""Proofs of place: between setting out and leaving, marked for a look and never held against anybody, deleted in time."""

import json
from datetime import datetime, timedelta

import pytest

from koumen.audit.models import Fact
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.place import Place, distance_m
from koumen.visits import commands
from koumen.visits.jobs import delete_old_places
from koumen.visits.models import PointProof
from koumen.visits.queries.places import points_of, points_to_look_at
from koumen.visits.rules.points import Look, Moment, Point, looks
from koumen.visits.states import VisitState
from tests import builders
from tests.visits.stories import MINUTE, Story, a_visit

pytestmark = pytest.mark.django_db
HOME = builders.CENTRE


def desk() -> Actor:
    return builders.staff(Role.DISPATCHER)


def point(place: Place = HOME, *, accuracy_m: int = 20, is_mock: bool = False) -> Point:
    return Point(place=place, accuracy_m=accuracy_m, is_mock=is_mock)


def proves(
    story: Story, moment: Moment = Moment.ARRIVED, at: datetime | None = None, given: Point | None = None
) -> PointProof:
    return commands.prove_place(
        visit_id=story.visit_id,
        moment=moment,
        point=given or point(),
        actor=story.visitor,
        at=at or story.now,
    )


def test_r27_a_place_is_kept_only_between_setting_out_and_leaving(at: datetime) -> None:
    story = a_visit(at)
    with pytest.raises(Conflict, match="place-not-wanted"):
        proves(story, Moment.SET_OUT)
    story.sets_out()
    proves(story, Moment.SET_OUT)
    story.arrives()
    proves(story)
    story.compares()
    commands.break_off(visit_id=story.visit_id, reason="distress", actor=story.visitor, at=story.now)
    proves(story, Moment.LEFT, story.now + MINUTE)
    with pytest.raises(Conflict, match="place-not-wanted"):
        proves(story, Moment.LEFT, story.now + 3 * MINUTE)
    assert PointProof.objects.count() == 3


def test_r27_places_are_deleted_when_the_pack_says_so_and_facts_never_held_one(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    proves(story)
    for days, left in ((30, 1), (31, 0)):
        with clock.stopped_at(story.now + timedelta(days=days)):
            delete_old_places(timestamp=0)
        assert PointProof.objects.count() == left
    (proven,), (deleted,) = (Fact.objects.filter(kind=kind) for kind in ("PlaceProven", "PlacesDeleted"))
    assert json.loads(proven.body) == {"looks": "", "moment": "arrived"}
    assert json.loads(deleted.body) == {"points": 1}
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.delete_places(visit_id=story.visit_id, actor=desk(), at=at)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (point(), ()),
        (point(builders.near(0.3)), ()),
        (point(builders.near(1.0)), (Look.FAR,)),
        (point(builders.near(1.0), accuracy_m=900), ()),
        (point(is_mock=True), (Look.MOCK,)),
        (point(accuracy_m=0), (Look.TOO_EXACT,)),
    ],
)
def test_what_looks_odd_at_the_door_is_named(at: datetime, given: Point, found: tuple[Look, ...]) -> None:
    assert looks(given, at, moment=Moment.ARRIVED, door=HOME, before=[]) == found


def test_nobody_drives_ten_kilometres_in_a_minute_and_twenty_minutes_are_enough(at: datetime) -> None:
    before = [(builders.near(10.0), at)]
    for minutes, odd in ((1, True), (20, False)):
        found = looks(point(), at + minutes * MINUTE, moment=Moment.SET_OUT, door=HOME, before=before)
        assert (Look.TOO_FAST in found) is odd


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilodistance_m() -> None:
    assert distance_m(Place(30, 120), Place(31, 120)) == pytest.approx(111_195, rel=1e-4)
    assert distance_m(HOME, HOME) == 0


def test_an_odd_place_is_looked_at_by_a_person_and_stops_nothing(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    proves(story, given=point(builders.near(5.0), is_mock=True))
    (odd,) = points_to_look_at(actor=desk())
    assert odd.looks == [Look.MOCK, Look.FAR]
    assert story.visit.state == VisitState.AT_THE_DOOR
    story.compares()
    assert points_to_look_at(actor=story.visitor) == []
    assert points_of(actor=story.customer, visit_id=story.visit_id) == []


def test_only_the_agent_of_the_visit_says_where_they_are(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    for actor in (story.customer, desk(), SYSTEM):
        with pytest.raises(Denied, match="visit-not-yours"):
            commands.prove_place(
                visit_id=story.visit_id, moment=Moment.ARRIVED, point=point(), actor=actor, at=story.now
            )
    with pytest.raises(Invalid, match="accuracy-unreadable"):
        proves(story, given=point(accuracy_m=-1))
