"""Reading what customers asked at visits."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.actor import Actor
from koumen.people import queries as people
from koumen.visits.models import FollowUp


@dataclass(frozen=True)
class Asked:
    """A question with the words that the agent wrote down."""

    follow_up: FollowUp
    words: str


def open_follow_ups(*, actor: Actor, limit: int = 100) -> list[Asked]:
    """Questions that nobody has answered, oldest first; one query, and one for each with words. For staff."""
    if not actor.is_staff:
        return []
    found = FollowUp.objects.filter(done_at=None).select_related("visit__customer", "visit__agent")
    return [Asked(one, _words(one)) for one in found.order_by("noted_at")[:limit]]


def words_place(follow_up_id: UUID) -> str:
    """Table, column and row of the words: read from elsewhere they do not open."""
    return f"visits_followup.words.{follow_up_id}"


def _words(one: FollowUp) -> str:
    if not one.words:
        return ""
    return people.open_note(one.visit.customer.person_id, bytes(one.words), place=words_place(one.id))
