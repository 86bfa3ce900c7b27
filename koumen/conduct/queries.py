"""Reading packs and rulings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from koumen.branch.queries import this_branch
from koumen.conduct.models import PolicyPack, Ruling
from koumen.conduct.permissions import visible_to
from koumen.conduct.rules.pack import CashLimits, CustodyRules, DoorRules, Pack, read_pack
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing


def packs_between(*, from_date: date, to_date: date) -> list[Pack]:
    """Every pack in force on some day of [from, to); one query."""
    rows = PolicyPack.objects.filter(effective_from__lt=to_date)
    rows = rows.filter(Q(effective_to=None) | Q(effective_to__gt=from_date))
    return [read_pack(row.content) for row in rows]


def pack_row_on(*, date: date) -> tuple[PolicyPack, Pack]:
    """The stored pack that holds on a day, and what it says; one query. Raises Missing("pack-not-found")."""
    rows = PolicyPack.objects.filter(effective_from__lte=date)
    row = (
        rows.filter(Q(effective_to=None) | Q(effective_to__gt=date))
        .order_by("-effective_from", "-version")
        .first()
    )
    if row is None:
        raise Missing("pack-not-found", date=date)
    return row, read_pack(row.content)


def stop_reasons(*, at: datetime | None = None) -> tuple[str, ...]:
    """Why a visit may be broken off, as codes; one query. Without a moment: by the newest pack."""
    return _pack(at).stop_reasons


def cash_limits(*, currency: str | None = None, at: datetime | None = None) -> CashLimits:
    """The ceilings of cash, by default in the branch's currency; one query. Raises Missing("cash-limits-not-found")."""
    code = currency or this_branch().currency
    limits = _pack(at).cash.get(code)
    if limits is None:
        raise Missing("cash-limits-not-found", currency=code)
    return limits


def custody_rules(*, at: datetime) -> CustodyRules:
    """When an agent is told to hand cash in; one query. Raises Missing("pack-not-found")."""
    return _pack(at).custody


def door_rules(*, at: datetime) -> DoorRules:
    """What holds at doors by the pack of that day; one query. Raises Missing("pack-not-found")."""
    return _pack(at).door


def living_minor(*, currency: str, at: datetime) -> int:
    """What a repayment plan leaves alone every month, in a currency; one query.

    Raises Missing("pack-not-found" | "living-amount-not-found").
    """
    amount = _pack(at).living_minor.get(currency)
    if amount is None:
        raise Missing("living-amount-not-found", currency=currency)
    return amount


def _pack(at: datetime | None) -> Pack:
    if at is not None:
        return pack_row_on(date=local_date(at, this_branch().zone))[1]
    packs = [read_pack(row.content) for row in PolicyPack.objects.order_by("-effective_from", "-version")[:1]]
    if not packs:
        raise Missing("pack-not-found")
    return packs[0]


def rulings_about(*, actor: Actor, subject_id: UUID) -> Sequence[Ruling]:
    """What was asked about one subject, oldest first; one query."""
    return list(
        visible_to(actor).filter(subject_id=subject_id).select_related("pack").order_by("asked_at", "id")
    )


@dataclass(frozen=True)
class RulingPage:
    """Some rulings with their packs, newest first, and how many match; ``older``: where the next page begins."""

    count: int
    rulings: list[Ruling]
    older: UUID | None


def rulings_found(
    *, actor: Actor, act: str = "", verdict: str = "", before: UUID | None = None, limit: int = 50
) -> RulingPage:
    """A page of rulings, of one act or with one verdict if asked; two queries."""
    wanted = {name: value for name, value in {"act": act, "verdict": verdict}.items() if value}
    matching = visible_to(actor).filter(**wanted)
    page = matching.filter(id__lt=before) if before else matching  # ids are UUIDv7: in the order of time
    rows = list(page.select_related("pack").order_by("-id")[: limit + 1])
    return RulingPage(matching.count(), rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
