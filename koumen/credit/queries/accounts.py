"""Reading credit accounts: what is owed, what was billed, how a payment was split."""

from datetime import date, datetime
from uuid import UUID

from koumen.branch.queries import this_branch
from koumen.credit.models import Activity, CreditAccount, Quote, Statement
from koumen.credit.permissions import may_see_account, visible_to
from koumen.credit.queries.reading import read_account
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.owing import Owed, owed_by
from koumen.credit.rules.turning import advance
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing


def position_at(*, actor: Actor, account_id: UUID, at: datetime) -> HeldAccount:
    """An account with its position today, as if the night had done its work; one query, nothing is written.

    Raises Missing("account-not-found").
    """
    account = read_account(account_id)
    if account is None or not may_see_account(actor, account.customer_id):
        raise Missing("account-not-found")
    _bring_to_today(account, at)
    return account


def _bring_to_today(account: HeldAccount, at: datetime) -> date:
    """Let the position pass to today, in memory; returns that day."""
    today = local_date(at, this_branch().zone)
    advance(account.position, account.parameters, max(today, account.position.counted_to))
    return today


def owed(*, actor: Actor, account_id: UUID, at: datetime) -> Owed:
    """What is owed on an account now; one query. Raises Missing("account-not-found")."""
    return owed_on(position_at(actor=actor, account_id=account_id, at=at), at)


def owed_on(account: HeldAccount, at: datetime) -> Owed:
    """What is owed now on an account that the caller has at hand, locked or not; no query."""
    return owed_by(account, _bring_to_today(account, at))


def credit_account(*, actor: Actor, account_id: UUID) -> CreditAccount:
    """One account with its product; one query. Raises Missing("account-not-found")."""
    found = visible_to(actor).select_related("product").filter(id=account_id).first()
    if found is None:
        raise Missing("account-not-found")
    return found


def account_named(*, actor: Actor, name: str) -> CreditAccount:
    """One account with its product, by its number or its id; one query. Raises Missing("account-not-found")."""
    rows = visible_to(actor).select_related("product")
    try:
        found = rows.filter(id=UUID(name)).first()
    except ValueError:
        found = rows.filter(number__iexact=name.strip()).first()
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


def activity(*, actor: Actor, activity_id: UUID) -> Activity:
    """One thing that happened on an account; one query. Raises Missing("activity-not-found")."""
    found = Activity.objects.filter(id=activity_id, account__in=visible_to(actor)).first()
    if found is None:
        raise Missing("activity-not-found")
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
