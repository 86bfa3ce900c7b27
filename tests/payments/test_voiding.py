"""A payment that was taken back: its receipt is void, once and for good, and its number stays used."""

from datetime import datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Denied, Missing
from koumen.kit.ids import new_id
from koumen.ledger.queries import trial_balance
from koumen.ledger.rules.chart import AccountKind
from koumen.payments import commands, jobs, queries
from koumen.payments.models import Receipt
from tests.payments.test_cash import pays
from tests.payments.test_wallet import opens, paid, settle
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


def receipt_of(story: Story) -> Receipt:
    return Receipt.objects.get(payment__visit_id=story.visit_id)


def taken_back(story: Story) -> Receipt:
    """The payment of the visit is reversed, and the jobs have run."""
    credit.reverse_activity(
        activity_id=receipt_of(story).payment_id, reason="told_twice", actor=SYSTEM, at=story.now
    )
    jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
    return receipt_of(story)


def cash_of(story: Story) -> int:
    return queries.cash_in_hand(agent_id=story.agent.id, currency="CNY")


def test_a_reversed_payment_makes_its_receipt_void_and_lowers_the_agents_cash(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    pays(story, {10000: 3})
    assert cash_of(story) == 300_00
    receipt = taken_back(story)
    assert (receipt.void_reason, receipt.voided_at is not None) == ("told_twice", True)
    assert cash_of(story) == 0
    assert queries.public_receipt(token=receipt.token).void_reason == "told_twice"
    fact = Fact.objects.get(kind="ReceiptVoided")
    assert (fact.subject_id, fact.actor) == (receipt.id, "system")


def test_the_job_run_twice_voids_once(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    pays(story, {10000: 3})
    first = taken_back(story)
    jobs.void_receipts(Fact.objects.get(kind="ActivityReversed").fact_id)
    assert receipt_of(story).voided_at == first.voided_at
    assert Fact.objects.filter(kind="ReceiptVoided").count() == 1


def test_the_number_of_a_void_receipt_stays_used(at: datetime) -> None:
    stories = [a_visit(at).may_be_paid() for _ in range(2)]
    pays(stories[0], {10000: 3})
    void = taken_back(stories[0])
    pays(stories[1], {10000: 3})
    assert receipt_of(stories[1]).number == void.number + 1


def test_a_wallet_payment_is_taken_back_like_cash(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    settle(story, paid(opens(story), reference="W9"))
    assert taken_back(story).void_reason == "told_twice"
    books = {line.kind: line.balance_minor for line in trial_balance(actor=SYSTEM)}
    assert books[AccountKind.WALLET] == 0


def test_what_has_no_receipt_of_ours_is_passed_over(at: datetime) -> None:
    story = a_visit(at)
    bought = credit.record_purchase(
        purchase=credit.PurchaseRequest(
            account_id=story.visit.account_id,
            amount_minor=1_00,
            currency="CNY",
            description="市场",
            purchased_at=at,
        ),
        actor=SYSTEM,
        at=at,
    )
    credit.reverse_activity(activity_id=bought.id, reason="merchant_error", actor=SYSTEM, at=at)
    jobs.void_receipts(Fact.objects.get(kind="ActivityReversed").fact_id)
    assert not Fact.objects.filter(kind="ReceiptVoided").exists()


def test_nobody_but_the_system_makes_a_receipt_void(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    pays(story, {10000: 3})
    receipt = receipt_of(story)
    for actor in (story.visitor, story.customer):
        with pytest.raises(Denied, match="receipt-not-yours"):
            commands.void_receipt(payment_id=receipt.payment_id, reason="x", actor=actor, at=story.now)
    with pytest.raises(Missing, match="receipt-not-found"):
        commands.void_receipt(payment_id=new_id(), reason="x", actor=SYSTEM, at=story.now)
    assert receipt_of(story).voided_at is None


@pytest.mark.parametrize("change", [{"void_reason": "goodwill"}, {"voided_at": None, "void_reason": ""}])
def test_the_database_keeps_a_void_receipt_void(at: datetime, change: dict[str, object]) -> None:
    story = a_visit(at).may_be_paid()
    pays(story, {10000: 3})
    void = taken_back(story)
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.filter(id=void.id).update(**change)


def test_the_database_wants_a_reason(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    pays(story, {10000: 3})
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(id=receipt_of(story).id).update(voided_at=at)
