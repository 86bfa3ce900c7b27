"""The addresses that every site has: sign-in, language, large text."""

from collections.abc import Sequence

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, URLResolver, include, path

from koumen.web.ui import preferences, second_factor, sign_in
from koumen.web.ui.problem_pages import closed
from koumen.web.ui.sites import CUSTOMER, PUBLIC, SITES
from koumen.web.ui.who_are_you import who_are_you

Patterns = Sequence[URLPattern | URLResolver]

# Names that the sign-in library reverses although nobody signs up or resets a password by themselves here.
_CLOSED = (
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_reset_password",
    "account_change_password",
    "account_set_password",
    "account_verify_phone",
    "account_change_phone",
)


def site_urls(key: str, pages: Patterns) -> list[URLPattern | URLResolver]:
    """A site's pages with what every site has, under its prefix."""
    site = SITES[key]
    shared = [
        path("settings/language/", preferences.choose_language, name="choose_language"),
        path("settings/large-text/", preferences.choose_elder_mode, name="choose_elder_mode"),
        *(_no_entrance() if site == PUBLIC else _entrance(by_phone=site == CUSTOMER)),
    ]
    return [path(site.prefix.lstrip("/"), include([*pages, *shared]))]


def _entrance(*, by_phone: bool) -> list[URLPattern | URLResolver]:
    """Customers give their number and then a code; staff a name, a password and a second factor."""
    request_code = sign_in.RequestCodeView.as_view()
    first = request_code if by_phone else account.login
    entrance: list[URLPattern | URLResolver] = [
        path("sign-in/", first, name="account_login"),
        path(
            "sign-in/number/",
            request_code if by_phone else closed,
            name="account_request_login_code",
        ),
        path("sign-in/code/", sign_in.ConfirmCodeView.as_view(), name="account_confirm_login_code"),
        path("sign-in/who/", who_are_you, name="who_are_you"),
        path("sign-out/", account.logout, name="account_logout"),
        path("sign-in/closed/", account.account_inactive, name="account_inactive"),
        path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
        *(path(f"sign-in/{name}/", closed, name=name) for name in _CLOSED),
    ]
    return entrance + ([] if by_phone else _second_factor())


def _second_factor() -> list[URLPattern | URLResolver]:
    return [
        path("sign-in/second/", mfa.authenticate, name="mfa_authenticate"),
        path("sign-in/second/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
        path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
        path("sign-in/passkey/again/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
        path("security/", mfa.index, name="mfa_index"),
        path("security/app/", second_factor.ActivateApp.as_view(), name="mfa_activate_totp"),
        path("security/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
        path("security/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
        path("security/passkeys/add/", second_factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
        path("security/passkeys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
        path("security/passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
        path("security/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
        path(
            "security/codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"
        ),
        path(
            "security/codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"
        ),
    ]


def _no_entrance() -> list[URLPattern | URLResolver]:
    """Nobody signs in on the public site; the library's middleware still reverses two names."""
    return [path(f"sign-in/{name}/", closed, name=name) for name in ("account_login", "account_email")]
