"""The timeline of an account, the effect of what is proposed, the list of proposals, balances that lie still."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from koumen.credit import commands, queries
from koumen.credit.models import Activity, Proposal
from koumen.credit.queries.credit_balances import dormant_credit_balances
from koumen.credit.queries.effects import effect_of_mending, effect_of_repayment
from koumen.credit.queries.proposals import ProposalSearch, proposals_found, waiting_proposals
from koumen.credit.queries.timeline import TimelineRow, TimelineSearch, timeline
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.mending import Act
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Missing
from koumen.kit.ids import new_id
from koumen.ledger.models import Movement
from koumen.ledger.rules.chart import AccountKind
from tests import builders
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=ZONE)


@pytest.fixture
def late() -> Line:
    """5,000.00 billed on 1 October and never paid: interest and late charges since the 10th."""
    line = a_line(day(9, 1), parameters=Parameters(), opened=date(2026, 9, 1))
    line.buys(5_000_00, day(9, 15))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    line.is_billed(date(2026, 11, 1), day(11, 1))
    return line


@pytest.fixture
def ana() -> Actor:
    return builders.staff(Role.FINANCE)


def told(line: Line, **search: Any) -> list[TimelineRow]:
    found = timeline(
        actor=SYSTEM,
        account_id=line.account_id,
        search=TimelineSearch(**search),
        limit=1000,
    )
    assert found.count == len(found.rows)
    return found.rows


def kinds(line: Line) -> list[str]:
    return [row.kind for row in told(line)]


# --- the timeline ---------------------------------------------------------------------------------------


def test_everything_that_happened_is_told_newest_first(late: Line) -> None:
    late.pays(1_000_00, day(11, 3))
    assert kinds(late) == ["repayment", "bill", "late_charge", "interest", "bill", "purchase", "opened"]


def test_a_repayment_tells_how_it_came_its_split_and_who_took_it(late: Line) -> None:
    late.pays(1_000_00, day(11, 3))
    (row,) = told(late, kind="repayment")
    assert (row.details["how"], row.by) == ("cash_tender", "system")
    assert sum(row.details["split"].values()) == 1_000_00
    assert row.entry_id == Activity.objects.get(kind="repayment").entry_id


def test_what_was_told_later_stands_where_it_counts_and_its_correction_on_the_day_it_was_told(
    late: Line,
) -> None:
    late.pays(5_000_00, day(10, 5), told_at=day(11, 3))
    (repayment,), (correction,) = told(late, kind="repayment"), told(late, kind="correction")
    assert (repayment.counts_at, repayment.told_at) == (day(10, 5), day(11, 3))
    assert correction.counts_at == day(11, 3)
    assert correction.details["of_kind"] == "repayment"
    assert kinds(late).index("correction") < kinds(late).index("repayment")


def test_what_was_taken_back_says_so_and_the_reversal_stands_on_its_own_day(late: Line, ana: Actor) -> None:
    paid = late.pays(1_000_00, day(11, 3))
    commands.reverse_activity(activity_id=paid.payment_id, reason="wrong_amount", actor=ana, at=day(11, 5))
    (undone,), (reversal,) = told(late, kind="repayment"), told(late, kind="reversal")
    assert "taken_back_at" in undone.details
    assert not undone.is_reversible
    assert (reversal.counts_at, reversal.reason, reversal.by) == (day(11, 5), "wrong_amount", ana.key)
    assert reversal.subject_id == paid.payment_id
    assert reversal.entry_id not in (None, undone.entry_id)


def test_care_and_mending_are_told_with_their_reasons(late: Line, ana: Actor) -> None:
    commands.pause_late_charges(
        account_id=late.account_id,
        until=date(2026, 12, 1),
        reason="illness",
        key=new_id(),
        actor=ana,
        at=day(11, 2),
    )
    row = commands.propose(proposed=a_waiver(late), key=new_id(), actor=ana, at=day(11, 3))
    bo = builders.staff(Role.FINANCE)
    commands.decide_proposal(proposal_id=row.id, is_approved=True, key=new_id(), actor=bo, at=day(11, 4))
    by_kind = {one.kind: (one.reason, one.by) for one in told(late)}
    assert by_kind["hardship"] == ("illness", ana.key)
    assert by_kind["proposed"] == ("hardship", ana.key)
    assert by_kind["approved"] == ("hardship", bo.key)
    assert by_kind["waiver"] == ("hardship", bo.key)


def test_pages_follow_a_key_and_miss_nothing(late: Line) -> None:
    for number in range(3, 9):
        late.pays(10_00, day(11, number))
    whole, parts, before = kinds(late), list[str](), None
    while True:
        found = timeline(
            actor=SYSTEM, account_id=late.account_id, search=TimelineSearch(), before=before, limit=4
        )
        assert found.count == len(whole)
        parts += [row.kind for row in found.rows]
        if found.older is None:
            break
        before = found.older
    assert parts == whole


def test_days_filter_by_when_things_count(late: Line) -> None:
    september = told(late, counts_from=day(9, 2), counts_to=day(10, 1, 0))
    assert [row.kind for row in september] == ["purchase"]


def test_a_page_costs_four_queries_however_much_happened(late: Line) -> None:
    late.pays(10_00, day(11, 3))
    for more in range(2):
        with CaptureQueriesContext(connection) as asked:
            timeline(actor=SYSTEM, account_id=late.account_id, search=TimelineSearch())
        assert len(asked) == 4
        late.pays(10_00, day(11, 4 + more))


def test_agents_and_customers_are_told_nothing(late: Line) -> None:
    for actor in (Actor(Role.AGENT, new_id(), agent_id=late.agent_id), Actor(Role.CUSTOMER, new_id())):
        with pytest.raises(Denied, match="credit-not-yours"):
            timeline(actor=actor, account_id=late.account_id, search=TimelineSearch())
    with pytest.raises(Missing):
        timeline(actor=SYSTEM, account_id=new_id(), search=TimelineSearch())


# --- the effect of what is proposed ---------------------------------------------------------------------


def a_waiver(line: Line, amount_minor: int = 5_50) -> commands.Proposed:
    return commands.Proposed(
        account_id=line.account_id,
        act=Act.WAIVER,
        reason="hardship",
        bucket=Bucket.LATE,
        amount_minor=amount_minor,
    )


def owed_after(line: Line, proposed: commands.Proposed, at: datetime) -> None:
    """The effect shown is the effect there is, to the last field."""
    moved = Movement.objects.count()
    with CaptureQueriesContext(connection) as asked:
        shown = effect_of_mending(
            actor=SYSTEM,
            account_id=line.account_id,
            act=proposed.act,
            activity_id=proposed.activity_id,
            bucket=proposed.bucket,
            amount_minor=proposed.amount_minor,
            at=at,
        )
    assert len(asked) == (4 if proposed.act is Act.REVERSAL else 1)
    assert Movement.objects.count() == moved
    assert shown.before == line.owed(at)
    ana, bo = builders.staff(Role.FINANCE), builders.staff(Role.FINANCE)
    row = commands.propose(proposed=proposed, key=new_id(), actor=ana, at=at)
    commands.decide_proposal(proposal_id=row.id, is_approved=True, key=new_id(), actor=bo, at=at)
    now = line.owed(at)
    assert replace(shown.after, account_version=now.account_version) == now
    assert shown.after.all_minor != shown.before.all_minor


def test_the_effect_of_a_waiver_is_what_then_happens(late: Line) -> None:
    owed_after(late, a_waiver(late), day(11, 20))


def test_the_effect_of_a_write_off_is_what_then_happens(late: Line) -> None:
    owed_after(
        late, commands.Proposed(account_id=late.account_id, act=Act.WRITE_OFF, reason="fraud"), day(11, 20)
    )


def test_the_effect_of_a_reversal_is_what_then_happens(late: Line) -> None:
    paid = late.pays(5_200_00, day(11, 3))
    reversal = commands.Proposed(
        account_id=late.account_id, act=Act.REVERSAL, reason="told_twice", activity_id=paid.payment_id
    )
    owed_after(late, reversal, day(11, 20))


def test_what_could_not_happen_has_no_effect_to_show(late: Line) -> None:
    clean = a_line(day(9, 1))
    for proposed, refusal, code in (
        (a_waiver(late, 100_00), Conflict, "waiver-too-large"),
        (
            commands.Proposed(account_id=clean.account_id, act=Act.WRITE_OFF, reason="fraud"),
            Conflict,
            "nothing-owed",
        ),
        (
            commands.Proposed(
                account_id=late.account_id, act=Act.REVERSAL, reason="told_twice", activity_id=new_id()
            ),
            Missing,
            "activity-not-found",
        ),
    ):
        with pytest.raises(refusal, match=code):
            owed_after(clean if proposed.account_id == clean.account_id else late, proposed, day(11, 20))


@pytest.mark.parametrize("tendered", [day(11, 20), day(10, 5)])
def test_the_split_shown_for_a_transfer_is_the_split_there_is(late: Line, tendered: datetime) -> None:
    at = day(11, 20)
    shown = effect_of_repayment(
        actor=SYSTEM, account_id=late.account_id, amount_minor=5_100_00, tendered_at=tendered, at=at
    )
    paid = late.pays(5_100_00, tendered, told_at=at)
    assert shown.split is not None
    assert shown.split.by_kind.get(AccountKind.PRINCIPAL, 0) == paid.principal_minor
    assert shown.split.by_kind.get(AccountKind.INTEREST, 0) == paid.interest_minor
    assert shown.split.credit_minor == paid.credit_minor
    now = late.owed(at)
    assert replace(shown.after, account_version=now.account_version) == now


# --- who decides ----------------------------------------------------------------------------------------


def test_another_role_is_no_second_person(late: Line) -> None:
    person = new_id()
    first = Actor(Role.FINANCE, person, staff_roles=frozenset({Role.FINANCE}))
    same = Actor(Role.DISPATCHER, person, staff_roles=frozenset({Role.DISPATCHER, Role.FINANCE}))
    row = commands.propose(proposed=a_waiver(late), key=new_id(), actor=first, at=day(11, 2))
    with pytest.raises(Denied, match="second-person-needed"):
        commands.decide_proposal(
            proposal_id=row.id, is_approved=True, key=new_id(), actor=same, at=day(11, 2)
        )
    assert Proposal.objects.get().state == "proposed"


def test_proposals_are_found_by_state_and_act_page_by_page(late: Line, ana: Actor) -> None:
    rows = [
        commands.propose(
            proposed=replace(a_waiver(late), bucket=bucket, amount_minor=1),
            key=new_id(),
            actor=ana,
            at=day(11, 2),
        )
        for bucket in (Bucket.LATE, Bucket.INTEREST, Bucket.FEE)
    ]
    commands.decide_proposal(
        proposal_id=rows[0].id,
        is_approved=False,
        key=new_id(),
        actor=builders.staff(Role.FINANCE),
        at=day(11, 2),
    )
    assert waiting_proposals(actor=ana) == waiting_proposals(actor=ana, account_id=late.account_id) == 2

    def found(before: UUID | None = None, **search: str) -> tuple[int, list[UUID], UUID | None]:
        page = proposals_found(actor=ana, search=ProposalSearch(**search), before=before, limit=1)
        return page.count, [row.id for row in page.proposals], page.older

    assert found(state="refused") == (1, [rows[0].id], None)
    assert found(act="reversal") == (0, [], None)
    assert found(state="proposed") == (2, [rows[2].id], rows[2].id)
    assert found(rows[2].id, state="proposed") == (2, [rows[1].id], None)
    with pytest.raises(Denied):
        proposals_found(actor=Actor(Role.AGENT, new_id()), search=ProposalSearch())


# --- credit balances ------------------------------------------------------------------------------------


def test_a_balance_that_lies_longer_than_its_product_allows_is_found() -> None:
    lines = [a_line(day(9, 1), parameters=Parameters(dormant_credit_days=30)) for _ in range(2)]
    for line in lines:
        line.pays(80_00, day(9, 2))
    first, second = sorted(
        lines, key=lambda one: queries.credit_account(actor=SYSTEM, account_id=one.account_id).number
    )
    last_allowed = day(9, 2) + timedelta(days=30)
    assert dormant_credit_balances(actor=SYSTEM, at=last_allowed).count == 0
    page = dormant_credit_balances(actor=SYSTEM, limit=1, at=last_allowed + timedelta(days=1))
    assert (page.count, [one.account_id for one in page.balances]) == (2, [first.account_id])
    assert (page.balances[0].amount_minor, page.balances[0].since) == (80_00, date(2026, 9, 2))
    more = dormant_credit_balances(actor=SYSTEM, after=page.next or "", at=last_allowed + timedelta(days=1))
    assert [one.account_id for one in more.balances] == [second.account_id]
    second.buys(1_00, last_allowed)
    assert dormant_credit_balances(actor=SYSTEM, at=last_allowed + timedelta(days=1)).count == 1
