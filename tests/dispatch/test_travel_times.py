"""Travel times of a branch: with and without roads, versions, what trips correct, and promises that keep theirs."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings

from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import import_roads, refit_travel, set_travel_times
from koumen.dispatch.jobs import correct_travel_times
from koumen.dispatch.models import RoadMap, TravelTimes
from koumen.dispatch.queries import travel
from koumen.dispatch.queries.travel import PACKS, logged_trips, roads_folder, shipped_rules
from koumen.dispatch.roads.graph import file_of
from koumen.dispatch.rules.needs import Needs
from koumen.dispatch.rules.refit import FEWEST_TRIPS, Trip, refit
from koumen.dispatch.rules.slot import SlotRequest
from koumen.dispatch.rules.travel_times import changes_of, read_rules
from koumen.dispatch.solver.travel import NEVER, Span, band_at
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Denied, Invalid
from koumen.kit.place import Place
from koumen.visits.commands import arrive, break_off, set_out
from tests.builders import (
    CENTRE,
    a_credit_account,
    a_customer,
    a_shift,
    acting,
    an_agent,
    near,
    staff,
    the_base_pack,
)
from tests.dispatch.test_taking import booked, offered
from tests.dispatch.town_of_roads import RESIDENTIAL, grid, write_map

Counted = Callable[[int], AbstractContextManager[object]]

TODAY = date(2026, 11, 24)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Path]:
    """A map of the middle of the branch, and a data folder of its own."""
    with override_settings(KOUMEN_DATA=tmp_path):
        yield write_map(tmp_path / "town.osm.pbf", grid())


def way_s(day: date, start: Place, end: Place, band: int = 0) -> int:
    return queries.ways_on([day])[day].leg(start, end)[band]


def shipped() -> dict[str, object]:
    return shipped_rules().content()


@pytest.mark.django_db
def test_without_roads_the_straight_line_is_promised(
    django_assert_num_queries: Counted, at: datetime
) -> None:
    queries.ways_on([TODAY])
    with django_assert_num_queries(1):
        ways = queries.ways_on([TODAY, TODAY + timedelta(days=9)])
    assert ways[TODAY].travel.bands == 1
    assert way_s(TODAY, CENTRE, near(1)) == 300 + 780
    assert queries.travel_in_force(date=TODAY).version == 0
    assert queries.ways_on([]) == {}


@pytest.mark.django_db
def test_imported_roads_are_used_at_once_where_nothing_is_promised(at: datetime, town: Path) -> None:
    taken = import_roads(file=town, actor=SYSTEM, at=at)
    assert (taken.roads.nodes, taken.roads.arcs, taken.is_known) == (81, 288, False)
    assert (taken.times.version, taken.times.from_date, taken.times.origin) == (1, TODAY, "roads")
    morning, day, evening, night = queries.ways_on([TODAY])[TODAY].leg(CENTRE, near(1, 1))
    assert night < day < morning < evening
    assert night == pytest.approx(300 + 2000 / (25 / 3.6) * 1.25, abs=3)
    assert {fact.kind for fact in Fact.objects.all()} == {"RoadsImported", "TravelTimesStored"}
    assert queries.ways_on([TODAY - timedelta(days=1)])[TODAY - timedelta(days=1)].travel.bands == 1


@pytest.mark.django_db
def test_the_same_file_again_adds_nothing_but_mends_a_map_that_was_lost(at: datetime, town: Path) -> None:
    first = import_roads(file=town, actor=SYSTEM, at=at)
    again = import_roads(file=town, actor=SYSTEM, at=at)
    assert again.is_known
    file_of(roads_folder(), first.roads.digest).unlink()
    assert import_roads(file=town, actor=SYSTEM, at=at).is_known
    assert file_of(roads_folder(), first.roads.digest).exists()
    assert RoadMap.objects.count() == TravelTimes.objects.count() == 1


@pytest.mark.django_db
def test_a_newer_map_takes_the_place_of_the_old_one_and_its_file_goes(at: datetime, town: Path) -> None:
    old = import_roads(file=town, actor=SYSTEM, at=at)
    write_map(town, grid({"highway": "primary"}))
    new = import_roads(file=town, actor=SYSTEM, at=at)
    assert (new.times.version, new.roads.digest != old.roads.digest) == (2, True)
    assert [file.name for file in roads_folder().glob("*")] == [f"{new.roads.digest}.npz"]
    assert queries.travel_in_force(date=TODAY).roads == new.roads


@pytest.mark.django_db
def test_a_map_by_which_a_day_was_driven_stays_for_a_quarter(at: datetime, town: Path) -> None:
    old = import_roads(file=town, actor=SYSTEM, at=at)
    for days, highway, kept in ((40, "primary", {old.roads.digest}), (140, "secondary", set())):
        write_map(town, grid({"highway": highway}))
        new = import_roads(file=town, actor=SYSTEM, at=at + timedelta(days=days))
        files = {file.stem for file in roads_folder().glob("*")}
        assert new.roads.digest in files
        assert files & {old.roads.digest} == kept, days


@pytest.mark.django_db
def test_a_map_of_another_place_is_refused_and_nothing_changes(
    at: datetime, town: Path, tmp_path: Path
) -> None:
    far = {9001: (100.0, 100.0), 9002: (101.0, 101.0)}
    elsewhere = write_map(tmp_path / "far.osm.pbf", [([9001, 9002], RESIDENTIAL)], more=far)
    with pytest.raises(Invalid, match="roads-elsewhere"):
        import_roads(file=elsewhere, actor=SYSTEM, at=at)
    with pytest.raises(Denied, match="travel-not-yours"):
        import_roads(file=town, actor=staff(Role.FINANCE), at=at)
    assert not roads_folder().exists()
    assert RoadMap.objects.count() == TravelTimes.objects.count() == Fact.objects.count() == 0


@pytest.mark.django_db
def test_a_broken_map_is_not_believed_and_the_straight_line_is_promised(at: datetime, town: Path) -> None:
    taken = import_roads(file=town, actor=SYSTEM, at=at)
    file = file_of(roads_folder(), taken.roads.digest)
    file.write_bytes(file.read_bytes()[:1000])
    travel._travels.clear()  # as in a process that starts now
    assert queries.ways_on([TODAY])[TODAY].travel.bands == 1
    import_roads(file=town, actor=SYSTEM, at=at)
    assert queries.ways_on([TODAY])[TODAY].travel.bands == 4


@pytest.mark.django_db
def test_promises_already_made_keep_the_times_they_were_made_by(at: datetime, town: Path) -> None:
    the_base_pack(at)
    customer = a_customer(at, place=near(1))
    agent = an_agent(at)
    for days in (1, 2):
        a_shift(agent, at, days=days)
    account = a_credit_account(customer, at)
    visit = booked(customer, offered(customer, account, at)[0], at, account)
    taken = import_roads(file=town, actor=SYSTEM, at=at)
    assert taken.times.from_date == visit.date + timedelta(days=1)
    ways = queries.ways_on([visit.date, taken.times.from_date])
    assert ways[visit.date].travel.bands == 1
    assert ways[taken.times.from_date].travel.bands == 4
    stored = set_travel_times(content=shipped() | {"at_the_door_s": 120}, actor=SYSTEM, at=at)
    assert (stored.version, stored.from_date, stored.roads) == (2, taken.times.from_date, taken.roads)


@pytest.mark.django_db
def test_slots_are_still_four_queries_along_roads_and_a_place_off_the_map_is_refused(
    at: datetime, town: Path, django_assert_num_queries: Counted
) -> None:
    the_base_pack(at)
    agent = an_agent(at)
    far = an_agent(at, home=near(9))
    for days in range(1, 4):
        a_shift(agent, at, days=days)
        a_shift(far, at, days=days)
    taken = import_roads(file=town, actor=SYSTEM, at=at)
    assert taken.off_the_map == (near(9),)

    def asking(place: Place) -> SlotRequest:
        return SlotRequest(
            latitude=place.latitude,
            longitude=place.longitude,
            service_s=1200,
            needs=Needs(skills=frozenset({"repayment"})),
            from_date=TODAY,
        )

    queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)
    with django_assert_num_queries(4):
        found = queries.slots(actor=SYSTEM, request=asking(near(1)), at=at)
    assert {slot.agent_id for slot in found} == {agent.id}, "nobody is promised who has no way to come"
    with pytest.raises(Invalid, match="place-off-the-roads"):
        queries.slots(actor=SYSTEM, request=asking(near(5)), at=at)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at_the_door_s": -1}, "at_the_door_s"),
        ({"reach_m": True}, "reach_m"),
        ({"road_margin_pct": 99}, "road_margin_pct"),
        ({"bands": []}, "bands"),
        ({"bands": [{"name": "a", "from": "25:00", "pace_pct": 100}]}, "bands.from"),
        ({"bands": [{"name": "a", "from": "09:00", "pace_pct": 100}] * 2}, "bands.from"),
        ({"bands": [{"name": "a", "from": "09:00", "pace_pct": 0}]}, "pace_pct"),
        ({"speeds_km_h": {"primary": 50}}, "speeds_km_h.living_street"),
        ({"line": {"first_s": 1, "km_h": 0, "detour_pct": 130, "margin_pct": 160}}, "km_h"),
        ({"line": 5}, "line"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_by_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid, match="travel-times-wrong") as refusal:
        read_rules(shipped() | change, list(shipped_rules().speeds_km_h))
    assert refusal.value.field == field


def test_what_is_shipped_says_why_and_reads_back_the_same() -> None:
    content = json.loads((PACKS / "travel.json").read_text("utf-8"))
    assert set(content["reasons"]) == set(content) - {"reasons"}
    assert shipped() == {name: part for name, part in content.items() if name != "reasons"}


def test_the_bands_of_a_day_stand_where_the_branch_is_and_the_night_goes_over_midnight() -> None:
    rules = shipped_rules()
    spans = (Span(NEVER, 3), *(Span(*change) for change in changes_of(rules, TODAY, SHANGHAI)))

    def band(hour: int, minute: int = 0) -> str:
        moment = datetime(2026, 11, 24, hour, minute, tzinfo=SHANGHAI)
        return rules.bands[band_at(spans, int(moment.timestamp()))].name

    assert [band(0), band(6, 59), band(7), band(9, 30), band(16, 29), band(16, 30), band(20)] == [
        *("night", "night", "morning", "day", "day", "evening", "night")
    ]


# --- what trips say -------------------------------------------------------------------------------------


def trips(ratio: float, band: int, count: int = 100) -> list[Trip]:
    """Ways of ten minutes that took so much longer, one in ten twice as long, and one that went wrong."""
    took = [300 + round(600 * ratio * (2 if number % 10 == 0 else 1)) for number in range(count)]
    return [Trip(600, seconds, band) for seconds in took] + [Trip(600, 9000, band), Trip(5, 700, band)]


def test_the_pace_of_a_band_follows_its_median_and_one_odd_trip_moves_nothing() -> None:
    known = shipped_rules()
    fitted = refit(known, trips(1.1, band=1), along_roads=True)
    assert [band.pace_pct for band in fitted.bands] == [70, round(85 / 1.1), 65, 100]
    assert fitted.road_margin_pct == 156, "one trip in ten took twice as long; a quarter a time at most"
    straight = refit(known, trips(1.1, band=3), along_roads=False)
    assert straight.line.km_h == round(25 / 1.1)
    assert straight.bands == known.bands


def test_a_strange_month_moves_the_pace_by_a_quarter_at_most_and_never_beyond_the_limits() -> None:
    rules = shipped_rules()
    assert refit(rules, trips(5, band=0), along_roads=True).bands[0].pace_pct == round(70 * 0.75)
    for _ in range(20):
        rules = refit(rules, trips(5, band=0), along_roads=True)
    assert rules.bands[0].pace_pct == 30
    assert rules.road_margin_pct <= 250


def test_too_few_trips_say_nothing() -> None:
    known = shipped_rules()
    assert refit(known, [], along_roads=True) == known
    assert refit(known, [Trip(600, 2000, 1)] * (FEWEST_TRIPS - 1), along_roads=True) == known


@pytest.mark.django_db
def test_logged_trips_correct_the_line_from_the_next_free_day(
    at: datetime, django_assert_num_queries: Counted
) -> None:
    the_base_pack(at)
    assert refit_travel(actor=SYSTEM, at=at) is None, "nobody has gone anywhere yet"
    customer = a_customer(at, place=near(2))
    account = a_credit_account(customer, at)
    agent = an_agent(at)
    for days in range(FEWEST_TRIPS):
        now = at + timedelta(days=days)
        tomorrow = a_shift(agent, now).date
        slot = next(slot for slot in offered(customer, account, now) if slot.date == tomorrow)
        visit = booked(customer, slot, now, account)
        left, ended = visit.window_from, visit.window_from + timedelta(minutes=30)
        set_out(visit_id=visit.id, actor=acting(agent), at=left)
        arrive(visit_id=visit.id, actor=acting(agent), at=left + timedelta(seconds=300 + 1012))
        break_off(visit_id=visit.id, reason="distress", actor=acting(agent), at=ended)
    with django_assert_num_queries(1):
        known = queries.travel_in_force(date=TODAY)
    with django_assert_num_queries(1):
        logged = logged_trips(known, since=at, until=at + timedelta(days=40))
    assert {(trip.way_s, trip.took_s) for trip in logged} == {(675, 1312)}
    assert len(logged) == FEWEST_TRIPS
    with clock.stopped_at(at + timedelta(days=31)):
        correct_travel_times(timestamp=0)
    fitted = TravelTimes.objects.get()
    assert (fitted.origin, fitted.from_date, fitted.roads) == ("refit", TODAY + timedelta(days=31), None)
    assert (fitted.content["line"]["km_h"], fitted.content["line"]["margin_pct"]) == (19, 120)
    with pytest.raises(Denied, match="travel-not-yours"):
        refit_travel(actor=staff(Role.FINANCE), at=at)
