"""Reading packs and rulings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from koumen.branch.queries import this_branch
from koumen.conduct.models import Complaint, Dispute, PolicyPack, Ruling
from koumen.conduct.permissions import complaints_visible_to, visible_to
from koumen.conduct.rules.complaints import ComplaintRules, warn_at
from koumen.conduct.rules.keeping import EvidenceRules
from koumen.conduct.rules.pack import CashLimits, CustodyRules, DoorRules, Pack, read_pack
from koumen.kit.actor import Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Missing
from koumen.people import queries as people


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


def complaint_rules(*, at: datetime) -> ComplaintRules:
    """How long a complaint may wait, by the pack of that day; one query. Raises Missing("pack-not-found")."""
    return _pack(at).complaint


def complaint(*, actor: Actor, complaint_id: UUID) -> Complaint:
    """One complaint with its customer; one query. Raises Missing("complaint-not-found")."""
    found = complaints_visible_to(actor).select_related("customer").filter(id=complaint_id).first()
    if found is None:
        raise Missing("complaint-not-found")
    return found


def complaints(*, actor: Actor, is_open: bool | None = None, limit: int = 200) -> list[Complaint]:
    """Complaints by the end of their clocks: those that wait, or were answered, or both; one query."""
    found = complaints_visible_to(actor).select_related("customer")
    if is_open is not None:
        found = found.filter(answered_at__isnull=is_open)
    order = "-answered_at" if is_open is False else "answer_by"
    return list(found.order_by(order, "id")[:limit])


def complaints_to_warn_of(*, at: datetime) -> list[UUID]:
    """Complaints that are open and of which nobody was warned yet, whose clocks are near their end; one query."""
    waiting = Complaint.objects.filter(answered_at=None, warned_at=None, answer_by__isnull=False)
    return [one.id for one in waiting.order_by("answer_by") if at >= warn_at(one.opened_at, one.answer_by)]


def words_of(*, actor: Actor, complaint_id: UUID) -> tuple[str, str]:
    """What was said, and what we answered; empty where nothing is. Three queries at most."""
    found = complaint(actor=actor, complaint_id=complaint_id)
    person_id = found.customer.person_id
    said, answered = (
        people.open_note(person_id, bytes(sealed), place=words_place(found.id, column)) if sealed else ""
        for column, sealed in (("words", found.words), ("answer", found.answer))
    )
    return said, answered


def words_place(complaint_id: UUID, column: str) -> str:
    """Table, column and row of a complaint's words: read from elsewhere they do not open."""
    return f"conduct_complaint.{column}.{complaint_id}"


def is_disputed(*, customer_id: UUID) -> bool:
    """Whether the customer disputes what they owe; one query."""
    return Dispute.objects.filter(customer_id=customer_id, closed_at=None).exists()


def disputes_of(*, actor: Actor, customer_id: UUID) -> list[Dispute]:
    """A customer's disputes, newest first; one query."""
    may = actor.is_staff or actor.role is Role.SYSTEM or actor.customer_id == customer_id
    return list(Dispute.objects.filter(customer_id=customer_id).order_by("-opened_at")) if may else []


def evidence_rules(*, at: datetime) -> EvidenceRules:
    """How long photos and signatures are kept, by the pack of that day; one query. Raises Missing("pack-not-found")."""
    return _pack(at).evidence


def is_quarrelled_over(*, customer_id: UUID, visit_id: UUID, at: datetime, but: UUID | None = None) -> bool:
    """Whether a complaint or a dispute may still need what is known of a visit: three queries at most.

    A complaint about this visit or about none, and any dispute of the customer; while it is open, and after its
    end for as long as the pack says. ``but``: leave one complaint out.
    """
    since = at - evidence_rules(at=at).after_quarrel
    about = Q(subject_id=visit_id) | Q(subject_id=None)
    complaints = Complaint.objects.filter(about, customer_id=customer_id)
    if but:
        complaints = complaints.exclude(id=but)
    if complaints.filter(Q(answered_at=None) | Q(answered_at__gt=since)).exists():
        return True
    disputes = Dispute.objects.filter(customer_id=customer_id)
    return disputes.filter(Q(closed_at=None) | Q(closed_at__gt=since)).exists()
