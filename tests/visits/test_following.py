"""R5: whoever paid by another way drops off the list, or the visit is for less; at the door nothing changes."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Conflict, Denied
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.messages import jobs as messages
from koumen.messages.queries import sent_messages
from koumen.messages.rules.letter import Template
from koumen.payments.commands import pay_cash
from koumen.visits import jobs, queries
from koumen.visits.commands import book_visit, follow_owed
from koumen.visits.states import VisitState
from tests.visits.stories import Story, a_visit, booking_for

pytestmark = pytest.mark.django_db


def pays_elsewhere(story: Story, amount_minor: int, at: datetime) -> None:
    """By transfer, to the lender's bank."""
    bank = account_for(kind=AccountKind.BANK, currency="CNY")
    received = credit.Received(
        payment_id=new_id(),
        amount_minor=amount_minor,
        debit_account_id=bank.id,
        entry_kind=EntryKind.TRANSFER_IN,
        tendered_at=at,
    )
    credit.record_repayment(account_id=story.account_id, received=received, key=new_id(), actor=SYSTEM, at=at)


def a_tick() -> None:
    """The job runs four times a minute."""
    jobs.follow_what_is_owed(0)


def tell() -> list[str]:
    for fact_id in Fact.objects.filter(kind__in=["VisitCancelled", "WantedLowered"]).values_list(
        "fact_id", flat=True
    ):
        messages.tell(fact_id)
    return sorted(message.template for message in sent_messages())


def test_whoever_paid_everything_elsewhere_is_off_the_list_within_one_tick_and_both_are_told(
    at: datetime,
) -> None:
    story = a_visit(at)
    a_tick()
    assert story.visit.state == VisitState.BOOKED
    pays_elsewhere(story, 100000, at)
    a_tick()
    assert (story.visit.state, story.visit.end_reason) == (VisitState.CANCELLED, "paid_elsewhere")
    assert tell() == [Template.STOP_CALLED_OFF, Template.VISIT_NOT_NEEDED]
    agent_reads = next(m for m in sent_messages() if m.template == Template.STOP_CALLED_OFF)
    assert agent_reads.person_id == story.agent.person_id
    assert "¥" not in agent_reads.text, "an agent reads no amount before the door"


def test_less_is_left_than_was_booked_so_the_visit_is_for_less(at: datetime) -> None:
    story = a_visit(at)
    pays_elsewhere(story, 80000, at)
    a_tick()
    assert (story.visit.state, story.visit.wanted_minor) == (VisitState.BOOKED, 20000)
    assert tell() == [Template.STOP_FOR_LESS, Template.VISIT_FOR_LESS]
    assert "¥200.00" in next(m for m in sent_messages() if m.template == Template.VISIT_FOR_LESS).text


def test_enough_is_left_so_nothing_changes(at: datetime) -> None:
    story = a_visit(at)
    pays_elsewhere(story, 50000, at)
    a_tick()
    assert (story.visit.state, story.visit.wanted_minor) == (VisitState.BOOKED, 30000)
    assert tell() == []


def test_a_second_tick_finds_nothing_to_do(at: datetime) -> None:
    story = a_visit(at)
    pays_elsewhere(story, 80000, at)
    a_tick()
    facts = Fact.objects.count()
    assert queries.visits_to_follow() == []
    a_tick()
    follow_owed(visit_id=story.visit_id, actor=SYSTEM, at=at)
    assert Fact.objects.count() == facts


def test_who_is_on_the_way_is_called_back(at: datetime) -> None:
    story = a_visit(at).sets_out()
    pays_elsewhere(story, 100000, at)
    a_tick()
    assert story.visit.state == VisitState.CANCELLED


def test_at_the_door_the_visit_stays_and_the_tender_says_that_less_is_owed(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    pays_elsewhere(story, 90000, story.now)
    a_tick()
    assert story.visit.state == VisitState.AGREED
    with pytest.raises(Conflict, match="owed-less-now"):
        pay_cash(
            visit_id=story.visit_id,
            notes_in={10000: 3},
            notes_out={},
            key=new_id(),
            actor=story.visitor,
            at=story.now,
        )


def test_paying_at_one_visit_looks_after_the_next(at: datetime) -> None:
    first = a_visit(at, owed_minor=30000)
    second = Story(first.agent, first.home, first.account_id, book_again(first, at), at)
    first.may_be_paid()
    pay_cash(
        visit_id=first.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=first.visitor,
        at=first.now,
    )
    a_tick()
    assert first.visit.state == VisitState.PAID
    assert (second.visit.state, second.visit.end_reason) == (VisitState.CANCELLED, "paid_elsewhere")


def book_again(story: Story, at: datetime) -> UUID:
    """The same customer, three hours later."""
    booking = booking_for(story.home, story.account_id, story.agent, story.visit.shift_id, at)
    later = replace(
        booking,
        window_from=booking.window_from + timedelta(hours=3),
        window_to=booking.window_to + timedelta(hours=3),
    )
    return book_visit(booking=later, actor=story.customer, at=at).id


def test_who_booked_while_nothing_was_owed_keeps_the_visit(at: datetime) -> None:
    story = a_visit(at, owed_minor=0)
    a_tick()
    assert story.visit.state == VisitState.BOOKED


def test_only_the_system_looks(at: datetime) -> None:
    story = a_visit(at)
    with pytest.raises(Denied, match="visit-not-yours"):
        follow_owed(visit_id=story.visit_id, actor=story.customer, at=at)


def test_a_job_that_is_killed_in_the_middle_leaves_the_rest_for_the_next(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [a_visit(at) for _ in range(3)]
    for story in stories:
        pays_elsewhere(story, 100000, at)
    seen: list[object] = []

    def killed(**given: object) -> object:
        seen.append(given["visit_id"])
        if len(seen) == 2:
            raise KeyboardInterrupt
        return follow_owed(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "follow_owed", killed)
    with pytest.raises(KeyboardInterrupt):
        a_tick()
    assert sorted(str(s.visit.state) for s in stories) == ["booked", "booked", "cancelled"]
    monkeypatch.undo()
    a_tick()
    assert {story.visit.state for story in stories} == {VisitState.CANCELLED}
    assert Fact.objects.filter(kind="VisitCancelled").count() == 3
