"""Credit balances that nobody has touched for longer than their product lets them lie."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.credit.permissions import may_follow_accounts
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date


@dataclass(frozen=True, kw_only=True)
class DormantBalance:
    """A credit balance, since when nothing has moved it, and how long it may lie by its product."""

    account_id: UUID
    number: str
    currency: str
    amount_minor: int
    since: date
    days_allowed: int


@dataclass(frozen=True)
class DormantPage:
    """Some of them by account number, how many there are, and where the next page begins."""

    count: int
    balances: list[DormantBalance]
    next: str | None


_DORMANT = """
  with lying as (
    select a.id, a.number, l.currency, l.credit_minor - l.debit_minor as amount,
      coalesce((v.parameters ->> 'dormant_credit_days')::int, %(default)s) as allowed,
      (select max(e.effective_at at time zone %(zone)s)::date from ledger_movement m
       join ledger_entry e on e.id = m.entry_id where l.id in (m.debit_id, m.credit_id)) as since
    from ledger_account l
    join credit_creditaccount a on a.id = l.owner_id
    join credit_productversion v on v.id = a.product_id
    where l.kind = 'credit_balance' and l.credit_minor > l.debit_minor),
  dormant as (select * from lying where since + allowed < %(today)s)
"""
_COUNT = f"{_DORMANT} select count(*) from dormant"  # noqa: S608  (text of our own)
_PAGE = f"""{_DORMANT}
  select id, number, currency, amount, since, allowed from dormant
  where number > %(after)s order by number limit %(limit)s
"""  # noqa: S608  (text of our own)


def dormant_credit_balances(*, actor: Actor, after: str = "", limit: int = 50, at: datetime) -> DormantPage:
    """Balances that have lain longer than their product allows, by account number; two queries.

    Raises Denied("credit-not-yours").
    """
    require(may_follow_accounts(actor), "credit-not-yours")
    zone = this_branch().zone_name
    wanted: dict[str, Any] = {
        "default": Parameters().dormant_credit_days,
        "zone": zone,
        "today": local_date(at, this_branch().zone),
        "after": after,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, wanted)
        (count,) = cursor.fetchone()
        cursor.execute(_PAGE, wanted)
        found = [
            DormantBalance(
                account_id=account_id,
                number=number,
                currency=currency,
                amount_minor=int(amount),
                since=since,
                days_allowed=allowed,
            )
            for account_id, number, currency, amount, since, allowed in cursor.fetchall()
        ]
    return DormantPage(count, found[:limit], found[limit - 1].number if len(found) > limit else None)
