"""Only who brings what a visit needs is offered, taken, moved to and planned for it."""

from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koumen.agents.commands import equip_shift
from koumen.agents.models import Shift
from koumen.agents.rules.equipment import Equipment
from koumen.audit.models import Fact
from koumen.dispatch import queries
from koumen.dispatch.commands import (
    CannotBe,
    NoGoRequest,
    Taken,
    form_team,
    lift_no_go,
    move,
    part_team,
    pin_visit,
    plan_day,
    set_no_go,
    take,
)
from koumen.dispatch.commands.planning import at_risk
from koumen.dispatch.queries import Asked, lacks, request_for, situation
from koumen.dispatch.rules.needs import Brings, Lack, Needs, Purpose, can_serve, lacking, masks_fit
from koumen.dispatch.rules.service import USUAL_S, service_s_for
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.solver.check import Fault
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.kit.spoken import SPOKEN
from koumen.people.commands import choose_languages
from koumen.people.models import Customer
from koumen.visits import queries as visits
from koumen.visits.models import Visit
from tests.builders import (
    a_credit_account,
    a_customer,
    a_shift,
    a_team,
    acting,
    an_agent,
    near,
    staff,
    the_base_pack,
    themselves,
    wanted,
)

TOMORROW = date(2026, 11, 25)
DISPATCHER = staff(Role.DISPATCHER)
CODES = {
    "skills": st.frozensets(st.sampled_from(["repayment", "cash", "consultation"])),
    "equipment": st.frozensets(st.sampled_from([str(kind) for kind in Equipment])),
    "languages": st.frozensets(st.sampled_from(SPOKEN)),
    "staff": st.integers(1, 2),
}


@given(st.builds(Needs, **CODES), st.lists(st.builds(Brings, **CODES), min_size=1, max_size=20))
def test_masks_one_by_one_or_in_an_array_say_the_same_as_the_sets(needs: Needs, many: list[Brings]) -> None:
    said = [not lacking(needs, brings) for brings in many]
    assert [can_serve(needs, brings) for brings in many] == said
    masks = np.array([brings.mask for brings in many], np.int64)
    assert masks_fit(needs.every, needs.one_of, masks).tolist() == said


def test_a_visit_takes_as_long_as_the_last_ones_took_in_whole_five_minutes() -> None:
    minutes = [60 * m for m in (31, 29, 33, 70, 28, 5, 5, 5, 5, 5)]
    assert service_s_for(Purpose.REPAYMENT, minutes) == 35 * 60
    assert service_s_for(Purpose.REPAYMENT, minutes[:2]) == USUAL_S[Purpose.REPAYMENT]
    assert service_s_for(Purpose.CONSULTATION, []) == USUAL_S[Purpose.CONSULTATION]
    assert service_s_for(Purpose.REPAYMENT, [60] * 5) == 15 * 60
    assert service_s_for(Purpose.REPAYMENT, [5 * 3600] * 5) == 90 * 60


@pytest.fixture
def customer(at: datetime) -> Customer:
    the_base_pack(at)
    return a_customer(at, place=near(1))


def asked(customer: Customer, *, minor: int = 30000, **wish: object) -> Asked:
    return Asked(
        customer_id=customer.id,
        wish=VisitWish(**wish),  # type: ignore[arg-type]
        wanted_minor=minor,
        currency="CNY",
        from_date=date(2026, 11, 24),
        days=7,
    )


def offered(customer: Customer, at: datetime, *, minor: int = 30000, **wish: object) -> list[Slot]:
    request = request_for(asked(customer, minor=minor, **wish))
    return queries.slots(actor=themselves(customer), request=request, at=at)


def who(slots: list[Slot]) -> set[UUID]:
    return {slot.shift_id for slot in slots}


def booked(customer: Customer, slot: Slot, at: datetime, **wish: object) -> Visit:
    booking = wanted(customer, a_credit_account(customer, at), slot, **wish)  # type: ignore[arg-type]
    outcome = take(booking=booking, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken), outcome
    return outcome.visit


def over(visit: Visit, at: datetime) -> None:
    """The visit came to its end, as the door's own tests show step by step."""
    known = Visit.objects.filter(id=visit.id)
    known.update(state="on_the_way", set_out_at=at)
    known.update(state="at_the_door", arrived_at=at)
    known.update(state="proven", proof="both", proven_at=at)
    known.update(state="closed", ended_at=at + timedelta(minutes=20))


