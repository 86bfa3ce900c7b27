"""Booking: a promise is made, moved or called off."""

from datetime import date, datetime
from uuid import UUID

from django.db import connection

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit import queries as credit
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.ids import new_id
from koumen.people import queries as people
from koumen.people.models import Customer
from koumen.visits.events import RequestReadBack, VisitBooked, VisitCancelled, VisitMoved, VisitRequested
from koumen.visits.models import Visit, VisitMove
from koumen.visits.permissions import (
    may_book_visit,
    may_cancel_visit,
    may_confirm_by_call,
    may_confirm_visit,
    may_move_visit,
    visible_to,
)
from koumen.visits.queries import is_rebooking_offered, moving_verb, note_place
from koumen.visits.rules.booking import Booking, InitiatedBy
from koumen.visits.rules.moments import lapses_at
from koumen.visits.rules.numbers import visit_number
from koumen.visits.rules.reasons import CancelReason
from koumen.visits.states import VISIT, VisitState

# A note is one breath at the door, not a letter.
NOTE_LENGTH = 300


@command
def book_visit(*, booking: Booking, actor: Actor, at: datetime) -> Visit:
    """Write down a visit; whoever calls has locked the shift and tested the place.

    The customer's own booking is a promise (records VisitBooked), and so is what the system books because the customer
    agreed to it before; anybody else's waits for the customer's word (records VisitRequested). Raises Denied("visit-not-yours-to-book") or Invalid("window-over" | "amount-not-positive"
    | "note-too-long").
    """
    today = local_date(at, this_branch().zone)
    require(
        may_book_visit(actor, booking.customer_id, today=today, day=booking.date), "visit-not-yours-to-book"
    )
    _refuse_unreadable(booking, at)
    is_own = actor.role is Role.CUSTOMER or (actor.role is Role.SYSTEM and booking.is_agreed)
    visit = _written(booking, actor, state=VISIT.move(None, "book" if is_own else "request"))
    visit.booked_at, visit.requested_at = (at, None) if is_own else (None, at)
    owed = credit.owed(actor=SYSTEM, account_id=visit.account_id, at=at)
    visit.owed_seen_minor, visit.account_version_seen = (
        owed.all_minor + owed.future_minor,
        owed.account_version,
    )
    visit.save(force_insert=True)
    if is_own:
        record(_booked(visit), actor=actor, at=at)
    else:
        record(
            VisitRequested(
                subject_id=visit.id,
                customer_id=visit.customer_id,
                agent_id=visit.agent_id,
                window_from=visit.window_from,
                window_to=visit.window_to,
            ),
            actor=actor,
            at=at,
        )
    return visit


@command
def confirm_visit(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """Make a promise of what somebody else asked for.

    Records VisitBooked. Raises Missing("visit-not-found"), Denied("visit-not-yours") or
    Conflict("visit-cannot-confirm" | "visit-window-over").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_confirm_visit(actor, visit), "visit-not-yours")
    _confirm(visit, at)
    record(_booked(visit), actor=actor, at=at)
    return visit


@command
def confirm_by_call(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """Make a promise of a request that the desk read back to the customer at the number on file, who said yes.

    Never by the person who asked for it. Records RequestReadBack and VisitBooked. Raises Missing("visit-not-found"),
    Denied("visit-not-yours-to-confirm") or Conflict("visit-cannot-confirm" | "visit-window-over").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_confirm_by_call(actor, visit), "visit-not-yours-to-confirm")
    _confirm(visit, at)
    read_back = RequestReadBack(subject_id=visit.id, requested_by_id=visit.requested_by_id)
    record(read_back, actor=actor, at=at)
    record(_booked(visit), actor=actor, at=at)
    return visit


def _confirm(visit: Visit, at: datetime) -> None:
    visit.state = VISIT.move(VisitState(visit.state), "confirm")
    if at >= visit.window_to:
        raise Conflict("visit-window-over")
    visit.booked_at = at
    visit.save(update_fields=["state", "booked_at"])


