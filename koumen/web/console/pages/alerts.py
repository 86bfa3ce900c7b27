"""What somebody must look at now: alarms of visits, and customers who wait to be called."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.people.commands import reveal
from koumen.people.rules.details import PersonalDetails
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.permissions import is_desk
from koumen.visits.queries.places import points_to_look_at
from koumen.visits.rules.inquiries import Answer
from koumen.visits.rules.outcomes import AlertKind
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.visit import DeskActs, desk_acts
from koumen.web.console.pages.words import ALERT_ADVICE, ALERTS, ASKED_BY, LOOKS, said_by, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file

if TYPE_CHECKING:
    from koumen.visits.models import Alert, Inquiry

NO_CONTENT = 204
# What a morning shift has to know of the week; older alarms are in the facts.
LOOKS_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Alarm:
    """One alert with what it means, what is best done, and who looks after it."""

    alert: "Alert"
    word: str
    advice: str
    customer: PersonalDetails
    agent: str
    acts: DeskActs
    taken_by: str


@dataclass(frozen=True)
class Waiting:
    """One customer to be called: is somebody expected, and who."""

    inquiry: "Inquiry"
    customer: PersonalDetails
    word: str


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Open alarms and waiting calls first, then those of the last days; every name by one reading."""
    actor, at = actor_of(request), clock.now()
    kind = request.GET.get("kind", "")
    alerts = queries.alerts_since(actor=actor, at=at - LOOKS_BACK, kind=kind)
    inquiries = queries.open_inquiries(actor=actor)
    people = [alert.visit.customer.person_id for alert in alerts]
    people += [alert.visit.agent.person_id for alert in alerts]
    people += [one.customer.person_id for one in inquiries if one.customer]
    names = reveal(person_ids=people, purpose="console-alerts", actor=actor, at=at)
    alarms = [_alarm(alert, names, actor) for alert in alerts]
    context = {
        "open": [one for one in alarms if not one.alert.seen_at],
        "taken": [one for one in alarms if one.alert.seen_at],
        "waiting": [
            Waiting(one, names[one.customer.person_id], word(ASKED_BY, one.asked_by))
            for one in inquiries
            if one.customer
        ],
        "places": [
            {"point": point, "looks": [word(LOOKS, look) for look in point.looks]}
            for point in points_to_look_at(actor=actor)
        ],
        "kinds": [(key, word(ALERTS, key)) for key in AlertKind],
        "kind": kind,
        "stamp": _stamp(actor),
    }
    return page(request, "alerts", "alerts", context)


@signed_in
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Asked every four seconds: nothing while nothing is new; no name is read. Two queries."""
    response = HttpResponse(status=NO_CONTENT)
    if _stamp(actor_of(request)) != request.GET.get("seen"):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
    return response


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """The alarms of the last days by numbers, without names."""
    actor, kind = actor_of(request), request.GET.get("kind", "")
    alerts = queries.alerts_since(actor=actor, at=clock.now() - LOOKS_BACK, kind=kind)
    return csv_file(
        "alerts",
        ("raised_at", "kind", "visit", "staff_number", "seen_at"),
        ((a.raised_at, a.kind, a.visit.number, a.visit.agent.staff_number, a.seen_at or "") for a in alerts),
    )


@signed_in
@require_POST
def answer(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """What was told to the customer who was called."""
    visits.answer_inquiry(
        inquiry_id=inquiry_id,
        answer=answer_in(request),
        visit_id=visit_in(request),
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("alerts")


def answer_in(request: HttpRequest) -> Answer:
    """The answer that was chosen; raises Invalid("form-unreadable")."""
    told = request.POST.get("answer", "")
    if told not in set(Answer):
        raise Invalid("form-unreadable", field="answer", value=told[:40])
    return Answer(told)


def visit_in(request: HttpRequest) -> UUID | None:
    """The visit that was told of, if one was; raises Invalid("form-unreadable")."""
    try:
        return UUID(request.POST["visit"]) if request.POST.get("visit") else None
    except ValueError:
        raise Invalid("form-unreadable", field="visit") from None


def _alarm(alert: "Alert", names: dict[UUID, PersonalDetails], actor: Actor) -> Alarm:
    agent = names[alert.visit.agent.person_id]
    return Alarm(
        alert=alert,
        word=word(ALERTS, alert.kind),
        advice=word(ALERT_ADVICE, alert.kind) if alert.kind in ALERT_ADVICE else "",
        customer=names[alert.visit.customer.person_id],
        agent=f"{agent.spoken} {alert.visit.agent.staff_number}",
        acts=desk_acts(alert.visit, is_desk=is_desk(actor)),
        taken_by=said_by(alert.seen_by) if alert.seen_by else "",
    )


def _stamp(actor: Actor) -> str:
    """Changes whenever an alarm or a question comes or is taken."""
    parts: Iterable[str] = (
        *(f"{alert.id}" for alert in queries.open_alerts(actor=actor)),
        *(f"{inquiry.id}" for inquiry in queries.open_inquiries(actor=actor)),
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]
