"""Reading visits; every list starts from what the actor may see."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from koumen.audit.command import require
from koumen.audit.models import Fact
from koumen.conduct.queries import stop_reasons
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Missing
from koumen.kit.money import CURRENCIES
from koumen.people import queries as people
from koumen.visits.events import VisitPaid
from koumen.visits.models import Agreement, Alert, DoorCard, Inquiry, Notice, Visit, VisitMove, WillCheck
from koumen.visits.permissions import cards_visible_to, may_see_code, may_see_pictures, visible_to
from koumen.visits.rules import secrets
from koumen.visits.rules.band import amount_band
from koumen.visits.rules.moments import LAPSE_BEFORE, YES_WITHIN
from koumen.visits.rules.notices import DAY_BEFORE, NoticeKind, reminder_due
from koumen.visits.rules.outcomes import ASKED_AT_THE_DOOR, AlertKind
from koumen.visits.rules.reasons import PROTOCOL_STOPS
from koumen.visits.rules.word import CardWord
from koumen.visits.states import AT_DOOR_STATES, BEFORE_THE_DOOR, OPEN_STATES, VisitState


def _with_people(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    return visits.select_related("customer", "account", "agent", "shift", "door_card")


def visit(*, actor: Actor, visit_id: UUID) -> Visit:
    """One visit with customer, credit account, agent and shift; one query. Raises Missing("visit-not-found")."""
    found = _with_people(visible_to(actor)).filter(id=visit_id).first()
    if found is None:
        raise Missing("visit-not-found")
    return found


def coming_visits(*, actor: Actor) -> list[Visit]:
    """The visits that are not over, soonest first; one query."""
    return list(_with_people(visible_to(actor)).filter(state__in=OPEN_STATES).order_by("window_from", "id"))


def visits_of_day(*, actor: Actor, date: date) -> list[Visit]:
    """All visits of a day that the actor may see, by window; one query."""
    return list(_with_people(visible_to(actor)).filter(date=date).order_by("window_from", "id"))


def band_of(visit: Visit) -> tuple[int, int | None]:
    """What an agent may know of the amount before the door: [low, high) in minor units; no query."""
    return amount_band(visit.wanted_minor, CURRENCIES[visit.currency].minor_units)


def pictures_for(*, actor: Actor, visit_id: UUID) -> tuple[str, str]:
    """The picture pair, as keys of ``kit.pictures``; one query.

    Those of the door card's line when the visit has taken one. Raises Denied("pictures-not-yours"): the agent sees
    them only at the door, staff never; Conflict("door-card-withdrawn") when the card is dead.
    """
    found = visit(actor=actor, visit_id=visit_id)
    require(may_see_pictures(actor, found), "pictures-not-yours")
    place = card_place(found)
    if place:
        return secrets.card_pictures(settings.KOUMEN_DOOR_KEY, place)
    return secrets.picture_pair(settings.KOUMEN_DOOR_KEY, visit_id=found.id, generation=found.door_generation)


def release_code(*, actor: Actor, visit_id: UUID) -> str:
    """The code that the customer gives once an amount is agreed; two queries.

    Raises Denied("code-not-yours") for everyone else and Conflict("code-not-ready") while there is none to give.
    """
    found = visit(actor=actor, visit_id=visit_id)
    require(may_see_code(actor, found), "code-not-yours")
    agreement = newest_agreement(found)
    ready = found.state == VisitState.AGREED and not found.code_locked and agreement is not None
    if agreement is None or not ready or agreement.code_accepted_at:
        raise Conflict("code-not-ready")
    return derive_code(found, agreement)


def derive_code(visit: Visit, agreement: Agreement) -> str:
    """The code of an agreement: for the command that checks it and the query that shows it; no query.

    That of the door card's line when the visit has taken one, which costs a query unless the card was read with the
    visit. Raises Conflict("door-card-withdrawn").
    """
    place = card_place(visit)
    if place:
        return secrets.card_code(settings.KOUMEN_DOOR_KEY, place)
    return secrets.release_code(
        settings.KOUMEN_DOOR_KEY,
        secrets.CodeBinding(
            visit_id=visit.id,
            agent_id=visit.agent_id,
            quote_id=agreement.quote_id,
            amount_minor=agreement.amount_minor,
            currency=visit.currency,
            generation=agreement.generation,
            code_generation=agreement.code_generation,
        ),
    )


def card_place(visit: Visit) -> secrets.CardPlace | None:
    """The line of the door card that this visit's secrets come from, if it took one; no query with the card at hand.

    Raises Conflict("door-card-withdrawn"): a lost card opens nothing, on whichever way the visit is.
    """
    card, number = visit.door_card, visit.card_number
    if card is None or number is None:
        return None
    if card.withdrawn_at:
        raise Conflict("door-card-withdrawn")
    return secrets.CardPlace(customer_id=card.customer_id, generation=card.generation, number=number)


def door_card(*, actor: Actor, customer_id: UUID) -> DoorCard | None:
    """The customer's card that is in force, if they have one; one query."""
    return cards_visible_to(actor).filter(customer_id=customer_id, withdrawn_at=None).first()


