"""The life of a repayment plan: who may make one, what it leaves alone, how it is kept, paused, mended and ended."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from koumen.audit.models import Fact
from koumen.credit import commands, jobs, queries
from koumen.credit.books import check_books
from koumen.credit.commands import ConfirmedHow
from koumen.credit.models import (
    Due,
    RepaymentPlan,
    RepaymentPlanAnswers,
    RepaymentPlanReview,
    RepaymentPlanTerms,
)
from koumen.credit.queries.repayment_plans import plans_to_check
from koumen.credit.rules.affordable import Answers
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.repayment_plan import Ending, Pace, ReviewOutcome
from koumen.credit.states import REPAYMENT_PLAN, RepaymentPlanState
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.plan_stories import FIVE, READ, PlanStory, noon, somebody_behind, wish

pytestmark = pytest.mark.django_db

S = RepaymentPlanState


@pytest.fixture
def story() -> PlanStory:
    return somebody_behind()


def dues_of(story: PlanStory) -> list[dict[str, Any]]:
    rows = Due.objects.filter(account_id=story.line.account_id).order_by("id")
    names = ("issued_date", "principal_minor", "interest_minor", "late_minor", "minimum_minor")
    return [{name: getattr(row, name) for name in names} for row in rows]


def facts_of(story: PlanStory) -> list[str]:
    return list(Fact.objects.filter(subject_id=story.plan_id).order_by("id").values_list("kind", flat=True))


# --- offering -------------------------------------------------------------------------------------------


def test_five_answers_give_two_or_three_plans_and_are_not_kept(story: PlanStory) -> None:
    offer = queries.plan_offer(
        actor=story.customer, account_id=story.line.account_id, answers=FIVE, at=story.now
    )
    assert (offer.affordable_minor, offer.living_minor) == (500_00, 500_00)
    assert [one.pace for one in offer.options] == [Pace.QUICK, Pace.STEADY, Pace.GENTLE]
    assert all(one.cost_minor < one.nothing_cost_minor for one in offer.options)
    assert not RepaymentPlanAnswers.objects.exists()


def test_where_nothing_is_left_nothing_is_offered_and_nothing_can_be_forced(story: PlanStory) -> None:
    poor = Answers(**FIVE.plain() | {"income_minor": 3_900_00})
    offer = queries.plan_offer(
        actor=story.customer, account_id=story.line.account_id, answers=poor, at=story.now
    )
    assert offer.options == ()
    with pytest.raises(Invalid, match="plan-not-affordable"):
        commands.propose_plan(
            account_id=story.line.account_id,
            wish=wish(answers=poor),
            key=new_id(),
            actor=story.customer,
            at=story.now,
        )
    assert not RepaymentPlan.objects.exists()


def test_answers_are_sealed_shown_to_nobody_else_and_never_in_a_fact(story: PlanStory) -> None:
    story.proposes()
    row = RepaymentPlanAnswers.objects.get()
    assert b"income" not in bytes(row.sealed)
    assert queries.own_answers(actor=story.customer, plan_id=story.plan_id) == FIVE
    for role in (Role.DISPATCHER, Role.FINANCE, Role.AGENT):
        with pytest.raises(Denied, match="answers-not-yours"):
            queries.own_answers(actor=builders.staff(role), plan_id=story.plan_id)
    for fact in Fact.objects.all():
        assert "500000" not in str(fact.body), "what somebody earns"
        assert "150000" not in str(fact.body), "what somebody needs"


def test_answers_are_deleted_on_their_day(story: PlanStory) -> None:
    story.proposes()
    story.agrees()
    day = RepaymentPlanAnswers.objects.get().delete_on
    assert (day - date(2026, 11, 24)).days == 120
    with clock.stopped_at(noon(day.month, day.day - 1, day.year)):
        jobs.look_again(0)
    assert RepaymentPlanAnswers.objects.exists()
    with clock.stopped_at(noon(day.month, day.day, day.year)):
        jobs.look_again(0)
    assert not RepaymentPlanAnswers.objects.exists()
    assert queries.own_answers(actor=story.customer, plan_id=story.plan_id) is None
    assert "RepaymentAnswersDeleted" in facts_of(story)


def test_an_offer_takes_two_queries(story: PlanStory) -> None:
    customer = story.customer
    with CaptureQueriesContext(connection) as asked:
        queries.plan_offer(actor=customer, account_id=story.line.account_id, answers=FIVE, at=story.now)
    assert len(asked) == 2


# --- agreeing -------------------------------------------------------------------------------------------


def test_a_plan_runs_only_when_its_costs_are_confirmed(story: PlanStory) -> None:
    story.proposes()
    shown = story.sees()
    assert shown.sheet.purpose == "repayment_plan"
    with pytest.raises(Conflict, match="cost-sheet-not-confirmed"):
        commands.agree_plan(
            plan_id=story.plan_id, sheet_id=shown.sheet.id, key=new_id(), actor=story.customer, at=story.now
        )
    assert story.plan.state == S.PROPOSED
    story.agrees()
    assert story.plan.state == S.RUNNING
    assert facts_of(story) == ["RepaymentPlanProposed", "RepaymentPlanAgreed"]
    assert [review.due_date for review in story.plan.reviews.order_by("days")] == [
        date(2026, 12, 24),
        date(2027, 1, 23),
        date(2027, 2, 22),
    ]


def test_agreeing_leaves_every_debt_as_it_is(story: PlanStory) -> None:
    story.proposes()
    before = dues_of(story)
    story.agrees()
    assert dues_of(story) == before
    assert check_books().is_right


def test_the_same_click_twice_is_one_plan(story: PlanStory) -> None:
    key = new_id()
    plans = {
        commands.propose_plan(
            account_id=story.line.account_id, wish=wish(), key=key, actor=story.customer, at=story.now
        ).id
        for _ in range(2)
    }
    assert len(plans) == 1
    assert RepaymentPlan.objects.count() == 1


def test_another_proposal_takes_the_place_of_the_first_and_its_answers_are_gone(story: PlanStory) -> None:
    first = story.proposes()
    story.proposes(Pace.GENTLE)
    first.refresh_from_db()
    assert (first.state, first.ended_how) == (S.WITHDRAWN, Ending.REPLACED)
    assert not first.answers.exists()
    story.agrees()
    with pytest.raises(Conflict, match="repayment_plan-cannot-propose"):
        story.proposes()


def test_a_sheet_of_other_terms_is_not_the_one_that_was_confirmed(story: PlanStory) -> None:
    story.proposes(Pace.GENTLE)
    other = story.confirms(story.sees())
    story.proposes(Pace.QUICK)
    with pytest.raises(Conflict, match="cost-sheet-changed"):
        commands.agree_plan(
            plan_id=story.plan_id, sheet_id=other, key=new_id(), actor=story.customer, at=story.now
        )


# --- who may --------------------------------------------------------------------------------------------


def test_the_desk_reads_the_costs_to_a_caller_who_says_yes(story: PlanStory) -> None:
    desk = builders.staff(Role.DISPATCHER)
    story.proposes(by=desk)
    shown = story.sees(by=desk)
    with pytest.raises(Conflict, match="cost-sheet-too-soon"):
        commands.confirm_cost_sheet(
            sheet_id=shown.sheet.id, how=ConfirmedHow.READ_BACK, key=new_id(), actor=desk, at=story.now
        )
    story.agrees(by=desk, how=ConfirmedHow.READ_BACK)
    terms = story.plan.terms.get()
    assert terms.sheet is not None
    assert (terms.sheet.confirmed_how, terms.sheet.confirmed_by) == ("read_back", desk.key)


def test_at_a_visit_the_customer_taps_on_the_agents_phone_or_signs(story: PlanStory) -> None:
    agent = builders.acting(builders.an_agent(story.now))
    story.proposes(by=agent)
    story.agrees(by=agent, how=ConfirmedHow.TURNED_PHONE)
    assert story.plan.state == S.RUNNING


@pytest.mark.parametrize("how", [ConfirmedHow.TAP, ConfirmedHow.READ_BACK])
def test_an_agent_neither_taps_for_somebody_nor_confirms_by_word(story: PlanStory, how: ConfirmedHow) -> None:
    agent = builders.acting(builders.an_agent(story.now))
    story.proposes(by=agent)
    with pytest.raises(Denied, match="cost-sheet-not-yours"):
        story.confirms(story.sees(by=agent), by=agent, how=how)


def test_only_a_repayment_plan_is_confirmed_by_telephone_or_on_another_ones_phone(story: PlanStory) -> None:
    from koumen.credit.rules.cost_sheet import instalment_sheet

    sheet = instalment_sheet(Parameters(), principal_minor=1_000_00, terms=3, currency="CNY")
    for role, how in ((Role.FINANCE, ConfirmedHow.READ_BACK), (Role.AGENT, ConfirmedHow.TURNED_PHONE)):
        actor = Actor(role, new_id(), staff_roles=frozenset({role}) & {Role.FINANCE})
        shown = commands.show_cost_sheet(
            account_id=story.line.account_id, sheet=sheet, actor=actor, at=story.now
        )
        with pytest.raises(Denied, match="cost-sheet-not-yours"):
            commands.confirm_cost_sheet(
                sheet_id=shown.id, how=how, key=new_id(), actor=actor, at=story.now + READ
            )


def test_a_relative_and_another_customer_find_no_plan_and_make_none(story: PlanStory) -> None:
    story.proposes()
    relative = Actor(Role.RELATIVE, new_id())
    other = builders.themselves(builders.a_customer(story.now))
    for stranger in (relative, other):
        with pytest.raises(Missing):
            story.proposes(by=stranger)
        with pytest.raises(Missing):
            queries.repayment_plan(actor=stranger, plan_id=story.plan_id)
        with pytest.raises(Missing):
            story.breaks(by=stranger)
    for role in (Role.COMPLIANCE, Role.ADMINISTRATOR):
        with pytest.raises(Denied, match="repayment-plan-not-yours"):
            story.breaks(by=builders.staff(role))
    assert story.plan.state == S.PROPOSED


# --- keeping it -----------------------------------------------------------------------------------------


@pytest.fixture
def running(story: PlanStory) -> PlanStory:
    story.proposes()
    return story.agrees()


def test_payments_count_by_their_date(running: PlanStory) -> None:
    assert running.stands.standing.next is not None
    assert running.stands.standing.next.due == date(2026, 12, 10)
    running.on(noon(12, 9)).line.pays(600_00, running.now)
    now = running.stands.standing
    assert (now.behind_minor, now.ahead_minor) == (0, 600_00)
    assert running.on(noon(12, 20)).stands.standing.ahead_minor == 100_00
    assert running.on(noon(1, 11, 2027)).stands.standing.behind_minor == 400_00


def test_late_charges_rest_while_the_plan_is_kept_and_return_when_it_is_broken(running: PlanStory) -> None:
    late = "late_minor"

    def charged(moment: datetime) -> int:
        commands.bring_forward(account_id=running.line.account_id, actor=SYSTEM, at=moment)
        return sum(row[late] for row in dues_of(running))

    before = charged(noon(12, 1))
    running.on(noon(12, 10)).line.pays(500_00, running.now)
    assert charged(noon(1, 2, 2027)) <= before, "nothing new came in December"
    running.on(noon(1, 2, 2027)).breaks()
    assert charged(noon(2, 2, 2027)) > 0
    assert check_books().is_right


def test_a_product_may_let_late_charges_run_on(story: PlanStory) -> None:
    other = somebody_behind(parameters=Parameters(plan_late="as_usual"))
    other.proposes()
    other.agrees()
    account = other.plan.account
    assert account.late_paused_until is None
    other.breaks()
    assert other.plan.end_activity_id is None


def test_a_plan_that_is_paid_ends_by_itself_and_nothing_is_owed(running: PlanStory) -> None:
    for one in running.stands.dues:
        moment = noon(one.due.month, one.due.day, one.due.year)
        running.on(moment).line.pays(one.amount_minor, moment)
    assert running.line.owed(running.now).all_minor == 0
    with clock.stopped_at(running.now):
        jobs.check_plans(0)
    assert (running.plan.state, running.plan.ended_how) == (S.FINISHED, Ending.PAID)
    assert plans_to_check(at=running.now) == []
    assert check_books().is_right


def test_the_night_waits_some_days_for_a_payment_then_ends_the_plan(running: PlanStory) -> None:
    assert running.on(noon(12, 17)).night().state == S.RUNNING
    broken = running.on(noon(12, 18)).night()
    assert (broken.state, broken.ended_how) == (S.BROKEN, Ending.MISSED)
    assert running.on(noon(12, 19)).night().state == S.BROKEN


def test_a_check_that_finds_nothing_leaves_what_was_shown_of_the_account_good(running: PlanStory) -> None:
    version = running.plan.account.version
    assert running.night().state == S.RUNNING
    assert running.plan.account.version == version


def test_money_given_in_time_that_arrives_late_does_not_break_a_kept_plan(running: PlanStory) -> None:
    """The agent's phone was without a net: the plan is as if the night had never ended it, to the cent."""
    running.on(noon(12, 18)).night()
    running.on(noon(12, 25)).line.pays(500_00, noon(12, 9))
    restored = running.on(noon(12, 26)).night()
    assert (restored.state, restored.ended_how, restored.ended_at) == (S.RUNNING, None, None)
    assert facts_of(running)[-1] == "RepaymentPlanRestored"
    commands.bring_forward(account_id=running.line.account_id, actor=SYSTEM, at=noon(1, 2, 2027))
    assert check_books().is_right

    punctual = somebody_behind()
    punctual.proposes()
    punctual.agrees().on(noon(12, 9)).line.pays(500_00, punctual.now)
    commands.bring_forward(account_id=punctual.line.account_id, actor=SYSTEM, at=noon(1, 2, 2027))
    assert punctual.line.owed(noon(1, 2, 2027)).all_minor == running.line.owed(noon(1, 2, 2027)).all_minor


