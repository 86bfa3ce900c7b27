"""Reading what was kept of visits: that it is there, for what and until when; never the picture itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.conduct.queries import is_quarrelled_over
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.visits.events import EvidenceSeen
from koumen.visits.models import Evidence
from koumen.visits.permissions import evidence_visible_to


@dataclass(frozen=True)
class Kept:
    """A piece of evidence and how often somebody at the office looked at it."""

    evidence: Evidence
    looks: int


def evidence_of_visit(*, actor: Actor, visit_id: UUID) -> list[Kept]:
    """What was kept of a visit, in order, what is deleted too; two queries."""
    return _with_looks(list(evidence_visible_to(actor).filter(visit_id=visit_id).order_by("taken_at", "id")))


def evidence_of_customer(*, actor: Actor, customer_id: UUID) -> list[Kept]:
    """What was kept of all visits of a customer, newest first; two queries."""
    found = evidence_visible_to(actor).filter(visit__customer_id=customer_id).select_related("visit")
    return _with_looks(list(found.order_by("-taken_at", "-id")))


def evidence_due(*, at: datetime) -> list[UUID]:
    """What has come to its day and is still there, oldest first; one query."""
    today = local_date(at, this_branch().zone)
    due = Evidence.objects.filter(delete_on__lte=today, deleted_at=None)
    return list(due.order_by("delete_on", "id").values_list("id", flat=True))


def is_held(evidence: Evidence, *, at: datetime) -> bool:
    """Whether a complaint or a dispute still needs it, the customer's objection to it left out; three queries at most."""
    visit = evidence.visit
    return is_quarrelled_over(
        customer_id=visit.customer_id, visit_id=visit.id, at=at, but=evidence.objection_id
    )


def _with_looks(rows: list[Evidence]) -> list[Kept]:
    counts = _looks({row.visit_id for row in rows})
    return [Kept(row, counts.get(str(row.id), 0)) for row in rows]


def _looks(visit_ids: set[UUID]) -> Mapping[str, int]:
    seen = Fact.objects.filter(kind=EvidenceSeen.kind(), subject_id__in=visit_ids)
    counts: dict[str, int] = {}
    for body in seen.values_list("body", flat=True):
        evidence_id = json.loads(body)["evidence_id"]
        counts[evidence_id] = counts.get(evidence_id, 0) + 1
    return counts
