"""Who may see and do what at a visit."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from koumen.kit.actor import Actor, Role
from koumen.people.models import Delegate
from koumen.visits.models import DoorCard, Evidence, Visit
from koumen.visits.rules.outcomes import ConfirmedOn
from koumen.visits.states import OPEN_STATES, VisitState


def visible_to(actor: Actor) -> QuerySet[Visit]:
    """The visits an actor may know of.

    A customer their own; a delegate those they asked for, of customers who still let them; an agent their own and,
    as the second of a team, those of the first; staff and the system all.
    """
    visits = Visit.objects.all()
    if actor.is_staff or actor.role is Role.SYSTEM:
        return visits
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return visits.filter(customer_id=actor.customer_id)
    if actor.role is Role.AGENT and actor.agent_id:
        theirs = Q(agent_id=actor.agent_id) | Q(shift__partner__agent_id=actor.agent_id)
        return visits.filter(theirs).exclude(state=VisitState.REQUESTED)
    if actor.role is Role.RELATIVE and actor.person_id:
        lets = Delegate.objects.filter(
            valid_from__lte=OuterRef("date"),
            valid_to__gt=OuterRef("date"),
            person_id=actor.person_id,
            customer_id=OuterRef("customer_id"),
        )
        return visits.filter(Exists(lets), requested_by=actor.person_id)
    return visits.none()


def is_own_customer(actor: Actor, visit: Visit) -> bool:
    """Whether the actor is the customer of the visit."""
    return actor.role is Role.CUSTOMER and actor.customer_id == visit.customer_id


def is_own_agent(actor: Actor, visit: Visit) -> bool:
    """Whether the actor is the agent of the visit."""
    return actor.role is Role.AGENT and actor.agent_id == visit.agent_id


def is_desk(actor: Actor) -> bool:
    """Whether the actor sits at the phone desk or at dispatch."""
    return actor.is_staff and actor.has(Role.DISPATCHER)


def may_book_visit(actor: Actor, customer_id: UUID, *, today: date, day: date) -> bool:
    """A customer for themselves, a delegate while the customer lets them, the phone desk for a caller.

    Only the customer's own booking is a promise, and what the system books because the customer agreed to it before;
    the others wait for the customer's word (threat T1).
    """
    if actor.role is Role.SYSTEM:
        return True
    if actor.role is Role.CUSTOMER:
        return actor.customer_id == customer_id
    if actor.role is Role.RELATIVE and actor.person_id:
        lets = Delegate.objects.filter(person_id=actor.person_id, customer_id=customer_id)
        return lets.filter(valid_from__lte=today, valid_to__gt=max(today, day)).exists()
    return is_desk(actor)


def may_confirm_visit(actor: Actor, visit: Visit) -> bool:
    """Only the customer, through their own channel."""
    return is_own_customer(actor, visit)


def may_confirm_by_call(actor: Actor, visit: Visit) -> bool:
    """The desk after a call to the number on file, but never the person who asked for it (T1: not alone)."""
    return is_desk(actor) and actor.person_id is not None and visit.requested_by_id != actor.person_id


def may_cancel_visit(actor: Actor, visit: Visit) -> bool:
    """The customer, the delegate who asked for it, the desk; an agent turns back instead."""
    return is_own_customer(actor, visit) or actor.role in (Role.RELATIVE, Role.SYSTEM) or is_desk(actor)


def may_move_visit(actor: Actor, visit: Visit) -> bool:
    """The customer, or the desk."""
    return is_own_customer(actor, visit) or is_desk(actor)


def may_turn_back(actor: Actor, visit: Visit) -> bool:
    """The agent on the way, and the desk that they call."""
    return is_own_agent(actor, visit) or is_desk(actor)


def may_answer_reminder(actor: Actor, visit: Visit) -> bool:
    """The customer, or the desk that hears it on the telephone."""
    return is_own_customer(actor, visit) or is_desk(actor)


def may_notify(actor: Actor) -> bool:
    """Only the clock: what it tells, and what it looks at, is nobody's act."""
    return actor.role is Role.SYSTEM


