"""A telephone that several people share: after the code, and before anyone is signed in, it asks who it is."""

from typing import Any, cast
from uuid import UUID

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.stages import LoginStage
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.people.commands import reveal, verify_phone
from koumen.web.ui.choice import Choice
from koumen.web.ui.sign_in import people_at

STAGE = "who_are_you"


class WhoAreYouStage(LoginStage):  # type: ignore[misc]  # the library has no types
    """Holds the sign-in until one of those who share the number is chosen."""

    key = STAGE
    urlname = STAGE

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Ask only when there is a choice."""
        if len(people_at(self.request, _phone(self))) < 2:  # noqa: PLR2004  (one is no choice)
            return None, True
        return HttpResponseRedirect(reverse(STAGE)), True


class WhoForm(forms.Form):
    """One of the persons of this number."""

    person = forms.ChoiceField(label=_("Who are you?"), widget=forms.RadioSelect)

    def __init__(self, choices: list[tuple[str, Choice]], *args: Any) -> None:
        super().__init__(*args)
        cast("forms.ChoiceField", self.fields["person"]).choices = choices


@login_stage_required(stage=STAGE, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def who_are_you(request: HttpRequest) -> HttpResponse:
    """The page, and the choice; only then is somebody signed in."""
    stage = cast("Any", request)._login_stage  # noqa: SLF001  (set by the library's decorator)
    phone = _phone(stage)
    found = {str(person.id): person for person in people_at(request, phone)}
    form = WhoForm(_choices([person.id for person in found.values()]), request.POST or None)
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "account/who_are_you.html", {"form": form})
    chosen = found[form.cleaned_data["person"]]
    stage.login.user = chosen
    record_authentication(request, chosen, method="code", phone=phone)
    verify_phone(person_id=chosen.id, actor=SYSTEM, at=clock.now())
    return cast("HttpResponse", stage.exit())


def _phone(stage: LoginStage) -> str:
    """The number whose code came back in this session."""
    records = get_authentication_records(stage.request, stage.login.user)
    return next((str(record["phone"]) for record in reversed(records) if record.get("phone")), "")


def _choices(person_ids: list[UUID]) -> list[tuple[str, Choice]]:
    """How each is spoken to; by full name when that would be the same twice."""
    details = reveal(person_ids=person_ids, purpose="who-are-you", actor=SYSTEM, at=clock.now())
    spoken = [one.spoken for one in details.values()]
    return [
        (str(person_id), Choice(one.name if spoken.count(one.given_name) > 1 else one.spoken))
        for person_id, one in details.items()
    ]
