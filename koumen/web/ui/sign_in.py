"""Signing in: customers and relatives by a code to their telephone, agents and staff by password and second factor.

The flows are django-allauth's; here stands what is ours: whose number it is, what is sent, and who belongs where.
"""

import secrets
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, RequestLoginCodeForm
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core import context, ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Denied, Invalid
from koumen.messages.commands import send_secret
from koumen.people import queries as people
from koumen.people.commands import reveal, verify_phone
from koumen.web.ui.actors import roles_on
from koumen.web.ui.second_factor import PASSED
from koumen.web.ui.sites import CUSTOMER, site_of

if TYPE_CHECKING:
    from koumen.people.models import Person

SITE = "site"  # in the session: it is good for this site only
CODE_DIGITS = 6


class PhoneField(forms.CharField):
    """A telephone number as people write it; cleaned to E.164."""

    widget = forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        """The number, or a sentence that says what we need."""
        written = super().clean(value)
        try:
            return people.phone_of(written) if written else ""
        except Invalid:
            raise forms.ValidationError(_("Please write your whole phone number.")) from None


class RequestCodeForm(RequestLoginCodeForm):  # type: ignore[misc]  # the library has no types
    """Asks for the number. Whether we know it makes no difference to what is seen."""

    def clean_phone(self) -> str:
        """Hold each number to its limit, known or not; the count knows only a keyed digest."""
        phone: str = self.cleaned_data["phone"]
        digest = people.phone_digest(phone).hex()
        if not ratelimit.consume(context.request, action="code_to_number", key=digest):
            raise KoumenAccountAdapter().validation_error("too_many_login_attempts")
        return cast("str", super().clean_phone())


class StaffLoginForm(LoginForm):  # type: ignore[misc]
    """User name and password; never a telephone number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none"}
        )
        self.fields["password"].label = _("Password")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""

    def user_credentials(self) -> dict[str, str]:
        """What is compared."""
        return {
            "username": self.cleaned_data["login"].lower(),
            "password": self.cleaned_data.get("password", ""),
        }


class RequestCodeView(RequestLoginCodeView):  # type: ignore[misc]
    """The first page: opening it always means to begin anew."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:  # noqa: ARG002
        clear_login(request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say so when the tries for the last code are used."""
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        return shown | {"tries_used": "tries-used" in self.request.GET}


class ConfirmCodeView(ConfirmLoginCodeView):  # type: ignore[misc]
    """The second page: three tries, two more messages."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """After the third wrong code the code is void, and the first page says so.

        Asking for a message too many is no try: an impatient finger must not use them up.
        """
        if self.request.POST.get("action") == "resend":
            return self._here()
        response: HttpResponse = super().form_invalid(form)
        if isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(f"{reverse('account_request_login_code')}?tries-used")
        return response

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        """Count and answer the same for a number nobody has; the library would crash there, and so tell."""
        if self._process.user is not None:
            return cast("HttpResponse", super()._resend_form_valid(form))
        self._process.record_resend()
        self._process.persist()
        return self._here()

    def _here(self) -> HttpResponse:
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_confirm_login_code")))


class KoumenAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What django-allauth asks of a product that keeps telephone numbers."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("This is not the number we sent. Please look once more."),
        "too_many_login_attempts": _("These were many tries. Please wait a while, or call us."),
        "username_password_mismatch": _("The name and the password do not go together."),
        "phone_password_mismatch": _("The name and the password do not go together."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody enters themselves: persons come from the desk or with their account."""
        return False

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        """The field that reads national numbers too."""
        return PhoneField(**{"label": _("Phone number"), **kwargs})

    def get_user_by_phone(self, phone: str) -> "Person | None":
        """Who is asked first for a number: the longest known of those who share it. Staff have no such door."""
        found = people_at(self.request or context.request, phone)
        return found[0] if found else None

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        """A person's number and whether they answered from it; staff, who have a user name, have none here."""
        if user.username:
            return None
        phone = reveal(person_ids=[user.pk], purpose="sign-in", actor=SYSTEM, at=clock.now())[user.pk].phone
        return (phone, user.phone_verified_at is not None) if phone else None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:  # noqa: ARG002, FBT001
        """Never by signing in (T13)."""
        raise Denied("details-not-yours")

    def set_phone_verified(self, user: Any, phone: str) -> None:
        """The code came back; on a shared phone it is not yet known from whom."""
        if len(people_at(self.request or context.request, phone)) == 1:
            verify_phone(person_id=user.pk, actor=SYSTEM, at=clock.now())

    def generate_phone_verification_code(self, *, user: Any, phone: str) -> str:  # noqa: ARG002
        """Six digits."""
        return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:  # noqa: ARG002
        """The code, in the person's language, to the number on file."""
        with translation.override(user.language):
            text = gettext(
                "%(code)s is your number to sign in. It is good for 15 minutes. Tell it to nobody."
            )
        send_secret(
            person_id=user.pk,
            template="sign_in_code",
            text=text % {"code": code},
            channel="sms",
            at=clock.now(),
        )

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Nothing: nobody can make us send messages to strangers (T20).

        At most three a day are allowed; none is needed, for the page tells everyone what to do when no message
        comes, and so tells nobody whether we know the number.
        """

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuse whoever does not belong to this site; raises Denied("site-of-…")."""
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        site = site_of(request)
        if response is None and not roles_on(site, user):
            clear_login(request)
            raise Denied(f"site-of-{site.key}")
        return response

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in for this site only, and note whether a second factor was shown."""
        records = get_authentication_records(request, user)
        super().login(request, user)
        request.session[SITE] = site_of(request).key
        request.session[PASSED] = any(record["method"] == "mfa" for record in records)

    def get_login_stages(self) -> list[str]:
        """What stands between the first proof and being signed in."""
        if site_of(self.request or context.request) == CUSTOMER:
            return ["allauth.account.stages.LoginByCodeStage", "koumen.web.ui.who_are_you.WhoAreYouStage"]
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Back to the front of the same site."""
        return site_of(request).prefix


def people_at(request: HttpRequest, phone: str) -> list["Person"]:
    """Those with this number who may come through the site of the request; one query."""
    site = site_of(request)
    if site != CUSTOMER:
        return []
    return [person for person in people.persons_by_phone(phone) if roles_on(site, person)]
