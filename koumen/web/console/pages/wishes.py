"""The time slots that are missing: what customers asked for in vain, by district, day and hour."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from koumen.branch.queries import this_branch
from koumen.dispatch import queries
from koumen.dispatch.queries import MissingSlots
from koumen.dispatch.rules.slot import PartOfDay
from koumen.kit import clock
from koumen.web.console.pages.days import Days
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file

# What is asked for shows over a month, and shifts are planned a fortnight ahead.
BEFORE, AHEAD = timedelta(days=28), timedelta(days=15)
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Counts, the most wanted first."""
    form, found = _found(request)
    context: dict[str, Any] = {
        "form": form,
        "found": found,
        "parts": [str(part) for part in PartOfDay],
        "districts": _districts(found),
        "weekdays": _weekdays(found),
        "hours": [{"hour": hour, "count": found.hours[hour]} for hour in sorted(found.hours)],
    }
    return page(request, "wishes", "staff", context)


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """Each wish as a row, without names or numbers of customers."""
    _form, found = _found(request)
    return csv_file(
        "missing-slots",
        ("date", "weekday", "part_of_day", "hour", "district"),
        ((row.date, row.date.isoweekday(), row.part_of_day, row.hour, row.district) for row in found.rows),
    )


def _found(request: HttpRequest) -> tuple[Days, MissingSlots]:
    today = clock.local_date(clock.now(), this_branch().zone)
    form = Days(request.GET)
    first: date = form.first or today - BEFORE
    last: date = form.through or today + AHEAD
    return form, queries.missing_slots(
        actor=actor_of(request), from_date=first, to_date=max(first, last) + timedelta(days=1)
    )


@dataclass(frozen=True)
class Row:
    """A line of counts, one for each part of the day."""

    name: str | Promise
    counts: list[int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


def _districts(found: MissingSlots) -> list[Row]:
    names = {district for district, _part in found.districts}
    rows = [Row(name, [found.districts.get((name, part), 0) for part in PartOfDay]) for name in names]
    return sorted(rows, key=lambda row: (-row.total, str(row.name)))


def _weekdays(found: MissingSlots) -> list[Row]:
    return [
        Row(word, [found.weekdays.get((number, part), 0) for part in PartOfDay])
        for number, word in enumerate(WEEKDAYS)
    ]
