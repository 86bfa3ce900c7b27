"""The dispatch board: a day beside the map, cheap to ask about, looked back at, and changed by a form."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from koumen.dispatch.commands import pin_visit
from koumen.dispatch.models import Override
from koumen.kit import clock
from koumen.kit.actor import Role
from koumen.people.models import Person, Reveal
from koumen.visits.models import Visit
from tests import builders
from tests.dispatch.board_day import BoardDay, a_board_day
from tests.sites.doors import as_customer, as_staff, nobody, text

pytestmark = pytest.mark.django_db
BOARD = "/console/board/?date=2026-11-24"
LANES = "/console/board/lanes/?date=2026-11-24"
HOUR = timedelta(hours=1)


@pytest.fixture
def day(at: datetime) -> BoardDay:
    return a_board_day(at)


def desk(at: datetime, role: Role = Role.DISPATCHER) -> Client:
    return as_staff(builders.a_person(at, role=role))


def who(visit: Visit) -> Any:
    return Visit.objects.get(id=visit.id).shift_id


# --- who may look ---------------------------------------------------------------------------------------


def test_the_board_is_for_staff(day: BoardDay, at: datetime) -> None:
    visit = day.northern[1]
    paths = (
        BOARD,
        LANES,
        "/console/board/names/",
        "/console/board/ground/",
        f"/console/board/visits/{visit.id}/",
    )
    for path in paths:
        assert nobody().get(path).status_code == 302, path
        assert as_customer(visit.customer.person_id).get(path).status_code == 302, path
        assert desk(at).get(path).status_code == 200, path


def test_who_does_not_plan_looks_and_moves_nothing(day: BoardDay, at: datetime) -> None:
    finance, visit = desk(at, Role.FINANCE), day.northern[1]
    page = text(finance.get(BOARD))
    assert "movable" not in page
    assert "This visit cannot be moved, or not by you." in text(
        finance.get(f"/console/board/visits/{visit.id}/")
    )
    path = f"/console/board/visits/{visit.id}/place/"
    answered = finance.post(path, {"shift": day.south.id, "after": "first", "reason": "road"})
    assert (answered.status_code, who(visit)) == (409, day.north.id)
    assert finance.get(f"/console/board/visits/{visit.id}/spots/?shift={day.south.id}").status_code == 409


# --- what stands there ----------------------------------------------------------------------------------


def test_each_agent_has_a_line_with_promises_and_the_day_as_it_goes(day: BoardDay, at: datetime) -> None:
    page = text(desk(at).get(BOARD))
    assert page.count('class="row"') == 3
    assert page.count('<a class="block ') == 7
    assert "Booked, promised 13:00–14:00, at the door about" in page
    assert page.count('class="piece pause"') == 3, "everybody's break is still to come"
    assert 'class="frozen"' in page
    assert "style=" not in page


def test_a_day_without_shifts_says_so(day: BoardDay, at: datetime) -> None:
    assert "Nobody works on this day." in text(desk(at).get("/console/board/?date=2026-11-27"))


def test_a_promise_at_risk_stands_on_top_with_its_minutes_and_its_reason(day: BoardDay, at: datetime) -> None:
    with clock.stopped_at(
        at + timedelta(hours=2, minutes=30)
    ):  # half past two, and nobody has set out for one
        page = text(desk(at).get(BOARD))
    assert page.index("Promises at risk") < page.index("Who is where")
    assert "The agent has not set out yet" in page
    assert 'class="block late' in page


def test_what_a_person_decided_is_counted_and_told_with_its_reason(day: BoardDay, at: datetime) -> None:
    visit, client = day.northern[1], desk(at)
    client.post(f"/console/board/visits/{visit.id}/refuse/", {"agent": day.east.agent_id, "reason": "unsafe"})
    page = text(client.get(BOARD))
    assert "It is not safe for the agent" in page
    assert 'class="corner"' in page
    assert "<dt>Decided by persons</dt><dd><b>1</b>" in page


# --- asking for news ------------------------------------------------------------------------------------


def test_nothing_new_is_one_query_and_no_body(day: BoardDay, at: datetime) -> None:
    client = desk(at)
    etag = client.get(LANES)["ETag"]
    with CaptureQueriesContext(connection) as asked:
        answered = client.get(LANES, headers={"if-none-match": etag})
    assert (answered.status_code, answered.content) == (304, b"")
    assert len([query for query in asked if "agents_shift" in query["sql"]]) == 1
    assert len(asked) <= 3, "session, person, version"


def test_news_holds_no_names_and_reads_none(day: BoardDay, at: datetime) -> None:
    client = desk(at)
    client.get(BOARD)
    before = Reveal.objects.count()
    part = text(client.get(LANES))
    assert "李阿姨" not in part
    assert Reveal.objects.count() == before


def test_what_happens_is_news(day: BoardDay, at: datetime) -> None:
    client = desk(at)

    def asks() -> str:
        return str(client.get(LANES)["ETag"])

    seen = [asks()]
    day.sets_out(day.northern[1], at)
    seen.append(asks())
    pin_visit(
        visit_id=day.northern[2].id, shift_id=day.north.id, actor=builders.staff(Role.DISPATCHER), at=at
    )
    seen.append(asks())
    with clock.stopped_at(at + timedelta(minutes=1)):
        seen.append(asks())
    assert len(set(seen)) == 4


def test_a_part_is_made_once_for_everybody(day: BoardDay, at: datetime) -> None:
    one, other = desk(at), desk(at)
    one.get(LANES)
    with CaptureQueriesContext(connection) as asked:
        assert other.get(LANES).status_code == 200
    assert len(asked) <= 3


def test_only_names_on_the_day_are_told(day: BoardDay, at: datetime) -> None:
    client, stranger = desk(at), builders.a_person(at, role=Role.CUSTOMER)
    there = day.northern[0].customer.person_id
    told = client.get(
        f"/console/board/names/?date=2026-11-24&person={there}&person={stranger}&person=x"
    ).json()
    assert list(told) == [str(there)]


# --- looking back ---------------------------------------------------------------------------------------


def test_the_board_as_it_stood(day: BoardDay, at: datetime) -> None:
    visit = day.northern[1]
    day.sets_out(visit, at)
    later = at + timedelta(minutes=50)
    with clock.stopped_at(later):
        pin_visit(
            visit_id=day.southern[1].id, shift_id=day.east.id, actor=builders.staff(Role.DISPATCHER), at=later
        )
    with clock.stopped_at(at + 2 * HOUR):
        client = desk(at)
        now, then = text(client.get(LANES)), text(client.get(f"{LANES}&at=11:30"))
        page = text(client.get(f"{BOARD}&at=11:30"))
    assert "On the way" in now
    assert "On the way" not in then
    assert "movable" not in then
    assert "a person decided this" in now
    assert "a person decided this" not in then
    lane = then.split(f'data-shift="{day.south.id}"')[1].split('class="row"')[0]
    assert str(day.southern[1].id) in lane, "it was the southern agent's then"
    assert "The board as it stood" in page


def test_before_it_was_booked_a_visit_is_not_there(day: BoardDay, at: datetime) -> None:
    with clock.stopped_at(at + HOUR):
        then = text(desk(at).get(f"{LANES}&at=06:50"))
    assert '<a class="block ' not in then


def test_a_moment_to_come_or_no_moment_is_now(day: BoardDay, at: datetime) -> None:
    client = desk(at)
    for moment in ("23:00", "never", "25:61"):
        assert "movable" in text(client.get(f"{LANES}&at={moment}")), moment


# --- the form -------------------------------------------------------------------------------------------


def form_of(client: Client, visit: Visit, query: str = "") -> str:
    return text(client.get(f"/console/board/visits/{visit.id}/?{query}"))


def test_the_form_says_to_every_place_whether_it_can_be_and_why_not(day: BoardDay, at: datetime) -> None:
    unable = builders.a_shift(builders.an_agent(at, skills=("consultation",)), at, days=0)
    client, visit = desk(at), day.northern[2]
    own = form_of(client, visit)
    assert "where it is now" in own
    assert own.count('name="after"') == 3, "before, between and behind the two others ahead"
    assert "The agent would come too late for the promised time." in own
    assert "It can be kept." in own
    other = form_of(client, visit, f"shift={unable.id}")
    assert "This agent may not do what the visit needs." in other
    assert "disabled" in other


def test_a_visit_is_put_behind_another_of_another_agent(day: BoardDay, at: datetime) -> None:
    client, visit = desk(at), day.northern[2]
    answered = client.post(
        f"/console/board/visits/{visit.id}/place/",
        {"shift": day.east.id, "after": day.eastern[0].id, "time": "15:30", "reason": "knows_customer"},
    )
    assert answered.status_code == 302, text(answered)
    kept = Override.objects.get()
    assert (who(visit), kept.after_id, kept.reason) == (day.east.id, day.eastern[0].id, "knows_customer")
    assert kept.arrive_at is not None
    page = text(client.get(answered["Location"]))
    assert "Done. The plan does not undo it." in page
    assert "at the door about 15:30" in page


def test_what_cannot_be_is_said_in_words_and_changes_nothing(day: BoardDay, at: datetime) -> None:
    client, visit = desk(at), day.northern[1]
    path = f"/console/board/visits/{visit.id}/place/"
    cases = (
        (
            {"shift": day.east.id, "after": day.eastern[1].id, "reason": "road"},
            "too late for the promised time",
        ),
        (
            {"shift": day.north.id, "after": "first", "time": "17:00", "reason": "road"},
            "promised another time",
        ),
        ({"shift": day.north.id, "after": day.eastern[1].id, "reason": "road"}, "no longer there"),
        ({"shift": day.north.id, "after": "first", "reason": "whim"}, "choose a reason from the list"),
        ({"shift": "x", "after": "first", "reason": "road"}, "could not read"),
        ({"shift": day.north.id, "after": "first", "time": "soon", "reason": "road"}, "could not read"),
    )
    for data, said in cases:
        answered = client.post(path, data)
        assert answered.status_code == 409, data
        assert said in text(answered), data
    assert (Override.objects.count(), who(visit)) == (0, day.north.id)


def test_two_visits_are_swapped_and_one_is_given_back(day: BoardDay, at: datetime) -> None:
    client, one, other = desk(at), day.northern[1], day.eastern[0]
    path = f"/console/board/visits/{one.id}"
    assert client.post(f"{path}/swap/", {"other": other.id, "reason": "spread_work"}).status_code == 302
    assert (who(one), who(other)) == (day.east.id, day.north.id)
    assert client.post(f"{path}/swap/", {"other": one.id, "reason": "road"}).status_code == 409
    assert "Leave it to the plan again" in form_of(client, one)
    assert client.post(f"{path}/release/").status_code == 302
    assert "Leave it to the plan again" not in form_of(client, one)


def test_whoever_drags_is_told_place_by_place(day: BoardDay, at: datetime) -> None:
    client, visit = desk(at), day.northern[1]
    told = client.get(f"/console/board/visits/{visit.id}/spots/?shift={day.east.id}").json()["spots"]
    assert [spot["after"] for spot in told] == ["first", str(day.eastern[0].id), str(day.eastern[1].id)]
    assert [spot["can_be"] for spot in told] == [False, True, False], (
        "by one o'clock there is no way there and back"
    )
    assert "too late" in told[2]["words"]
    tomorrow = builders.a_shift(builders.an_agent(at), at, days=1)
    answered = client.get(f"/console/board/visits/{visit.id}/spots/?shift={tomorrow.id}")
    assert answered.json()["refused"] == "This working day is on another date."


def test_a_visit_under_way_is_not_moved(day: BoardDay, at: datetime) -> None:
    visit = day.northern[1]
    day.sets_out(visit, at)
    client = desk(at)
    assert "This visit cannot be moved, or not by you." in form_of(client, visit)
    answered = client.post(
        f"/console/board/visits/{visit.id}/place/", {"shift": day.east.id, "after": "first", "reason": "road"}
    )
    assert answered.status_code == 409


def test_the_words_are_the_readers_own(day: BoardDay, at: datetime) -> None:
    person = builders.a_person(at, role=Role.DISPATCHER)
    client = as_staff(person)
    Person.objects.filter(id=person).update(language="zh-hant")
    assert "已約" in text(client.get(LANES)) or "已預約" in text(client.get(LANES))
