"""After a visit: how it was, what the agent answers, and what was really handed over."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.conduct.commands import open_complaint
from koumen.conduct.rules.complaints import ComplaintKind, Via
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.people import queries as people
from koumen.visits.events import (
    HandoverAsked,
    HandoverTold,
    RatingAnswered,
    RatingModerated,
    VisitRated,
)
from koumen.visits.models import Alert, Handover, Rating, Visit
from koumen.visits.permissions import is_desk, may_moderate_ratings, visible_to
from koumen.visits.queries import booked_minor, rating_place
from koumen.visits.rules.handovers import Told, ToldBy, fits
from koumen.visits.rules.links import RATING_OPEN, Purpose, visit_of_token
from koumen.visits.rules.outcomes import AlertKind
from koumen.visits.rules.ratings import (
    LONGEST_WORDS,
    LOW_STARS,
    MOST_STARS,
    Moderation,
    Rated,
    moderation_of,
    shown_from,
)
from koumen.visits.states import VisitState


@command
def rate_visit(*, token: str, rated: Rated, actor: Actor, at: datetime) -> Rating:
    """Whoever holds the customer's link says how a completed visit was; once, within seven days.

    Words that may name somebody wait for a person. A low rating alarms the console: a manager calls. Records
    VisitRated. Raises Denied("rating-not-yours"), Missing("link-not-found"), Conflict("visit-not-completed" |
    "already-rated" | "rating-over") or Invalid("stars-unreadable" | "words-too-long").
    """
    visit = _visit_of(token, Purpose.RATING, actor)
    if not 1 <= rated.stars <= MOST_STARS:
        raise Invalid("stars-unreadable", field="stars")
    if len(rated.words) > LONGEST_WORDS:
        raise Invalid("words-too-long", field="words", limit=LONGEST_WORDS)
    if visit.state != VisitState.CLOSED or visit.ended_at is None:
        raise Conflict("visit-not-completed")
    if Rating.objects.filter(visit=visit).exists():
        raise Conflict("already-rated")
    if at >= visit.ended_at + RATING_OPEN:
        raise Conflict("rating-over")
    rating_id = new_id()
    rating = Rating.objects.create(
        id=rating_id,
        visit=visit,
        stars=rated.stars,
        good=sorted(rated.good),
        bad=sorted(rated.bad),
        hours=sorted(rated.hours),
        words=_sealed(visit, rated.words, rating_id, "words"),
        moderation=moderation_of(rated.words),
        rated_at=at,
    )
    if rated.stars <= LOW_STARS:
        Alert.objects.create(visit=visit, kind=AlertKind.LOW_RATING, raised_at=at)
    record(
        VisitRated(subject_id=visit.id, stars=rated.stars, moderation=rating.moderation),
        actor=_customer(visit),
        at=at,
    )
    return rating


@command
def moderate_rating(*, rating_id: UUID, is_shown: bool, actor: Actor, at: datetime) -> Rating:
    """Decide whether the words are shown; the stars and codes count either way.

    Records RatingModerated. Raises Denied("rating-not-yours"), Missing("rating-not-found") or
    Conflict("rating-without-words").
    """
    require(may_moderate_ratings(actor), "rating-not-yours")
    rating = lock(Rating.objects.all(), missing="rating-not-found", id=rating_id)
    if rating.moderation == Moderation.NONE:
        raise Conflict("rating-without-words")
    rating.moderation = Moderation.SHOWN if is_shown else Moderation.HIDDEN
    rating.moderated_by = actor.key
    rating.save(update_fields=["moderation", "moderated_by"])
    record(RatingModerated(subject_id=rating.visit_id, moderation=rating.moderation), actor=actor, at=at)
    return rating


@command
def reply_to_rating(*, rating_id: UUID, words: str, actor: Actor, at: datetime) -> Rating:
    """The agent answers, once, to a rating that they may read already, without knowing whose it is.

    Records RatingAnswered. Raises Missing("rating-not-found"), Conflict("already-answered") or
    Invalid("words-missing" | "words-too-long").
    """
    if not words.strip() or len(words) > LONGEST_WORDS:
        code = "words-too-long" if words.strip() else "words-missing"
        raise Invalid(code, field="words", limit=LONGEST_WORDS)
    own = Rating.objects.filter(visit__agent_id=actor.agent_id) if actor.agent_id else Rating.objects.none()
    rating = lock(own, missing="rating-not-found", id=rating_id)
    if at < shown_from(rating.rated_at, rating.stars):
        raise Missing("rating-not-found")
    if rating.replied_at:
        raise Conflict("already-answered")
    rating.reply, rating.replied_at = _sealed(rating.visit, words, rating.id, "reply"), at
    rating.save(update_fields=["reply", "replied_at"])
    record(RatingAnswered(subject_id=rating.visit_id), actor=actor, at=at)
    return rating


@command
def ask_handover(*, visit_id: UUID, actor: Actor, at: datetime) -> Handover:
    """Ask the customer on the day after, by another channel; a second time changes nothing.

    Records HandoverAsked. Raises Denied("handover-not-yours") unless the system asks, Missing("visit-not-found") or
    Conflict("visit-not-over").
    """
    require(actor.role is Role.SYSTEM, "handover-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    if visit.ended_at is None or visit.arrived_at is None:
        raise Conflict("visit-not-over")
    known = Handover.objects.filter(visit=visit).first()
    if known:
        return known
    handover = Handover.objects.create(visit=visit, asked_at=at)
    record(HandoverAsked(subject_id=visit.id), actor=actor, at=at)
    return handover


@command
def tell_handover(*, token: str, told: Told, actor: Actor, at: datetime) -> Handover:
    """The customer says by their link how much they handed over; once.

    Records HandoverTold; what does not fit alarms the console and becomes a complaint with a number and a clock.
    Raises Denied("rating-not-yours"), Missing("link-not-found"), Conflict("handover-told") or
    Invalid("amount-not-positive").
    """
    visit = _visit_of(token, Purpose.HANDOVER, actor)
    return _tell(visit, told, ToldBy.LINK, _customer(visit), at)


@command
def note_handover(*, visit_id: UUID, told: Told, actor: Actor, at: datetime) -> Handover:
    """The desk has called the number on file and asked.

    Records HandoverTold, with an Alert and a complaint for what does not fit. Raises Denied("handover-not-yours"),
    Missing("visit-not-found" | "link-not-found"), Conflict("handover-told") or Invalid("amount-not-positive").
    """
    require(is_desk(actor), "handover-not-yours")
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    return _tell(visit, told, ToldBy.CALL, actor, at)


def _tell(visit: Visit, told: Told, by: ToldBy, actor: Actor, at: datetime) -> Handover:
    if told.amount_minor < 0:
        raise Invalid("amount-not-positive", field="amount_minor")
    handover = lock(Handover.objects.all(), missing="link-not-found", visit=visit)
    if handover.told_at:
        raise Conflict("handover-told")
    booked = booked_minor(visit)
    handover.told_at, handover.told_by = at, by
    handover.amount_minor, handover.was_asked_for_more = told.amount_minor, told.was_asked_for_more
    handover.booked_minor, handover.fits = booked, fits(told, booked)
    handover.save()
    record(
        HandoverTold(
            subject_id=visit.id,
            amount_minor=told.amount_minor,
            currency=visit.currency,
            was_asked_for_more=told.was_asked_for_more,
            booked_minor=booked,
            fits=handover.fits,
            told_by=by,
        ),
        actor=actor,
        at=at,
    )
    if not handover.fits:
        Alert.objects.create(visit=visit, kind=AlertKind.ANSWER_DIFFERS, raised_at=at)
        open_complaint(
            customer_id=visit.customer_id,
            kind=ComplaintKind.MONEY_DIFFERS,
            visit_id=visit.id,
            via=Via.WATCH,
            actor=SYSTEM,
            at=at,
        )
    return handover


def _visit_of(token: str, purpose: Purpose, actor: Actor) -> Visit:
    """The locked visit of a link; whoever holds it acts as its customer, an agent never does."""
    require(actor.role in {Role.SYSTEM, Role.CUSTOMER}, "rating-not-yours")
    visit_id = visit_of_token(settings.KOUMEN_DOOR_KEY, token, purpose=purpose)
    if visit_id is None:
        raise Missing("link-not-found")
    return lock(visible_to(actor), missing="link-not-found", id=visit_id)


def _customer(visit: Visit) -> Actor:
    return Actor(Role.CUSTOMER, visit.customer.person_id, customer_id=visit.customer_id)


def _sealed(visit: Visit, words: str, rating_id: UUID, column: str) -> bytes | None:
    if not words.strip():
        return None
    return people.seal_note(visit.customer.person_id, words.strip(), place=rating_place(rating_id, column))
