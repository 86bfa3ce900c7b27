"""The dispatch board: every agent's day beside the map, as it stands or as it stood at a moment of the day.

The page reads names once, and that reading is recorded. What is asked every few seconds holds no names: the same
words for everybody who looks at a day, made once for each version of it.
"""

import gzip
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from koumen.branch.queries import this_branch
from koumen.dispatch import queries as dispatch
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries import Lane
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.people.commands import reveal
from koumen.visits.states import AT_DOOR_STATES, OPEN_STATES, VisitState
from koumen.web.console.pages.board_drawing import MINUTE, Look, draw
from koumen.web.console.pages.board_map import map_of
from koumen.web.console.pages.board_words import Names, decisions, said, why_at_risk
from koumen.web.console.pages.day import wanted_date
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.maps import tiles

# How far the buttons beside the slider go.
STEP = timedelta(minutes=15)
# Moving parts that are kept: a few days in three languages, each for those who may plan and those who look.
MOST_PARTS = 24
QUICKLY = 3  # a tenth of the size in a hundredth of the time that making it takes

_parts: OrderedDict[tuple[str, str], bytes] = OrderedDict()
_making = Lock()


@dataclass(frozen=True)
class Looked:
    """What the address asks for: a day, and a past moment of it or none for as it stands."""

    date: date
    at: datetime
    as_of: datetime | None

    @property
    def moment(self) -> datetime:
        """The moment that is shown."""
        return self.as_of or self.at


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The board with its names, read by one reading."""
    actor, looked = actor_of(request), _looked(request)
    lanes = _lanes(actor, looked)
    named = _named(_persons(lanes), actor, looked.at)
    context = _part(lanes, looked, actor, named) | {
        "date": looked.date,
        "today": clock.local_date(looked.at, this_branch().zone),
        "previous": looked.date - timedelta(days=1),
        "next": looked.date + timedelta(days=1),
        "decisions": decisions(dispatch.overrides_on(actor=actor, date=looked.date), looked.moment),
        "rows": [_row(lane, number, named) for lane in lanes for number in range(len(lane.stops))],
        "names": {str(person): name.plain for person, name in named.items()},
        "back": _look_back(lanes, looked),
        "etag": "" if looked.as_of else _etag(actor, looked),
        "tiles": tiles(),
        "done": request.GET.get("done", ""),
    }
    return page(request, "board", "board", context)


@signed_in
@require_GET
def lanes_part(request: HttpRequest) -> HttpResponseBase:
    """What moves on the board, without names; 304 while it is as the asker has it, which takes one query.

    A past moment is worked out whenever it is asked for.
    """
    actor, looked = actor_of(request), _looked(request)
    if looked.as_of:
        return HttpResponse(_rendered(actor, looked))
    etag = _etag(actor, looked)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    key = (looked.date.isoformat(), etag)
    with _making:  # whoever asks meanwhile waits for the same part
        part = _parts.get(key)
        if part is None:
            part = _parts[key] = gzip.compress(_rendered(actor, looked).encode(), QUICKLY)
        while len(_parts) > MOST_PARTS:
            _parts.popitem(last=False)
    return _sent(request, part, etag)


@signed_in
@require_GET
def names(request: HttpRequest) -> JsonResponse:
    """The names of people on a day's board, for stops that came since the page was opened; recorded."""
    actor, looked = actor_of(request), _looked(request)
    wanted = set(request.GET.getlist("person"))
    persons = [person for person in _persons(_lanes(actor, looked)) if str(person) in wanted]
    named = _named(persons, actor, looked.at)
    return JsonResponse({str(person): name.plain for person, name in named.items()})


@signed_in
@require_GET
def ground(request: HttpRequest) -> JsonResponse:
    """The outlines of districts and the large roads around the day's stops, as far as they are imported."""
    actor, looked = actor_of(request), _looked(request)
    places = [stop.place for lane in _lanes(actor, looked) for stop in lane.stops]
    response = JsonResponse(
        {
            "lines": dispatch.large_roads(date=looked.date, places=places),
            "districts": [{"name": one.name, "rings": one.rings} for one in dispatch.districts()],
        }
    )
    response["Cache-Control"] = "private, max-age=600"
    return response


def forget() -> None:
    """Keep no made part; for whoever measures what making one costs."""
    _parts.clear()


def _looked(request: HttpRequest) -> Looked:
    """The day and the moment in the address; what is no time, or not past, is now."""
    at, on = clock.now(), wanted_date(request)
    try:
        wanted = time.fromisoformat(request.GET.get("at", "")).replace(tzinfo=this_branch().zone)
    except ValueError:
        return Looked(on, at, None)
    as_of = datetime.combine(on, wanted)
    return Looked(on, at, as_of if as_of < at else None)


