"""The sheet of all costs: what it says, how long it must be read, and that nothing is borrowed without it."""

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from koumen.audit.models import Fact
from koumen.credit import commands, queries
from koumen.credit.commands import ConfirmedHow
from koumen.credit.models import CostSheet, CreditAccount
from koumen.credit.queries import position_at
from koumen.credit.rules.cost_sheet import (
    Borrowing,
    Cost,
    Purpose,
    Sheet,
    cost_sheet,
    instalment_sheet,
    loan_sheet,
    seconds_left,
)
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.schedule import Instalment
from koumen.documents.commands import delete_document, store_document
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.stories import Line, a_line

# --- what it says ---------------------------------------------------------------------------------------


def twelve_parts(**changed: Any) -> Sheet:
    return instalment_sheet(Parameters(**changed), principal_minor=1_000_00, terms=12, currency="CNY")


def test_a_sheet_names_every_cost_and_what_it_is_in_a_year() -> None:
    sheet = twelve_parts()
    assert (sheet.principal_minor, sheet.total_minor, sheet.cost_minor) == (1_000_00, 1_088_00, 88_00)
    assert sheet.payments == (90_66,) * 11 + (90_74,)
    assert sheet.items == (
        Cost(
            name="instalment_fee",
            how="with_each_instalment",
            rate="0.088",
            amount_minor=88_00,
            annual="0.158633",
        ),
    )
    assert (sheet.annual, sheet.effective) == ("0.158633", "0.170691")
    assert sheet.plain()["no_other_fees"] is True


def test_a_sheet_names_what_may_come_on_top() -> None:
    said = {cost.name: cost for cost in twelve_parts().contingent}
    assert (said["late"].how, said["late"].rate, said["late"].annual) == (
        "each_day_late",
        "0.0005",
        "0.182500",
    )
    assert said["unpaid_interest"].annual == "0.182500"
    assert said["prepayment"].how == "waive_unbilled"
    said = {
        cost.name: cost
        for cost in twelve_parts(
            late_mode="pct_of_unpaid_min", late_cap_minor=100_00, revolving_daily_rate="0"
        ).contingent
    }
    assert (said["late"].how, said["late"].rate, said["late"].most_minor) == ("once_late", "0.05", 100_00)
    assert "unpaid_interest" not in said
    assert "late" not in {cost.name for cost in twelve_parts(late_mode="none").contingent}


def test_a_fee_asked_for_at_once_is_called_so_and_dearer() -> None:
    sheet = twelve_parts(instalment_fee_mode="first")
    assert sheet.items[0].how == "with_first_instalment"
    assert sheet.annual.startswith("0.17096")


def test_a_loan_has_interest_and_nothing_revolving() -> None:
    parameters = Parameters(kind="loan", loan_terms=(3,), loan_annual_rate="0.12")
    sheet = loan_sheet(parameters, principal_minor=1_000_00, terms=3, currency="CNY")
    assert sheet.payments == (340_02, 340_02, 340_03)
    assert (sheet.items[0].name, sheet.items[0].rate, sheet.items[0].amount_minor) == (
        "interest",
        "0.12",
        20_07,
    )
    assert {cost.name for cost in sheet.contingent} == {"late", "prepayment"}


def test_a_repayment_plan_without_any_cost_costs_nothing_a_year() -> None:
    plan = [Instalment(no, 100_00, 0) for no in (1, 2, 3)]
    free = Borrowing(
        purpose=Purpose.REPAYMENT_PLAN,
        currency="CNY",
        plan=plan,
        cost=Cost(name="interest", how="with_each_instalment", rate="0"),
    )
    sheet = cost_sheet(free, Parameters())
    assert (sheet.cost_minor, sheet.annual, sheet.effective) == (0, "0.000000", "0.000000")


def test_the_digest_is_that_of_the_figures_and_of_what_they_are_for() -> None:
    sheet = twelve_parts()
    again = Sheet.of(json.loads(json.dumps(sheet.plain())))
    assert again == sheet
    assert again.digest == twelve_parts().digest
    assert sheet.digest != twelve_parts(late_mode="none").digest
    other = instalment_sheet(
        Parameters(), principal_minor=1_000_00, terms=12, currency="CNY", about={"purchases": ["1"]}
    )
    assert sheet.digest != other.digest


def test_the_time_to_read_runs_from_when_the_sheet_was_shown(at: datetime) -> None:
    sheet = twelve_parts()
    assert seconds_left(sheet, at, at) == 10
    assert seconds_left(sheet, at, at + timedelta(seconds=9, microseconds=1)) == 1
    assert seconds_left(sheet, at, at + timedelta(seconds=10)) == 0


# --- showing and confirming -----------------------------------------------------------------------------


@pytest.fixture
def line(at: datetime) -> Line:
    return a_line(at)


def customer_of(line: Line) -> Actor:
    account = CreditAccount.objects.select_related("customer").get(id=line.account_id)
    return Actor(Role.CUSTOMER, account.customer.person_id, customer_id=account.customer_id)


