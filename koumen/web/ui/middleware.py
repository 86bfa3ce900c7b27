"""What every request passes through: headers, the site, its cookies, language and text size, refusals."""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date

from koumen.branch.queries import this_branch
from koumen.kit.errors import Missing, Refusal
from koumen.web.ui.preferences import ELDER_COOKIE, LANGUAGE_COOKIE, language_of
from koumen.web.ui.problem_pages import refusal_page
from koumen.web.ui.sites import AGENT, CONSOLE, NEUTRAL_PREFIXES, PUBLIC, site_of, site_of_path

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SERVER_ERROR = 500


class SecurityHeadersMiddleware:
    """Only our own files, no inline script or style, no framing, nothing told to other places."""

    def __init__(self, get_response: GetResponse) -> None:
        """Build the policy once."""
        self.get_response = get_response
        tiles = str(getattr(settings, "KOUMEN_TILE_ORIGIN", "") or "")
        self.policy = "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                # data: is the QR code of a second factor, drawn as a picture by the sign-in library
                f"img-src 'self' data: {tiles}".strip(),
                "font-src 'self'",
                "connect-src 'self'",
                "manifest-src 'self'",
                "worker-src 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
            )
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers put on."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _permissions(request))
        if not request.path.startswith(NEUTRAL_PREFIXES):
            response.headers.setdefault(
                "Cache-Control", "no-store"
            )  # what I owe stays out of a shared phone's cache
        return response


def _permissions(request: HttpRequest) -> str:
    """The agent's phone may use its camera and place; no other page may."""
    own = "(self)" if site_of_path(request.path) == AGENT else "()"
    return (
        f"camera={own}, geolocation={own}, microphone=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    )


class SiteMiddleware:
    """Says which site a request is for, and lets names of addresses mean that site's."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next one."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set ``request.site`` and ``request.urlconf``; /agent goes to /agent/."""
        if request.path in {site.prefix.rstrip("/") for site in (AGENT, CONSOLE, PUBLIC)}:
            return HttpResponsePermanentRedirect(f"{request.path}/")
        site = site_of_path(request.path)
        request.site = site  # type: ignore[assignment]
        if not request.path.startswith(NEUTRAL_PREFIXES):
            request.urlconf = site.urlconf
        return self.get_response(request)


class SiteSessionMiddleware:
    """A session for each site: signing in as a customer says nothing to the console.

    Django's own keeps one cookie for all paths; everything else is as there.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Find the store that settings name."""
        self.get_response = get_response
        self.store: Any = import_module(settings.SESSION_ENGINE).SessionStore

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Open the site's session, answer, and keep what changed."""
        cookie = site_of(request).session_cookie
        request.session = self.store(request.COOKIES.get(cookie))
        response = self.get_response(request)
        self._keep(request, response)
        return response

    def _keep(self, request: HttpRequest, response: HttpResponseBase) -> None:
        site, session = site_of(request), request.session
        if session.accessed or session.modified:
            patch_vary_headers(response, ("Cookie",))
        if session.is_empty():
            if site.session_cookie in request.COOKIES:
                response.delete_cookie(site.session_cookie, path=site.prefix, samesite="Lax")
                patch_vary_headers(response, ("Cookie",))
            return
        if not session.modified or response.status_code >= SERVER_ERROR:
            return
        try:
            session.save()
        except UpdateError:
            raise SessionInterrupted("signed out in another request meanwhile") from None
        age = None if session.get_expire_at_browser_close() else session.get_expiry_age()
        response.set_cookie(
            site.session_cookie,
            session.session_key or "",
            max_age=age,
            expires=None if age is None else http_date(time.time() + age),
            path=site.prefix,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


class SiteCsrfMiddleware(CsrfViewMiddleware):
    """Django's protection of forms, with a secret cookie for each site."""

    def _get_secret(self, request: HttpRequest) -> str | None:
        """Django's reading, from the site's own cookie."""
        own = request.COOKIES.get(site_of(request).csrf_cookie)
        request.COOKIES.pop(settings.CSRF_COOKIE_NAME, None)
        if own is not None:
            request.COOKIES[settings.CSRF_COOKIE_NAME] = own
        secret: str | None = super()._get_secret(request)  # type: ignore[misc]
        return secret

    def _set_csrf_cookie(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Django's writing, to the site's own cookie and path."""
        site = site_of(request)
        response.set_cookie(
            site.csrf_cookie,
            request.META["CSRF_COOKIE"],
            max_age=settings.CSRF_COOKIE_AGE,
            path=site.prefix,
            secure=settings.CSRF_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        patch_vary_headers(response, ("Cookie",))


class PreferenceMiddleware:
    """Language and text size: the person's own when signed in, else the cookie's; the branch's time zone."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next one."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate them for this request only."""
        if request.path.startswith(NEUTRAL_PREFIXES):
            return self.get_response(request)
        person: Any = request.user if request.user.is_authenticated else None
        language = language_of(person, request)
        request.elder = (  # type: ignore[attr-defined]
            bool(person.elder_mode) if person is not None else request.COOKIES.get(ELDER_COOKIE) == "1"
        )
        request.LANGUAGE_CODE = language
        try:
            zone = this_branch().zone
        except Missing:  # before the branch is opened only the error page is shown
            zone = None
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.to_locale(language).replace("_", "-"))
        if LANGUAGE_COOKIE not in request.COOKIES and person is None:
            patch_vary_headers(response, ("Accept-Language",))
        return response


class RefusalMiddleware:
    """Turns a refusal into a page (or a part of one) in the site's look, with the right status."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next one."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing on the way in."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals; everything else is a fault and crashes on."""
        if isinstance(exception, Refusal):
            return refusal_page(request, exception)
        return None
