"""Every row of "The life of a visit" is reachable, and every pair that is not in it is refused twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from koumen.audit.models import Fact
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing, Refusal
from koumen.kit.ids import new_id
from koumen.people.commands import name_delegate
from koumen.visits import commands, queries
from koumen.visits.jobs import lapse_requests
from koumen.visits.models import VisitMove
from koumen.visits.rules.reasons import CancelReason, TurnBackReason
from koumen.visits.states import VISIT, VisitState
from tests import builders
from tests.visits.stories import HOUR, MINUTE, Story, a_visit, booking_for

pytestmark = pytest.mark.django_db
V = VisitState


def facts(story: Story) -> list[str]:
    return list(Fact.objects.filter(subject_id=story.visit_id).order_by("id").values_list("kind", flat=True))


def refused(code: str, kind: type[Refusal] = Conflict) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(kind, match=f"^{code}")


def test_a_customers_own_booking_is_a_promise(at: datetime) -> None:
    story = a_visit(at)
    assert story.visit.state == V.BOOKED
    assert story.visit.booked_at == at
    assert facts(story) == ["VisitBooked"]
    assert queries.note_for_agent(actor=story.visitor, visit_id=story.visit_id) == "门铃坏了"
    assert "门铃" not in str(bytes(story.visit.note_for_agent or b""))


def a_request(at: datetime) -> tuple[Story, Actor]:
    told = a_visit(at)
    relative = builders.a_person(at, role=Role.RELATIVE)
    name_delegate(
        customer_id=told.home.id,
        person_id=relative,
        valid_to=(at + timedelta(days=30)).date(),
        actor=told.customer,
        at=at,
    )
    actor = Actor(Role.RELATIVE, relative)
    shift = told.agent.shifts.get()
    booking = booking_for(told.home, told.account_id, told.agent, shift.id, at + 3 * HOUR)
    visit = commands.book_visit(booking=booking, actor=actor, at=at)
    return Story(told.agent, told.home, told.account_id, visit.id, at), actor


def test_what_a_relative_asks_for_waits_for_the_customers_word(at: datetime) -> None:
    story, relative = a_request(at)
    assert story.visit.state == V.REQUESTED
    assert [v.id for v in queries.coming_visits(actor=relative)] == [story.visit_id]
    with refused("visit-not-yours", Denied):
        commands.confirm_visit(visit_id=story.visit_id, actor=relative, at=at)
    with refused("visit-not-found", Missing):  # the agent does not know of it yet
        queries.visit(actor=story.visitor, visit_id=story.visit_id)
    commands.confirm_visit(visit_id=story.visit_id, actor=story.customer, at=at)
    assert story.visit.state == V.BOOKED
    assert facts(story) == ["VisitRequested", "VisitBooked"]


def test_a_delegation_that_ends_before_the_visit_asks_for_nothing(at: datetime) -> None:
    story, relative = a_request(at)
    shift = builders.a_shift(story.agent, at, days=40)
    booking = booking_for(story.home, story.account_id, story.agent, shift.id, at + timedelta(days=40))
    with refused("visit-not-yours-to-book", Denied):
        commands.book_visit(booking=booking, actor=relative, at=at)
    stranger = Actor(Role.RELATIVE, builders.a_person(at, role=Role.RELATIVE))
    with refused("visit-not-yours-to-book", Denied):
        commands.book_visit(
            booking=booking_for(story.home, story.account_id, story.agent, shift.id, at),
            actor=stranger,
            at=at,
        )


def test_a_member_of_staff_cannot_make_a_promise_alone(at: datetime) -> None:
    told = a_visit(at)
    desk = builders.staff(Role.DISPATCHER)
    booking = booking_for(told.home, told.account_id, told.agent, told.agent.shifts.get().id, at)
    desk = Actor(Role.DISPATCHER, told.agent.person_id, staff_roles=frozenset({Role.DISPATCHER}))
    visit = commands.book_visit(booking=booking, actor=desk, at=at)
    assert visit.state == V.REQUESTED
    with refused("visit-not-yours", Denied):
        commands.confirm_visit(visit_id=visit.id, actor=desk, at=at)


def test_another_person_of_the_desk_reads_a_request_back_and_makes_it_a_promise(at: datetime) -> None:
    told = a_visit(at)
    booking = booking_for(told.home, told.account_id, told.agent, told.agent.shifts.get().id, at)
    asked = Actor(Role.DISPATCHER, told.agent.person_id, staff_roles=frozenset({Role.DISPATCHER}))
    visit = commands.book_visit(booking=booking, actor=asked, at=at)
    with refused("visit-not-yours-to-confirm", Denied):
        commands.confirm_by_call(visit_id=visit.id, actor=asked, at=at)
    with refused("visit-not-yours-to-confirm", Denied):
        commands.confirm_by_call(visit_id=visit.id, actor=told.customer, at=at)
    other = builders.staff(Role.DISPATCHER)
    confirmed = commands.confirm_by_call(visit_id=visit.id, actor=other, at=at)
    assert (confirmed.state, confirmed.booked_at) == (V.BOOKED, at)
    assert Fact.objects.get(kind="RequestReadBack").actor == other.key
    with refused("visit-cannot-confirm"):
        commands.confirm_by_call(visit_id=visit.id, actor=other, at=at)


def test_a_request_in_a_hurry_has_half_an_hour_for_its_yes(at: datetime) -> None:
    told = a_visit(at)
    booking = booking_for(told.home, told.account_id, told.agent, told.agent.shifts.get().id, at)
    desk = Actor(Role.DISPATCHER, told.agent.person_id, staff_roles=frozenset({Role.DISPATCHER}))
    visit = commands.book_visit(booking=booking, actor=desk, at=at)  # in an hour
    with clock.stopped_at(at + 29 * MINUTE):
        lapse_requests(0)
    assert queries.visit(actor=SYSTEM, visit_id=visit.id).state == V.REQUESTED
    with refused("visit-may-be-confirmed"):
        commands.lapse_visit(visit_id=visit.id, actor=SYSTEM, at=at + 29 * MINUTE)
    with clock.stopped_at(at + 30 * MINUTE):
        lapse_requests(0)
    assert queries.visit(actor=SYSTEM, visit_id=visit.id).state == V.CANCELLED


def test_a_request_that_nobody_confirms_lapses(at: datetime) -> None:
    story, _ = a_request(at)
    with refused("visit-may-be-confirmed"):
        commands.lapse_visit(visit_id=story.visit_id, actor=SYSTEM, at=at)
    with clock.stopped_at(at + 3 * HOUR):
        lapse_requests(0)
    assert story.visit.state == V.CANCELLED
    assert story.visit.end_reason == CancelReason.NOT_CONFIRMED


def test_a_stranger_learns_nothing_and_changes_nothing(at: datetime) -> None:
    story = a_visit(at)
    for stranger in (
        builders.themselves(builders.a_customer(at)),
        builders.acting(builders.an_agent(at)),
        Actor(Role.RELATIVE, builders.a_person(at, role=Role.RELATIVE)),
    ):
        with refused("visit-not-found", Missing):
            commands.cancel_visit(visit_id=story.visit_id, reason=CancelReason.UNWELL, actor=stranger, at=at)
        assert queries.coming_visits(actor=stranger) == []
    assert story.visit.state == V.BOOKED
    assert facts(story) == ["VisitBooked"]


def test_moving_keeps_what_was_promised_before(at: datetime) -> None:
    story = a_visit(at)
    other = builders.an_agent(at)
    shift = builders.a_shift(other, at, days=1)
    start = shift.starts_at + HOUR
    commands.move_visit(
        visit_id=story.visit_id,
        shift_id=shift.id,
        agent_id=other.id,
        date=shift.date,
        window_from=start,
        window_to=start + HOUR,
        actor=story.customer,
        at=at,
    )
    assert story.visit.state == V.BOOKED
    assert story.visit.agent_id == other.id
    kept = VisitMove.objects.get(visit_id=story.visit_id)
    assert (kept.window_from, kept.agent_id) == (at + HOUR, story.agent.id)
    with refused("visit-not-found", Missing):
        commands.set_out(visit_id=story.visit_id, actor=story.visitor, at=at)


def test_a_customer_may_call_off_until_the_door_and_not_after(at: datetime) -> None:
    on_the_way = a_visit(at).sets_out()
    commands.cancel_visit(
        visit_id=on_the_way.visit_id, reason=CancelReason.CHANGED_MIND, actor=on_the_way.customer, at=at
    )
    assert on_the_way.visit.state == V.CANCELLED
    at_the_door = a_visit(at).at_the_door()
    with refused("visit-cannot-cancel"):
        commands.cancel_visit(
            visit_id=at_the_door.visit_id, reason=CancelReason.UNWELL, actor=at_the_door.customer, at=at
        )


def test_nobody_sets_out_hours_before(at: datetime) -> None:
    story = a_visit(at)
    with refused("too-early-to-set-out"):
        commands.set_out(visit_id=story.visit_id, actor=story.visitor, at=at - 2 * HOUR)


def test_an_agent_turns_back_and_the_promise_stands(at: datetime) -> None:
    story = a_visit(at).sets_out()
    commands.turn_back(visit_id=story.visit_id, reason=TurnBackReason.ROAD, actor=story.visitor, at=at)
    assert story.visit.state == V.BOOKED
    assert story.visit.set_out_at is None


@pytest.mark.parametrize("minutes", [-21, 121])
def test_outside_the_window_a_knock_is_denied_and_the_ruling_stays(at: datetime, minutes: int) -> None:
    story = a_visit(at).sets_out()
    when = story.visit.window_from + minutes * MINUTE
    arrival = commands.arrive(visit_id=story.visit_id, actor=story.visitor, at=when)
    assert not arrival.is_allowed
    assert arrival.ruling.reasons == ["too-early" if minutes < 0 else "too-late"]
    assert story.visit.state == V.ON_THE_WAY


@pytest.mark.parametrize("minutes", [-20, 0, 120])
def test_inside_the_window_an_agent_may_knock(at: datetime, minutes: int) -> None:
    story = a_visit(at).sets_out()
    when = story.visit.window_from + minutes * MINUTE
    assert commands.arrive(visit_id=story.visit_id, actor=story.visitor, at=when).is_allowed
    assert story.visit.state == V.AT_THE_DOOR


def test_an_agent_whose_certificate_has_run_out_may_not_knock(at: datetime) -> None:
    story = a_visit(at, agent=builders.an_agent(at, certified_until=None)).sets_out()
    arrival = commands.arrive(visit_id=story.visit_id, actor=story.visitor, at=story.visit.window_from)
    assert arrival.ruling.reasons == ["no-certificate"]


def test_nobody_answering_counts_after_the_window_opened_and_a_wait(at: datetime) -> None:
    story = a_visit(at).sets_out()
    early = story.visit.window_from - 10 * MINUTE
    commands.arrive(visit_id=story.visit_id, actor=story.visitor, at=early)
    with refused("too-early-for-no-answer"):
        commands.no_answer(visit_id=story.visit_id, actor=story.visitor, at=early + 10 * MINUTE)
    commands.no_answer(visit_id=story.visit_id, actor=story.visitor, at=early + 15 * MINUTE)
    assert story.visit.state == V.NO_SHOW


def test_a_consultation_ends_without_money(at: datetime) -> None:
    story = a_visit(at).proven()
    commands.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    assert story.visit.state == V.CLOSED


@pytest.mark.parametrize("moment", ["at_the_door", "proven", "agreed"])
def test_a_visit_may_be_broken_off_at_every_step_and_the_debt_stays(at: datetime, moment: str) -> None:
    from koumen.credit.queries import owed

    story = a_visit(at)
    story.at_the_door() if moment == "at_the_door" else story.proven()
    if moment == "agreed":
        story.agrees()
    before = owed(actor=SYSTEM, account_id=story.account_id, at=story.now)
    commands.break_off(visit_id=story.visit_id, reason="distress", actor=story.visitor, at=story.now)
    assert story.visit.state == V.BROKEN_OFF
    assert owed(actor=SYSTEM, account_id=story.account_id, at=story.now) == before


def test_an_unknown_reason_ends_nothing(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    with refused("stop-reason-unknown", Invalid):
        commands.break_off(visit_id=story.visit_id, reason="bored", actor=story.visitor, at=story.now)
    assert story.visit.state == V.AT_THE_DOOR


@pytest.mark.parametrize(("before", "after"), list(product(V, V)))
def test_the_table_allows_exactly_what_the_design_says(before: V, after: V) -> None:
    allowed = {
        (V.REQUESTED, V.BOOKED),
        (V.REQUESTED, V.CANCELLED),
        (V.BOOKED, V.ON_THE_WAY),
        (V.BOOKED, V.BOOKED),
        (V.BOOKED, V.CANCELLED),
        (V.ON_THE_WAY, V.AT_THE_DOOR),
        (V.ON_THE_WAY, V.BOOKED),
        (V.ON_THE_WAY, V.CANCELLED),
        (V.AT_THE_DOOR, V.PROVEN),
        (V.AT_THE_DOOR, V.NO_SHOW),
        (V.AT_THE_DOOR, V.BROKEN_OFF),
        (V.PROVEN, V.AGREED),
        (V.PROVEN, V.CLOSED),
        (V.PROVEN, V.BROKEN_OFF),
        (V.AGREED, V.AGREED),
        (V.AGREED, V.PAID),
        (V.AGREED, V.CLOSED),  # a transfer was shown, which comes when the visit is over
        (V.AGREED, V.BROKEN_OFF),
        (V.PAID, V.PAID),
        (V.PAID, V.CLOSED),
    }
    reached = {VISIT.moves[key] for key in VISIT.moves if key[0] is before}
    assert (after in reached) == ((before, after) in allowed)


def reach(state: V, at: datetime) -> Story:  # noqa: C901  (one case for each state)
    """A visit brought into a state by the commands that lead there."""
    if state is V.REQUESTED:
        return a_request(at)[0]
    story = a_visit(at)
    match state:
        case V.ON_THE_WAY:
            return story.sets_out()
        case V.AT_THE_DOOR:
            return story.at_the_door()
        case V.PROVEN:
            return story.proven()
        case V.AGREED:
            story.proven().agrees()
        case V.PAID | V.CLOSED:
            story.may_be_paid()
            commands.pay_visit(
                visit_id=story.visit_id,
                payment_id=new_id(),
                amount_minor=1,
                actor=story.visitor,
                at=story.now,
            )
            if state is V.CLOSED:
                commands.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
        case V.CANCELLED:
            commands.cancel_visit(
                visit_id=story.visit_id, reason=CancelReason.UNWELL, actor=story.customer, at=at
            )
        case V.NO_SHOW:
            story.at_the_door()
            commands.no_answer(visit_id=story.visit_id, actor=story.visitor, at=story.now + 5 * MINUTE)
        case V.BROKEN_OFF:
            story.at_the_door()
            commands.break_off(visit_id=story.visit_id, reason="unsafe", actor=story.visitor, at=story.now)
    return story


# Everything beside the state as the other constraints want it, so that only the guard can say no.
FITTING = """
update visits_visit set state = %(to)s, proven_at = now(), proof = 'both',
  booked_at = case when %(to)s = 'requested' then null else now() end,
  ended_at = case when %(to)s in ('closed', 'cancelled', 'no_show', 'broken_off') then now() end