def shown(line: Line, actor: Actor, at: datetime, sheet: Sheet | None = None) -> CostSheet:
    return commands.show_cost_sheet(
        account_id=line.account_id, sheet=sheet or twelve_parts(), actor=actor, at=at
    )


def confirmed(
    sheet: CostSheet, actor: Actor, at: datetime, *, how: ConfirmedHow = ConfirmedHow.TAP, **more: Any
) -> CostSheet:
    return commands.confirm_cost_sheet(
        sheet_id=sheet.id, how=how, actor=actor, at=at, **{"key": new_id()} | more
    )


def required(line: Line, sheet: CostSheet, at: datetime, *, digest: str | None = None) -> CostSheet:
    account = position_at(actor=SYSTEM, account_id=line.account_id, at=at)
    return commands.require_confirmed(
        sheet_id=sheet.id, account=account, digest=digest or twelve_parts().digest, at=at
    )


READ = timedelta(seconds=10)


@pytest.mark.django_db
def test_a_customer_confirms_after_the_time_to_read_and_not_before(line: Line, at: datetime) -> None:
    customer = customer_of(line)
    sheet = shown(line, customer, at)
    with pytest.raises(Conflict) as refused:
        confirmed(sheet, customer, at + timedelta(seconds=3))
    assert (refused.value.code, refused.value.params) == ("cost-sheet-too-soon", {"seconds_left": 7})
    assert CostSheet.objects.get(id=sheet.id).confirmed_at is None
    done = confirmed(sheet, customer, at + READ)
    assert (done.confirmed_how, done.confirmed_by) == ("tap", customer.key)
    assert required(line, sheet, at + READ).id == sheet.id
    facts = Fact.objects.filter(subject_id=sheet.id).values_list("kind", flat=True)
    assert list(facts) == ["CostSheetShown", "CostSheetConfirmed"]


@pytest.mark.django_db
def test_opening_the_page_again_does_not_start_the_time_to_read_anew(line: Line, at: datetime) -> None:
    customer = customer_of(line)
    first, second = shown(line, customer, at), shown(line, customer, at + timedelta(seconds=5))
    assert (first.id, first.shown_at) == (second.id, second.shown_at)
    assert Fact.objects.filter(kind="CostSheetShown").count() == 1


@pytest.mark.django_db
def test_the_same_tap_sent_twice_confirms_once(line: Line, at: datetime) -> None:
    customer, key = customer_of(line), new_id()
    sheet = shown(line, customer, at)
    first = confirmed(sheet, customer, at + READ, key=key)
    again = confirmed(sheet, customer, at + READ * 2, key=key)
    assert (first.id, first.confirmed_at) == (again.id, again.confirmed_at)
    with pytest.raises(Conflict, match="cost-sheet-already-confirmed"):
        confirmed(sheet, customer, at + READ * 2)
    assert Fact.objects.filter(kind="CostSheetConfirmed").count() == 1


@pytest.mark.django_db
def test_a_signature_in_person_needs_no_waiting_but_somebody_who_saw_it(line: Line, at: datetime) -> None:
    agent, customer = Actor(Role.AGENT, new_id(), agent_id=new_id()), customer_of(line)
    sheet = shown(line, agent, at)
    signature = store_document(
        kind="evidence",
        media_type="image/png",
        content=b"signed",
        retain_until=date(2036, 1, 1),
        actor=agent,
        at=at,
    )
    given: dict[str, Any] = {"how": ConfirmedHow.SIGNATURE, "signature_id": signature.id}
    with pytest.raises(Denied, match="cost-sheet-not-yours"):
        confirmed(sheet, customer, at, **given)
    with pytest.raises(Invalid, match="signature-missing"), transaction.atomic():
        confirmed(sheet, agent, at, how=ConfirmedHow.SIGNATURE)
    with pytest.raises(Missing, match="document-not-found"), transaction.atomic():
        confirmed(sheet, agent, at, how=ConfirmedHow.SIGNATURE, signature_id=new_id())
    done = confirmed(sheet, agent, at, **given)
    assert (done.confirmed_how, done.confirmed_by) == ("signature", agent.key)
    delete_document(document_id=signature.id, actor=SYSTEM, at=at)
    left = CostSheet.objects.get(id=sheet.id)
    assert (left.signature_id, left.signature_digest) == (signature.id, sha256(b"signed").hexdigest())


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.AGENT, Role.DISPATCHER, Role.ADMINISTRATOR])
def test_nobody_taps_for_the_customer(role: Role, line: Line, at: datetime) -> None:
    actor = Actor(role, new_id(), staff_roles=frozenset({role}))
    with pytest.raises(Denied, match="cost-sheet-not-yours"):
        confirmed(shown(line, actor, at), actor, at + READ)


