"""What every page of the console has: the way in, the navigation of the role in two lines, filters in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from koumen.audit.permissions import may_read_chain
from koumen.credit.permissions import may_read_products
from koumen.dispatch.permissions import may_see_board
from koumen.kit.actor import Actor
from koumen.ledger.permissions import may_read_books
from koumen.web.ui.actors import actor_of


@dataclass(frozen=True)
class Section:
    """One entry of the navigation; it opens to whoever the room lets in."""

    name: str
    word: str | Promise
    is_open_to: Callable[[Actor], bool]


@dataclass(frozen=True)
class Group:
    """Sections that belong together: one word in the first line; the second line shows them while one is open."""

    word: str | Promise
    sections: tuple[Section, ...]


def _staff(actor: Actor) -> bool:
    return actor.is_staff


GROUPS = (
    Group(
        _("Today"),
        (
            Section("home", _("The day"), _staff),
            Section("board", _("Dispatch"), may_see_board),
            Section("risks", _("At risk"), _staff),
            Section("alerts", _("Alarms"), _staff),
        ),
    ),
    Group(
        _("Customers"),
        (
            Section("customers", _("Find a customer"), _staff),
            Section("genuine", _("Is it genuine?"), _staff),
            Section("complaints", _("Complaints"), _staff),
            Section("ratings", _("Ratings"), _staff),
            Section("plans", _("Repayment plans"), _staff),
        ),
    ),
    Group(
        _("Money"),
        (
            Section("finance", _("Finance"), may_read_books),
            Section("products", _("Products"), may_read_products),
        ),
    ),
    Group(
        _("Office"),
        (
            Section("staff", _("Staff"), _staff),
            Section("devices", _("Phones"), _staff),
            Section("audit", _("Audit"), may_read_chain),
        ),
    ),
)


def page(
    request: HttpRequest, template: str, section: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page with the navigation that this role may open."""
    actor = actor_of(request)
    nav = [group for group in (_nav(group, section, actor) for group in GROUPS) if group["sections"]]
    within = next((group for group in nav if group["current"]), None)
    shown = {
        "console_nav": nav,
        "nav_within": within,
        "actor": actor,
        "may_read_books": may_read_books(actor),
    }
    return render(request, f"console/{template}.html", shown | context, status=status)


def _nav(group: Group, section: str, actor: Actor) -> dict[str, Any]:
    """A group as the template shows it; its word leads to the first of its sections that is open."""
    entries = [
        {"url": reverse(entry.name), "word": entry.word, "current": entry.name == section}
        for entry in group.sections
        if entry.is_open_to(actor)
    ]
    is_current = any(entry.name == section for entry in group.sections)
    url = entries[0]["url"] if entries else ""
    return {"word": group.word, "url": url, "current": is_current, "sections": entries}


def without(request: HttpRequest, *names: str) -> str:
    """The filters of this address without some, ready to be carried on: "state=paid&"."""
    kept = request.GET.copy()
    for name in names:
        kept.pop(name, None)
    return f"{kept.urlencode()}&" if kept else ""
