"""Everything that happened on an account, in the order in which it counts: activities, charges, bills, mendings."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from koumen.audit.command import require
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.credit.permissions import may_follow_accounts
from koumen.credit.queries.accounts import credit_account
from koumen.credit.rules.activity import ActivityKind
from koumen.credit.rules.mending import FINAL
from koumen.kit.actor import Actor

# What stands in a timeline beside activities.
OTHERS = (
    *("opened", "closed", "bill", "interest", "late_charge", "plan_fee", "credit_used", "correction"),
    *("reversal", "proposed", "approved", "refused", "opening", "import_payment"),
)
KINDS = (*(str(kind) for kind in ActivityKind), *OTHERS)

# Parts of equal moments stand in the order of their first digit. What is taken back counts for its own day, but
# was taken back on another: that is where it stands.
_ALL = """
  with own as (select * from credit_activity where account_id = %(account)s),
  place as (select id from ledger_account where owner_id = %(account)s),
  ours as (
    select id from ledger_entry where source_id = %(account)s
    union select id from ledger_entry where source_id in (select id from own) and kind = 'correction'
    union select e.id from ledger_movement m join place p on p.id in (m.debit_id, m.credit_id)
      join ledger_entry e on e.id = m.entry_id and e.kind in ('opening', 'import_payment')),
  of_account as (
    select e.*, m.amount, m.moves from ours join ledger_entry e on e.id = ours.id
    cross join lateral (
      select sum(x.amount_minor) as amount,
             jsonb_agg(jsonb_build_array(d.kind, c.kind, x.amount_minor) order by x.id) as moves
      from ledger_movement x join ledger_account d on d.id = x.debit_id join ledger_account c on c.id = x.credit_id
      where x.entry_id = e.id) m),
  told as (
    select case a.kind when 'reversal' then '7' else '3' end || a.id as key, a.kind,
      case a.kind when 'reversal' then a.recorded_at else a.effective_at end as counts_at, a.recorded_at as told_at,
      a.amount_minor, coalesce(a.reverses_id, a.id) as subject_id, coalesce(e.entry_id, u.entry_id) as entry_id,
      a.details || jsonb_build_object('how', e.kind, 'place', p.description, 'taken_back_at', b.recorded_at,
        'of_kind', o.kind, 'of_effective_at', o.effective_at, 'terms', jsonb_array_length(l.schedule),
        'split', case when r.id is not null then jsonb_build_object('principal', r.principal_minor,
          'interest', r.interest_minor, 'late', r.late_minor, 'fee', r.fee_minor,
          'credit_balance', r.credit_minor, 'recovery_income', r.recovered_minor) end) as details
    from own a
    left join own o on o.id = a.reverses_id
    left join own b on b.reverses_id = a.id
    left join ledger_entry e on e.entry_id = a.entry_id
    left join ledger_entry u on u.source_id = a.reverses_id and u.kind = 'reversal'
    left join credit_repayment r on r.payment_id = a.id
    left join credit_purchase p on p.id = a.id
    left join credit_instalmentplan l on l.id = (a.details ->> 'plan_id')::uuid
    union all
    select case e.kind when 'correction' then '4' else '1' end || e.entry_id, e.kind, e.effective_at,
      e.recorded_at, e.amount, e.source_id, e.entry_id,
      jsonb_build_object('moves', e.moves, 'of_kind', o.kind, 'of_effective_at', o.effective_at,
        'is_taken_over', e.kind in ('opening', 'import_payment'))
    from of_account e left join own o on o.id = e.source_id
    union all
    select '0' || p.id, case when p.amount_minor > 0 then 'purchase' else 'refund' end, p.purchased_at,
      e.recorded_at, abs(p.amount_minor), p.id, e.entry_id,
      jsonb_build_object('place', p.description, 'is_taken_over', true)
    from credit_purchase p left join ledger_entry e on e.source_id = p.id
    where p.account_id = %(account)s and p.id not in (select id from own)
    union all
    select '2' || s.id, 'bill', s.issued_date::timestamp at time zone %(zone)s, s.issued_at, s.balance_minor, s.id,
      null, jsonb_build_object('minimum_minor', s.minimum_minor, 'due', s.due_date,
        'is_taken_over', s.batch_id is not null)
    from credit_statement s where s.account_id = %(account)s
    union all
    select case v.what when 'proposed' then '5' else '6' end || p.id, v.what, v.at, v.at, p.amount_minor, p.id, null,
      jsonb_build_object('act', p.act, 'reason', p.reason, 'bucket', p.bucket, 'by', v.who)
    from credit_proposal p
    cross join lateral (values ('proposed', p.proposed_at, p.proposed_by), (
      case when p.state <> 'proposed' then p.state end, p.decided_at, p.decided_by)) v(what, at, who)
    where p.account_id = %(account)s and v.what is not null
    union all
    select '0' || a.id, 'opened', a.opened_date::timestamp at time zone %(zone)s, null,
      coalesce((select (f.body::jsonb ->> 'before_minor')::bigint from audit_fact f
                where f.subject_id = a.id and f.kind = 'LimitChanged' order by f.id limit 1), a.limit_minor), a.id, null, '{}'
    from credit_creditaccount a where a.id = %(account)s
    union all
    select '8' || f.fact_id, 'closed', f.at, f.at, 0, %(account)s, null, jsonb_build_object('by', f.actor)
    from audit_fact f where f.subject_id = %(account)s and f.kind = 'CreditAccountClosed'),
  found as (
    select * from told where (%(kind)s = '' or kind = %(kind)s)
      and counts_at >= %(from)s and counts_at < %(to)s)
