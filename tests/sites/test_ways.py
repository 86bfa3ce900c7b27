"""The way, as those see it whom it concerns: the agent their own day, the customer one line."""

from datetime import datetime, timedelta

import pytest

from koumen.kit import clock
from koumen.people.models import Person
from tests.dispatch.board_day import BoardDay, a_board_day
from tests.sites.doors import as_agent, as_customer, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(at: datetime) -> BoardDay:
    return a_board_day(at)


def test_the_agent_sees_stops_ways_and_the_break_in_order(day: BoardDay) -> None:
    with clock.stopped_at(day.booked_at):
        page = text(as_agent(day.north.agent.person_id).get("/agent/route/"))
    stops = [page.index(f'id="stop-{number}"') for number in (1, 2, 3)]
    assert stops == sorted(stops)
    assert stops[0] < page.index('class="way-pause"') < stops[1]
    assert page.count("minutes of way") == 4, "to each stop, and home"
    assert "At the door about 10:00" in page
    assert 'href="/agent/route/?day=2026-11-24"' in text(as_agent(day.north.agent.person_id).get("/agent/"))


def test_before_the_door_the_agent_knows_first_name_address_window_and_band(
    day: BoardDay, at: datetime
) -> None:
    page = text(as_agent(day.north.agent.person_id).get("/agent/route/"))
    assert "李阿姨" in page
    assert "中山区人民路" in page
    assert "¥ 200.00 – ¥ 500.00" in page, "the band around 300"
    assert "300.00" not in page
    assert "1948" not in page
    assert "+86138" not in page


def test_a_day_without_a_shift_is_said_kindly(day: BoardDay, at: datetime) -> None:
    assert "No visits on this day." in text(
        as_agent(day.north.agent.person_id).get("/agent/route/?day=2026-12-01")
    )


def test_my_visit_says_which_stop_i_am_and_about_when(day: BoardDay, at: datetime) -> None:
    visit = day.northern[1]
    browser = as_customer(visit.customer.person_id)
    with clock.stopped_at(day.booked_at):
        page = text(browser.get(f"/visits/{visit.id}/"))
    assert "You are stop 2 from now" in page
    assert "Arriving about <b>13:00–13:25</b>" in page
    others = [one for one in day.northern if one.id != visit.id]
    assert all(one.number not in page for one in others)


def test_the_line_costs_nothing_while_it_says_the_same(day: BoardDay, at: datetime) -> None:
    visit = day.northern[1]
    browser, path = as_customer(visit.customer.person_id), f"/visits/{visit.id}/line/"
    first = browser.get(path)
    assert first["Cache-Control"] == "private, no-cache"
    again = browser.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    day.sets_out(visit, at)
    with clock.stopped_at(at + timedelta(minutes=130)):
        news = browser.get(path, headers={"if-none-match": first["ETag"]})
    assert news.status_code == 200
    assert "This is later than we promised. We are sorry." in text(news)
    Person.objects.update(language="zh-hans")
    assert browser.get(path)["ETag"] != first["ETag"], "another language is another text"


def test_a_stranger_gets_no_line(day: BoardDay, at: datetime) -> None:
    stranger = as_customer(day.southern[0].customer.person_id)
    assert stranger.get(f"/visits/{day.northern[0].id}/line/").status_code == 404
