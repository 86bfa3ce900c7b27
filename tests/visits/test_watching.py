"""Watching over the door: quiet calls for help, signs of life, visits of which nothing is heard, two questions."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from koumen.audit.models import Fact
from koumen.conduct.commands import store_pack
from koumen.conduct.queries import door_rules
from koumen.conduct.rules.pack import WillCheck as Asks
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.visits import commands, queries
from koumen.visits.commands.watching import raise_alarm
from koumen.visits.jobs import watch_doors
from koumen.visits.models import Alert, WillCheck
from koumen.visits.rules.outcomes import AlertKind, CheckInResult, CodeResult, Means, ProofResult, WillResult
from koumen.visits.rules.secrets import under_duress
from koumen.visits.rules.will import Company, Payer, WillAnswers
from koumen.visits.states import Proof, VisitState
from tests import builders
from tests.visits.stories import MINUTE, Story, a_visit

pytestmark = pytest.mark.django_db


def desk() -> Actor:
    return builders.staff(Role.DISPATCHER)


def alarms(story: Story) -> list[str]:
    return list(
        Alert.objects.filter(visit_id=story.visit_id)
        .order_by("raised_at", "id")
        .values_list("kind", flat=True)
    )


def watched(at: datetime) -> None:
    with clock.stopped_at(at):
        watch_doors(timestamp=0)


# --- quiet calls for help -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "forced"), [("482913", "482914"), ("000009", "000000"), ("999999", "999990")]
)
def test_the_code_of_somebody_who_is_forced_is_one_higher_in_its_last_digit(code: str, forced: str) -> None:
    assert under_duress(code) == forced


def test_a_forced_customers_code_is_right_for_whoever_types_it_and_alarms_the_console(at: datetime) -> None:
    calm, forced = a_visit(at).proven(), a_visit(at).proven()
    for story in (calm, forced):
        story.agrees()
    assert calm.says(calm.code()) is CodeResult.RIGHT
    assert forced.says(under_duress(forced.code())) is CodeResult.RIGHT
    assert alarms(calm) == []
    assert alarms(forced) == [AlertKind.DURESS]
    seen = [
        (story.visit.state, story.visit.proof, story.visit.code_tries, story.visit.code_locked)
        for story in (calm, forced)
    ]
    assert seen[0] == seen[1], "nothing at the door tells them apart"
    assert queries.open_alerts(actor=forced.visitor) == []
    (fact,) = Fact.objects.filter(kind="DuressSignalled")
    assert (fact.subject_id, json.loads(fact.body)) == (forced.visit_id, {"by": "customer"})


def test_money_taken_from_somebody_who_was_forced_is_booked_as_ever(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    story.says(under_duress(story.code()))
    payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    assert story.visit.state == VisitState.PAID


def test_with_a_door_card_the_forced_code_is_one_higher_too(at: datetime) -> None:
    story = a_visit(at)
    issued = commands.issue_door_card(customer_id=story.home.id, way="counter", actor=desk(), at=at)  # type: ignore[arg-type]
    story.proven().agrees()
    assert story.says(under_duress(issued.lines[0].code)) is CodeResult.RIGHT
    assert alarms(story) == [AlertKind.DURESS]


def test_an_agent_gives_a_sign_of_life_and_the_other_number_looks_the_same_but_calls_for_help(
    at: datetime,
) -> None:
    story = a_visit(at)
    well, alarm = queries.own_signs_of_life(actor=story.visitor)
    assert well != alarm
    assert len(well) == len(alarm) == 4
    story.at_the_door()

    def check(number: str) -> CheckInResult:
        return commands.check_in(visit_id=story.visit_id, number=number, actor=story.visitor, at=story.now)

    assert check(well) is CheckInResult.RIGHT
    assert alarms(story) == []
    assert check(alarm) is CheckInResult.RIGHT
    assert alarms(story) == [AlertKind.DURESS]
    other = f"{(int(well) + int(alarm) + 7) % 10000:04}"
    assert check(other if other not in (well, alarm) else "0000") is CheckInResult.WRONG
    bodies = " ".join(Fact.objects.values_list("body", flat=True))
    assert f'"{alarm}"' not in bodies


def test_an_agents_two_numbers_are_hidden_while_they_are_out(at: datetime) -> None:
    story = a_visit(at)
    for other in (story.customer, desk(), SYSTEM):
        with pytest.raises(Denied, match="signs-not-yours"):
            queries.own_signs_of_life(actor=other)
    story.sets_out()
    with pytest.raises(Conflict, match="signs-hidden-now"):
        queries.own_signs_of_life(actor=story.visitor)


def test_nobody_else_checks_in_and_nobody_before_the_door(at: datetime) -> None:
    story = a_visit(at)
    well, _ = queries.own_signs_of_life(actor=story.visitor)
    with pytest.raises(Conflict, match="visit-not-at-the-door"):
        commands.check_in(visit_id=story.visit_id, number=well, actor=story.visitor, at=at)
    story.at_the_door()
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.check_in(visit_id=story.visit_id, number=well, actor=story.customer, at=story.now)


# --- nothing is heard -----------------------------------------------------------------------------------


def test_half_an_hour_at_a_door_without_an_act_alarms_once_and_any_act_begins_anew(at: datetime) -> None:
    story = a_visit(at)
    well, _ = queries.own_signs_of_life(actor=story.visitor)
    story.at_the_door()
    arrived = story.now
    watched(arrived + 29 * MINUTE)
    assert alarms(story) == []
    watched(arrived + 30 * MINUTE)
    watched(arrived + 31 * MINUTE)
    assert alarms(story) == [AlertKind.NO_SIGN]
    commands.check_in(visit_id=story.visit_id, number=well, actor=story.visitor, at=arrived + 35 * MINUTE)
    watched(arrived + 64 * MINUTE)
    assert alarms(story) == [AlertKind.NO_SIGN], "prolonged"
    watched(arrived + 65 * MINUTE)
    assert alarms(story) == [AlertKind.NO_SIGN, AlertKind.NO_SIGN]


def test_two_hours_after_arrival_without_an_ending_a_receipt_may_be_missing(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    arrived = story.now
    watched(arrived + 119 * MINUTE)
    assert AlertKind.NO_OUTCOME not in alarms(story)
    for _ in range(2):
        watched(arrived + 120 * MINUTE)
    assert alarms(story).count(AlertKind.NO_OUTCOME) == 1


def test_whoever_left_in_time_alarms_nobody(at: datetime) -> None:
    story = a_visit(at).proven()
    commands.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    watched(story.now + timedelta(hours=3))
    assert raise_alarm(visit_id=story.visit_id, kind=AlertKind.NO_OUTCOME, actor=SYSTEM, at=story.now) is None
    assert alarms(story) == []


def test_only_the_watch_raises_its_alarms(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    with pytest.raises(Denied, match="visit-not-yours"):
        raise_alarm(visit_id=story.visit_id, kind=AlertKind.NO_SIGN, actor=story.visitor, at=story.now)


# --- the customer is proven in another way --------------------------------------------------------------


def test_after_a_call_to_the_number_on_file_the_desk_vouches_even_when_the_tries_are_used(
    at: datetime,
) -> None:
    story = a_visit(at).at_the_door()
    with pytest.raises(Conflict, match="agent-not-proven"):
        commands.vouch_for_customer(visit_id=story.visit_id, actor=desk(), at=story.now)
    story.compares()
    result = ProofResult.NOT_PROVEN
    for _ in range(3):
        result = commands.prove_customer(
            visit_id=story.visit_id,
            means=Means.BIRTH_YEAR,
            birth_year=1900,
            actor=story.visitor,
            at=story.now,
        )
    assert result is ProofResult.EXHAUSTED
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.vouch_for_customer(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    commands.vouch_for_customer(visit_id=story.visit_id, actor=desk(), at=story.now)
    assert (story.visit.state, story.visit.proof) == (VisitState.PROVEN, Proof.BOTH)


def test_an_agent_cannot_say_that_somebody_called(at: datetime) -> None:
    story = a_visit(at).at_the_door().compares()
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.prove_customer(
            visit_id=story.visit_id, means=Means.CALL_BACK, actor=story.visitor, at=story.now
        )


# --- do they understand, and do they want to? -----------------------------------------------------------


def said(story: Story, *, understands: bool = True, is_free: bool = True) -> WillResult:
    answers = WillAnswers(
        company=Company.OTHERS, understands=understands, is_free=is_free, payer=Payer.FAMILY
    )
    return commands.check_will(visit_id=story.visit_id, answers=answers, actor=story.visitor, at=story.now)


@pytest.mark.parametrize(("understands", "is_free"), [(False, True), (True, False), (False, False)])
def test_in_doubt_no_amount_is_agreed_until_the_answer_is_another(
    at: datetime, understands: bool, is_free: bool
) -> None:
    story = a_visit(at).proven()
    assert said(story, understands=understands, is_free=is_free) is WillResult.STOP_KINDLY
    with pytest.raises(Conflict, match="will-in-doubt"):
        story.agrees()
    assert alarms(story) == ([] if is_free else [AlertKind.PRESSURE])
    assert said(story) is WillResult.GO_ON
    assert story.agrees().amount_minor == 30000


def test_r11_stopping_for_doubt_changes_no_debt(at: datetime) -> None:
    from koumen.credit import queries as credit

    story = a_visit(at).proven()
    before = credit.owed(actor=SYSTEM, account_id=story.account_id, at=story.now)
    said(story, understands=False)
    commands.break_off(visit_id=story.visit_id, reason="capacity_doubt", actor=story.visitor, at=story.now)
    assert credit.owed(actor=SYSTEM, account_id=story.account_id, at=story.now) == before


def test_where_the_pack_requires_the_questions_no_amount_comes_before_them(at: datetime) -> None:
    story = a_visit(at)
    base = builders.the_base_pack(at)
    assert door_rules(at=at).will_check is Asks.ASKED
    strict = {**base.content, "version": 99, "door": {**base.content["door"], "will_check": "required"}}
    store_pack(content=strict, actor=SYSTEM, at=at)
    story.proven()
    with pytest.raises(Conflict, match="will-not-checked"):
        story.agrees()
    said(story)
    story.agrees()


def test_the_answers_are_codes_and_are_never_changed(at: datetime) -> None:
    story = a_visit(at).proven()
    said(story)
    (fact,) = Fact.objects.filter(kind="WillChecked")
    assert json.loads(fact.body) == {
        "company": "others",
        "is_free": True,
        "payer": "family",
        "understands": True,
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        WillCheck.objects.update(is_free=False)


def test_only_the_agent_asks_and_only_before_the_money(at: datetime) -> None:
    story = a_visit(at)
    for actor, error in ((story.visitor, Conflict), (story.customer, Denied)):
        with pytest.raises(error):
            commands.check_will(
                visit_id=story.visit_id,
                answers=WillAnswers(
                    company=Company.ALONE, understands=True, is_free=True, payer=Payer.THEMSELVES
                ),
                actor=actor,
                at=at,
            )


@pytest.mark.parametrize("door", [{}, {"will_check": "maybe"}, {"will_check": "no", "check_in_min": 1}])
def test_a_pack_with_unreadable_rules_for_the_door_is_refused(at: datetime, door: dict[str, object]) -> None:
    base = builders.the_base_pack(at)
    with pytest.raises(Invalid, match="pack-"):
        store_pack(content={**base.content, "version": 98, "door": door}, actor=SYSTEM, at=at)
