"""Packs are stored for good, and every answer is kept with the pack that gave it."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from koumen.audit.models import Fact
from koumen.conduct import queries
from koumen.conduct.commands import PACKS, ask, store_base_pack, store_pack
from koumen.conduct.models import PolicyPack, Ruling
from koumen.conduct.rules.acts import Act, Circumstances, Verdict
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from tests.builders import staff, the_base_pack

pytestmark = pytest.mark.django_db

BASE = json.loads((PACKS / "base.json").read_text("utf-8"))


def tomorrow_at(hour: int) -> Circumstances:
    start = datetime(2026, 11, 25, hour - 8, tzinfo=UTC)
    return Circumstances(
        zone=ZoneInfo("Asia/Shanghai"),
        window_from=start,
        window_to=start + timedelta(hours=1),
        certificates=frozenset({"home_visit"}),
    )


def test_an_answer_is_stored_with_its_pack_and_a_fact(at: datetime) -> None:
    pack, given = the_base_pack(at), tomorrow_at(10)
    ruling = ask(
        act=Act.BOOK, subject_id=new_id(), moment=given.window_from, circumstances=given, actor=SYSTEM, at=at
    )
    assert (ruling.verdict, ruling.reasons, ruling.pack_id) == (Verdict.ALLOW, [], pack.id)
    assert Fact.objects.get(kind="RulingGiven").subject_id == ruling.id


def test_a_denial_is_an_outcome_that_stays(at: datetime) -> None:
    the_base_pack(at)
    customer, given = new_id(), tomorrow_at(20)
    ruling = ask(
        act=Act.BOOK, subject_id=customer, moment=given.window_from, circumstances=given, actor=SYSTEM, at=at
    )
    assert (ruling.verdict, ruling.reasons) == (Verdict.DENY, ["outside-hours"])
    assert queries.rulings_about(actor=staff(Role.COMPLIANCE), subject_id=customer) == [ruling]
    assert queries.rulings_about(actor=staff(Role.AGENT), subject_id=customer) == []


def test_a_newer_pack_answers_from_its_day_on(at: datetime) -> None:
    the_base_pack(at)
    content = {**BASE, "version": 9, "effective_from": "2026-11-25"}
    content["hours"] = {"visit": ["09:00", "10:00"], "zone": "customer"}
    store_pack(content=content, actor=SYSTEM, at=at)
    given = tomorrow_at(10)
    ruling = ask(
        act=Act.BOOK, subject_id=new_id(), moment=given.window_from, circumstances=given, actor=SYSTEM, at=at
    )
    assert (ruling.verdict, ruling.pack.version) == (Verdict.DENY, 9)


def test_nobody_is_visited_without_a_pack(at: datetime) -> None:
    given = tomorrow_at(10)
    with pytest.raises(Missing, match="pack-not-found"):
        ask(
            act=Act.KNOCK,
            subject_id=new_id(),
            moment=given.window_from,
            circumstances=given,
            actor=SYSTEM,
            at=at,
        )
    assert Ruling.objects.count() == Fact.objects.count() == 0


def test_a_pack_is_stored_once_and_never_changed(at: datetime) -> None:
    first = the_base_pack(at)
    assert store_base_pack(actor=SYSTEM, at=at).id == first.id
    with pytest.raises(Conflict, match="pack-version-taken"):
        store_pack(content={**BASE, "stop": ["asked_to_leave"]}, actor=SYSTEM, at=at)
    with pytest.raises(DatabaseError, match="may not change"), transaction.atomic():
        PolicyPack.objects.filter(id=first.id).update(version=9)


def test_a_pack_with_a_fault_is_not_stored(at: datetime) -> None:
    with pytest.raises(Invalid, match="pack-stop-wrong"):
        store_pack(content={**BASE, "stop": "distress"}, actor=SYSTEM, at=at)
    assert PolicyPack.objects.count() == Fact.objects.count() == 0


def test_a_dispatcher_may_not_store_packs(at: datetime) -> None:
    with pytest.raises(Denied, match="packs-not-yours"):
        store_base_pack(actor=staff(Role.DISPATCHER), at=at)


def test_stop_reasons_and_cash_ceilings_come_from_the_pack(at: datetime) -> None:
    the_base_pack(at)
    assert "asked_to_leave" in queries.stop_reasons(at=at)
    assert queries.stop_reasons() == queries.stop_reasons(at=at)
    limits = queries.cash_limits(at=at)
    assert (limits.currency, limits.per_visit_max, limits.in_hand_max) == ("CNY", 200000, 1000000)
    assert queries.cash_limits(currency="TWD").currency == "TWD"


def test_the_packs_of_some_days_are_one_query(at: datetime, django_assert_num_queries: object) -> None:
    the_base_pack(at)
    with django_assert_num_queries(1):  # type: ignore[operator]
        (pack,) = queries.packs_between(from_date=date(2026, 11, 24), to_date=date(2026, 12, 1))
    assert pack.certificate == "home_visit"
