"""What the customer sees of a visit in each state: one thing to do at a time."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from koumen.credit import commands as credit_commands
from koumen.kit.actor import Actor, Role
from koumen.kit.money import Money
from koumen.payments import queries as payments
from koumen.visits import queries as visits
from koumen.visits.states import OPEN_STATES, VisitState
from koumen.web.ui.amounts import door_amount_form

if TYPE_CHECKING:
    from koumen.visits.models import Visit

V = VisitState


def stamp(visit: "Visit") -> str:
    """Changes whenever the page would look different."""
    newest = visits.newest_agreement(visit)
    parts = (
        visit.state,
        visit.proof,
        visit.code_locked,
        visit.door_generation,
        visit.card_number,
        visit.window_from,
        visits.is_rebooking_offered(visit),
        visits.is_answer_wanted(visit),
        bool(visit.pictures_differed_at),
        newest and (newest.generation, newest.code_generation, bool(newest.code_accepted_at)),
    )
    return "-".join(str(part) for part in parts)


def step_of(visit: "Visit", *, actor: Actor, at: datetime, wants_another: bool = False) -> dict[str, Any]:
    """The template of the step and what it shows."""
    is_own = actor.role is Role.CUSTOMER
    state = V(visit.state)
    asks_amount = is_own and (state is V.PROVEN or (state is V.AGREED and wants_another))
    context: dict[str, Any] = {
        "step": f"customer/steps/{V.PROVEN if asks_amount else state}.html",
        "is_own": is_own,
        "stamp": stamp(visit),
        "is_over": state not in OPEN_STATES,
        "is_asked": is_own and visits.is_answer_wanted(visit),
        "is_offered": is_own and visits.is_rebooking_offered(visit),
    }
    if is_own and state is V.BOOKED and visits.has_door_card(customer_id=visit.customer_id):
        context["has_card"] = True  # which line it will be is known when the visitor sets out
    elif is_own and state in {V.BOOKED, V.ON_THE_WAY, V.AT_THE_DOOR}:
        context["pair"] = visits.pictures_for(actor=actor, visit_id=visit.id)
        context["differed"] = bool(visit.pictures_differed_at)
    if asks_amount:
        quote = credit_commands.make_quote(account_id=visit.account_id, actor=actor, at=at)
        context |= {"quote": quote, "form": door_amount_form(None, visit=visit, quote=quote)}
    elif is_own and state is V.AGREED:
        context |= _agreed(visit, actor=actor)
    if is_own and state in {V.PAID, V.CLOSED}:
        receipts = payments.receipts_of_visit(actor=actor, visit_id=visit.id)
        context["receipts"] = receipts
        context["is_void"] = bool(receipts) and all(receipt.voided_at for receipt in receipts)
    return context


def _agreed(visit: "Visit", *, actor: Actor) -> dict[str, Any]:
    newest = visits.newest_agreement(visit)
    if newest is None:
        return {}
    shown: dict[str, Any] = {"agreed": Money(newest.amount_minor, visit.currency)}
    if not newest.code_accepted_at and not visit.code_locked:
        shown["code"] = visits.release_code(actor=actor, visit_id=visit.id)
    return shown
