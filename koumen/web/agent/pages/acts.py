"""What phones did without a signal comes in here; the signature of the device speaks, not a session."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from koumen.devices import jobs, queries
from koumen.devices.rules.envelope import moment_text
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Invalid, Refusal
from koumen.web.ui.actors import actor_of

# A long day is forty acts; whoever has more sends them in turns.
MOST_ACTS = 100


@csrf_exempt  # no cookie gives this any power: without a device's signature nothing is kept
@require_POST
def receive(request: HttpRequest) -> JsonResponse:
    """Take a batch; each act is answered by itself, in the order sent.

    Nobody needs to be signed in: a phone whose agent has left, or whose session has ended, must still be able to
    tell what it did. Whoever is signed in may also leave acts whose signature is broken, to be looked at.
    """
    at = clock.now()
    try:
        answers = jobs.take_upload(_items(request), carried_by="device", actor=_uploader(request), at=at)
    except Invalid as refusal:
        return JsonResponse({"code": refusal.code, "now": moment_text(at)}, status=refusal.status)
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


def _uploader(request: HttpRequest) -> Actor:
    try:
        return actor_of(request)
    except Refusal:
        return SYSTEM
