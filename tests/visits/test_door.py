"""The door protocol, step by step; and twenty wrong codes at once."""

from datetime import datetime, timedelta

import pytest

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.ids import new_id
from koumen.visits import commands, queries
from koumen.visits.models import Agreement, Alert
from koumen.visits.rules.outcomes import AlertKind, CodeResult, ConfirmedOn, Means, ProofResult
from koumen.visits.states import Proof, VisitState
from tests import builders
from tests.visits.stories import MINUTE, Story, a_visit

pytestmark = pytest.mark.django_db


def desk() -> Actor:
    return builders.staff(Role.DISPATCHER)


def prove(story: Story, means: Means, **said: object) -> ProofResult:
    return commands.prove_customer(
        visit_id=story.visit_id,
        means=means,
        actor=story.visitor,
        at=story.now,
        **said,  # type: ignore[arg-type]
    )


def kinds(story: Story) -> list[str]:
    return list(Fact.objects.filter(subject_id=story.visit_id).order_by("id").values_list("kind", flat=True))


# --- the agent proves first -----------------------------------------------------------------------------


def test_customer_and_agent_see_the_same_pair_but_the_agent_only_at_the_door(at: datetime) -> None:
    story = a_visit(at)
    pair = queries.pictures_for(actor=story.customer, visit_id=story.visit_id)
    with pytest.raises(Denied, match="pictures-not-yours"):
        queries.pictures_for(actor=story.visitor, visit_id=story.visit_id)
    story.at_the_door()
    assert queries.pictures_for(actor=story.visitor, visit_id=story.visit_id) == pair
    with pytest.raises(Denied, match="pictures-not-yours"):
        queries.pictures_for(actor=desk(), visit_id=story.visit_id)


