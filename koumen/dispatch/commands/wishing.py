"""None of the slots suited: what the customer would have liked is worth knowing."""

from datetime import date, datetime
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.dispatch.events import WishMade
from koumen.dispatch.models import Wish
from koumen.dispatch.permissions import may_make_wish
from koumen.dispatch.rules.slot import PartOfDay
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Invalid


@command
def make_wish(*, customer_id: UUID, date: date, part_of_day: str, actor: Actor, at: datetime) -> Wish:
    """Write down when a customer would have liked a visit.

    Records WishMade. Raises Denied("visit-not-yours-to-book"), Invalid("part-of-day-unknown" | "wish-in-the-past").
    """
    require(may_make_wish(actor, customer_id), "visit-not-yours-to-book")
    if part_of_day not in set(PartOfDay):
        raise Invalid("part-of-day-unknown", field="part_of_day", value=part_of_day[:40])
    if date < local_date(at, this_branch().zone):
        raise Invalid("wish-in-the-past", field="date")
    wish = Wish.objects.create(customer_id=customer_id, date=date, part_of_day=part_of_day, made_at=at)
    record(WishMade(subject_id=customer_id, date=date, part_of_day=part_of_day), actor=actor, at=at)
    return wish
