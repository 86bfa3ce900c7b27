"""By links that only the customer holds: how was the visit, a complaint, and what was handed over."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from koumen.branch.queries import this_branch
from koumen.conduct import commands as conduct
from koumen.conduct.rules.complaints import Via
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.people.commands import reveal
from koumen.visits import commands as visits
from koumen.visits.queries import afterwards
from koumen.visits.rules.handovers import Told
from koumen.visits.rules.links import Purpose
from koumen.visits.rules.ratings import LONGEST_WORDS, Blame, Hours, Praise, Rated
from koumen.web.ui.care_words import BLAME, HOURS, PRAISE, STARS
from koumen.web.ui.complaints import ComplaintForm
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from django.http import QueryDict

    from koumen.visits.models import Visit


class RatingForm(forms.Form):
    """Stars, what was good or not, other hours, and words if one likes."""

    stars = forms.ChoiceField(
        label=_("How was the visit?"),
        choices=list(STARS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    good = forms.MultipleChoiceField(
        label=_("What was good?"),
        choices=list(PRAISE.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    bad = forms.MultipleChoiceField(
        label=_("What was not good?"),
        choices=list(BLAME.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hours = forms.MultipleChoiceField(
        label=_("Would another time suit you better?"),
        choices=list(HOURS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("Anything else? (no names or numbers, please)"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    @property
    def rated(self) -> Rated:
        """As the command takes it."""
        said = self.cleaned_data
        return Rated(
            stars=int(said["stars"]),
            good=tuple(Praise(code) for code in said["good"]),
            bad=tuple(Blame(code) for code in said["bad"]),
            hours=tuple(Hours(code) for code in said["hours"]),
            words=said["words"],
        )


class HandoverForm(forms.Form):
    """How much, and whether anyone asked for more."""

    amount = forms.CharField(
        label=_("How much did you hand over?"),
        help_text=_("Nothing? Then write 0."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Please write the amount in digits, for example 300.")},
    )
    more = forms.ChoiceField(
        label=_("Did anyone ask you for more money, or for anything else?"),
        choices=(("no", _("No")), ("yes", _("Yes"))),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )

    def __init__(self, data: "QueryDict | None", *, currency: str) -> None:
        """The currency of the visit."""
        super().__init__(data)
        self.currency = currency

    def clean_amount(self) -> Money:
        """Money, or the sentence that says what we need."""
        try:
            return Money.parse(self.cleaned_data["amount"], self.currency)
        except Invalid as refusal:
            raise forms.ValidationError(words(refusal.code, **refusal.params)) from None

    @property
    def told(self) -> Told:
        """As the command takes it."""
        said = self.cleaned_data
        return Told(amount_minor=said["amount"].minor, was_asked_for_more=said["more"] == "yes")


@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """How was it? Once, within seven days."""
    at = clock.now()
    visit = afterwards.visit_by_link(token=token, purpose=Purpose.RATING)
    form = RatingForm(request.POST or None)
    context = _about(visit, token) | {"form": form}
    if request.method == "POST" and form.is_valid():
        visits.rate_visit(token=token, rated=form.rated, actor=SYSTEM, at=at)
        context["is_thanked"] = True
    elif not afterwards.may_be_rated(visit, at=at):
        context |= {"is_over": True, "heard": afterwards.rating_of(visit)}
    return render(request, "public/rate.html", context)


@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest, token: str) -> HttpResponse:
    """A complaint about a visit is not a rating: it gets a number and is answered."""
    at = clock.now()
    visit = afterwards.visit_by_link(token=token, purpose=Purpose.RATING)
    form = ComplaintForm(request.POST or None)
    context = _about(visit, token) | {"form": form}
    if request.method == "POST" and form.is_valid():
        context["complaint"] = conduct.open_complaint(
            customer_id=visit.customer_id,
            kind=form.kind,
            words=form.cleaned_data["words"],
            visit_id=visit.id,
            via=Via.LINK,
            actor=SYSTEM,
            at=at,
        )
    return render(request, "public/complain.html", context)


@require_http_methods(["GET", "POST"])
def handed_over(request: HttpRequest, token: str) -> HttpResponse:
    """The day after; the answer never passes through the agent."""
    at = clock.now()
    visit = afterwards.visit_by_link(token=token, purpose=Purpose.HANDOVER)
    form = HandoverForm(request.POST or None, currency=visit.currency)
    known = afterwards.handover_of(visit)
    context = _about(visit, token) | {"form": form, "is_told": bool(known and known.told_at)}
    if request.method == "POST" and form.is_valid() and not context["is_told"]:
        told = visits.tell_handover(token=token, told=form.told, actor=SYSTEM, at=at)
        context |= {"is_thanked": True, "fits": told.fits}
    return render(request, "public/handed_over.html", context)


def _about(visit: "Visit", token: str) -> dict[str, Any]:
    """Which visit it was: the day, and by whom; nothing that the link's holder does not know."""
    person = visit.agent.person_id
    named = reveal(person_ids=[person], purpose="agent-card", actor=SYSTEM, at=clock.now())
    return {
        "visit": visit,
        "token": token,
        "agent_name": named[person].given_name,
        "help_phone": this_branch().help_phone,
    }
