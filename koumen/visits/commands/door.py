"""At the door: the agent proves first, then the customer."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.people.commands import reveal
from koumen.visits.commands.cards import take_another_line
from koumen.visits.events import (
    CustomerNotProven,
    CustomerProven,
    PicturesDiffered,
    PicturesMatched,
    PicturesRenewed,
)
from koumen.visits.models import Alert, Visit
from koumen.visits.permissions import is_desk, is_own_agent, may_compare_pictures, visible_to
from koumen.visits.rules.outcomes import IDENTITY_TRIES, AlertKind, Means, ProofResult
from koumen.visits.states import VISIT, Proof, VisitState


@command
def confirm_pictures(*, visit_id: UUID, matched: bool, actor: Actor, at: datetime) -> Visit:
    """The customer says whether the agent shows their two pictures; no reason is needed to refuse.

    Records PicturesMatched (proof becomes AGENT), or PicturesDiffered with an Alert for the console; a pair that
    was refused once cannot be matched any more. Raises Missing("visit-not-found"), Denied("visit-not-yours") or
    Conflict("visit-not-at-the-door" | "pictures-already-compared" | "pictures-differed").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(may_compare_pictures(actor, visit), "visit-not-yours")
    _require_at_the_door(visit)
    if visit.pictures_differed_at:
        raise Conflict("pictures-differed")
    if visit.proof != Proof.NONE:
        raise Conflict("pictures-already-compared")
    if matched:
        visit.proof = Proof.AGENT
        visit.save(update_fields=["proof"])
        record(PicturesMatched(subject_id=visit.id), actor=actor, at=at)
    else:
        visit.pictures_differed_at = at
        visit.save(update_fields=["pictures_differed_at"])
        Alert.objects.create(visit=visit, kind=AlertKind.PICTURES_DIFFER, raised_at=at)
        record(PicturesDiffered(subject_id=visit.id), actor=actor, at=at)
    return visit


@command
def renew_pictures(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """Give the visit a new pair after the desk has spoken to the customer; the agent may show it.

    Records PicturesRenewed (the customer is sent the new pair; of a door card the next line is taken). Raises Missing("visit-not-found"),
    Denied("visit-not-yours") or Conflict("visit-not-at-the-door" | "pictures-already-compared" |
    "door-card-used-up") or Missing("door-card-not-found").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_desk(actor), "visit-not-yours")
    _require_at_the_door(visit)
    if visit.proof != Proof.NONE:
        raise Conflict("pictures-already-compared")
    if visit.door_card_id:
        take_another_line(visit, actor=actor, at=at)
    visit.door_generation += 1
    visit.pictures_differed_at = None
    visit.save(update_fields=["door_generation", "pictures_differed_at"])
    record(PicturesRenewed(subject_id=visit.id), actor=actor, at=at)
    return visit


@command
def prove_customer(
    *,
    visit_id: UUID,
    means: Means,
    actor: Actor,
    at: datetime,
    birth_year: int | None = None,
    matched: bool = True,
) -> ProofResult:
    """The agent checks who the customer is, after having proven themselves.

    A year of birth is compared here, so that the agent never sees the right one; of a card the agent says whether
    it ``matched``. A failure is an outcome: it is counted, and another means may be tried, three times in all.
    Records CustomerProven (proof becomes BOTH) or CustomerNotProven. Raises Missing("visit-not-found"),
    Denied("visit-not-yours"), Conflict("agent-not-proven" | "visit-cannot-prove" | "identity-tries-used") or
    Invalid("birth-year-missing").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    after = VISIT.move(VisitState(visit.state), "prove")
    if visit.proof != Proof.AGENT:
        raise Conflict("agent-not-proven")
    if visit.identity_tries >= IDENTITY_TRIES:
        raise Conflict("identity-tries-used")
    means = Means(means)
    require(means is not Means.CALL_BACK, "visit-not-yours")  # the desk alone has called
    if means is Means.BIRTH_YEAR:
        if birth_year is None:
            raise Invalid("birth-year-missing", field="birth_year")
        matched = _is_birth_year(visit, birth_year, at)
    if not matched:
        return _count_failure(visit, means, actor, at)
    _prove(visit, after, means, actor, at)
    return ProofResult.PROVEN


@command
def vouch_for_customer(*, visit_id: UUID, actor: Actor, at: datetime) -> Visit:
    """The desk has called the number on file and spoken with the customer at the door: they are proven.

    Another means when a year or a card failed, also after the last try. Records CustomerProven. Raises
    Missing("visit-not-found"), Denied("visit-not-yours") or Conflict("visit-cannot-prove" | "agent-not-proven").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_desk(actor), "visit-not-yours")
    after = VISIT.move(VisitState(visit.state), "prove")
    if visit.proof != Proof.AGENT:
        raise Conflict("agent-not-proven")
    _prove(visit, after, Means.CALL_BACK, actor, at)
    return visit


def _prove(visit: Visit, after: VisitState, means: Means, actor: Actor, at: datetime) -> None:
    visit.state, visit.proof, visit.proven_at = after, Proof.BOTH, at
    visit.save(update_fields=["state", "proof", "proven_at"])
    record(CustomerProven(subject_id=visit.id, means=means), actor=actor, at=at)


def _count_failure(visit: Visit, means: Means, actor: Actor, at: datetime) -> ProofResult:
    visit.identity_tries += 1
    visit.save(update_fields=["identity_tries"])
    record(
        CustomerNotProven(subject_id=visit.id, means=means, tries=visit.identity_tries),
        actor=actor,
        at=at,
    )
    return ProofResult.EXHAUSTED if visit.identity_tries >= IDENTITY_TRIES else ProofResult.NOT_PROVEN


def _is_birth_year(visit: Visit, said: int, at: datetime) -> bool:
    person_id = visit.customer.person_id
    details = reveal(person_ids=[person_id], purpose="identity_at_the_door", actor=SYSTEM, at=at)[person_id]
    return details.birth_year is not None and details.birth_year == said


def _require_at_the_door(visit: Visit) -> None:
    if visit.state != VisitState.AT_THE_DOOR:
        raise Conflict("visit-not-at-the-door", state=visit.state)
