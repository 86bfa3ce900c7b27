"""What phones did without a signal comes in here; the signature of the device speaks, not a session."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from koumen.devices import jobs, queries
from koumen.devices.rules.envelope import moment_text
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Invalid, Refusal
from koumen.web.ui.actors import actor_of
from koumen.web.ui.limits import address_of, come_again, is_allowed

# A long day is forty acts; whoever has more sends them in turns.
MOST_ACTS = 100


@csrf_exempt  # no cookie gives this any power: without a device's signature nothing is kept
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take a batch; each act is answered by itself, in the order sent.

    Nobody needs to be signed in: a phone whose agent has left, or whose session has ended, must still be able to
    tell what it did. Whoever is signed in may also leave acts whose signature is broken, to be looked at. Too many
    uploads are refused before anything of them is read or kept: the phone keeps its acts and comes again.
    """
    at = clock.now()
    if not is_allowed(request, "acts"):
        return _too_many(at, "acts")
    try:
        items = _items(request)
    except Invalid as refusal:
        return JsonResponse({"code": refusal.code, "now": moment_text(at)}, status=refusal.status)
    if not is_allowed(request, "acts_of_phone", key=_phone_of(request, items)):
        return _too_many(at, "acts_of_phone")
    answers = jobs.take_upload(items, carried_by="device", actor=_uploader(request), at=at)
    return JsonResponse(
        {
            "now": moment_text(at),
            "least_app": queries.least_app_version(),
            "acts": [{"state": one.state, "code": one.code} for one in answers],
        }
    )


def _items(request: HttpRequest) -> list[Any]:
    try:
        items = json.loads(request.body)["acts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Invalid("act-unreadable", field="acts") from None
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ACTS:
        raise Invalid("act-unreadable", field="acts")
    return items


def _phone_of(request: HttpRequest, items: list[Any]) -> str:
    """By what a phone's uploads are counted: the device that its first act names, and from where it says so.

    Whoever names somebody else's device elsewhere uses up nothing of that phone's.
    """
    first = items[0] if isinstance(items[0], dict) else {}
    try:
        device = json.loads(str(first.get("act")))["device"]
    except (ValueError, KeyError, TypeError, RecursionError):
        device = ""
    return f"{str(device)[:36]} {address_of(request)}"


def _too_many(at: datetime, action: str) -> HttpResponse:
    told = JsonResponse({"code": "too-many-uploads", "now": moment_text(at)}, status=429)
    return come_again(told, action)


def _uploader(request: HttpRequest) -> Actor:
    try:
        return actor_of(request)
    except Refusal:
        return SYSTEM
