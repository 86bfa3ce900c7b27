"""Booking an urgent request in the way that a dispatcher chose, all of it or nothing."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from koumen.audit.command import command, require
from koumen.audit.commands import remember
from koumen.dispatch.commands.overriding import CannotBe, pin_visit
from koumen.dispatch.commands.taking import NotTaken, Taken, TakeRequest, take_place
from koumen.dispatch.permissions import may_plan
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.visits.models import Visit


@dataclass(frozen=True, kw_only=True)
class UrgentBooking:
    """A slot for somebody in a hurry, and the visit that another agent goes to so that it fits, if one must."""

    booking: TakeRequest
    moved_id: UUID | None = None
    to_shift_id: UUID | None = None

    def inputs(self) -> dict[str, object]:
        """The submitted fields as plain values, for the key."""
        return {**self.booking.inputs(), "moved": self.moved_id, "to_shift": self.to_shift_id}


@command
def book_urgent(*, urgent: UrgentBooking, key: UUID, actor: Actor, at: datetime) -> Taken:
    """Move the one visit, if one must be moved, and take the slot by the usual test, with less time to prepare.

    What the day does not allow any more is refused whole. The visit waits for the customer's yes, or for a call to the
    number on file by another person of the desk. Records what ``pin_visit`` and ``take`` record. Raises
    Denied("plan-not-yours"), Conflict("urgent-gone" | "key-reused") and as both.
    """
    require(may_plan(actor), "plan-not-yours")
    memory = remember("dispatch.book_urgent", actor=actor, key=key, inputs=urgent.inputs(), at=at)
    if memory.answer is not None:
        return Taken(Visit.objects.get(id=memory.answer["visit"]))
    if urgent.moved_id is not None and urgent.to_shift_id is not None:
        moved = pin_visit(visit_id=urgent.moved_id, shift_id=urgent.to_shift_id, actor=actor, at=at)
        if isinstance(moved, CannotBe):
            raise Conflict("urgent-gone")
    booking = replace(urgent.booking, is_urgent=True)
    taken = take_place(booking=booking, key=uuid5(key, "place"), actor=actor, at=at)
    if isinstance(taken, NotTaken):
        raise Conflict("urgent-gone")
    memory.keep(visit=taken.visit.id)
    return taken
