"""Questions before an amount and for the office, signs of life at a door, and the agent's own two numbers."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from koumen.kit import clock
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.rules.follow_ups import LONGEST_WORDS, Question
from koumen.visits.rules.outcomes import CheckInResult, WillResult
from koumen.visits.rules.will import LONGEST_NAME, Company, Payer, WillAnswers
from koumen.web.ui.actors import actor_of
from koumen.web.ui.care_words import QUESTIONS

YES_NO = (("yes", _("Yes")), ("no", _("No")))


class WillForm(forms.Form):
    """What the customer answers, asked alone if it can be; no word of theirs is written down."""

    company = forms.ChoiceField(
        label=_("Who is there with the customer?"),
        choices=(
            (Company.ALONE, _("Nobody")),
            (Company.TRUSTED, _("Somebody whom the customer wants there")),
            (Company.OTHERS, _("Somebody else")),
        ),
        widget=forms.RadioSelect,
    )
    understands = forms.ChoiceField(
        label=_("“Can you tell me why I came today?” Does the customer understand?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    is_free = forms.ChoiceField(
        label=_("“Do you want to pay today, or does somebody want you to?” Is it their own will?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    payer = forms.ChoiceField(
        label=_("Whose money is it?"),
        choices=(
            (Payer.THEMSELVES, _("The customer's own")),
            (Payer.FAMILY, _("Of the family")),
            (Payer.SOMEBODY_ELSE, _("Somebody else's")),
        ),
        widget=forms.RadioSelect,
    )

    payer_name = forms.CharField(
        label=_("If somebody else pays: their name"),
        help_text=_("It stands on the receipt, and nowhere else."),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Whoever else pays is named on the receipt; the customer's own name needs no second line."""
        said = super().clean() or {}
        payer, name = said.get("payer"), said.get("payer_name", "").strip()
        if payer and payer != Payer.THEMSELVES and not name:
            self.add_error(
                "payer_name", _("Please write the name of whoever pays; it belongs on the receipt.")
            )
        if payer == Payer.THEMSELVES:
            said["payer_name"] = ""
        return said

    @property
    def answers(self) -> WillAnswers:
        """The codes."""
        said = self.cleaned_data
        return WillAnswers(
            company=Company(said["company"]),
            understands=said["understands"] == "yes",
            is_free=said["is_free"] == "yes",
            payer=Payer(said["payer"]),
            payer_name=said["payer_name"],
        )


class SignForm(forms.Form):
    """Four digits; a sign of life, or a quiet call for help that looks the same."""

    number = forms.RegexField(
        r"^\s*[0-9]{4}\s*$",
        label=_("My number"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}),
        error_messages={
            "required": _("Please write the number."),
            "invalid": _("The number has four digits."),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def will(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Ask, write down, and go on or stop kindly."""
    actor, at = actor_of(request), clock.now()
    form = WillForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        result = visits.check_will(visit_id=visit_id, answers=form.answers, actor=actor, at=at)
        if result is WillResult.GO_ON:
            return redirect("visit", visit_id=visit_id)
        return redirect("stop", visit_id=visit_id)
    visit = queries.visit(actor=actor, visit_id=visit_id)
    return render(request, "agent/will.html", {"form": form, "visit": visit})


@login_required
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """All is well at this door; the answer is the same when it is not."""
    actor, at = actor_of(request), clock.now()
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        result = visits.check_in(visit_id=visit_id, number=form.cleaned_data["number"], actor=actor, at=at)
        if result is CheckInResult.RIGHT:
            return redirect("visit", visit_id=visit_id)
        form.add_error("number", _("This is not one of your numbers."))
    visit = queries.visit(actor=actor, visit_id=visit_id)
    return render(request, "agent/sign.html", {"form": form, "visit": visit})


class QuestionForm(forms.Form):
    """What the customer asked; the office answers."""

    about = forms.ChoiceField(
        label=_("What does the customer want to know?"),
        choices=list(QUESTIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    words = forms.CharField(
        label=_("In a few words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@login_required
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """A question about money that is not answered at the door, and never sold upon."""
    actor, at = actor_of(request), clock.now()
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        visits.note_follow_up(
            visit_id=visit_id, about=Question(said["about"]), words=said["words"], actor=actor, at=at
        )
        return redirect("visit", visit_id=visit_id)
    visit = queries.visit(actor=actor, visit_id=visit_id)
    return render(request, "agent/question.html", {"form": form, "visit": visit})


@login_required
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """The two numbers to learn before the road; on the road nobody can read them here."""
    well, alarm = queries.own_signs_of_life(actor=actor_of(request))
    return render(request, "agent/numbers.html", {"well": well, "alarm": alarm})
