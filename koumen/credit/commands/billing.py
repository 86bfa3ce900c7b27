"""Making the bill."""

from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Sum

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit.commands.dues import lock_account, next_version
from koumen.credit.events import StatementIssued
from koumen.credit.models import CreditAccount, Due, Purchase, Statement
from koumen.credit.permissions import may_keep_accounts
from koumen.credit.queries import debts_of, last_bill, owed_on
from koumen.credit.rules.allocation import Bucket, Debt
from koumen.credit.rules.calendar import due_on
from koumen.credit.rules.minimum import minimum_payment
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.ledger.queries import last_entry_id


@command
def issue_statement(*, account_id: UUID, issued_date: date, actor: Actor, at: datetime) -> Statement:
    """Make the bill of a bill day: what is owed from before that day, snapshot for ever.

    Debts not billed yet move to the statement, but for what was bought on the bill day or later.
    Records StatementIssued. Raises Denied("credit-not-yours"), Missing("account-not-found"),
    Invalid("not-the-bill-day" | "bill-day-to-come") or Conflict("statement-already-issued").
    """
    require(may_keep_accounts(actor), "credit-not-yours")
    account = lock_account(actor, account_id)
    parameters = Parameters.of(account.product.parameters)
    before = last_bill(account)
    if issued_date.day != parameters.bill_day:
        raise Invalid("not-the-bill-day", field="issued_date", value=issued_date.isoformat())
    if issued_date > local_date(at, this_branch().zone):
        raise Invalid("bill-day-to-come", field="issued_date", value=issued_date.isoformat())
    if before and before.issued_date >= issued_date:
        raise Conflict("statement-already-issued", issued_date=before.issued_date.isoformat())
    later = _bought_since(account, issued_date)
    owed = owed_on(account, at)
    balance = owed.all_minor - owed.credit_balance_minor - later
    statement = Statement.objects.create(
        id=new_id(),
        account=account,
        issued_date=issued_date,
        due_date=due_on(issued_date, parameters.due_day),
        balance_minor=balance,
        minimum_minor=_minimum(parameters, debts_of(account), later, carried_minor=owed.minimum_minor),
        issued_at=at,
        through_entry_id=last_entry_id(),
    )
    _bill_dues(account, statement, later)
    next_version(account)
    record(
        StatementIssued(
            subject_id=account.id,
            statement_id=statement.id,
            balance_minor=balance,
            minimum_minor=statement.minimum_minor,
            currency=account.product.currency,
        ),
        actor=actor,
        at=at,
    )
    return statement


def _bought_since(account: CreditAccount, issued_date: date) -> int:
    """What was bought on the bill day or after it, while this statement was not made yet."""
    cut = datetime.combine(issued_date, time(0), this_branch().zone)
    bought = Purchase.objects.filter(account=account, purchased_at__gte=cut, amount_minor__gt=0)
    return int(bought.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def _minimum(parameters: Parameters, debts: list[Debt], later_minor: int, *, carried_minor: int) -> int:
    """A part of the principal, all of the rest; an earlier minimum still unpaid is due in full."""
    principal = sum(debt.unpaid_minor for debt in debts if debt.bucket is Bucket.PRINCIPAL)
    others = sum(debt.unpaid_minor for debt in debts if debt.bucket is not Bucket.PRINCIPAL)
    principal = max(0, principal - later_minor)
    carried = min(carried_minor, principal)
    return minimum_payment(parameters, ordinary_minor=principal - carried, rest_minor=others + carried)


def _bill_dues(account: CreditAccount, statement: Statement, later_minor: int) -> None:
    """Move every debt that is not billed to the statement; what was bought since stays behind."""
    for due in Due.objects.filter(account=account, statement=None):
        kept = min(due.unpaid_minor, later_minor) if due.bucket == Bucket.PRINCIPAL else 0
        billed = due.unpaid_minor - kept
        if billed:
            due.statement, due.billed_minor, due.unpaid_minor = statement, billed, billed
            due.save(update_fields=["statement", "billed_minor", "unpaid_minor"])
        else:
            due.delete()
        if kept:
            Due.objects.create(account=account, bucket=due.bucket, billed_minor=kept, unpaid_minor=kept)