def test_money_given_too_late_restores_nothing(running: PlanStory) -> None:
    running.on(noon(12, 18)).night()
    running.on(noon(12, 25)).line.pays(500_00, noon(12, 19))
    assert running.on(noon(12, 26)).night().state == S.BROKEN


def test_an_unanswered_proposal_lapses(story: PlanStory) -> None:
    story.proposes()
    assert story.on(noon(12, 7)).night().state == S.PROPOSED
    lapsed = story.on(noon(12, 8)).night()
    assert (lapsed.state, lapsed.ended_how) == (S.WITHDRAWN, Ending.LAPSED)
    assert not lapsed.answers.exists()


# --- pausing, mending, ending ---------------------------------------------------------------------------


def test_a_pause_moves_payments_and_rest_and_is_bounded_by_the_product(running: PlanStory) -> None:
    running.pauses(30)
    assert (running.plan.state, running.plan.paused_until) == (S.PAUSED, date(2026, 12, 24))
    assert running.stands.dues[0].due == date(2027, 1, 10)
    assert running.stands.pause_days_left == 60
    assert running.on(noon(12, 20)).night().state == S.PAUSED
    assert running.on(noon(12, 24)).night().state == S.RUNNING
    with pytest.raises(Conflict, match="plan-pause-too-long"):
        running.pauses(61)
    with pytest.raises(Invalid, match="plan-pause-too-short"):
        running.pauses(0)
    account = running.plan.account
    assert account.late_paused_until is not None
    assert account.late_paused_until > running.stands.dues[-1].due


