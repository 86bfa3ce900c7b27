"""The second factor of agents and staff: an authenticator app or a passkey, never nothing."""

import hmac
import os
import time
from typing import TYPE_CHECKING, Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import decrypt, is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from koumen.people.models import Person

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # spare codes alone are none
PASSED = "second_factor"  # in the session: this very session showed a second factor
NONCE_BYTES = 12
_PLACE = b"mfa_authenticator|data.secret"


class KoumenMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Keeps the apps' secrets sealed, and nobody without a factor."""

    def get_totp_issuer(self) -> str:
        """How the app lists us."""
        return "Koumen"

    def encrypt(self, text: str) -> str:
        """Seal a secret under a key of its own kind."""
        nonce = os.urandom(NONCE_BYTES)
        return (nonce + _cipher().encrypt(nonce, text.encode(), _PLACE)).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; raises InvalidTag when it was changed."""
        sealed = bytes.fromhex(encrypted_text)
        return _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _PLACE).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Only while another factor stays."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())


class ActivateApp(ActivateTOTPView):  # type: ignore[misc]
    """Setting up an app shows the factor in the same breath."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The library's answer; this session has shown its factor."""
        response: HttpResponse = super().form_valid(form)
        self.request.session[PASSED] = True
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """Setting up a passkey shows the factor in the same breath."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The library's answer; this session has shown its factor."""
        response: HttpResponse = super().form_valid(form)
        self.request.session[PASSED] = True
        return response


def has_factor(person: Any) -> bool:
    """Whether a person has an app or a passkey; one query."""
    return bool(is_mfa_enabled(person, FACTORS))


def has_passed(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor."""
    return bool(request.session.get(PASSED))


def enrol_totp(person: "Person") -> None:
    """Give a person of the demonstration an authenticator app whose secret only the database knows."""
    if not is_mfa_enabled(person, [Authenticator.Type.TOTP]):
        TOTP.activate(person, generate_totp_secret())


def totp_code_now(person: "Person") -> str:
    """The six digits that the person's app would show now; raises DoesNotExist when they have none."""
    app = Authenticator.objects.get(user_id=person.pk, type=Authenticator.Type.TOTP)
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(decrypt(app.data["secret"]), counter)))


def _cipher() -> AESGCM:
    return AESGCM(hmac.digest(settings.KOUMEN_MASTER_KEY, b"second factors", "sha256"))