def _lanes(actor: Actor, looked: Looked) -> list[Lane]:
    return dispatch.lanes(actor=actor, date=looked.date, at=looked.at, as_of=looked.as_of)


def _etag(actor: Actor, looked: Looked) -> str:
    version = dispatch.board_version(actor=actor, date=looked.date, at=looked.at)
    return f'W/"{version}.{get_language()}.{int(may_plan(actor))}"'


def _sent(request: HttpRequest, part: bytes, etag: str) -> HttpResponse:
    """A kept part as it is, or unpacked for the few who cannot. It holds no secret that its length could tell."""
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(part)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(part))
    response["ETag"], response["Vary"] = etag, "Accept-Encoding, Cookie"
    return response


def _rendered(actor: Actor, looked: Looked) -> str:
    return render_to_string("console/parts/board_lanes.html", _part(_lanes(actor, looked), looked, actor, {}))


def _part(lanes: Sequence[Lane], looked: Looked, actor: Actor, named: Names) -> dict[str, Any]:
    """What changes while one looks: promises at risk, figures, drawing, map."""
    zone, may_move = this_branch().zone, may_plan(actor) and looked.as_of is None
    at_risk = [] if looked.as_of else dispatch.at_risk(actor=actor, date=looked.date, at=looked.at)
    return {
        "drawing": draw(lanes, Look(looked.moment, zone, named, may_move)),
        "at_risk": [
            {"one": one, "why": why_at_risk(one), "customer": named.get(one.customer_person_id)}
            for one in at_risk
        ],
        "proposal": looked.as_of is None and dispatch.is_asked_about(actor=actor, date=looked.date),
        "figures": _figures(lanes, len(at_risk)),
        "map": map_of(lanes, looked.date),
        "as_of": looked.as_of,
        "named": named,
        "may_move": may_move,
    }


def _row(lane: Lane, number: int, named: Names) -> dict[str, Any]:
    """A stop as a line of the list."""
    stop = lane.stops[number]
    return {
        "stop": stop,
        "lane": lane,
        "number": number + 1,
        "customer": named[stop.customer_person_id].name,
        "agent": named[lane.person_id].name,
        "late_min": stop.late_min,
        "is_coming": stop.is_ahead or stop.state is VisitState.ON_THE_WAY,
    }


@dataclass(frozen=True)
class _Figures:
    visits: int
    done: int
    kept: int
    came: int
    at_risk: int
    decided: int
    agents: int

    @property
    def kept_pct(self) -> int | None:
        """Of the doors that somebody came to, how many in the promised time, in whole percent."""
        return self.kept * 100 // self.came if self.came else None


def _figures(lanes: Sequence[Lane], at_risk: int) -> _Figures:
    stops = [stop for lane in lanes for stop in lane.stops if stop.state is not VisitState.REQUESTED]
    came = [stop for stop in stops if stop.state in AT_DOOR_STATES or stop.state not in OPEN_STATES]
    return _Figures(
        visits=len(stops),
        done=sum(stop.state not in OPEN_STATES or stop.state is VisitState.PAID for stop in stops),
        kept=sum(stop.begins_at < stop.window_to for stop in came),
        came=len(came),
        at_risk=at_risk,
        decided=sum(bool(stop.decided) for stop in stops),
        agents=len(lanes),
    )


@dataclass(frozen=True)
class _Back:
    """Looking back: where the slider begins and ends, and the moments of the buttons, as times of the day."""

    first: str
    last: str
    shown: str
    minutes: int
    most: int
    earlier: str
    later: str


def _look_back(lanes: Sequence[Lane], looked: Looked) -> _Back | None:
    """None while there is nothing to look back to."""
    if not lanes:
        return None
    zone = this_branch().zone
    first = min(lane.shift.begins_at for lane in lanes).astimezone(zone) - timedelta(hours=1)
    last = min(looked.at, max(lane.shift.ends_at for lane in lanes) + timedelta(hours=1)).astimezone(zone)
    if last <= first or first.date() != looked.date:
        return None
    shown = min(max(looked.moment.astimezone(zone), first), last)
    return _Back(
        first=f"{first:%H:%M}",
        last=f"{last:%H:%M}",
        shown=f"{shown:%H:%M}",
        minutes=int((shown - first).total_seconds()) // MINUTE,
        most=int((last - first).total_seconds()) // MINUTE,
        earlier=f"{max(first, shown - STEP):%H:%M}",
        later=f"{min(last, shown + STEP):%H:%M}",
    )


def _persons(lanes: Sequence[Lane]) -> list[UUID]:
    return [
        person
        for lane in lanes
        for person in (lane.person_id, *(stop.customer_person_id for stop in lane.stops))
    ]


def _named(persons: Sequence[UUID], actor: Actor, at: datetime) -> Names:
    told = reveal(person_ids=list(persons), purpose="console-board", actor=actor, at=at)
    return {person: said(details) for person, details in told.items()}
