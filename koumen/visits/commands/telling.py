"""What the clock gives a reason to tell: reminders, an agent who is near or late, another time for free."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.visits.events import CustomerNotified
from koumen.visits.models import Notice
from koumen.visits.permissions import may_notify, visible_to
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