def test_before_the_pictures_match_nobody_asks_the_customer_for_proof(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    with pytest.raises(Conflict, match="agent-not-proven"):
        prove(story, Means.LENDER_CARD)
    story.compares()
    assert story.visit.proof == Proof.AGENT
    assert prove(story, Means.LENDER_CARD) is ProofResult.PROVEN
    assert story.visit.state == VisitState.PROVEN
    assert story.visit.proof == Proof.BOTH


def test_pictures_that_differ_alarm_the_console_and_cannot_be_matched_any_more(at: datetime) -> None:
    story = a_visit(at).at_the_door().compares(matched=False)
    (alert,) = queries.open_alerts(actor=desk())
    assert (alert.kind, alert.visit_id) == (AlertKind.PICTURES_DIFFER, story.visit_id)
    assert story.visit.state == VisitState.AT_THE_DOOR
    with pytest.raises(Conflict, match="pictures-differed"):
        story.compares()
    commands.break_off(visit_id=story.visit_id, reason="pictures_differ", actor=story.customer, at=story.now)
    commands.take_alert(alert_id=alert.id, actor=desk(), at=story.now)
    assert queries.open_alerts(actor=desk()) == []
    with pytest.raises(Conflict, match="alert-already-taken"):
        commands.take_alert(alert_id=alert.id, actor=desk(), at=story.now)


def test_after_a_call_the_desk_gives_a_new_pair(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    before = queries.pictures_for(actor=story.customer, visit_id=story.visit_id)
    story.compares(matched=False)
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.renew_pictures(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    commands.renew_pictures(visit_id=story.visit_id, actor=desk(), at=story.now)
    assert queries.pictures_for(actor=story.customer, visit_id=story.visit_id) != before
    story.compares()
    assert story.visit.proof == Proof.AGENT


def test_customers_and_agents_see_no_alerts(at: datetime) -> None:
    story = a_visit(at).at_the_door().compares(matched=False)
    assert queries.open_alerts(actor=story.customer) == []
    assert queries.open_alerts(actor=story.visitor) == []


# --- then the customer ----------------------------------------------------------------------------------


def test_a_failed_means_offers_another_and_three_failures_end_it(at: datetime) -> None:
    story = a_visit(at).at_the_door().compares()
    assert prove(story, Means.BIRTH_YEAR, birth_year=1950) is ProofResult.NOT_PROVEN
    assert prove(story, Means.IDENTITY_CARD, matched=False) is ProofResult.NOT_PROVEN
    assert prove(story, Means.BIRTH_YEAR, birth_year=1951) is ProofResult.EXHAUSTED
    with pytest.raises(Conflict, match="identity-tries-used"):
        prove(story, Means.BIRTH_YEAR, birth_year=1948)
    assert story.visit.state == VisitState.AT_THE_DOOR
    commands.break_off(
        visit_id=story.visit_id, reason="identity_not_proven", actor=story.visitor, at=story.now
    )


def test_a_year_of_birth_is_compared_and_never_only_said_to_fit(at: datetime) -> None:
    story = a_visit(at).at_the_door().compares()
    with pytest.raises(Invalid, match="birth-year-missing"):
        prove(story, Means.BIRTH_YEAR, matched=True)
    assert prove(story, Means.BIRTH_YEAR, birth_year=1948) is ProofResult.PROVEN


# --- the amount -----------------------------------------------------------------------------------------


def test_an_amount_is_agreed_from_a_valid_quote_and_another_amount_has_another_code(at: datetime) -> None:
    story = a_visit(at).proven()
    first = story.agrees(30000)
    code = story.code()
    second = story.agrees(20000)
    assert (first.generation, second.generation) == (1, 2)
    assert story.code() != code
    assert story.says(code) is CodeResult.WRONG
    assert queries.open_agreement(story.visit) is None


def test_more_than_is_owed_needs_the_customers_tick(at: datetime) -> None:
    story = a_visit(at, owed_minor=100000).proven()
    with pytest.raises(Invalid, match="amount-above-owed"):
        story.agrees(100001)
    assert story.agrees(100001, surplus_wanted=True).surplus_wanted


def test_a_quote_of_yesterday_is_over(at: datetime) -> None:
    story = a_visit(at).proven()
    quote = credit.make_quote(account_id=story.account_id, actor=story.customer, at=at - timedelta(days=1))
    with pytest.raises(Conflict, match="quote-over"):
        _agree(story, quote.id)


def test_a_quote_of_another_account_is_no_quote(at: datetime) -> None:
    story, other = a_visit(at).proven(), a_visit(at)
    quote = credit.make_quote(account_id=other.account_id, actor=other.customer, at=story.now)
    with pytest.raises(Invalid, match="quote-not-of-this-account"):
        _agree(story, quote.id)


def _agree(story: Story, quote_id: object, **other: object) -> Agreement:
    given = {
        "visit_id": story.visit_id,
        "quote_id": quote_id,
        "amount_minor": 30000,
        "confirmed_on": ConfirmedOn.OWN_SCREEN,
        "key": new_id(),
        "actor": story.customer,
        "at": story.now,
    }
    return commands.agree_amount(**(given | other))  # type: ignore[arg-type]


def test_the_agents_session_agrees_only_on_the_turned_phone(at: datetime) -> None:
    story = a_visit(at).proven()
    quote = credit.make_quote(account_id=story.account_id, actor=SYSTEM, at=story.now)
    with pytest.raises(Denied, match="visit-not-yours"):
        _agree(story, quote.id, actor=story.visitor)
    agreed = _agree(story, quote.id, actor=story.visitor, confirmed_on=ConfirmedOn.AGENTS_PHONE)
    assert agreed.confirmed_on == ConfirmedOn.AGENTS_PHONE


def test_the_same_click_twice_is_one_agreement_and_another_body_is_refused(at: datetime) -> None:
    story = a_visit(at).proven()
    quote = credit.make_quote(account_id=story.account_id, actor=story.customer, at=story.now)
    key = new_id()
    assert _agree(story, quote.id, key=key).id == _agree(story, quote.id, key=key).id
    with pytest.raises(Conflict, match="key-reused"):
        _agree(story, quote.id, key=key, amount_minor=1)
    assert story.visit.agreements.count() == 1


# --- the code -------------------------------------------------------------------------------------------


def test_only_the_customer_sees_the_code_and_only_when_an_amount_is_agreed(at: datetime) -> None:
    story = a_visit(at).proven()
    with pytest.raises(Conflict, match="code-not-ready"):
        story.code()
    story.agrees()
    assert len(story.code()) == 6
    for other in (story.visitor, desk()):
        with pytest.raises(Denied, match="code-not-yours"):
            queries.release_code(actor=other, visit_id=story.visit_id)


def test_a_right_code_opens_the_agreement_once(at: datetime) -> None:
    story = a_visit(at).proven()
    agreement = story.agrees()
    code = story.code()
    assert story.says(f"{code[:3]} {code[3:]}") is CodeResult.RIGHT
    opened = queries.open_agreement(story.visit)
    assert opened is not None
    assert opened.id == agreement.id
    with pytest.raises(Conflict, match="code-already-used"):
        story.says(code)
    with pytest.raises(Conflict, match="code-not-ready"):
        story.code()


def test_a_code_lives_an_hour(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    code = story.code()
    story.now += 60 * MINUTE
    assert story.says(code) is CodeResult.EXPIRED
    assert story.visit.code_tries == 0
    story.agrees()
    assert story.says(story.code()) is CodeResult.RIGHT


def test_the_third_wrong_code_locks_and_the_right_one_comes_too_late(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    code, wrong = story.code(), story.wrong_code()
    assert [story.says(wrong) for _ in range(3)] == [CodeResult.WRONG, CodeResult.WRONG, CodeResult.LOCKED]
    assert story.says(code) is CodeResult.LOCKED
    assert kinds(story)[-3:] == ["CodeRefused", "CodeRefused", "CodeLocked"]
    assert [alert.kind for alert in queries.open_alerts(actor=desk())] == [AlertKind.CODE_LOCKED]
    assert story.visit.state == VisitState.AGREED


def test_another_amount_buys_no_new_tries(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    story.says(story.wrong_code())
    story.says(story.wrong_code())
    story.agrees(20000)
    assert story.says(story.wrong_code()) is CodeResult.LOCKED


def test_the_phone_desk_unlocks_with_a_new_code_for_the_same_amount(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    code, wrong = story.code(), story.wrong_code()
    for _ in range(3):
        story.says(wrong)
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.unlock_code(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    commands.unlock_code(visit_id=story.visit_id, actor=desk(), at=story.now)
    assert story.code() != code
    assert story.says(code) is CodeResult.WRONG
    assert story.says(story.code()) is CodeResult.RIGHT


def test_no_fact_of_the_door_carries_a_secret(at: datetime) -> None:
    story = a_visit(at).proven()
    pictures = queries.pictures_for(actor=story.customer, visit_id=story.visit_id)
    story.agrees()
    code = story.code()
    story.says(code)
    bodies = " ".join(Fact.objects.values_list("body", flat=True))
    assert code not in bodies
    assert not any(f'"{picture}"' in bodies for picture in pictures)


def test_a_pictures_query_reads_once(at: datetime, django_assert_num_queries: object) -> None:
    story = a_visit(at)
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.pictures_for(actor=story.customer, visit_id=story.visit_id)
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.coming_visits(actor=story.customer)


# --- an amount that the agent typed -----------------------------------------------------------------------


def assisted(story: Story, reason: str, *, actor: Actor | None = None) -> Agreement:
    quote = credit.make_quote(account_id=story.account_id, actor=story.visitor, at=story.now)
    return commands.agree_amount(
        visit_id=story.visit_id,
        quote_id=quote.id,
        amount_minor=30000,
        confirmed_on=ConfirmedOn.ASSISTED,
        assisted_reason=reason,
        key=new_id(),
        actor=actor or story.visitor,
        at=story.now,
    )


def test_an_amount_that_the_agent_typed_has_a_reason_and_the_office_is_told(at: datetime) -> None:
    story = a_visit(at).proven()
    agreement = assisted(story, "cannot_see")
    assert (agreement.confirmed_on, agreement.assisted_reason) == ("assisted", "cannot_see")
    assert Alert.objects.filter(visit_id=story.visit_id, kind="amount_assisted").count() == 1
    fact = Fact.objects.get(kind="AmountAgreed", subject_id=story.visit_id)
    assert '"assisted_reason":"cannot_see"' in fact.body


def test_without_a_known_reason_nobody_types_for_the_customer(at: datetime) -> None:
    story = a_visit(at).proven()
    for reason in ("", "in_a_hurry"):
        with pytest.raises(Invalid, match="assisted-reason-unknown"):
            assisted(story, reason)
    with pytest.raises(Denied, match="visit-not-yours"):
        assisted(story, "cannot_see", actor=story.customer)
    assert not Alert.objects.filter(kind="amount_assisted").exists()
    story.agrees()
    assert not Alert.objects.filter(kind="amount_assisted").exists()