def test_a_plan_is_mended_with_new_answers_and_payments_count_anew(running: PlanStory) -> None:
    running.on(noon(12, 9)).line.pays(500_00, running.now)
    running.on(noon(12, 12)).mends(Pace.GENTLE)
    assert list(RepaymentPlanTerms.objects.order_by("version").values_list("version", "cause")) == [
        (1, "agreed"),
        (2, "mended"),
    ]
    assert running.plan.pay_minor == 250_00
    assert running.stands.standing.paid_minor == 0
    assert RepaymentPlanAnswers.objects.count() == 2
    running.pauses(10)
    running.mends(Pace.STEADY)
    assert running.plan.state == S.RUNNING


def test_a_proposal_can_be_taken_back(story: PlanStory) -> None:
    story.proposes()
    story.takes_back()
    assert (story.plan.state, story.plan.ended_how) == (S.WITHDRAWN, Ending.WISHED)


def test_whoever_ends_a_plan_owes_what_they_owed_and_a_longer_rest_stays(story: PlanStory) -> None:
    story.proposes()
    story.agrees()
    owed = story.line.owed(story.now).all_minor
    story.breaks()
    assert story.line.owed(story.now).all_minor == owed
    assert story.plan.account.late_paused_until == date(2026, 11, 24), "late charges count again from today"

    other = somebody_behind()
    commands.pause_late_charges(
        account_id=other.line.account_id,
        until=date(2027, 1, 20),
        reason="illness",
        key=new_id(),
        actor=SYSTEM,
        at=other.now,
    )
    other.proposes()
    other.agrees()
    other.breaks()
    assert other.plan.account.late_paused_until == date(2027, 1, 20), "what was granted before stays"