@command
def move_visit(  # noqa: PLR0913  (six of its own, besides who and when)
    *,
    visit_id: UUID,
    shift_id: UUID,
    agent_id: UUID,
    date: date,
    window_from: datetime,
    window_to: datetime,
    actor: Actor,
    at: datetime,
) -> Visit:
    """Change the promise to another window; called by ``dispatch.move``, which has tested the place.

    The old window is kept as a VisitMove row, which does not count when the lender had offered another time.
    Records VisitMoved. Raises Missing("visit-not-found"), Denied("visit-not-yours"), Conflict("visit-cannot-move") or
    Invalid("window-over").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_move_visit(actor, visit), "visit-not-yours")
    offered = is_rebooking_offered(visit)
    visit.state = VISIT.move(VisitState(visit.state), moving_verb(visit, offered=offered))
    if window_to <= max(at, window_from):
        raise Invalid("window-over", field="window_to")
    VisitMove.objects.create(
        visit=visit,
        window_from=visit.window_from,
        window_to=visit.window_to,
        agent_id=visit.agent_id,
        moved_at=at,
        counts=not offered,
    )
    visit.shift_id, visit.agent_id, visit.date = shift_id, agent_id, date
    visit.window_from, visit.window_to = window_from, window_to
    visit.set_out_at = visit.answered_at = None
    visit.save(
        update_fields=[
            *("state", "shift", "agent", "date", "window_from", "window_to", "set_out_at", "answered_at"),
        ]
    )
    record(
        VisitMoved(
            subject_id=visit.id,
            agent_id=agent_id,
            window_from=window_from,
            window_to=window_to,
        ),
        actor=actor,
        at=at,
    )
    return visit


@command
def cancel_visit(*, visit_id: UUID, reason: CancelReason, actor: Actor, at: datetime) -> Visit:
    """Call off a visit that the agent has not reached.

    Records VisitCancelled. Raises Missing("visit-not-found"), Denied("visit-not-yours") or
    Conflict("visit-cannot-cancel").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_cancel_visit(actor, visit), "visit-not-yours")
    return call_off(visit, "cancel", reason, actor, at)


@command
def lapse_visit(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """Let a request go that the customer has not confirmed in time.

    Records VisitCancelled. Raises Denied("visit-not-yours") unless the system does it, Missing("visit-not-found"),
    Conflict("visit-cannot-lapse") or Conflict("visit-may-be-confirmed") while there is still time.
    """
    if actor.role is not Role.SYSTEM:
        raise Denied("visit-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    if at < lapses_at(visit.window_from, visit.requested_at):
        raise Conflict("visit-may-be-confirmed")
    return call_off(visit, "lapse", CancelReason.NOT_CONFIRMED, actor, at)


def call_off(visit: Visit, verb: str, reason: CancelReason, actor: Actor, at: datetime) -> Visit:
    """End a visit before the door; the caller holds its lock and has asked who may."""
    visit.state = VISIT.move(VisitState(visit.state), verb)
    visit.ended_at, visit.end_reason = at, reason
    visit.save(update_fields=["state", "ended_at", "end_reason"])
    record(VisitCancelled(subject_id=visit.id, reason=reason), actor=actor, at=at)
    return visit


def _refuse_unreadable(booking: Booking, at: datetime) -> None:
    if booking.window_to <= max(at, booking.window_from):
        raise Invalid("window-over", field="window_to")
    if booking.wanted_minor <= 0:
        raise Invalid("amount-not-positive", field="wanted_minor")
    if len(booking.note) > NOTE_LENGTH:
        raise Invalid("note-too-long", field="note", limit=NOTE_LENGTH)


def _written(booking: Booking, actor: Actor, state: VisitState) -> Visit:
    visit_id = new_id()
    initiated_by = {Role.CUSTOMER: InitiatedBy.CUSTOMER, Role.RELATIVE: InitiatedBy.DELEGATE}
    note = None
    if booking.note:
        person_id = Customer.objects.values_list("person_id", flat=True).get(id=booking.customer_id)
        note = people.seal_note(person_id, booking.note, place=note_place(visit_id))
    return Visit(
        id=visit_id,
        number=visit_number(_next_serial()),
        customer_id=booking.customer_id,
        account_id=booking.account_id,
        initiated_by=initiated_by.get(actor.role, booking.initiated_by),
        requested_by_id=None if actor.role is Role.CUSTOMER else actor.person_id,
        state=state,
        agent_id=booking.agent_id,
        shift_id=booking.shift_id,
        date=booking.date,
        window_from=booking.window_from,
        window_to=booking.window_to,
        service_s=booking.service_s,
        latitude=booking.latitude,
        longitude=booking.longitude,
        wanted_minor=booking.wanted_minor,
        currency=booking.currency,
        wants_cash=booking.wants_cash,
        purpose=booking.purpose,
        staff=booking.staff,
        equipment=list(booking.equipment),
        languages=list(booking.languages),
        note_for_agent=note,
    )


def _booked(visit: Visit) -> VisitBooked:
    return VisitBooked(
        subject_id=visit.id,
        customer_id=visit.customer_id,
        agent_id=visit.agent_id,
        window_from=visit.window_from,
        window_to=visit.window_to,
        wanted_minor=visit.wanted_minor,
        currency=visit.currency,
    )


def _next_serial() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('visits_visit_serial')")
        (serial,) = cursor.fetchone()
    return int(serial)
