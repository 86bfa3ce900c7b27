"""What a session is good for: its own site, and with agents and staff nothing before the second factor."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from koumen.web.ui.second_factor import has_factor, has_passed
from koumen.web.ui.sign_in import SITE
from koumen.web.ui.sites import AGENT, CONSOLE, NEUTRAL_PREFIXES, site_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# What somebody may do who has no second factor yet: set one up, read it in their language, leave.
_BEFORE = frozenset(
    (
        *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"),
        *("account_reauthenticate", "account_logout", "choose_language", "choose_elder_mode"),
    )
)


class SignInGuardMiddleware:
    """Stands after Django's authentication."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next one."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """A session of one site carried to another is nobody there: it was opened by other proofs."""
        is_page = not request.path.startswith(NEUTRAL_PREFIXES)
        if is_page and request.user.is_authenticated and request.session.get(SITE) != site_of(request).key:
            logout(request)
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: object,  # noqa: ARG002
        args: object,  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        """Send agents and staff to their second factor before anything else."""
        if (
            site_of(request) not in {AGENT, CONSOLE}
            or not request.user.is_authenticated
            or has_passed(request)
        ):
            return None
        if has_factor(request.user):  # set up elsewhere meanwhile: this session never showed it
            logout(request)
            return redirect("account_login")
        if request.resolver_match and request.resolver_match.url_name in _BEFORE:
            return None
        return redirect("mfa_index")