# --- looking again --------------------------------------------------------------------------------------


def test_reviews_are_told_once_listed_and_done(running: PlanStory) -> None:
    desk = builders.staff(Role.DISPATCHER)
    assert queries.reviews_due(actor=desk, at=noon(12, 23)) == []
    for _ in range(2):
        with clock.stopped_at(noon(12, 24)):
            jobs.look_again(0)
    assert facts_of(running).count("RepaymentReviewDue") == 1
    (review,) = queries.reviews_due(actor=desk, at=noon(12, 24))
    assert review.days == 30

    def looks(outcome: ReviewOutcome) -> RepaymentPlanReview:
        return commands.review_plan(
            plan_id=running.plan_id, days=30, outcome=outcome, actor=desk, at=noon(12, 24)
        )

    assert looks(ReviewOutcome.NOT_REACHED).done_at is None
    assert looks(ReviewOutcome.FITS).outcome == "fits"
    with pytest.raises(Conflict, match="review-already-done"):
        looks(ReviewOutcome.FITS)
    assert queries.reviews_due(actor=desk, at=noon(12, 24)) == []
    with pytest.raises(Denied):
        commands.review_plan(
            plan_id=running.plan_id,
            days=60,
            outcome=ReviewOutcome.FITS,
            actor=running.customer,
            at=noon(12, 24),
        )


