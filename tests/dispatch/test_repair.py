"""A broken day is repaired: found at once, put before a dispatcher, written once or not at all."""

import threading
from datetime import date, datetime
from uuid import UUID

import pytest
from django.db import connections

from koumen.agents.models import Agent, Shift
from koumen.agents.rules.shift import OffReason
from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import (
    accept_repair,
    give_up_shift,
    pin_visit,
    propose_repair,
    refuse_repair,
)
from koumen.dispatch.commands.repairing import first_repair, refined
from koumen.dispatch.models import Repair, Stop
from koumen.dispatch.rules.planning import RepairRefusal
from koumen.dispatch.states import RepairState
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.visits import commands as visits
from koumen.visits.models import Visit
from koumen.visits.rules.reasons import CancelReason
from tests.builders import a_shift, an_agent, near, staff, the_base_pack
from tests.dispatch.test_live import hour, visit_at

TODAY = date(2026, 11, 24)
DISPATCHER, OTHER = staff(Role.DISPATCHER), staff(Role.DISPATCHER)


class Ill:
    """Three agents of a street; the first falls ill at one o'clock with visits at 14, 15 and 17."""

    def __init__(self, at: datetime) -> None:
        the_base_pack(at)
        self.agents: list[Agent] = [an_agent(at, home=near(0, km)) for km in (0, 1, 2)]
        self.shifts: list[Shift] = [a_shift(agent, at, days=0, hours=(9, 19)) for agent in self.agents]
        self.visits = [visit_at(near(0, 1), begins, self.shifts[0], at) for begins in (14, 15, 17)]
        self.kept = visit_at(near(0, 2), 14, self.shifts[1], at)
        self.now = hour(self.shifts[0], 13)

    @property
    def ids(self) -> list[UUID]:
        return [visit.id for visit in self.visits]

    def falls_ill(self) -> "Ill":
        give_up_shift(
            shift_id=self.shifts[0].id,
            off_from=self.now,
            reason=OffReason.UNWELL,
            actor=DISPATCHER,
            at=self.now,
        )
        return self

    def proposal(self, *, seconds: float = 0) -> Repair:
        found = propose_repair(date=TODAY, seconds=seconds, actor=SYSTEM, at=self.now)
        assert found is not None
        return found

    def at_risk(self) -> set[UUID]:
        return {one.visit_id for one in queries.at_risk(actor=DISPATCHER, date=TODAY, at=self.now)}


@pytest.fixture
def ill(at: datetime) -> Ill:
    return Ill(at).falls_ill()


def who(visit_id: UUID) -> UUID:
    return Visit.objects.get(id=visit_id).shift_id


@pytest.mark.django_db
def test_a_repair_is_proposed_and_moves_nothing_until_somebody_accepts(ill: Ill) -> None:
    assert ill.at_risk() == set(ill.ids)
    found = ill.proposal()
    assert set(found.content["helped"]) == {str(id) for id in ill.ids}
    assert {who(id) for id in ill.ids} == {ill.shifts[0].id}
    fact = Fact.objects.get(kind="RepairProposed")
    assert fact.subject_id == found.id
    accepted = accept_repair(repair_id=found.id, actor=DISPATCHER, at=ill.now)
    assert (accepted.state, accepted.decided_by) == (RepairState.ACCEPTED, DISPATCHER.key)
    assert ill.at_risk() == set()
    assert {who(id) for id in ill.ids} <= {ill.shifts[1].id, ill.shifts[2].id}
    assert who(ill.kept.id) == ill.shifts[1].id
    known = queries.situation(date=TODAY, at=ill.now)
    assert queries.judge(known, known.routes) == []
    kinds = list(Fact.objects.order_by("id").values_list("kind", flat=True))
    assert kinds.count("AgentChanged") == 3
    assert kinds[-1] == "RepairAccepted"
    windows = {visit.id: (visit.window_from, visit.window_to) for visit in ill.visits}
    assert {v.id: (v.window_from, v.window_to) for v in Visit.objects.filter(id__in=ill.ids)} == windows


@pytest.mark.django_db
def test_what_begins_soon_and_cannot_be_kept_goes_to_somebody_but_never_before_what_begins_soon_there(
    ill: Ill,
) -> None:
    soon, same_hour = ill.ids[0], ill.kept
    found = ill.proposal()
    accept_repair(repair_id=found.id, actor=DISPATCHER, at=ill.now)
    assert who(soon) in {ill.shifts[1].id, ill.shifts[2].id}, (
        "within ninety minutes, and its promise was broken"
    )
    first = Stop.objects.filter(shift=ill.shifts[1]).order_by("position").first()
    assert first is not None
    assert first.visit_id == same_hour.id


@pytest.mark.django_db
def test_the_same_day_gives_the_same_proposal_once(ill: Ill) -> None:
    first = ill.proposal()
    assert ill.proposal().id == first.id
    assert Fact.objects.filter(kind="RepairProposed").count() == 1


@pytest.mark.django_db
def test_what_was_refused_is_counted_and_not_proposed_again(ill: Ill) -> None:
    found = ill.proposal()
    refused = refuse_repair(
        repair_id=found.id, reason=RepairRefusal.LOCAL_KNOWLEDGE, actor=DISPATCHER, at=ill.now
    )
    assert (refused.state, refused.reason) == ("refused", "local_knowledge")
    assert propose_repair(date=TODAY, seconds=0, actor=SYSTEM, at=ill.now) is None
    with pytest.raises(Conflict, match="repair-cannot-accept"):
        accept_repair(repair_id=found.id, actor=DISPATCHER, at=ill.now)
    with pytest.raises(Conflict, match="repair-cannot-refuse"):
        refuse_repair(repair_id=found.id, reason=RepairRefusal.OTHER, actor=DISPATCHER, at=ill.now)
    assert {who(id) for id in ill.ids} == {ill.shifts[0].id}
    counted = queries.repairs_on(actor=DISPATCHER, date=TODAY)
    assert [(one.state, one.reason) for one in counted] == [("refused", "local_knowledge")]


