"""Language and text size: chosen by one tap on any page, kept with the person when signed in, else in a cookie."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.people.commands import change_preferences
from koumen.web.ui.safe_next import safe_next
from koumen.web.ui.sites import site_of

LANGUAGE_COOKIE = "koumen_language"
ELDER_COOKIE = "koumen_elder"
YEAR_S = 365 * 24 * 3600
# Each language in its own words, so that whoever cannot read this page finds theirs.
LANGUAGE_NAMES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))
SHORT_NAMES = {"zh-hans": "简体", "zh-hant": "繁體", "en": "English"}  # beside the globe, where room is short
HTML_LANGUAGES = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
DEFAULT_LANGUAGE = "zh-hans"
_ROLES = {"customer": Role.CUSTOMER, "agent": Role.AGENT}  # the console's depends on the person
_TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")


def current_language() -> str:
    """The active language as one of ours."""
    active = (translation.get_language() or DEFAULT_LANGUAGE).lower()
    return active if active in HTML_LANGUAGES else _nearest(active) or DEFAULT_LANGUAGE


def language_of(person: Any, request: HttpRequest) -> str:
    """The language for this request: the person's, the cookie's, the browser's, Simplified Chinese."""
    chosen = person.language.lower() if person is not None else request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen in HTML_LANGUAGES:
        return chosen
    for accepted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        nearest = _nearest(accepted)
        if nearest:
            return nearest
    return DEFAULT_LANGUAGE


def _nearest(code: str) -> str | None:
    if code.startswith(_TRADITIONAL):
        return "zh-hant"
    if code.startswith("zh"):
        return "zh-hans"
    return "en" if code.startswith("en") else None


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that was tapped and go back to the same page."""
    wanted = request.POST.get("language", "")
    back = HttpResponseRedirect(safe_next(request, site_of(request).prefix))
    if wanted in HTML_LANGUAGES:
        _keep_with_person(request, language=wanted)
        _keep(request, back, LANGUAGE_COOKIE, wanted)
    return back


@require_POST
def choose_elder_mode(request: HttpRequest) -> HttpResponse:
    """Large text on or off, and back to the same page."""
    wanted = request.POST.get("elder") == "1"
    back = HttpResponseRedirect(safe_next(request, site_of(request).prefix))
    _keep_with_person(request, elder_mode=wanted)
    _keep(request, back, ELDER_COOKIE, "1" if wanted else "0")
    return back


def _keep_with_person(
    request: HttpRequest, *, language: str | None = None, elder_mode: bool | None = None
) -> None:
    """With the person too when signed in; what is stored there is what counts."""
    if not request.user.is_authenticated:
        return
    person = request.user
    actor = Actor(role=_ROLES.get(site_of(request).key) or Role(person.roles[0]), person_id=person.pk)
    change_preferences(language=language, elder_mode=elder_mode, actor=actor, at=clock.now())


def _keep(request: HttpRequest, response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie, value, max_age=YEAR_S, path="/", secure=request.is_secure(), httponly=True, samesite="Lax"
    )