def has_door_card(*, customer_id: UUID) -> bool:
    """Whether a visit to this customer will take a line of a printed card; one query."""
    usable = DoorCard.objects.filter(customer_id=customer_id, withdrawn_at=None)
    return usable.filter(next_number__lte=secrets.CARD_NUMBERS).exists()


def is_card_word(visit: Visit, word: CardWord | None, *, said_at: datetime) -> bool:
    """Whether the customer said the code on the line of their door card that this visit has taken; no query.

    A card that was withdrawn before it was said opens nothing; one withdrawn since then was still theirs. The code
    of somebody who was forced is right as well.
    """
    right = _word_awaited(visit, word, said_at=said_at)
    if word is None or word.code is None or right is None:
        return False
    return secrets.is_same_code(word.code, right) or is_forced_word(visit, word, said_at=said_at)


def is_forced_word(visit: Visit, word: CardWord | None, *, said_at: datetime) -> bool:
    """Whether the customer quietly said that they are forced; no query."""
    right = _word_awaited(visit, word, said_at=said_at)
    if word is None or word.code is None or right is None:
        return False
    return secrets.is_same_code(word.code, secrets.under_duress(right))


def _word_awaited(visit: Visit, word: CardWord | None, *, said_at: datetime) -> str | None:
    """The code on the line that was named, if that is the line of this visit and the card was still good."""
    card, number = visit.door_card, visit.card_number
    if word is None or card is None or word.number != number:
        return None
    if card.withdrawn_at and card.withdrawn_at <= said_at:
        return None
    place = secrets.CardPlace(customer_id=card.customer_id, generation=card.generation, number=word.number)
    return secrets.card_code(settings.KOUMEN_DOOR_KEY, place)


def newest_agreement(visit: Visit) -> Agreement | None:
    """The amount the customer agreed to last; one query."""
    return visit.agreements.order_by("-generation").first()


def open_agreement(visit: Visit) -> Agreement | None:
    """The newest agreement if its code was accepted: on it, and only on it, money may be taken; one query."""
    newest = newest_agreement(visit)
    return newest if newest and newest.code_accepted_at else None


def open_alerts(*, actor: Actor) -> list[Alert]:
    """What nobody has looked at yet, oldest first; one query."""
    if not actor.is_staff:
        return []
    unseen = Alert.objects.filter(seen_at=None)
    return list(unseen.select_related("visit", "visit__agent", "visit__customer").order_by("raised_at"))


def asked_at_the_door(visit: Visit) -> set[str]:
    """What the agent has asked the office for and nobody has taken yet; one query."""
    waiting = visit.alerts.filter(kind__in=ASKED_AT_THE_DOOR, seen_at=None)
    return set(waiting.values_list("kind", flat=True))


def alerts_since(*, actor: Actor, at: datetime, kind: str = "", limit: int = 200) -> list[Alert]:
    """Alerts raised from a moment on, of one kind if asked, newest first; one query."""
    if not actor.is_staff:
        return []
    found = Alert.objects.filter(raised_at__gte=at, **({"kind": kind} if kind else {}))
    return list(
        found.select_related("visit", "visit__agent", "visit__customer").order_by("-raised_at")[:limit]
    )


def visits_at_doors() -> list[UUID]:
    """Every visit whose agent stands at a door now, longest first; one query."""
    there = Visit.objects.filter(state__in=AT_DOOR_STATES).order_by("arrived_at")
    return list(there.values_list("id", flat=True))


