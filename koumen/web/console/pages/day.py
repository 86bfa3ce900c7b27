"""The day: what somebody must look at now, what is done, and every visit with its state."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from koumen.branch.queries import this_branch
from koumen.credit.queries.proposals import waiting_proposals
from koumen.dispatch import queries as dispatch
from koumen.dispatch.queries import BoardRow, BoardStop
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.ledger import queries as ledger
from koumen.ledger.permissions import may_read_books
from koumen.people.commands import reveal
from koumen.people.rules.details import PersonalDetails
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.permissions import is_desk
from koumen.visits.states import VisitState
from koumen.web.console.pages.board_drawing import DONE
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.visit import DeskActs, desk_acts
from koumen.web.console.pages.words import ALERTS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.safe_next import safe_next

if TYPE_CHECKING:
    from koumen.visits.models import Alert

# What counts as a visit of the day: promised, whatever became of it at the door.
_NOT_PROMISED = frozenset({VisitState.REQUESTED, VisitState.CANCELLED})
Names = Mapping[UUID, PersonalDetails]
NO_CONTENT = 204


@dataclass(frozen=True)
class Attention:
    """One thing to look at now, with what the desk can do about it."""

    alert: "Alert"
    word: str
    customer: PersonalDetails
    agent: str
    acts: DeskActs


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Figures, alerts and visits of a day; every name by one reading. Who is where, the board draws."""
    actor, at = actor_of(request), clock.now()
    on, today = wanted_date(request), clock.local_date(at, this_branch().zone)
    rows, alerts = dispatch.board(actor=actor, date=on), queries.open_alerts(actor=actor)
    names = _names(rows, alerts, actor=actor, at=at)
    context = {
        "date": on,
        "today": today,
        "previous": on - timedelta(days=1),
        "next": on + timedelta(days=1),
        "figures": _figures(rows, alerts, actor=actor),
        "stops": [
            {
                "stop": stop,
                "row": row,
                "customer": names[stop.customer_person_id].spoken,
                "agent": names[row.person_id].spoken,
            }
            for row in rows
            for stop in row.stops
        ],
        "alerts": _attention(alerts, names, is_desk=is_desk(actor)),
        "agents": len(rows),
        "live_url": f"{reverse('day_live')}?date={on.isoformat()}&stamp={stamp(rows, alerts)}",
    }
    return page(request, "day", "home", context)


@signed_in
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Asked every few seconds: nothing when nothing has changed, otherwise the page loads itself again.

    Five queries at most and no names; reading names is recorded, so it happens only when there is news.
    """
    actor = actor_of(request)
    rows = dispatch.board(actor=actor, date=wanted_date(request))
    news = stamp(rows, queries.open_alerts(actor=actor))
    response = HttpResponse(status=NO_CONTENT)
    if news != request.GET.get("stamp"):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
    return response


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """The visits of a day as a file, by numbers and without names."""
    on = wanted_date(request)
    rows = dispatch.board(actor=actor_of(request), date=on)
    return csv_file(
        f"visits-{on.isoformat()}",
        ("date", "visit", "state", "window_from", "window_to", "staff_number"),
        (
            (
                on,
                stop.number,
                str(stop.state),
                _local(stop.window_from),
                _local(stop.window_to),
                row.staff_number,
            )
            for row in rows
            for stop in row.stops
        ),
    )


@signed_in
@require_POST
def take(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Say that one looks after an alert."""
    visits.take_alert(alert_id=alert_id, actor=actor_of(request), at=clock.now())
    return redirect(safe_next(request, reverse("home")))


def wanted_date(request: HttpRequest) -> date:
    """The day in the address; today for none and for what is no date."""
    try:
        return date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return clock.local_date(clock.now(), this_branch().zone)


def stamp(rows: Sequence[BoardRow], alerts: Sequence["Alert"]) -> str:
    """A digest of all that the page would show differently."""
    parts = [f"{row.shift_id}{row.starts_at}{row.ends_at}" for row in rows]
    parts += [f"{stop.visit_id}{stop.state}{stop.window_from}" for row in rows for stop in row.stops]
    parts += [f"{a.id}{a.visit.state}{a.visit.code_locked}{a.visit.pictures_differed_at}" for a in alerts]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def _names(
    rows: Sequence[BoardRow], alerts: Sequence["Alert"], *, actor: Actor, at: datetime
) -> dict[UUID, PersonalDetails]:
    wanted = [row.person_id for row in rows]
    wanted += [stop.customer_person_id for row in rows for stop in row.stops]
    for alert in alerts:
        wanted += [alert.visit.customer.person_id, alert.visit.agent.person_id]
    return reveal(person_ids=wanted, purpose="console-day", actor=actor, at=at)


def _attention(alerts: Sequence["Alert"], names: Names, *, is_desk: bool) -> list[Attention]:
    return [
        Attention(
            alert=alert,
            word=word(ALERTS, alert.kind),
            customer=names[alert.visit.customer.person_id],
            agent=f"{names[alert.visit.agent.person_id].spoken} {alert.visit.agent.staff_number}",
            acts=desk_acts(alert.visit, is_desk=is_desk),
        )
        for alert in alerts
    ]


@dataclass(frozen=True)
class _Figures:
    visits: int
    done: int
    alerts: int
    ended: int
    cash: list[Money]
    holders: int
    may_see_cash: bool
    waiting: int  # for a second person; for those who read the books


def _figures(rows: Sequence[BoardRow], alerts: Sequence["Alert"], *, actor: Actor) -> _Figures:
    promised: list[BoardStop] = [
        stop for row in rows for stop in row.stops if stop.state not in _NOT_PROMISED
    ]
    may_see_cash = may_read_books(actor)
    in_hand = ledger.cash_by_agent(actor=actor) if may_see_cash else []
    sums: dict[str, int] = {}
    for _, currency, minor in in_hand:
        sums[currency] = sums.get(currency, 0) + minor
    return _Figures(
        visits=len(promised),
        done=sum(stop.state in DONE for stop in promised),
        alerts=len(alerts),
        ended=sum(stop.state in {VisitState.NO_SHOW, VisitState.BROKEN_OFF} for stop in promised),
        cash=[Money(minor, currency) for currency, minor in sorted(sums.items())]
        or [Money(0, this_branch().currency)],
        holders=len({agent_id for agent_id, _, _ in in_hand}),
        may_see_cash=may_see_cash,
        waiting=waiting_proposals(actor=actor) if may_see_cash else 0,
    )


def _local(moment: datetime) -> str:
    return moment.astimezone(this_branch().zone).isoformat(timespec="minutes")