def may_assign_visit(actor: Actor) -> bool:
    """Dispatch, by a person or by the plan."""
    return is_desk(actor) or actor.role is Role.SYSTEM


def may_compare_pictures(actor: Actor, visit: Visit) -> bool:
    """The customer on their own screen, or on the agent's phone turned to them."""
    return is_own_customer(actor, visit) or is_own_agent(actor, visit)


def may_agree_amount(actor: Actor, visit: Visit, confirmed_on: ConfirmedOn) -> bool:
    """The customer on their own screen; the agent's session only when its phone is turned to the customer."""
    if confirmed_on is ConfirmedOn.OWN_SCREEN:
        return is_own_customer(actor, visit)
    return is_own_agent(actor, visit)


def may_tell_offline_payment(actor: Actor) -> bool:
    """Only the system, which has checked the signature of the device; or finance, which has looked at the act."""
    return actor.role is Role.SYSTEM or (actor.is_staff and actor.has(Role.FINANCE))


def may_unlock_code(actor: Actor) -> bool:
    """The phone desk, after calling back."""
    return is_desk(actor)


def may_issue_door_card(actor: Actor) -> bool:
    """The phone desk and the counter of the branch: whoever prints it sees it, and is on record."""
    return is_desk(actor) or actor.role is Role.SYSTEM


def may_withdraw_door_card(actor: Actor, customer_id: UUID) -> bool:
    """The desk for a caller, and the customer: a lost card must die at once."""
    return may_issue_door_card(actor) or (actor.role is Role.CUSTOMER and actor.customer_id == customer_id)


def cards_visible_to(actor: Actor) -> QuerySet[DoorCard]:
    """A customer knows of their own card, staff and the system of all; an agent of none."""
    cards = DoorCard.objects.all()
    if actor.is_staff or actor.role is Role.SYSTEM:
        return cards
    if actor.role is Role.CUSTOMER and actor.customer_id:
        return cards.filter(customer_id=actor.customer_id)
    return cards.none()


def may_moderate_ratings(actor: Actor) -> bool:
    """Compliance and the administrator; never whoever plans the agents' days."""
    return actor.has(Role.COMPLIANCE, Role.ADMINISTRATOR)


def may_have_link(actor: Actor, visit: Visit) -> bool:
    """The customer, and the system that sends it; never an agent, a relative or staff (T18)."""
    return is_own_customer(actor, visit) or actor.role is Role.SYSTEM


def may_see_visitors(actor: Actor, visit: Visit) -> bool:
    """Faces of who comes: the customer while the visit is to come or goes on; never a relative, nor afterwards."""
    return (
        is_own_customer(actor, visit) and visit.state in OPEN_STATES and visit.state != VisitState.REQUESTED
    )


def may_break_off_visit(actor: Actor, visit: Visit) -> bool:
    """Either side of the door, and the desk that hears of trouble."""
    return is_own_agent(actor, visit) or is_own_customer(actor, visit) or is_desk(actor)


def may_see_pictures(actor: Actor, visit: Visit) -> bool:
    """The customer from booking on; the agent only at the door; the system to send them."""
    if is_own_agent(actor, visit):
        return visit.state == VisitState.AT_THE_DOOR
    return is_own_customer(actor, visit) or actor.role is Role.SYSTEM


def may_see_code(actor: Actor, visit: Visit) -> bool:
    """The customer, and the system to send it to the customer's phone; never an agent, never staff."""
    return is_own_customer(actor, visit) or actor.role is Role.SYSTEM


def evidence_visible_to(actor: Actor) -> QuerySet[Evidence]:
    """Whoever may know of a visit knows what was kept of it, without seeing it; a relative does not."""
    if actor.role is Role.RELATIVE:
        return Evidence.objects.none()
    return Evidence.objects.filter(visit__in=visible_to(actor))


def may_look_at_evidence(actor: Actor) -> bool:
    """Compliance and the administrator, who answer complaints; never whoever sent the agent, nor the agent."""
    return actor.has(Role.COMPLIANCE, Role.ADMINISTRATOR)
