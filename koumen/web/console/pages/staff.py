"""The agents: what they are certified for, until when, and when they work."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from koumen.agents.queries import Roster, roster
from koumen.branch.queries import this_branch
from koumen.kit import clock
from koumen.people.commands import reveal
from koumen.web.console.pages.day import wanted_date
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import CERTIFICATES, LANGUAGES, SKILLS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file

DAYS_SHOWN = 7
SOON = timedelta(days=30)  # long enough to renew a certificate


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every agent with certificates and a week of shifts."""
    actor, at = actor_of(request), clock.now()
    today, first = clock.local_date(at, this_branch().zone), wanted_date(request)
    days = [first + timedelta(days=n) for n in range(DAYS_SHOWN)]
    rows = roster(actor=actor, from_date=first, to_date=first + timedelta(days=DAYS_SHOWN))
    named = reveal(
        person_ids=[row.agent.person_id for row in rows], purpose="console-staff", actor=actor, at=at
    )
    shown = [_row(row, named[row.agent.person_id].name, days, today) for row in rows]
    context = {
        "rows": shown,
        "days": days,
        "today": today,
        "previous": first - timedelta(days=DAYS_SHOWN),
        "next": first + timedelta(days=DAYS_SHOWN),
        "working_today": sum(any(shift.date == today for shift in row.shifts) for row in rows),
        "soon": sum(c["kind"] == "wait" for row in shown for c in row["certificates"]),
        "over": sum(c["kind"] == "risk" for row in shown for c in row["certificates"]),
    }
    return page(request, "staff", "staff", context)


def _row(row: Roster, name: str, days: list[date], today: date) -> dict[str, Any]:
    by_date = {shift.date: shift for shift in row.shifts}
    return {
        "agent": row.agent,
        "name": name,
        "skills": [word(SKILLS, skill) for skill in row.agent.skills],
        "languages": [word(LANGUAGES, language) for language in row.agent.languages],
        "certificates": [
            {
                "word": word(CERTIFICATES, one.kind),
                "valid_to": one.valid_to,
                "kind": _sign(one.valid_to, today),
            }
            for one in row.certificates
        ],
        "shifts": [by_date.get(day) for day in days],
    }


def _sign(valid_to: date, today: date) -> str:
    """Over, soon over, or good; the last day is the one before ``valid_to``."""
    if valid_to <= today:
        return "risk"
    return "wait" if valid_to <= today + SOON else "ok"


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """Agents and their certificates as a file, by staff number and without names."""
    first = wanted_date(request)
    rows = roster(actor=actor_of(request), from_date=first, to_date=first + timedelta(days=DAYS_SHOWN))
    return csv_file(
        "staff",
        ("staff_number", "skills", "languages", "certificate", "valid_from", "valid_to"),
        (
            (
                *(row.agent.staff_number, " ".join(row.agent.skills), " ".join(row.agent.languages)),
                *((held.kind, held.valid_from, held.valid_to) if held else ("", "", "")),
            )
            for row in rows
            for held in row.certificates or (None,)
        ),
    )