@pytest.mark.django_db
def test_only_a_shift_that_carries_what_is_needed_is_offered_and_taken(
    at: datetime, customer: Customer
) -> None:
    bare, equipped = (
        a_shift(an_agent(at), at),
        a_shift(an_agent(at, home=near(9)), at, equipment=("printer",)),
    )
    assert who(offered(customer, at)) == {bare.id}
    slots = offered(customer, at, equipment=("printer",))
    assert who(slots) == {equipped.id}
    lie = Slot(bare.id, bare.agent_id, bare.date, slots[0].window_from, slots[0].window_to)
    booking = wanted(customer, a_credit_account(customer, at), lie, equipment=("printer",))
    outcome = take(booking=booking, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken)
    assert (outcome.visit.shift_id, outcome.visit.equipment) == (equipped.id, ["printer"])
    with pytest.raises(Invalid, match="equipment-unknown"):
        offered(customer, at, equipment=("flowers",))


@pytest.mark.django_db
def test_where_nobody_brings_it_the_reason_is_named(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at)
    assert lacks(request_for(asked(customer))) == ()
    assert lacks(request_for(asked(customer, equipment=("printer",)))) == (Lack.EQUIPMENT,)
    assert lacks(request_for(asked(customer, languages=("hak",)))) == (Lack.LANGUAGE,)
    assert lacks(request_for(asked(customer, two_people=True))) == (Lack.STAFF,)
    assert lacks(request_for(asked(customer, purpose=Purpose.CONSULTATION))) == (Lack.SKILL,)


@pytest.mark.django_db
def test_a_customer_is_visited_in_a_language_they_chose(at: datetime, customer: Customer) -> None:
    a_shift(an_agent(at), at)
    taiwanese = a_shift(an_agent(at, home=near(9), languages=("nan", "cmn")), at)
    choose_languages(customer_id=customer.id, languages=["nan", "hak"], actor=themselves(customer), at=at)
    assert who(offered(customer, at)) == {taiwanese.id}
    assert Fact.objects.filter(kind="SpokenLanguagesChosen").count() == 1
    visit = booked(customer, offered(customer, at)[0], at)
    assert visit.languages == ["hak", "nan"]
    with pytest.raises(Invalid, match="language-unknown"):
        choose_languages(customer_id=customer.id, languages=["tlh"], actor=themselves(customer), at=at)
    with pytest.raises(Denied, match="details-not-yours"):
        choose_languages(customer_id=customer.id, languages=["nan"], actor=themselves(a_customer(at)), at=at)


@pytest.mark.django_db
def test_two_go_to_a_first_visit_with_cash_to_much_cash_and_to_whom_asks(
    at: datetime, customer: Customer
) -> None:
    alone, team = a_shift(an_agent(at), at), a_team(at, home=near(9))
    assert who(offered(customer, at)) == {alone.id}
    assert who(offered(customer, at, wants_cash=True)) == {team.id}
    assert who(offered(customer, at, two_people=True)) == {team.id}
    visit = booked(customer, offered(customer, at, wants_cash=True)[0], at, wants_cash=True)
    assert (visit.staff, visit.shift_id) == (2, team.id)
    over(visit, at)
    later, pair = a_shift(an_agent(at), at, days=6), a_team(at, days=6, home=near(9))
    soon = {alone.id, team.id}
    assert who(offered(customer, at, wants_cash=True)) - soon == {later.id}
    assert who(offered(customer, at, wants_cash=True, minor=100_001)) - soon == {pair.id}


@pytest.mark.django_db
def test_a_team_is_one_resource_and_both_have_the_stop_in_their_route(
    at: datetime, customer: Customer
) -> None:
    team = a_team(at)
    partner = Shift.objects.get(joined_to=team).agent
    visit = booked(customer, offered(customer, at)[0], at)
    assert visit.shift_id == team.id
    for agent in (team.agent, partner):
        stops = queries.todays_route(actor=acting(agent), agent_id=agent.id, date=TOMORROW)
        assert [stop.visit_id for stop in stops] == [visit.id]
        assert visits.visit(actor=acting(agent), visit_id=visit.id) == visit
    stranger = an_agent(at)
    with pytest.raises(Missing, match="visit-not-found"):
        visits.visit(actor=acting(stranger), visit_id=visit.id)


