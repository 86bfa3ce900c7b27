"""Reading credit accounts: what is owed, what was billed, how a payment was split."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.credit.models import CostSheet, CreditAccount, Due, ProductVersion, Quote, Statement
from koumen.credit.permissions import may_read_products, visible_to
from koumen.credit.rules.allocation import Bucket, Debt
from koumen.credit.rules.owing import LastBill, Owed, reckon
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing
from koumen.ledger.queries import balance_minor
from koumen.ledger.rules.chart import AccountKind


def owed(*, actor: Actor, account_id: UUID, at: datetime) -> Owed:
    """What is owed on an account now; four queries. Raises Missing("account-not-found")."""
    return owed_on(credit_account(actor=actor, account_id=account_id), at)


def owed_on(account: CreditAccount, at: datetime) -> Owed:
    """What is owed on an account that the caller may see (and may have locked); three queries."""
    bill = last_bill(account)
    currency = account.product.currency
    reckoned = reckon(
        debts_of(account), bill, Parameters.of(account.product.parameters), local_date(at, this_branch().zone)
    )
    return Owed(
        account_id=account.id,
        account_version=account.version,
        currency=currency,
        minimum_minor=reckoned.minimum_minor,
        bill_minor=reckoned.bill_minor,
        all_minor=reckoned.all_minor,
        due_date=reckoned.due_date,
        interest_free_until=reckoned.interest_free_until,
        statement_id=bill.statement_id if bill else None,
        credit_balance_minor=balance_minor(
            kind=AccountKind.CREDIT_BALANCE, owner_id=account.id, currency=currency
        ),
        reported_lateness=account.reported_lateness,
    )


def debts_of(account: CreditAccount) -> list[Debt]:
    """Every debt of an account with something unpaid; one query."""
    rows = Due.objects.filter(account=account, unpaid_minor__gt=0).values_list(
        "id", "statement__issued_date", "bucket", "unpaid_minor"
    )
    return [Debt(key, issued, Bucket(bucket), unpaid) for key, issued, bucket, unpaid in rows]


def last_bill(account: CreditAccount) -> LastBill | None:
    """The newest statement of an account; one query."""
    found = Statement.objects.filter(account=account).order_by("-issued_date").first()
    if found is None:
        return None
    return LastBill(
        statement_id=found.id,
        issued_date=found.issued_date,
        due_date=found.due_date,
        balance_minor=found.balance_minor,
        minimum_minor=found.minimum_minor,
    )


def credit_account(*, actor: Actor, account_id: UUID) -> CreditAccount:
    """One account with its product; one query. Raises Missing("account-not-found")."""
    found = visible_to(actor).select_related("product").filter(id=account_id).first()
    if found is None:
        raise Missing("account-not-found")
    return found


def accounts_of(*, actor: Actor, customer_id: UUID) -> list[CreditAccount]:
    """A customer's accounts with their products, oldest first; one query."""
    rows = visible_to(actor).filter(customer_id=customer_id)
    return list(rows.select_related("product").order_by("opened_date", "number"))


def account_for_request(*, customer_id: UUID) -> UUID:
    """Which account a visit asked for by somebody else is about: the oldest; one query.

    No actor: who asks may not know of accounts, and learns nothing but an id that opens nothing to them.
    Raises Missing("account-not-found").
    """
    rows = CreditAccount.objects.filter(customer_id=customer_id).order_by("opened_date", "number")
    found = rows.values_list("id", flat=True).first()
    if found is None:
        raise Missing("account-not-found")
    return found


def statements_of(*, actor: Actor, account_id: UUID) -> list[Statement]:
    """The bills of an account, newest first; two queries. Raises Missing("account-not-found")."""
    account = credit_account(actor=actor, account_id=account_id)
    return list(Statement.objects.filter(account=account).order_by("-issued_date"))


def quote(*, actor: Actor, quote_id: UUID | str) -> Quote:
    """A quote as it was shown; one query. Raises Missing("quote-not-found")."""
    try:
        wanted = quote_id if isinstance(quote_id, UUID) else UUID(quote_id)
    except ValueError:
        raise Missing("quote-not-found") from None
    found = Quote.objects.filter(id=wanted, account__in=visible_to(actor)).select_related("account").first()
    if found is None:
        raise Missing("quote-not-found")
    return found


def product_versions(*, actor: Actor) -> list[ProductVersion]:
    """Every version of every product, by name and newest first, each with how many accounts have it; one query.

    Raises Denied("products-not-yours").
    """
    require(may_read_products(actor), "products-not-yours")
    return list(
        ProductVersion.objects.annotate(accounts=Count("creditaccount")).order_by("product", "-version")
    )


def cost_sheet(*, actor: Actor, sheet_id: UUID) -> CostSheet:
    """A sheet of costs as it was shown, with its account; one query. Raises Missing("cost-sheet-not-found")."""
    rows = CostSheet.objects.select_related("account__product")
    found = rows.filter(id=sheet_id, account__in=visible_to(actor)).first()
    if found is None:
        raise Missing("cost-sheet-not-found")
    return found


def cost_sheets_of(*, actor: Actor, account_id: UUID) -> list[CostSheet]:
    """The sheets of an account, newest first; two queries. Raises Missing("account-not-found")."""
    account = credit_account(actor=actor, account_id=account_id)
    return list(CostSheet.objects.filter(account=account).order_by("-shown_at"))