"""
_COUNT = f"{_ALL} select count(*) from found"  # noqa: S608  (text of our own)
_PAGE = f"""{_ALL}
  select key, kind, counts_at, told_at, amount_minor, subject_id, entry_id, jsonb_strip_nulls(details)::text from found
  where (counts_at, key collate "C") < (%(at)s, %(key)s)
  order by counts_at desc, key collate "C" desc limit %(limit)s
"""  # noqa: S608  (text of our own)


@dataclass(frozen=True, kw_only=True)
class TimelineSearch:
    """What is looked for; empty means any. Moments are [from, to)."""

    kind: str = ""
    counts_from: datetime | None = None
    counts_to: datetime | None = None


Place = tuple[datetime, str]  # where a page begins: moment and key of the row before


@dataclass(frozen=True, kw_only=True)
class TimelineRow:
    """One thing that happened: from when it counts and when it was told (None: it was taken over, or opened so).

    ``subject_id`` is the activity (of a reversal or correction the one that is meant), bill or proposal. ``by`` is
    the key of who did it; empty: the account's own rules, or nobody knows. ``details`` says what its kind needs.
    """

    key: str
    kind: str
    counts_at: datetime
    told_at: datetime | None
    amount_minor: int
    subject_id: UUID
    entry_id: UUID | None
    details: Mapping[str, Any]
    by: str = ""
    reason: str = ""

    @property
    def is_reversible(self) -> bool:
        """Whether somebody may propose to take it back."""
        is_ours = self.kind in set(ActivityKind) and not self.details.get("is_taken_over")
        return is_ours and self.kind not in FINAL and "taken_back_at" not in self.details


@dataclass(frozen=True)
class TimelinePage:
    """Some rows, newest first, how many match in all, and where the next page begins."""

    count: int
    rows: list[TimelineRow]
    older: Place | None


def timeline(
    *, actor: Actor, account_id: UUID, search: TimelineSearch, before: Place | None = None, limit: int = 40
) -> TimelinePage:
    """A page of what happened on an account, for staff; four queries.

    Raises Denied("credit-not-yours") or Missing("account-not-found").
    """
    require(may_follow_accounts(actor), "credit-not-yours")
    credit_account(actor=actor, account_id=account_id)
    wanted: dict[str, Any] = {
        "account": account_id,
        "zone": this_branch().zone_name,
        "kind": search.kind,
        "from": search.counts_from or "-infinity",
        "to": search.counts_to or "infinity",
    }
    at, key = before or ("infinity", "")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, wanted)
        (count,) = cursor.fetchone()
        cursor.execute(_PAGE, wanted | {"at": at, "key": key, "limit": limit + 1})
        rows = [_row(*found) for found in cursor.fetchall()]
    older = (rows[limit - 1].counts_at, rows[limit - 1].key) if len(rows) > limit else None
    return TimelinePage(count, list(_with_who(account_id, rows[:limit])), older)


def _row(*found: Any) -> TimelineRow:
    key, kind, counts_at, told_at, amount_minor, subject_id, entry_id, details = found
    said = json.loads(details)
    return TimelineRow(
        key=key,
        kind=kind,
        counts_at=counts_at,
        told_at=told_at,
        amount_minor=int(amount_minor),
        subject_id=subject_id,
        entry_id=entry_id,
        details=said,
        by=said.get("by", ""),
        reason=said.get("reason", ""),
    )


# The fact that each kind of row left, and what of its body names the row.
_FACTS: Mapping[str, tuple[str, str]] = {
    ActivityKind.PURCHASE: ("PurchaseRecorded", "purchase_id"),
    ActivityKind.REFUND: ("PurchaseRecorded", "purchase_id"),
    ActivityKind.REPAYMENT: ("BalanceReduced", "payment_id"),
    ActivityKind.DISBURSEMENT: ("PlanStarted", ""),
    ActivityKind.PLAN_START: ("PlanStarted", ""),
    ActivityKind.PLAN_SETTLE: ("PlanSettled", ""),
    ActivityKind.WAIVER: ("ChargeWaived", ""),
    ActivityKind.CREDIT_REFUND: ("CreditRefunded", ""),
    ActivityKind.DUE_DAY: ("DueDayChanged", ""),
    ActivityKind.HARDSHIP: ("LateChargesPaused", ""),
    ActivityKind.WRITE_OFF: ("AccountWrittenOff", ""),
    "reversal": ("ActivityReversed", ""),
}


@dataclass(slots=True)
class _Known:
    """Facts by kind, moment and what they name."""

    facts: dict[tuple[str, datetime, str], tuple[str, str]] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        body = json.loads(fact.body)
        told = (fact.actor, str(body.get("reason", "")))
        for named in ("", *(str(body[name]) for name in ("purchase_id", "payment_id") if name in body)):
            self.facts[fact.kind, fact.at, named] = told

    def of(self, row: TimelineRow) -> tuple[str, str]:
        """Who did it and why, as far as a fact says so."""
        kind, names = _FACTS.get(row.kind, ("", ""))
        if row.told_at is None:
            return "", ""
        return self.facts.get((kind, row.told_at, str(row.subject_id) if names else ""), ("", ""))


def _with_who(account_id: UUID, rows: Sequence[TimelineRow]) -> Iterator[TimelineRow]:
    """Who did each and why, from the facts: an activity has no second copy of it; one query."""
    plans = {UUID(row.details["plan_id"]) for row in rows if "plan_id" in row.details}
    subjects = {account_id, *plans, *(row.subject_id for row in rows if row.kind == "reversal")}
    moments = {row.told_at for row in rows if row.kind in _FACTS and row.told_at}
    known = _Known()
    for fact in Fact.objects.filter(subject_id__in=subjects, at__in=moments):
        known.add(fact)
    for row in rows:
        by, reason = known.of(row)
        yield replace(row, by=row.by or by, reason=row.reason or reason)