def alarms_to_settle() -> list[UUID]:
    """Alarms about silence that nobody has taken yet, the oldest first; one query."""
    silent = Alert.objects.filter(seen_at=None, kind__in=[AlertKind.NO_SIGN, AlertKind.NO_OUTCOME])
    return list(silent.order_by("raised_at").values_list("id", flat=True))


def last_sign_at(visit: Visit) -> datetime:
    """When something last happened at this visit, by its facts; one query."""
    facts = Fact.objects.filter(subject_id=visit.id).exclude(kind="AlarmRaised")
    facts = facts.exclude(kind="AlertSeen", actor=SYSTEM.key)  # the watch itself
    newest: datetime | None = facts.aggregate(at=Max("at"))["at"]
    return max(moment for moment in (newest, visit.arrived_at, visit.booked_at) if moment)


def agent_heard_after(visit: Visit, moment: datetime) -> bool:
    """Whether the agent did anything at this visit after a moment; two queries at most."""
    who = Actor(Role.AGENT, visit.agent.person_id).key
    return Fact.objects.filter(subject_id=visit.id, actor=who, at__gt=moment).exists()


def own_signs_of_life(*, actor: Actor) -> tuple[str, str]:
    """The agent's own two numbers, all is well and help; one query.

    Raises Denied("signs-not-yours"), and Conflict("signs-hidden-now") while the agent is on the road or at a door:
    whoever forces them must not read which is which.
    """
    agent_id = actor.agent_id
    if actor.role is not Role.AGENT or agent_id is None:
        raise Denied("signs-not-yours")
    if Visit.objects.filter(agent_id=agent_id, state__in={*AT_DOOR_STATES, VisitState.ON_THE_WAY}).exists():
        raise Conflict("signs-hidden-now")
    return secrets.signs_of_life(settings.KOUMEN_DOOR_KEY, agent_id=agent_id)


def newest_will(visit: Visit) -> WillCheck | None:
    """What the customer answered last before an amount; one query."""
    return visit.will_checks.order_by("-id").first()


def open_inquiries(*, actor: Actor) -> list[Inquiry]:
    """Questions whose customers nobody has called yet, oldest first; numbers that are nobody's do not wait. One query."""
    if not actor.is_staff:
        return []
    waiting = Inquiry.objects.filter(answer="", customer__isnull=False)
    return list(waiting.select_related("customer").order_by("asked_at"))


def booked_minor(visit: Visit) -> int:
    """What was booked as paid at a visit, by its facts; one query."""
    bodies = Fact.objects.filter(subject_id=visit.id, kind=VisitPaid.kind()).values_list("body", flat=True)
    return sum(int(json.loads(body)["amount_minor"]) for body in bodies)


def requests_to_lapse(*, at: datetime) -> list[UUID]:
    """Requests whose window is so near that they cannot be kept any more; one query."""
    waiting = Visit.objects.filter(state=VisitState.REQUESTED, window_from__lte=at + LAPSE_BEFORE)
    waiting = waiting.exclude(requested_at__gt=at - YES_WITHIN)
    return list(waiting.order_by("window_from").values_list("id", flat=True))


def is_rebooking_offered(visit: Visit) -> bool:
    """Whether the lender has offered another time for the window as it is promised now; one query."""
    offers = visit.notices.filter(kind=NoticeKind.REBOOK, window_from=visit.window_from)
    return offers.exists()


def moving_verb(visit: Visit, *, offered: bool) -> str:
    """By which verb a visit changes its time: from the road only where the lender has offered it. No query."""
    return "rebook" if offered and visit.state == VisitState.ON_THE_WAY else "move"


