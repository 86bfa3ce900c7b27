"""The console's pages of dispatch: teams and equipment, no-go areas, missing slots; each act by whom it belongs to."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from koumen.agents.models import Shift
from koumen.dispatch.commands import make_wish
from koumen.dispatch.models import NoGo, Standing
from koumen.dispatch.rules.slot import Slot
from koumen.kit.actor import Role
from koumen.kit.ids import new_id
from koumen.visits.models import Visit
from tests import builders
from tests.sites.doors import as_staff, key_in, slot_in, text
from tests.visits.stories import a_visit

pytestmark = pytest.mark.django_db

TOMORROW = date(2026, 11, 25)


def desk(at: datetime, role: Role = Role.DISPATCHER) -> Client:
    return as_staff(builders.a_person(at, role=role))


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_dispatcher_equips_joins_and_parts_and_others_only_look(at: datetime) -> None:
    first, second = (builders.a_shift(builders.an_agent(at), at) for _ in range(2))
    here, page = desk(at), f"/console/staff/teams/?date={TOMORROW}"
    act = f"/console/staff/teams/{first.id}"
    assert here.post(f"{act}/equipment/?date={TOMORROW}", {"equipment": ["printer"]})["Location"] == page
    assert "Receipt printer" in text(here.get(page))
    here.post(f"{act}/join/", {"partner": str(second.id)})
    assert Shift.objects.get(id=second.id).joined_to_id == first.id
    assert "goes along with" in text(here.get(page))
    looking = desk(at, Role.FINANCE)
    assert "Go separately" not in text(looking.get(page))
    assert looking.post(f"{act}/part/").status_code == 403
    here.post(f"{act}/part/")
    assert Shift.objects.get(id=second.id).joined_to_id is None


def test_where_an_agent_does_not_go_is_written_down_and_lifted(at: datetime) -> None:
    agent, customer, here = builders.an_agent(at), builders.a_customer(at), desk(at)
    said = {"agent": str(agent.id), "reason": "unsafe"}
    here.post("/console/staff/no-go/", said | {"customer": customer.number})
    here.post("/console/staff/no-go/", said | {"latitude": "30.01", "longitude": "120", "radius_m": "500"})
    assert NoGo.objects.count() == 2
    page = text(here.get("/console/staff/teams/"))
    assert "It is not safe" in page
    assert customer.number in page
    assert here.post("/console/staff/no-go/", said | {"customer": "C0"}).status_code == 404
    assert here.post("/console/staff/no-go/", said | {"latitude": "30.01"}).status_code == 422
    assert "has-error" in text(here.post("/console/staff/no-go/", {"agent": "nobody"}))
    row = NoGo.objects.first()
    assert row is not None
    here.post(f"/console/staff/no-go/{row.id}/lift/")
    assert NoGo.objects.get(id=row.id).to_date is not None


def test_missing_slots_are_counted_and_exported_without_names(at: datetime) -> None:
    customer, here = builders.a_customer(at), desk(at, Role.COMPLIANCE)
    assert "Nobody asked for another time" in text(here.get("/console/staff/missing-slots/"))
    make_wish(
        customer_id=customer.id,
        date=TOMORROW,
        part_of_day="evening",
        hour=18,
        actor=builders.themselves(customer),
        at=at,
    )
    page = text(here.get("/console/staff/missing-slots/"))
    assert "中山区" in page
    assert "18:00" in page
    head, row = rows_of(here.get("/console/staff/missing-slots/all.csv"))
    assert head == ["date", "weekday", "part_of_day", "hour", "district"]
    assert row == ["2026-11-25", "3", "evening", "18", "中山区"]
    later = TOMORROW + timedelta(days=1)
    assert "Nobody asked" in text(here.get(f"/console/staff/missing-slots/?day_from={later}&day_to={later}"))


def test_a_visit_every_month_is_written_down_and_read_back_by_another_person(at: datetime) -> None:
    customer, here, other = builders.a_customer(at), desk(at), desk(at)
    account = builders.a_credit_account(customer, at)
    page = f"/console/customers/{customer.id}/standing/"
    said = {"account": str(account), "kind": "before", "week": "1", "weekday": "0", "days_before": "3"}
    said |= {"part_of_day": "morning", "amount": "bill"}
    assert here.post(page, said)["Location"] == page
    standing = Standing.objects.get()
    there, called = f"{page}{standing.id}/", {"act": "agree", "called": "on"}
    assert "Another person must call" in text(here.get(page))
    assert here.post(there, called | {"said_yes": "on"}).status_code == 403
    assert other.post(there, called).status_code == 422, "nothing without the customer's yes"
    assert other.post(there, called | {"said_yes": "on"})["Location"] == page
    standing.refresh_from_db()
    assert (standing.state, standing.agreed_how) == ("active", "call")
    shown = text(here.get(page))
    assert "3 days before the bill is due, morning" in shown
    assert "by telephone" in shown
    assert here.post(f"{page}{standing.id}/", {"act": "end"})["Location"] == page
    assert "Write down what a caller wants" not in text(desk(at, Role.FINANCE).get(page))


def test_an_urgent_request_shows_its_cost_and_is_booked_and_read_back_by_another(at: datetime) -> None:
    builders.the_base_pack(at)
    shift = builders.a_shift(builders.an_agent(at), at, days=0)
    story = a_visit(at, agent=shift.agent)
    here, page = desk(at), f"/console/customers/{story.home.id}/urgent/"
    assert "Urgent today" in text(here.get(f"/console/customers/{story.home.id}/"))
    assert "Book this" not in text(here.get(page))
    asked = {"account": str(story.account_id), "amount": "all"}
    ways = here.get(page, asked)
    assert "Minutes more on the road" in text(ways)
    chosen = asked | {"slot": slot_in(ways), "once": key_in(ways)}
    visit = here.post(page, chosen)["Location"]
    assert here.post(page, chosen)["Location"] == visit, "the same click twice"
    assert Visit.objects.count() == 2
    over = Slot(shift.id, shift.agent_id, shift.date, at - timedelta(hours=2), at - timedelta(hours=1))
    gone = chosen | {"once": str(new_id()), "slot": over.key}
    assert "nothing was changed" in text(here.post(page, gone))
    assert "Read back and confirm" not in text(here.get(visit)), "not by who asked for it"
    other = desk(at)
    assert "Read back and confirm" in text(other.get(visit))
    assert other.post(f"{visit}read-back/").status_code == 409
    other.post(f"{visit}read-back/", {"called": "yes"})
    assert set(Visit.objects.values_list("state", flat=True)) == {"booked"}
    assert desk(at, Role.FINANCE).get(page, asked).status_code == 403
