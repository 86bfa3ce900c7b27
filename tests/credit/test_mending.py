"""Reversals, waivers, write-offs: two persons; care for who pays with difficulty; the end of an account."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from koumen.audit.models import Fact
from koumen.credit import commands
from koumen.credit.books import check_books
from koumen.credit.jobs import release_old_reservations
from koumen.credit.models import Activity, CreditAccount, Payout, Proposal
from koumen.credit.queries.effects import effect_of_limit
from koumen.credit.queries.timeline import TimelineSearch, timeline
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.buying import Category
from koumen.credit.rules.mending import Act
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.payout import AtTheBank
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.models import Movement
from koumen.ledger.queries import trial_balance
from tests import builders
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")


def day(month: int, number: int, hour: int = 12, *, year: int = 2026) -> datetime:
    return datetime(year, month, number, hour, tzinfo=ZONE)


@pytest.fixture
def late() -> Line:
    """5,000.00 billed on 1 October and never paid: interest and late charges since the 10th."""
    line = a_line(day(9, 1), parameters=Parameters())
    line.buys(5_000_00, day(9, 15))
    line.is_billed(date(2026, 11, 1), day(11, 1))
    return line


@pytest.fixture
def ana() -> Actor:
    return builders.staff(Role.FINANCE)


@pytest.fixture
def bo() -> Actor:
    return builders.staff(Role.FINANCE)


def a_waiver(line: Line, amount_minor: int = 5_50, reason: str = "hardship") -> commands.Proposed:
    return commands.Proposed(
        account_id=line.account_id,
        act=Act.WAIVER,
        reason=reason,
        bucket=Bucket.LATE,
        amount_minor=amount_minor,
    )


def decided(row: Proposal, actor: Actor, at: datetime, *, is_approved: bool = True) -> Proposal:
    return commands.decide_proposal(
        proposal_id=row.id, is_approved=is_approved, key=new_id(), actor=actor, at=at
    )


def test_a_charge_is_let_go_only_when_a_second_person_agrees(late: Line, ana: Actor, bo: Actor) -> None:
    before = late.owed(day(11, 2)).all_minor
    row = commands.propose(proposed=a_waiver(late), key=new_id(), actor=ana, at=day(11, 2))
    assert late.owed(day(11, 2)).all_minor == before
    with pytest.raises(Denied) as refused:
        decided(row, ana, day(11, 2, 13))
    assert refused.value.code == "second-person-needed"
    decided(row, bo, day(11, 2, 13))
    assert late.owed(day(11, 2, 13)).all_minor == before - 5_50
    books = {line.kind.value: line.balance_minor for line in trial_balance(actor=SYSTEM)}
    assert (books["waiver_expense"], books["late"]) == (5_50, 0)
    assert check_books().is_right


def test_a_refused_proposal_changes_nothing_and_is_decided_once(late: Line, ana: Actor, bo: Actor) -> None:
    row = commands.propose(proposed=a_waiver(late), key=new_id(), actor=ana, at=day(11, 2))
    moved = Movement.objects.count()
    decided(row, bo, day(11, 2), is_approved=False)
    with pytest.raises(Conflict) as refused:
        decided(row, bo, day(11, 2))
    assert refused.value.code == "proposal-cannot-approve"
    assert Movement.objects.count() == moved


def test_a_payment_is_taken_back_by_two_persons_and_only_once(late: Line, ana: Actor, bo: Actor) -> None:
    owed = late.owed(day(11, 3)).all_minor
    paid = late.pays(1_000_00, day(11, 3))
    reversal = commands.Proposed(
        account_id=late.account_id,
        act=Act.REVERSAL,
        reason="money_did_not_come",
        activity_id=paid.payment_id,
    )
    decided(commands.propose(proposed=reversal, key=new_id(), actor=ana, at=day(11, 3)), bo, day(11, 3))
    assert late.owed(day(11, 3)).all_minor == owed
    assert Fact.objects.filter(kind="ActivityReversed", subject_id=paid.payment_id).count() == 1
    with pytest.raises(Conflict) as refused:
        commands.propose(proposed=reversal, key=new_id(), actor=ana, at=day(11, 4))
    assert refused.value.code == "activity-already-reversed"
    assert check_books().is_right


def test_the_same_key_proposes_and_decides_once(late: Line, ana: Actor, bo: Actor) -> None:
    key, other = new_id(), new_id()
    rows = {commands.propose(proposed=a_waiver(late), key=key, actor=ana, at=day(11, 2)).id for _ in "ab"}
    (row_id,) = rows
    for _ in "ab":
        commands.decide_proposal(proposal_id=row_id, is_approved=True, key=other, actor=bo, at=day(11, 2, 13))
    assert Activity.objects.filter(kind="waiver").count() == 1
    with pytest.raises(Conflict) as refused:
        commands.propose(proposed=a_waiver(late, 1), key=key, actor=ana, at=day(11, 2))
    assert refused.value.code == "key-reused"


def test_what_makes_no_sense_is_not_even_proposed(late: Line, ana: Actor) -> None:
    nonsense = [
        (a_waiver(late, reason="because"), Invalid, "reason-unknown"),
        (a_waiver(late, 0), Invalid, "amount-not-positive"),
        (
            commands.Proposed(
                account_id=late.account_id,
                act=Act.WAIVER,
                reason="goodwill",
                bucket=Bucket.PRINCIPAL,
                amount_minor=1,
            ),
            Invalid,
            "bucket-unknown",
        ),
        (
            commands.Proposed(
                account_id=late.account_id, act=Act.REVERSAL, reason="told_twice", activity_id=new_id()
            ),
            Missing,
            "activity-not-found",
        ),
        (
            commands.Proposed(account_id=new_id(), act=Act.WRITE_OFF, reason="fraud"),
            Missing,
            "account-not-found",
        ),
    ]
    for proposed, refusal, code in nonsense:
        with pytest.raises(refusal, match=code):
            commands.propose(proposed=proposed, key=new_id(), actor=ana, at=day(11, 2))
    assert not Proposal.objects.exists()
    with pytest.raises(Denied):
        commands.propose(
            proposed=a_waiver(late), key=new_id(), actor=builders.staff(Role.DISPATCHER), at=day(11, 2)
        )


def test_more_than_is_owed_is_not_let_go(late: Line, ana: Actor, bo: Actor) -> None:
    row = commands.propose(proposed=a_waiver(late, 100_00), key=new_id(), actor=ana, at=day(11, 2))
    with pytest.raises(Conflict) as refused:
        decided(row, bo, day(11, 2))
    assert refused.value.code == "waiver-too-large"
    row.refresh_from_db()
    assert row.state == "proposed", "the refusal left it as it was"


def test_a_debt_is_written_off_by_two_and_what_comes_later_is_a_recovery(
    late: Line, ana: Actor, bo: Actor
) -> None:
    proposed = commands.Proposed(account_id=late.account_id, act=Act.WRITE_OFF, reason="deceased")
    decided(commands.propose(proposed=proposed, key=new_id(), actor=ana, at=day(11, 2)), bo, day(11, 2))
    assert late.owed(day(12, 20)).all_minor == 0, "nothing accrues any more"
    with pytest.raises(Conflict) as refused:
        late.buys(10_00, day(12, 20))
    assert refused.value.code == "account-not-active"
    paid = late.pays(6_000_00, day(12, 21))
    assert (paid.recovered_minor, paid.credit_minor) == (5_055_00, 945_00)
    books = {line.kind.value: line.balance_minor for line in trial_balance(actor=SYSTEM)}
    assert (books["write_off_expense"], books["recovery_income"]) == (5_055_00, -5_055_00)
    assert check_books().is_right


def test_another_limit_takes_two_persons_and_leaves_what_is_owed(late: Line, ana: Actor, bo: Actor) -> None:
    before, owed = CreditAccount.objects.get(id=late.account_id), late.owed(day(11, 2)).all_minor
    wanted = commands.Proposed(account_id=late.account_id, act=Act.LIMIT, reason="risk", amount_minor=1_00)
    shown = effect_of_limit(
        actor=ana, account_id=late.account_id, limit_minor=wanted.amount_minor, at=day(11, 2)
    )
    assert (shown.before_minor, shown.after_minor) == (before.limit_minor, 1_00)
    row = commands.propose(proposed=wanted, key=new_id(), actor=ana, at=day(11, 2))
    assert CreditAccount.objects.get(id=late.account_id).limit_minor == before.limit_minor
    with pytest.raises(Denied):
        decided(row, ana, day(11, 2))
    decided(row, bo, day(11, 2))
    after = CreditAccount.objects.get(id=late.account_id)
    assert (after.limit_minor, after.version) == (1_00, before.version + 1)
    assert late.owed(day(11, 2)).all_minor == owed
    with pytest.raises(Conflict) as refused:
        late.buys(1_00, day(11, 2, 13))
    assert refused.value.code == "limit-exceeded"
    with pytest.raises(Conflict) as again:
        commands.propose(proposed=wanted, key=new_id(), actor=ana, at=day(11, 3))
    assert again.value.code == "limit-unchanged"
    opened = timeline(actor=ana, account_id=late.account_id, search=TimelineSearch(kind="opened")).rows[0]
    assert opened.amount_minor == before.limit_minor, "the account began with the older limit"


def test_the_database_too_sees_one_person_in_two_roles(late: Line, ana: Actor) -> None:
    row = commands.propose(proposed=a_waiver(late), key=new_id(), actor=ana, at=day(11, 2))
    other_role = f"administrator:{ana.person_id}"
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(id=row.id).update(
            state="approved", decided_by=other_role, decided_at=day(11, 2)
        )


def test_the_due_day_moves_once_in_twelve_months_and_never_while_late(late: Line) -> None:
    line = a_line(day(9, 1), parameters=Parameters())
    commands.change_due_day(account_id=line.account_id, due_day=20, key=new_id(), actor=SYSTEM, at=day(9, 2))
    line.buys(100_00, day(9, 5))
    assert line.is_billed(date(2026, 10, 1), day(10, 1)).due_date == date(2026, 10, 20)
    line.pays(100_00, day(10, 2))
    for due_day, account, code in (
        (15, line, "due-day-changed-lately"),
        (11, line, "due-day-not-offered"),
        (15, late, "due-day-while-late"),
    ):
        with pytest.raises((Conflict, Invalid)) as refused:
            commands.change_due_day(
                account_id=account.account_id, due_day=due_day, key=new_id(), actor=SYSTEM, at=day(11, 2)
            )
        assert refused.value.code == code
    commands.change_due_day(
        account_id=line.account_id, due_day=8, key=new_id(), actor=SYSTEM, at=day(9, 3, year=2027)
    )


def test_late_charges_rest_during_a_hardship_pause_and_never_longer_than_the_product_allows() -> None:
    line = a_line(day(9, 1), parameters=Parameters())
    line.buys(5_000_00, day(9, 15))
    line.is_billed(date(2026, 10, 1), day(10, 1))
    until = date(2026, 11, 1)
    with pytest.raises(Conflict) as refused:
        commands.pause_late_charges(
            account_id=line.account_id,
            until=until + timedelta(days=90),
            reason="illness",
            key=new_id(),
            actor=SYSTEM,
            at=day(10, 5),
        )
    assert refused.value.code == "pause-too-long"
    commands.pause_late_charges(
        account_id=line.account_id, until=until, reason="illness", key=new_id(), actor=SYSTEM, at=day(10, 5)
    )
    november = line.is_billed(date(2026, 11, 1), day(11, 1))
    assert (november.late_minor, november.interest_minor) == (0, 49_50), "22 days on what is not overdue"
    december = line.is_billed(date(2026, 12, 1), day(12, 1))
    assert december.late_minor > 0


def test_a_credit_balance_is_paid_out_and_an_account_with_nothing_open_is_closed(late: Line) -> None:
    line = a_line(day(9, 1), parameters=Parameters())
    line.pays(80_00, day(9, 2))
    with pytest.raises(Conflict) as refused:
        commands.close_account(account_id=line.account_id, actor=SYSTEM, at=day(9, 3))
    assert refused.value.code == "account-still-open"
    with pytest.raises(Conflict, match="bank-account-not-verified"):
        commands.refund_credit(
            account_id=line.account_id, amount_minor=80_00, key=new_id(), actor=SYSTEM, at=day(9, 3)
        )
    builders.a_bank_account(CreditAccount.objects.get(id=line.account_id).customer_id, day(9, 3))
    with pytest.raises(Conflict, match="credit-balance-too-small"):
        commands.refund_credit(
            account_id=line.account_id, amount_minor=80_01, key=new_id(), actor=SYSTEM, at=day(9, 3)
        )
    key = new_id()
    for _ in range(2):
        left = commands.refund_credit(
            account_id=line.account_id, amount_minor=80_00, key=key, actor=SYSTEM, at=day(9, 3)
        )
        assert left == 0
    with pytest.raises(Conflict, match="account-still-open"):
        commands.close_account(account_id=line.account_id, actor=SYSTEM, at=day(9, 4))
    builders.told_by_the_bank(Payout.objects.get(), AtTheBank.SENT, day(9, 4))
    commands.close_account(account_id=line.account_id, actor=SYSTEM, at=day(9, 4))
    assert CreditAccount.objects.get(id=line.account_id).state == "closed"
    for attempt in (lambda: line.pays(1_00, day(9, 5)), lambda: line.buys(1_00, day(9, 5))):
        with pytest.raises(Conflict):
            attempt()
    assert check_books().is_right


def test_a_reservation_holds_room_until_it_is_taken_or_let_go() -> None:
    line = a_line(day(9, 1), limit_minor=1_000_00)
    asked = commands.PurchaseRequest(
        account_id=line.account_id,
        amount_minor=700_00,
        currency="CNY",
        description="电器城",
        purchased_at=day(9, 2),
    )
    held, other = new_id(), new_id()
    for _ in range(2):
        commands.reserve_limit(purchase=asked, reservation_id=held, actor=SYSTEM, at=day(9, 2))
    assert line.owed(day(9, 2)).all_minor == 0
    for attempt in (
        lambda: line.buys(300_01, day(9, 2)),
        lambda: commands.reserve_limit(purchase=asked, reservation_id=other, actor=SYSTEM, at=day(9, 2)),
        lambda: commands.take_reservation(
            reservation_id=held, amount_minor=700_01, actor=SYSTEM, at=day(9, 3)
        ),
    ):
        with pytest.raises(Conflict):
            attempt()
    for _ in range(2):
        commands.take_reservation(reservation_id=held, amount_minor=650_00, actor=SYSTEM, at=day(9, 3))
    assert line.owed(day(9, 3)).all_minor == 650_00
    with pytest.raises(Conflict):
        commands.release_reservation(reservation_id=held, actor=SYSTEM, at=day(9, 3))
    assert check_books().is_right


@pytest.mark.parametrize(
    ("basis", "billed_on"), [("purchase", date(2026, 10, 1)), ("confirmed", date(2026, 11, 1))]
)
def test_a_reserved_purchase_counts_from_the_order_or_from_its_confirmation_by_the_product(
    basis: str, billed_on: date
) -> None:
    line = a_line(day(9, 1), parameters=Parameters(posting_basis=basis))
    asked = commands.PurchaseRequest(
        account_id=line.account_id,
        amount_minor=300_00,
        currency="CNY",
        description="电器城",
        purchased_at=day(9, 20),
    )
    held = new_id()
    commands.reserve_limit(purchase=asked, reservation_id=held, actor=SYSTEM, at=day(9, 20))
    taken = day(9, 25) if basis == "purchase" else day(10, 2)
    commands.take_reservation(reservation_id=held, amount_minor=300_00, actor=SYSTEM, at=taken)
    bill = line.is_billed(billed_on, day(11, 1))
    assert bill.purchases_minor == 300_00
    assert check_books().is_right


def test_what_a_merchant_never_confirmed_is_let_go_after_thirty_days() -> None:
    line = a_line(day(9, 1), limit_minor=1_000_00)
    asked = commands.PurchaseRequest(
        account_id=line.account_id,
        amount_minor=700_00,
        currency="CNY",
        description="电器城",
        purchased_at=day(9, 2),
    )
    held = commands.reserve_limit(purchase=asked, reservation_id=new_id(), actor=SYSTEM, at=day(9, 2))
    for moment, state in ((day(10, 1), "held"), (day(10, 3), "released"), (day(10, 4), "released")):
        with clock.stopped_at(moment):
            release_old_reservations(0)
        held.refresh_from_db()
        assert held.state == state
    line.buys(1_000_00, day(10, 4))


def test_a_card_bill_that_was_paid_by_mistake_is_taken_back(late: Line) -> None:
    """The lender paid it by transfer: its other side is the bank, which elsewhere is where money comes in."""
    purchase = commands.PurchaseRequest(
        account_id=late.account_id,
        amount_minor=300_00,
        currency="CNY",
        description="银行信用卡账单",
        purchased_at=day(10, 5),
        category=Category.CARD_BILL,
    )
    before = late.owed(day(10, 5)).all_minor
    row = commands.record_purchase(purchase=purchase, actor=SYSTEM, at=day(10, 5))
    commands.reverse_activity(activity_id=row.id, reason="told_twice", actor=SYSTEM, at=day(10, 6))
    assert late.owed(day(10, 6)).all_minor - before < 300_00
    assert balances_of("bank") == 0
    assert check_books().is_right


def balances_of(kind: str) -> int:
    return sum(line.balance_minor for line in trial_balance(actor=SYSTEM) if line.kind == kind)