@pytest.mark.django_db
def test_of_a_team_both_must_be_certified_and_one_must_speak_and_carry(
    at: datetime, customer: Customer
) -> None:
    first = a_shift(an_agent(at), at)
    second = a_shift(an_agent(at, languages=("hak",)), at, equipment=("printer",))
    form_team(shift_id=first.id, partner_shift_id=second.id, actor=DISPATCHER, at=at)
    assert who(offered(customer, at, languages=("hak",), equipment=("printer",))) == {first.id}
    bare = a_shift(an_agent(at, certified_until=None), at, days=2)
    good = a_shift(an_agent(at), at, days=2)
    form_team(shift_id=good.id, partner_shift_id=bare.id, actor=DISPATCHER, at=at)
    assert who(offered(customer, at)) == {first.id}


@pytest.mark.django_db
def test_a_team_is_formed_and_parted_only_where_no_promise_breaks(at: datetime, customer: Customer) -> None:
    first, second = a_shift(an_agent(at), at), a_shift(an_agent(at), at)
    short, other = a_shift(an_agent(at), at, hours=(9, 12)), a_shift(an_agent(at), at, days=2)

    def form(one: Shift, two: Shift) -> Shift:
        return form_team(shift_id=one.id, partner_shift_id=two.id, actor=DISPATCHER, at=at)

    for two, code in (
        (first, "team-exists"),
        (short, "team-hours-differ"),
        (other, "shift-on-another-day"),
    ):
        with pytest.raises(Conflict, match=code):
            form(first, two)
    with pytest.raises(Denied, match="plan-not-yours"):
        form_team(shift_id=first.id, partner_shift_id=second.id, actor=themselves(customer), at=at)
    visit = booked(customer, offered(customer, at)[0], at)
    busy, free = (first, second) if visit.shift_id == first.id else (second, first)
    with pytest.raises(Conflict, match="team-has-visits"):
        form(free, busy)
    form(busy, free)
    for one, two in ((busy, free), (free, short), (short, free)):
        with pytest.raises(Conflict, match="team-exists"):
            form(one, two)
    neighbour = a_customer(at, place=near(1))
    together = booked(neighbour, offered(neighbour, at, two_people=True)[0], at, two_people=True)
    assert together.shift_id == busy.id
    with pytest.raises(Conflict, match="team-has-visits"):
        part_team(shift_id=busy.id, actor=DISPATCHER, at=at)
    Visit.objects.filter(id=together.id).update(state="cancelled", ended_at=at)
    part_team(shift_id=busy.id, actor=DISPATCHER, at=at)
    assert Shift.objects.get(id=free.id).joined_to_id is None
    with pytest.raises(Conflict, match="team-not-there"):
        part_team(shift_id=busy.id, actor=DISPATCHER, at=at)
    assert {kind for kind in Fact.objects.values_list("kind", flat=True) if kind.startswith("Team")} == {
        "TeamFormed",
        "TeamParted",
    }