where id = %(id)s
"""


@pytest.mark.parametrize("before", list(V))
def test_the_database_refuses_every_forbidden_pair(at: datetime, before: V) -> None:
    story = reach(before, at)
    assert story.visit.state == before
    let_through = {after for after in V if _lets(story, after)}
    assert let_through == {V(b) for a, b in VISIT.pairs() if a == before} | {before}


def _lets(story: Story, after: V) -> bool:
    """Whether the database takes the move; whatever it does is undone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FITTING, {"to": after, "id": story.visit_id})
            transaction.set_rollback(True)
    except IntegrityError as refusal:
        assert "may not go from" in str(refusal)  # noqa: PT017  (one of many tries)
        return False
    return True


@pytest.mark.parametrize("before", list(V))
def test_every_forbidden_verb_is_refused_and_changes_nothing(at: datetime, before: V) -> None:
    story = reach(before, at)
    before_facts = facts(story)
    tries: dict[str, Callable[[], object]] = {
        "confirm": lambda: commands.confirm_visit(
            visit_id=story.visit_id, actor=story.customer, at=story.now
        ),
        "cancel": lambda: commands.cancel_visit(
            visit_id=story.visit_id, reason=CancelReason.UNWELL, actor=story.customer, at=story.now
        ),
        "set_out": lambda: commands.set_out(visit_id=story.visit_id, actor=story.visitor, at=story.now),
        "turn_back": lambda: commands.turn_back(
            visit_id=story.visit_id, reason=TurnBackReason.ROAD, actor=story.visitor, at=story.now
        ),
        "arrive": lambda: commands.arrive(visit_id=story.visit_id, actor=story.visitor, at=story.now),
        "no_answer": lambda: commands.no_answer(
            visit_id=story.visit_id, actor=story.visitor, at=story.now + HOUR
        ),
        "break_off": lambda: commands.break_off(
            visit_id=story.visit_id, reason="unsafe", actor=story.visitor, at=story.now
        ),
        "agree": story.agrees,
        "leave": lambda: commands.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now),
    }
    for verb, act in tries.items():
        if not VISIT.can(before, verb):
            with pytest.raises((Conflict, Missing), match=f"visit-cannot-{verb}|visit-not-found"):
                act()
    assert story.visit.state == before
    assert facts(story) == before_facts


def test_no_row_can_be_born_past_its_first_states(at: datetime) -> None:
    story = a_visit(at)
    visit = story.visit
    visit.pk, visit.number, visit.state, visit.proven_at, visit.proof = None, "x", V.PAID, at, "both"
    with pytest.raises(IntegrityError, match="may not go from"), transaction.atomic():
        visit.save(force_insert=True)


def test_money_before_both_proofs_is_refused_by_the_database(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    with (
        pytest.raises(IntegrityError, match="visits_proof_before_money"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "update visits_visit set state = 'proven', proven_at = now() where id = %s", [story.visit_id]
        )