@pytest.mark.django_db
def test_a_customer_does_not_tap_on_a_sheet_that_was_shown_to_somebody_else(line: Line, at: datetime) -> None:
    sheet = shown(line, Actor(Role.AGENT, new_id(), agent_id=new_id()), at)
    with pytest.raises(Denied, match="cost-sheet-not-yours"):
        confirmed(sheet, customer_of(line), at + READ)


@pytest.mark.django_db
def test_a_strangers_sheet_is_not_there(line: Line, at: datetime) -> None:
    sheet, stranger = shown(line, customer_of(line), at), customer_of(a_line(at))
    with pytest.raises(Missing, match="cost-sheet-not-found"):
        confirmed(sheet, stranger, at + READ)
    with pytest.raises(Missing, match="cost-sheet-not-found"):
        queries.cost_sheet(actor=stranger, sheet_id=sheet.id)
    with pytest.raises(Missing, match="account-not-found"):
        shown(line, stranger, at)
    assert [
        one.id for one in queries.cost_sheets_of(actor=customer_of(line), account_id=line.account_id)
    ] == [sheet.id]


@pytest.mark.django_db
def test_nothing_is_borrowed_without_a_confirmed_sheet(line: Line, at: datetime) -> None:
    customer = customer_of(line)
    sheet = shown(line, customer, at)
    with pytest.raises(Conflict, match="cost-sheet-not-confirmed"):
        required(line, sheet, at)
    confirmed(sheet, customer, at + READ)
    with pytest.raises(Conflict, match="cost-sheet-not-confirmed"):
        required(a_line(at), sheet, at + READ)
    with pytest.raises(Conflict, match="cost-sheet-not-confirmed"):
        commands.require_confirmed(
            sheet_id=None,
            account=position_at(actor=SYSTEM, account_id=line.account_id, at=at),
            digest=sheet.digest,
            at=at + READ,
        )


@pytest.mark.django_db
def test_a_sheet_of_other_costs_is_not_the_one_that_was_confirmed(line: Line, at: datetime) -> None:
    customer = customer_of(line)
    sheet = shown(line, customer, at)
    confirmed(sheet, customer, at + READ)
    with pytest.raises(Conflict, match="cost-sheet-changed"):
        required(line, sheet, at + READ, digest=twelve_parts(instalment_fee_mode="first").digest)


@pytest.mark.django_db
def test_a_sheet_is_stale_once_the_account_has_moved_or_the_day_is_over(line: Line, at: datetime) -> None:
    customer = customer_of(line)
    sheet = shown(line, customer, at)
    with pytest.raises(Conflict, match="cost-sheet-stale"):
        confirmed(sheet, customer, sheet.valid_until)
    confirmed(sheet, customer, at + READ)
    with pytest.raises(Conflict, match="cost-sheet-stale"):
        required(line, sheet, sheet.valid_until)
    line.buys(50_00, at + READ)
    with pytest.raises(Conflict, match="cost-sheet-stale"):
        required(line, sheet, at + READ)
    later = shown(line, customer, at + READ)
    line.buys(50_00, at + READ)
    with pytest.raises(Conflict, match="cost-sheet-stale"):
        confirmed(later, customer, at + READ * 2)


@pytest.mark.django_db
def test_the_database_keeps_what_was_shown_and_that_it_was_confirmed(line: Line, at: datetime) -> None:
    customer = customer_of(line)
    sheet = shown(line, customer, at)
    confirmed(sheet, customer, at + READ)
    row = CostSheet.objects.filter(id=sheet.id)
    changes: tuple[dict[str, Any], ...] = (
        {"content": {}},
        {"digest": "0" * 64},
        {"shown_at": at - timedelta(days=1)},
        {"confirmed_at": at},
        {"confirmed_at": None, "confirmed_how": None, "confirmed_by": None},
    )
    for change in changes:
        with pytest.raises(DatabaseError, match="may not change"), transaction.atomic():
            row.update(**change)
    with pytest.raises(DatabaseError, match="may not change"), transaction.atomic():
        row.delete()


@pytest.mark.django_db
def test_queries_cost_what_their_docstrings_say(line: Line, at: datetime) -> None:
    customer = customer_of(line)
    sheet = shown(line, customer, at)
    with CaptureQueriesContext(connection) as one:
        queries.cost_sheet(actor=customer, sheet_id=sheet.id)
    with CaptureQueriesContext(connection) as several:
        queries.cost_sheets_of(actor=customer, account_id=line.account_id)
    with CaptureQueriesContext(connection) as versions:
        queries.product_versions(actor=builders.staff(Role.FINANCE))
    account = position_at(actor=SYSTEM, account_id=line.account_id, at=at)
    confirmed(sheet, customer, at + READ)
    with CaptureQueriesContext(connection) as gate:
        commands.require_confirmed(sheet_id=sheet.id, account=account, digest=sheet.digest, at=at + READ)
    assert (len(one), len(several), len(versions), len(gate)) == (1, 2, 1, 1)
