"""What followed a visit: ratings, averages, wishes, and what customers said they handed over."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from koumen.audit.command import require
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Missing
from koumen.people import queries as people
from koumen.visits.models import Handover, Rating, Visit
from koumen.visits.permissions import may_have_link
from koumen.visits.queries import rating_place
from koumen.visits.rules.links import RATING_OPEN, Purpose, make_token, visit_of_token
from koumen.visits.rules.ratings import (
    LOW_SHOWN_AFTER,
    LOW_STARS,
    SHOWN_AFTER,
    Average,
    Hours,
    Moderation,
    branch_mean,
    smoothed,
    wished_hours,
)
from koumen.visits.states import VisitState


@dataclass(frozen=True)
class Heard:
    """A rating with its words, as far as the reader may see them."""

    rating: Rating
    words: str
    reply: str


@dataclass(frozen=True)
class AgentAverage:
    """How an agent is rated, smoothed, with how many ratings there are."""

    agent_id: UUID
    average: Average


def link_of(*, actor: Actor, visit: Visit, purpose: Purpose) -> str:
    """The address of a page that only this customer is sent; no query. Raises Denied("rating-not-yours")."""
    require(may_have_link(actor, visit), "rating-not-yours")
    token = make_token(settings.KOUMEN_DOOR_KEY, visit_id=visit.id, purpose=purpose)
    page = {Purpose.RATING: "rate", Purpose.HANDOVER: "handed-over", Purpose.VISITOR: "visitor"}[purpose]
    return f"{settings.KOUMEN_PUBLIC_URL}/public/{page}/{token}/"


def visit_by_link(*, token: str, purpose: Purpose) -> Visit:
    """The visit of a link, for the page that it opens; one query. Raises Missing("link-not-found")."""
    visit_id = visit_of_token(settings.KOUMEN_DOOR_KEY, token, purpose=purpose)
    visits = Visit.objects.select_related("customer__person", "agent")
    found = visits.filter(id=visit_id).first() if visit_id else None
    if found is None:
        raise Missing("link-not-found")
    return found


def may_be_rated(visit: Visit, *, at: datetime) -> bool:
    """Whether a rating of this visit would be taken now; one query."""
    if visit.state != VisitState.CLOSED or visit.ended_at is None:
        return False
    return at < visit.ended_at + RATING_OPEN and not Rating.objects.filter(visit=visit).exists()


def rating_of(visit: Visit) -> Heard | None:
    """What the customer said of a visit, for their own page; two queries at most."""
    rating = Rating.objects.filter(visit=visit).select_related("visit__customer").first()
    return _heard(rating, is_office=True) if rating else None


def ratings(
    *, actor: Actor, moderation: str = "", agent_id: UUID | None = None, limit: int = 100
) -> list[Heard]:
    """Ratings for the office, newest first, those whose words wait if asked; one query, and one for each with words."""
    if not actor.is_staff:
        return []
    found = Rating.objects.select_related("visit__customer", "visit__agent")
    if moderation:
        found = found.filter(moderation=moderation)
    if agent_id:
        found = found.filter(visit__agent_id=agent_id)
    return [_heard(rating, is_office=True) for rating in found.order_by("-rated_at")[:limit]]


def own_ratings(*, actor: Actor, at: datetime, limit: int = 50) -> list[Heard]:
    """What customers said of an agent, once it may be read; neither who nor which visit. One query and one for each."""
    if actor.role is not Role.AGENT or actor.agent_id is None:
        return []
    found = _readable(at).filter(visit__agent_id=actor.agent_id).select_related("visit__customer")
    return [_heard(rating, is_office=False) for rating in found.order_by("-rated_at")[:limit]]


def average_of(*, actor: Actor, at: datetime) -> Average | None:
    """The agent's own smoothed average of what may be read; two queries."""
    if actor.role is not Role.AGENT or actor.agent_id is None:
        return None
    prior = branch_mean(_readable(at).values_list("stars", flat=True))
    own = _readable(at).filter(visit__agent_id=actor.agent_id)
    return smoothed(own.values_list("stars", flat=True), prior)


def averages(*, actor: Actor) -> list[AgentAverage]:
    """Every rated agent, smoothed towards the branch, best first; one query. For staff."""
    if not actor.is_staff:
        return []
    stars: dict[UUID, list[int]] = defaultdict(list)
    for agent_id, given in Rating.objects.values_list("visit__agent_id", "stars"):
        stars[agent_id].append(given)
    prior = branch_mean(one for given in stars.values() for one in given)
    found = [AgentAverage(agent_id, smoothed(given, prior)) for agent_id, given in stars.items()]
    return sorted(found, key=lambda one: (-one.average.stars, one.agent_id))


def hours_wished(*, actor: Actor, since: datetime) -> list[tuple[Hours, int]]:
    """How often other hours were wished for since a moment, most wanted first; one query. For staff."""
    if not actor.is_staff:
        return []
    return wished_hours(Rating.objects.filter(rated_at__gte=since).values_list("hours", flat=True))


def handovers_to_ask(*, day: date) -> list[UUID]:
    """Visits of a day that reached the door and are over, and whose customers were not asked yet; one query."""
    reached = Visit.objects.filter(date=day, arrived_at__isnull=False, ended_at__isnull=False)
    return list(reached.filter(handover=None).order_by("ended_at").values_list("id", flat=True))


def open_handovers(*, actor: Actor, limit: int = 100) -> list[Handover]:
    """Customers who were asked and have not answered, oldest first: the desk calls them; one query. For staff."""
    if not actor.is_staff:
        return []
    waiting = Handover.objects.filter(told_at=None).select_related("visit__customer", "visit__agent")
    return list(waiting.order_by("asked_at")[:limit])


def handover_of(visit: Visit) -> Handover | None:
    """The question of the next day about a visit; one query."""
    return Handover.objects.filter(visit=visit).first()


def _readable(at: datetime) -> QuerySet[Rating]:
    shown = Rating.objects.filter(rated_at__lte=at - SHOWN_AFTER)
    return shown.exclude(stars__lte=LOW_STARS, rated_at__gt=at - LOW_SHOWN_AFTER)


def _heard(rating: Rating, *, is_office: bool) -> Heard:
    """The words, opened for the office; for an agent only those that may be shown."""
    may_read = is_office or rating.moderation == Moderation.SHOWN
    return Heard(
        rating=rating,
        words=_open(rating, rating.words, "words") if may_read else "",
        reply=_open(rating, rating.reply, "reply"),
    )


def _open(rating: Rating, sealed: bytes | memoryview | None, column: str) -> str:
    if not sealed:
        return ""
    place = rating_place(rating.id, column)
    return people.open_note(rating.visit.customer.person_id, bytes(sealed), place=place)