def told(*, visit_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """What customers were told about the windows that are promised now, as (visit, kind); one query."""
    now = Notice.objects.filter(visit_id__in=visit_ids, window_from=F("visit__window_from"))
    return set(now.values_list("visit_id", "kind"))


def reminders_due(*, at: datetime) -> list[tuple[UUID, NoticeKind]]:
    """Booked visits whose customers are to be reminded now, with which reminder; two queries."""
    coming = Visit.objects.filter(
        state=VisitState.BOOKED, window_from__gt=at, window_from__lte=at + DAY_BEFORE
    )
    rows = list(coming.order_by("window_from", "id").values_list("id", "window_from", "booked_at"))
    known = told(visit_ids=[id for id, _, _ in rows])
    due = [(id, reminder_due(window_from, booked_at, at)) for id, window_from, booked_at in rows if booked_at]
    return [(id, kind) for id, kind in due if kind and (id, kind) not in known]


def unanswered(*, actor: Actor, date: date) -> list[Visit]:
    """Visits of a day still to come whose customers were reminded and said nothing, by window; one query."""
    reminded = Notice.objects.filter(
        visit=OuterRef("pk"),
        window_from=OuterRef("window_from"),
        kind__in=[NoticeKind.DAY_BEFORE, NoticeKind.HOURS_BEFORE],
    )
    silent = visible_to(actor).filter(Exists(reminded), date=date, state=VisitState.BOOKED, answered_at=None)
    return list(silent.select_related("customer").order_by("window_from", "id"))


def is_answer_wanted(visit: Visit) -> bool:
    """Whether the customer was reminded of the window that is promised now and has said nothing; one query."""
    if visit.answered_at or visit.state != VisitState.BOOKED:
        return False
    reminders = visit.notices.filter(window_from=visit.window_from)
    return reminders.filter(kind__in=[NoticeKind.DAY_BEFORE, NoticeKind.HOURS_BEFORE]).exists()


def visits_to_follow() -> list[UUID]:
    """Visits before the door whose account has changed since it was looked at for them; one query."""
    coming = Visit.objects.filter(state__in=BEFORE_THE_DOOR)
    seen = Q(account_version_seen=F("account__version"))
    return list(
        coming.exclude(seen & Q(account_version_seen__isnull=False))
        .order_by("id")
        .values_list("id", flat=True)
    )


def stop_codes(*, at: datetime) -> tuple[str, ...]:
    """Every reason for which a visit may be broken off, the pack's first; one query."""
    of_the_pack = stop_reasons(at=at)
    return (*of_the_pack, *(code for code in PROTOCOL_STOPS if code not in of_the_pack))


def note_for_agent(*, actor: Actor, visit_id: UUID) -> str:
    """What the customer wrote for the agent, empty if nothing; three queries at most."""
    found = visit(actor=actor, visit_id=visit_id)
    if not found.note_for_agent:
        return ""
    return people.open_note(found.customer.person_id, bytes(found.note_for_agent), place=note_place(found.id))


def rating_place(rating_id: UUID, column: str) -> str:
    """Table, column and row of a rating's words: read from elsewhere they do not open."""
    return f"visits_rating.{column}.{rating_id}"


def note_place(visit_id: UUID) -> str:
    """Table, column and row of a note: read from elsewhere it does not open."""
    return f"visits_visit.note_for_agent.{visit_id}"


@dataclass(frozen=True, kw_only=True)
class EarlierWindow:
    """A promise that was changed: what it was, whose, and when it was changed."""

    window_from: datetime
    window_to: datetime
    agent_id: UUID
    moved_at: datetime


def visit_by_number(*, actor: Actor, number: str) -> UUID | None:
    """The visit with the number that a caller says, if the actor may know of it; one query."""
    found = visible_to(actor).filter(number__iexact=number.strip())
    return found.values_list("id", flat=True).first()


def visits_of_customer(*, actor: Actor, customer_id: UUID, limit: int = 50) -> list[Visit]:
    """A customer's visits with their agents, newest first; one query."""
    visits = visible_to(actor).filter(customer_id=customer_id).select_related("agent")
    return list(visits.order_by("-window_from", "-id")[:limit])


def closed_visits(*, customer_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Visit]]:
    """The visits of some customers that came to their end, newest first, for planning; shown to nobody. One query."""
    found: dict[UUID, list[Visit]] = defaultdict(list)
    visits = Visit.objects.filter(customer_id__in=customer_ids, state=VisitState.CLOSED)
    for visit in visits.order_by("-window_from", "-id"):
        found[visit.customer_id].append(visit)
    return found


def earlier_windows(*, actor: Actor, visit_id: UUID) -> list[EarlierWindow]:
    """The windows a visit had before it was moved, oldest first; one query."""
    moves = VisitMove.objects.filter(visit__in=visible_to(actor), visit_id=visit_id).order_by("id")
    return [
        EarlierWindow(
            window_from=move.window_from,
            window_to=move.window_to,
            agent_id=move.agent_id,
            moved_at=move.moved_at,
        )
        for move in moves
    ]
