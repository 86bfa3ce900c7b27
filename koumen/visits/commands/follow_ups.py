"""What a customer asked at a visit and an agent cannot answer."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id
from koumen.people import queries as people
from koumen.visits.events import FollowUpDone, FollowUpNoted
from koumen.visits.models import FollowUp
from koumen.visits.permissions import is_desk, is_own_agent, visible_to
from koumen.visits.queries.follow_ups import words_place
from koumen.visits.rules.follow_ups import LONGEST_WORDS, Question
from koumen.visits.states import PROVEN_STATES, VisitState


@command
def note_follow_up(
    *, visit_id: UUID, about: Question, words: str = "", actor: Actor, at: datetime
) -> FollowUp:
    """Write down a question for the office, while the agent is with the proven customer.

    Records FollowUpNoted. Raises Missing("visit-not-found"), Denied("visit-not-yours"), Conflict("visit-not-proven") or
    Invalid("words-too-long").
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if VisitState(visit.state) not in PROVEN_STATES:
        raise Conflict("visit-not-proven", state=visit.state)
    if len(words) > LONGEST_WORDS:
        raise Invalid("words-too-long", field="words", limit=LONGEST_WORDS)
    follow_up_id, sealed = new_id(), None
    if words.strip():
        place = words_place(follow_up_id)
        sealed = people.seal_note(visit.customer.person_id, words.strip(), place=place)
    follow_up = FollowUp.objects.create(id=follow_up_id, visit=visit, about=about, words=sealed, noted_at=at)
    record(FollowUpNoted(subject_id=visit.id, about=about), actor=actor, at=at)
    return follow_up


@command
def finish_follow_up(*, follow_up_id: UUID, actor: Actor, at: datetime) -> FollowUp:
    """The office has called the customer and answered.

    Records FollowUpDone. Raises Denied("follow-up-not-yours"), Missing("follow-up-not-found") or
    Conflict("follow-up-done").
    """
    require(is_desk(actor), "follow-up-not-yours")
    follow_up = lock(FollowUp.objects.all(), missing="follow-up-not-found", id=follow_up_id)
    if follow_up.done_at:
        raise Conflict("follow-up-done")
    follow_up.done_at, follow_up.done_by = at, actor.key
    follow_up.save(update_fields=["done_at", "done_by"])
    record(FollowUpDone(subject_id=follow_up.visit_id, about=follow_up.about), actor=actor, at=at)
    return follow_up
