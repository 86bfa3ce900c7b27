"""A visit follows what is owed: money that came by another way may leave less for it, or nothing (R5)."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.credit import queries as credit
from koumen.kit.actor import SYSTEM, Actor
from koumen.visits.commands.booking import call_off
from koumen.visits.events import WantedLowered
from koumen.visits.models import Visit
from koumen.visits.permissions import may_notify, visible_to
from koumen.visits.rules.reasons import CancelReason
from koumen.visits.states import BEFORE_THE_DOOR


@command
def follow_owed(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """Call a visit off when nothing is left to pay, or lower what it is for; at the door nothing changes any more.

    Only what became less since it was looked at last: who booked while nothing was owed had a reason. A consultation
    stays. Safe to run twice. Records VisitCancelled(paid_elsewhere) or WantedLowered. Raises
    Denied("visit-not-yours") or Missing("visit-not-found").
    """
    require(may_notify(actor), "visit-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    if visit.state not in BEFORE_THE_DOOR:
        return visit
    owed = credit.owed(actor=SYSTEM, account_id=visit.account_id, at=at)
    left, before = owed.all_minor + owed.future_minor, visit.owed_seen_minor
    visit.owed_seen_minor, visit.account_version_seen = left, owed.account_version
    visit.save(update_fields=["owed_seen_minor", "account_version_seen"])
    if before is None or left >= min(before, visit.wanted_minor) or visit.purpose != "repayment":
        return visit
    if left <= 0:
        return call_off(visit, "cancel", CancelReason.PAID_ELSEWHERE, actor, at)
    return _lower(visit, left, actor, at)


def _lower(visit: Visit, left: int, actor: Actor, at: datetime) -> Visit:
    before, visit.wanted_minor = visit.wanted_minor, left
    visit.save(update_fields=["wanted_minor"])
    lowered = WantedLowered(
        subject_id=visit.id, wanted_minor=left, before_minor=before, currency=visit.currency
    )
    record(lowered, actor=actor, at=at)
    return visit
