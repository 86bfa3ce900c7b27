"""What the clock gives a reason to tell: reminders and their answer, an agent who is near or late, another time."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.visits.events import CustomerNotified, ReminderAnswered
from koumen.visits.models import Notice, Visit
from koumen.visits.permissions import may_answer_reminder, may_notify, visible_to
from koumen.visits.rules.notices import NoticeKind
from koumen.visits.states import VisitState


@command
def notify_customer(
    *, visit_id: UUID, kind: NoticeKind, expected_at: datetime | None, actor: Actor, at: datetime
) -> Notice | None:
    """Have the customer told, once for each promised window; None when they were, or when the visit is past that.

    ``expected_at``: when the agent can be there, None when nobody can. Who was offered another time is not told
    "late" afterwards. Records CustomerNotified, which the message follows. Raises Denied("visit-not-yours") or
    Missing("visit-not-found").
    """
    require(may_notify(actor), "visit-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    told = set(visit.notices.filter(window_from=visit.window_from).values_list("kind", flat=True))
    is_told = kind in told or (kind is NoticeKind.LATE and NoticeKind.REBOOK in told)
    if is_told or visit.state not in {VisitState.BOOKED, VisitState.ON_THE_WAY}:
        return None
    notice = Notice.objects.create(
        visit=visit, kind=kind, window_from=visit.window_from, expected_at=expected_at, made_at=at
    )
    said = CustomerNotified(
        subject_id=visit.id, notice=kind, window_from=visit.window_from, expected_at=expected_at
    )
    record(said, actor=actor, at=at)
    return notice


@command
def answer_reminder(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """The customer will be there; without an answer the visit stays promised and is flagged (R6).

    Said again it changes nothing. Records ReminderAnswered. Raises Missing("visit-not-found"),
    Denied("visit-not-yours") or Conflict("visit-not-ahead") for one that is requested, at its door or over.
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_answer_reminder(actor, visit), "visit-not-yours")
    if visit.state not in {VisitState.BOOKED, VisitState.ON_THE_WAY}:
        raise Conflict("visit-not-ahead", state=visit.state)
    if visit.answered_at is None:
        visit.answered_at = at
        visit.save(update_fields=["answered_at"])
        record(ReminderAnswered(subject_id=visit.id), actor=actor, at=at)
    return visit