@pytest.mark.django_db
def test_only_dispatch_decides_and_with_a_known_reason(ill: Ill) -> None:
    found = ill.proposal()
    finance = staff(Role.FINANCE)
    with pytest.raises(Denied, match="plan-not-yours"):
        accept_repair(repair_id=found.id, actor=finance, at=ill.now)
    with pytest.raises(Denied, match="plan-not-yours"):
        refuse_repair(repair_id=found.id, reason=RepairRefusal.OTHER, actor=finance, at=ill.now)
    with pytest.raises(Denied, match="plan-not-yours"):
        propose_repair(date=TODAY, seconds=0, actor=finance, at=ill.now)
    with pytest.raises(Invalid, match="refusal-reason-unknown"):
        refuse_repair(
            repair_id=found.id,
            reason="no",  # type: ignore[arg-type]  # what a form could send
            actor=DISPATCHER,
            at=ill.now,
        )
    with pytest.raises(Missing, match="repair-not-found"):
        accept_repair(repair_id=new_id(), actor=DISPATCHER, at=ill.now)


@pytest.mark.django_db
def test_a_day_that_went_on_meanwhile_overtakes_the_repair(ill: Ill) -> None:
    found = ill.proposal()
    taker = UUID(found.content["moved"][str(ill.ids[2])])
    late = visit_at(near(0, 1), 18, next(s for s in ill.shifts if s.id == taker), ill.now)
    overtaken = accept_repair(repair_id=found.id, actor=DISPATCHER, at=ill.now)
    assert overtaken.state == RepairState.OVERTAKEN
    assert {who(id) for id in ill.ids} == {ill.shifts[0].id}
    again = ill.proposal()
    assert again.id != found.id
    assert accept_repair(repair_id=again.id, actor=DISPATCHER, at=ill.now).state == RepairState.ACCEPTED
    assert who(late.id) == taker
    assert ill.at_risk() == set()


@pytest.mark.django_db
def test_a_visit_that_was_called_off_meanwhile_overtakes_the_repair(ill: Ill) -> None:
    found = ill.proposal()
    visits.cancel_visit(visit_id=ill.ids[1], reason=CancelReason.LENDER, actor=DISPATCHER, at=ill.now)
    assert accept_repair(repair_id=found.id, actor=DISPATCHER, at=ill.now).state == RepairState.OVERTAKEN
    assert len(ill.proposal().content["helped"]) == 2


@pytest.mark.django_db
def test_who_is_pinned_stays_and_the_others_are_helped(at: datetime) -> None:
    ill = Ill(at)
    pin_visit(visit_id=ill.ids[1], shift_id=ill.shifts[0].id, actor=DISPATCHER, at=at)
    ill.falls_ill()
    found = ill.proposal()
    assert set(found.content["helped"]) == {str(ill.ids[0]), str(ill.ids[2])}
    accept_repair(repair_id=found.id, actor=DISPATCHER, at=ill.now)
    assert ill.at_risk() == {ill.ids[1]}


@pytest.mark.django_db
def test_where_nobody_has_room_nothing_is_proposed(at: datetime) -> None:
    the_base_pack(at)
    shift = a_shift(an_agent(at), at, days=0, hours=(9, 19))
    visit_at(near(0, 1), 14, shift, at)
    give_up_shift(shift_id=shift.id, off_from=at, reason=OffReason.UNWELL, actor=DISPATCHER, at=at)
    assert propose_repair(date=TODAY, seconds=0, actor=SYSTEM, at=at) is None
    assert propose_repair(date=date(2030, 1, 1), seconds=0, actor=SYSTEM, at=at) is None
    assert not Repair.objects.exists()


@pytest.mark.django_db
def test_seconds_of_search_make_no_repair_worse(ill: Ill) -> None:
    known = queries.situation(date=TODAY, at=ill.now)
    first = first_repair(known)
    assert first is not None
    better = refined(known, first, 0.3)
    assert set(better.helped) >= set(first.helped)
    assert better.extra_s <= first.extra_s
    assert ill.proposal(seconds=0.3).state == RepairState.PROPOSED


@pytest.mark.django_db
def test_a_proposal_that_helps_nobody_any_more_is_overtaken(ill: Ill) -> None:
    found = ill.proposal()
    for id in ill.ids:
        visits.cancel_visit(visit_id=id, reason=CancelReason.LENDER, actor=DISPATCHER, at=ill.now)
    assert propose_repair(date=TODAY, seconds=0, actor=SYSTEM, at=ill.now) is None
    found.refresh_from_db()
    assert found.state == RepairState.OVERTAKEN


@pytest.mark.usefixtures("committed")
def test_of_two_dispatchers_who_accept_one_repair_one_wins(at: datetime) -> None:
    ill = Ill(at).falls_ill()
    found = ill.proposal()
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def accept(who: object) -> None:
        ready.wait()
        try:
            outcomes.append(accept_repair(repair_id=found.id, actor=who, at=ill.now).state)  # type: ignore[arg-type]
        except Conflict as refused:
            outcomes.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=[one]) for one in (DISPATCHER, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "repair-cannot-accept"]
    assert Fact.objects.filter(kind="RepairAccepted").count() == 1
    assert Fact.objects.filter(kind="AgentChanged").count() == 3