# --- the database ---------------------------------------------------------------------------------------

PLAIN: dict[str, dict[str, Any]] = {
    "proposed": {},
    "running": {"agreed_at": noon(11, 24)},
    "paused": {"agreed_at": noon(11, 24), "paused_until": date(2026, 12, 1)},
    "finished": {"agreed_at": noon(11, 24), "ended_at": noon(11, 25), "ended_how": "paid"},
    "broken": {"agreed_at": noon(11, 24), "ended_at": noon(11, 25), "ended_how": "missed"},
    "withdrawn": {"ended_at": noon(11, 25), "ended_how": "wished"},
}
NOTHING: dict[str, Any] = dict.fromkeys(("agreed_at", "paused_until", "ended_at", "ended_how"))


def test_no_pair_of_states_but_those_of_the_table_passes_the_database(story: PlanStory) -> None:
    """The verbs are refused above; here the rows themselves are tried, each with the data of its state."""
    ways = {S.PROPOSED: [], S.RUNNING: ["running"], S.PAUSED: ["running", "paused"]}
    ways |= {S.FINISHED: ["running", "finished"], S.BROKEN: ["running", "broken"], S.WITHDRAWN: ["withdrawn"]}
    story.proposes()
    row = RepaymentPlan.objects.filter(id=story.plan_id)
    for before in S:
        begun = transaction.savepoint()
        for step in ways[before]:
            row.update(state=step, **NOTHING | PLAIN[step])
        for after in S:
            change = {"state": after, **NOTHING | PLAIN[after]}
            tried = transaction.savepoint()
            if before == after or (before, after) in REPAYMENT_PLAN.pairs():
                row.update(**change)
            else:
                with pytest.raises(DatabaseError, match="may not"), transaction.atomic():
                    row.update(**change)
            transaction.savepoint_rollback(tried)
        transaction.savepoint_rollback(begun)


def test_every_verb_in_every_state_does_what_the_table_says_or_changes_nothing(story: PlanStory) -> None:
    act: dict[str, Callable[[], object]] = {
        "agree": story.agrees,
        "withdraw": story.takes_back,
        "pause": lambda: story.pauses(10),
        "mend": story.mends,
        "break": story.breaks,
    }
    ways = {S.PROPOSED: [], S.RUNNING: ["agree"], S.PAUSED: ["agree", "pause"]}
    ways |= {S.BROKEN: ["agree", "break"], S.WITHDRAWN: ["withdraw"]}
    for state, steps in ways.items():
        begun, began = transaction.savepoint(), story.now
        story.proposes()
        for step in steps:
            act[step]()
        for verb, does in act.items():
            tried, moment = transaction.savepoint(), story.now
            if REPAYMENT_PLAN.can(state, verb):
                does()
                assert story.plan.state == REPAYMENT_PLAN.move(state, verb)
            else:
                with pytest.raises(Conflict, match=f"repayment_plan-cannot-{verb}"):
                    does()
                assert story.plan.state == state
            transaction.savepoint_rollback(tried)
            story.now = moment
        transaction.savepoint_rollback(begun)
        story.now = began


def test_the_database_keeps_terms_and_answers_as_they_were(running: PlanStory) -> None:
    for rows, change in (
        (RepaymentPlanTerms.objects.all(), {"dues": []}),
        (RepaymentPlanAnswers.objects.all(), {"sealed": b""}),
        (RepaymentPlan.objects.all(), {"proposed_by": "system"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    assert json.loads(Fact.objects.get(kind="RepaymentPlanAgreed").body)["version"] == 1
