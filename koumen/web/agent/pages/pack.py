"""The app that works without a signal: its frame, its worker, and the day it is given."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from koumen.branch.queries import this_branch
from koumen.conduct import queries as conduct
from koumen.devices import commands, queries
from koumen.devices.commands.packing import PackedDay, PackedStop
from koumen.devices.rules.envelope import moment_text
from koumen.devices.rules.signing import from_text, is_signed_by, to_text
from koumen.kit import clock
from koumen.kit.errors import Denied, Invalid, Refusal
from koumen.kit.money import CURRENCIES, Money
from koumen.visits.queries import band_of
from koumen.visits.rules.reasons import PROTOCOL_STOPS
from koumen.visits.states import VisitState
from koumen.web.agent.pages.forms import ASSISTED_REASONS
from koumen.web.agent.pages.safety import QuestionForm, WillForm
from koumen.web.ui import wording
from koumen.web.ui.act_words import KINDS
from koumen.web.ui.actors import actor_of
from koumen.web.ui.picture_words import picture_word
from koumen.web.ui.preferences import HTML_LANGUAGES, SHORT_NAMES
from koumen.web.ui.refusals import words

# Raised with each change that phones must have; the console can then require it.
APP_VERSION = 2
ASK = "koumen.day-pack.1"

# What the customer sees when the phone is turned to them, in every language.
TURNED = ("pictures", "amount", "read-back", "purpose")

_SCRIPTS = (
    "app",
    "acts",
    "bytes",
    "canonical",
    "carried",
    "customer",
    "enrol",
    "here",
    "keys",
    "money",
    "qr",
    "store",
    "sync",
    "tenders",
    "vault",
    "views",
    "visit",
    "watch",
    "where",
)
FILES = (
    *(f"agent/{name}.mjs" for name in _SCRIPTS),
    *("agent/app.css", "agent/icon.svg"),
    *(
        "ui/tokens.css",
        "ui/base.css",
        "ui/parts.css",
        "ui/print.css",
        "ui/seal.svg",
        "ui/icons.svg",
        "ui/pictures.svg",
        "ui/read-aloud.js",
    ),
)


@cache
def build() -> str:
    """A digest of every file of the app: another file is another build, with a cache of its own."""
    total = hashlib.sha256()
    for name in (*FILES, "agent/worker.js"):
        found = finders.find(name)
        total.update(Path(str(found)).read_bytes() if found else name.encode())
    return total.hexdigest()[:12]


@require_GET
def app(request: HttpRequest) -> HttpResponse:
    """The frame, with a template for each step and nobody's data: it may stay on the phone."""
    branch, at = this_branch(), clock.now()
    reasons = dict.fromkeys([*conduct.stop_reasons(at=at), *PROTOCOL_STOPS])
    context = {
        "build": build(),
        "version": APP_VERSION,
        "reasons": list(reasons),
        "zone": str(branch.zone),
        "notes": [(value, Money(value, branch.currency)) for value in CURRENCIES[branch.currency].notes],
        "currency": CURRENCIES[branch.currency],
        "states": list(VisitState),
        "kinds": KINDS.items(),
        "will": WillForm(),
        "question": QuestionForm(),
        "assisted_reasons": ASSISTED_REASONS.items(),
        "customer_languages": HTML_LANGUAGES.items(),
        "spoken": [(to, SHORT_NAMES[code]) for code, to in HTML_LANGUAGES.items()],
        "turned": TURNED,
    }
    response = render(request, "agent/app.html", context)
    response["Koumen-Build"] = build()
    return response


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this build: the list of what it keeps comes first, then its program."""
    del request
    found = finders.find("agent/worker.js")
    program = Path(str(found)).read_text(encoding="utf-8")
    kept = {"build": build(), "files": [static(name) for name in FILES]}
    return HttpResponse(f"const APP = {json.dumps(kept)};\n{program}", content_type="text/javascript")


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """How the app is installed on a phone."""
    del request
    icon = {
        "src": static("agent/icon.svg"),
        "sizes": "any",
        "type": "image/svg+xml",
        "purpose": "any maskable",
    }
    return JsonResponse(
        {
            "name": "Koumen 叩門",
            "short_name": "叩門",
            "lang": get_language(),
            "id": "/agent/",
            "start_url": "/agent/app/",
            "scope": "/agent/",
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#fffdf8",
            "theme_color": "#0b6e4f",
            "icons": [icon],
        },
        content_type="application/manifest+json",
    )


@require_GET
def state(request: HttpRequest, device_id: UUID) -> JsonResponse:
    """What a phone must hear even when nobody is signed in: is it blocked, and is its app too old?"""
    del request
    device = queries.device_of_act(device_id=device_id)
    told = {
        "now": moment_text(clock.now()),
        "revoked": device.revoked_at is not None,
        "least_app": queries.least_app_version(),
    }
    return JsonResponse(told)


@csrf_exempt  # the device's signature is what no other site can make
@login_required
@require_POST
def day(request: HttpRequest) -> JsonResponse:
    """Today for the phone that signed the question, in the hands of its agent; refusals come as their sentence."""
    try:
        return JsonResponse(_asked_day(request))
    except Refusal as refusal:
        told = {"code": refusal.code, "said": words(refusal.code, **refusal.params)}
        return JsonResponse(told, status=refusal.status)


def _asked_day(request: HttpRequest) -> dict[str, Any]:
    actor, at = actor_of(request), clock.now()
    try:
        asked = json.loads(request.body)
        question = json.loads(asked["ask"])
        device_id, version = UUID(question["device"]), int(question["app"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Invalid("form-unreadable", field="ask") from None
    device = queries.device(actor=actor, device_id=device_id)
    signature = from_text(asked.get("sig"), field="sig")
    if question.get("for") != ASK or not is_signed_by(bytes(device.public_key), asked["ask"], signature):
        raise Denied("act-forged")
    packed = commands.issue_day_pack(device_id=device_id, app_version=version, actor=actor, at=at)
    return _packed(packed)


def _packed(packed: PackedDay) -> dict[str, Any]:
    return {
        "pack": str(packed.pack.id),
        "issued_at": moment_text(packed.pack.issued_at),
        "expires_at": moment_text(packed.pack.over_at),
        "day": wording.near_day(packed.date, get_language() or "en", today=packed.date),
        "device": {"id": str(packed.device.id), "code": packed.device.code},
        "staff_number": packed.device.agent.staff_number,
        "last": {"n": packed.last.sequence, "receipt": packed.last.receipt},
        "seal_to": to_text(queries.seal_point()),
        "check_in_s": int(packed.check_in.total_seconds()),
        "outcome_s": int(packed.outcome.total_seconds()),
        "two_over": packed.two_over_minor,
        "terminals": [{"id": str(item.id), "serial": item.serial} for item in packed.terminals],
        "stops": [_listed(one) for one in packed.stops],
        "sealed": {str(one.stop.visit_id): _in_full(one) for one in packed.stops},
    }


def _listed(one: PackedStop) -> dict[str, Any]:
    """What the list shows from the morning on: a first name and a door, and nothing about debt."""
    low, high = band_of(one.visit)
    return {
        "visit": str(one.stop.visit_id),
        "number": one.stop.number,
        "first_name": one.details.given_name,
        "address": f"{one.details.district} {one.details.address}".strip(),
        "window_from": moment_text(one.stop.window_from),
        "window_to": moment_text(one.stop.window_to),
        "state": str(one.stop.state),
        "band": [low, high],
        "wants_cash": one.visit.wants_cash,
        "staff": one.visit.staff,
        "leader": one.leader,
    }


def _in_full(one: PackedStop) -> dict[str, Any]:
    """What the phone seals away until the agent sets out for this door; who goes along needs no more than a name."""
    told = {
        "name": one.details.name,
        "phone": one.details.phone,
        "note": one.note,
        "language": HTML_LANGUAGES[one.language],
    }
    if one.door is None or one.quote is None:
        return told
    return {
        **told,
        "card_number": one.door.card_number,
        "pictures": [{"key": key, "words": _picture_words(key)} for key in one.door.pictures or ()],
        "quote": {
            "id": str(one.quote.id),
            "minimum": one.quote.minimum_minor,
            "bill": one.quote.bill_minor,
            "all": one.quote.all_minor,
            "valid_until": moment_text(one.quote.valid_until),
        },
    }


def _picture_words(key: str) -> dict[str, str]:
    """What a picture shows, in every language: the customer's is chosen at the door."""
    found = {}
    for code, html_code in HTML_LANGUAGES.items():
        with override(code):
            found[html_code] = picture_word(key)
    return found