@pytest.mark.django_db
def test_a_shift_that_goes_along_with_another_takes_no_visit_of_its_own(
    at: datetime, customer: Customer
) -> None:
    first, second = a_shift(an_agent(at), at), a_shift(an_agent(at, home=near(1)), at)
    slot = next(slot for slot in offered(customer, at) if slot.shift_id == second.id)
    form_team(shift_id=first.id, partner_shift_id=second.id, actor=DISPATCHER, at=at)
    booking = wanted(customer, a_credit_account(customer, at), slot)
    outcome = take(booking=booking, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(outcome, Taken)
    assert outcome.visit.shift_id == first.id


@pytest.mark.django_db
def test_who_was_there_last_time_comes_again_whatever_the_way(at: datetime, customer: Customer) -> None:
    near_by, known = a_shift(an_agent(at), at), a_shift(an_agent(at, home=near(9)), at)
    assert who(offered(customer, at, same_person=True)) == {near_by.id}
    slot = next(iter(offered(customer, at)))
    visit = booked(customer, Slot(known.id, known.agent_id, known.date, slot.window_from, slot.window_to), at)
    over(visit, at)
    soon = {near_by.id, known.id}
    again, other = a_shift(known.agent, at, days=2), a_shift(near_by.agent, at, days=2)
    assert who(offered(customer, at, same_person=True)) - soon == {again.id}
    assert who(offered(customer, at)) - soon == {other.id}


def no_go(shift: Shift, **where: object) -> NoGoRequest:
    return NoGoRequest(agent_id=shift.agent_id, reason="unsafe", from_date=TOMORROW, **where)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_an_agent_does_not_go_where_it_is_said_and_again_when_it_is_lifted(
    at: datetime, customer: Customer
) -> None:
    barred, other = a_shift(an_agent(at), at), a_shift(an_agent(at, home=near(9)), at)
    both: list[dict[str, object]] = [{"customer_id": customer.id}, {"place": near(1.5), "radius_m": 600}]
    for where in both:
        row = set_no_go(request=no_go(barred, **where), actor=DISPATCHER, at=at)
        assert who(offered(customer, at)) == {other.id}
        lift_no_go(no_go_id=row.id, actor=DISPATCHER, at=at + timedelta(days=1))
        with pytest.raises(Conflict, match="no-go-over"):
            lift_no_go(no_go_id=row.id, actor=DISPATCHER, at=at + timedelta(days=1))
    set_no_go(request=no_go(barred, place=near(1.5), radius_m=400), actor=DISPATCHER, at=at)
    assert barred.id in who(offered(customer, at))
    wrong: list[dict[str, object]] = [{}, {**both[0], **both[1]}, {"place": near(1)}]
    for where in wrong:
        with pytest.raises(Invalid, match="no-go-parts-wrong"):
            set_no_go(request=no_go(barred, **where), actor=DISPATCHER, at=at)


@pytest.mark.django_db
def test_a_visit_whose_needs_are_not_met_any_more_is_at_risk_with_the_reason_until_it_is_planned(
    at: datetime, customer: Customer
) -> None:
    shift = a_shift(an_agent(at), at, equipment=("printer",))
    visit = booked(customer, offered(customer, at, equipment=("printer",))[0], at, equipment=("printer",))
    equip_shift(shift_id=shift.id, equipment=[], actor=DISPATCHER, at=at)
    assert [(one.visit_id, one.fault) for one in at_risk(situation(date=TOMORROW, at=at))] == [
        (visit.id, Fault.EQUIPMENT)
    ]
    other = a_shift(an_agent(at, home=near(5)), at, equipment=("printer", "change"))
    planned = plan_day(date=TOMORROW, seconds=0.3, on_progress=lambda share, cost: None, actor=SYSTEM, at=at)
    assert planned.at_risk == ()
    assert Visit.objects.get(id=visit.id).shift_id == other.id


@pytest.mark.django_db
def test_a_person_cannot_send_who_does_not_bring_it_nor_who_does_not_go_there(
    at: datetime, customer: Customer
) -> None:
    a_team(at)
    visit = booked(customer, offered(customer, at, two_people=True)[0], at, two_people=True)
    alone = a_shift(an_agent(at), at)
    outcome = pin_visit(visit_id=visit.id, shift_id=alone.id, actor=DISPATCHER, at=at)
    assert isinstance(outcome, CannotBe)
    assert outcome.faults == (Fault.STAFF,)
    other = a_team(at)
    set_no_go(
        request=no_go(Shift.objects.get(joined_to=other), customer_id=customer.id), actor=DISPATCHER, at=at
    )
    outcome = pin_visit(visit_id=visit.id, shift_id=other.id, actor=DISPATCHER, at=at)
    assert isinstance(outcome, CannotBe)
    assert outcome.faults == (Fault.REFUSED,)


@pytest.mark.django_db
def test_a_moved_visit_keeps_its_needs(at: datetime, customer: Customer) -> None:
    a_team(at)
    visit = booked(customer, offered(customer, at, two_people=True)[0], at, two_people=True)
    alone, later = a_shift(an_agent(at), at, days=2), a_team(at, days=3)
    slots = queries.slots_to_move(actor=themselves(customer), visit_id=visit.id, at=at)
    assert alone.id not in who(slots)
    assert later.id in who(slots)
    slot = next(slot for slot in slots if slot.shift_id == later.id)
    moved = move(visit_id=visit.id, slot=slot, key=new_id(), actor=themselves(customer), at=at)
    assert isinstance(moved, Taken)
