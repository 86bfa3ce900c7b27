"""What people are told about their account without having asked."""

from datetime import timedelta

import pytest

from koumen.audit.models import Fact
from koumen.credit import commands
from koumen.credit.models import Payout
from koumen.credit.rules.mending import Act
from koumen.credit.rules.payout import AtTheBank
from koumen.kit.actor import Role
from koumen.kit.ids import new_id
from koumen.messages import jobs
from koumen.messages.queries import SentMessage, sent_messages
from koumen.messages.queries.accounts import ABOUT_ACCOUNTS
from koumen.messages.rules.letter import Template
from tests import builders
from tests.credit.plan_stories import noon, somebody_behind
from tests.credit.test_lending import a_borrower, day

pytestmark = pytest.mark.django_db


def told() -> list[SentMessage]:
    """What the facts about accounts told, oldest first."""
    for fact_id in (
        Fact.objects.filter(kind__in=ABOUT_ACCOUNTS).order_by("id").values_list("fact_id", flat=True)
    ):
        jobs.tell(fact_id)
    return sent_messages()[::-1]


def test_a_plan_is_told_when_it_is_agreed_and_when_it_rests() -> None:
    story = somebody_behind()
    story.proposes()
    story.sees()
    story.agrees()
    story.pauses(14)
    agreed, rests = told()
    assert (agreed.template, rests.template) == (Template.PLAN_AGREED, Template.PLAN_RESTS)
    assert str(story.plan.id) in agreed.text
    assert f"{story.plan.pay_minor / 100:,.2f}" in agreed.text
    assert str((noon(11, 24) + timedelta(days=14)).day) in rests.text


def test_who_ends_a_plan_is_told_so_and_a_withdrawn_proposal_tells_nothing() -> None:
    story = somebody_behind()
    story.proposes()
    story.sees()
    story.agrees()
    story.breaks(by=builders.staff(Role.DISPATCHER))
    other = somebody_behind()
    other.proposes()
    commands.withdraw_plan(plan_id=other.plan.id, actor=other.customer, at=noon(11, 24))
    assert [one.template for one in told()] == [Template.PLAN_AGREED, Template.PLAN_STOPPED]


def test_who_missed_a_payment_is_asked_to_call() -> None:
    story = somebody_behind()
    story.proposes()
    story.sees()
    story.agrees()
    story.on(noon(4, 24, 2027)).night()
    assert [one.template for one in told()][-1] == Template.PLAN_BROKEN


def test_another_limit_is_told_with_its_amount() -> None:
    story = somebody_behind()
    ana, bo = builders.staff(Role.FINANCE), builders.staff(Role.FINANCE)
    wanted = commands.Proposed(
        account_id=story.line.account_id, act=Act.LIMIT, reason="customer_asked", amount_minor=9_000_00
    )
    row = commands.propose(proposed=wanted, key=new_id(), actor=ana, at=noon(11, 24))
    commands.decide_proposal(proposal_id=row.id, is_approved=True, key=new_id(), actor=bo, at=noon(11, 24))
    (message,) = told()
    assert message.template == Template.LIMIT_CHANGED
    assert "9,000.00" in message.text


def test_a_loan_that_is_refused_is_told_and_one_that_is_taken_back_is_not() -> None:
    borrower = a_borrower()
    again = borrower.asks()
    commands.withdraw_loan(request_id=again.id, actor=borrower.actor, at=day(9, 5))
    refused = borrower.asks(1_000_00, day(9, 6))
    commands.refuse_loan(
        request_id=refused.id,
        reason="income_too_low",
        key=new_id(),
        actor=builders.staff(Role.FINANCE),
        at=day(9, 6),
    )
    (letter,) = told()
    assert letter.template == Template.LOAN_REFUSED
    assert "/loans/" in letter.text


def test_money_that_is_sent_and_money_that_comes_back_are_told_with_their_amount() -> None:
    borrower = a_borrower(alone_minor=20_000_00)
    borrower.asks(1_234_00)
    payout = Payout.objects.get()
    builders.told_by_the_bank(payout, AtTheBank.SENT, day(9, 6))
    builders.told_by_the_bank(payout, AtTheBank.RETURNED, day(9, 8), reason="account_closed")
    sent, returned = told()
    assert (sent.template, returned.template) == (Template.PAYOUT_SENT, Template.PAYOUT_RETURNED)
    assert "1,234.00" in sent.text
    assert "1,234.00" in returned.text
