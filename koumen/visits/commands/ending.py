"""The ending: paid, left, nobody there, broken off. None of it but payment touches the debt."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.visits.events import NobodyAnswered, VisitBrokenOff, VisitClosed, VisitPaid
from koumen.visits.models import Visit
from koumen.visits.permissions import is_own_agent, may_break_off_visit, visible_to
from koumen.visits.queries import open_agreement, stop_codes
from koumen.visits.rules.moments import earliest_no_answer
from koumen.visits.states import VISIT, VisitState


@command
def pay_visit(*, visit_id: UUID, payment_id: UUID, amount_minor: int, actor: Actor, at: datetime) -> Visit:
    """A payment was made at the visit; called by ``payments`` in the payment's transaction.

    Records VisitPaid. Raises Missing("visit-not-found") or Conflict("visit-cannot-pay" | "code-not-accepted").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    visit.state = VISIT.move(VisitState(visit.state), "pay")
    if open_agreement(visit) is None:
        raise Conflict("code-not-accepted")
    visit.save(update_fields=["state"])
    record(
        VisitPaid(
            subject_id=visit.id, payment_id=payment_id, amount_minor=amount_minor, currency=visit.currency
        ),
        actor=actor,
        at=at,
    )
    return visit


@command
def leave(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """The agent leaves; the visit is complete, with money or with a consultation only.

    Records VisitClosed. Raises Missing("visit-not-found"), Denied("visit-not-yours") or
    Conflict("visit-cannot-leave").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    _end(visit, "leave", "", at)
    record(VisitClosed(subject_id=visit.id), actor=actor, at=at)
    return visit


@command
def no_answer(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """Nobody opened, the window is open, and the agent has waited.

    Records NobodyAnswered. Raises Missing("visit-not-found"), Denied("visit-not-yours") or
    Conflict("visit-cannot-no_answer" | "too-early-for-no-answer", from_at=…).
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    VISIT.move(VisitState(visit.state), "no_answer")
    earliest = earliest_no_answer(visit.window_from, visit.arrived_at or at)
    if at < earliest:
        raise Conflict("too-early-for-no-answer", from_at=earliest)
    _end(visit, "no_answer", "no_answer", at)
    record(NobodyAnswered(subject_id=visit.id), actor=actor, at=at)
    return visit


@command
def break_off(*, visit_id: UUID, reason: str, actor: Actor, at: datetime) -> Visit:
    """End a visit early; it never touches the debt or the agent's score.

    The reason is one of the policy pack's ``stop`` or of the door protocol. Records VisitBrokenOff. Raises
    Missing("visit-not-found"), Denied("visit-not-yours"), Invalid("stop-reason-unknown") or
    Conflict("visit-cannot-break_off").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_break_off_visit(actor, visit), "visit-not-yours")
    if reason not in stop_codes(at=at):
        raise Invalid("stop-reason-unknown", field="reason", value=reason[:40])
    _end(visit, "break_off", reason, at)
    record(VisitBrokenOff(subject_id=visit.id, reason=reason), actor=actor, at=at)
    return visit


def _end(visit: Visit, verb: str, reason: str, at: datetime) -> None:
    visit.state = VISIT.move(VisitState(visit.state), verb)
    visit.ended_at, visit.end_reason = at, reason
    visit.save(update_fields=["state", "ended_at", "end_reason"])
