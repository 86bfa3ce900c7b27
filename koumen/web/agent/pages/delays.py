"""The day goes otherwise: held up, not on today, on after all."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from koumen.agents import commands as agents
from koumen.agents.queries import own_shift
from koumen.agents.rules.shift import OffReason
from koumen.branch.queries import this_branch
from koumen.dispatch.commands import give_up_shift
from koumen.kit import clock
from koumen.web.ui.actors import actor_of

# What somebody at the side of a road can say without reckoning.
MINUTES = (10, 20, 30, 45, 60, 90, 120)
_CHOOSE = {
    "required": gettext_lazy("Please choose one."),
    "invalid_choice": gettext_lazy("Please choose one."),
}


class DelayForm(forms.Form):
    """In how many minutes the agent can go on."""

    minutes = forms.TypedChoiceField(
        label=gettext_lazy("When can you go on?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )

    def __init__(self, data: Any) -> None:
        """The choices in the language of the page."""
        super().__init__(data)
        self.fields["minutes"].choices = [  # type: ignore[attr-defined]
            (n, ngettext("in %(n)d minute", "in %(n)d minutes", n) % {"n": n}) for n in MINUTES
        ]


class OffForm(forms.Form):
    """Why the agent cannot go on; nobody asks for more."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why can you not go on?"),
        widget=forms.RadioSelect,
        choices=[
            (OffReason.UNWELL, gettext_lazy("I am not well")),
            (OffReason.VEHICLE, gettext_lazy("Something is wrong with my vehicle")),
            (OffReason.FAMILY, gettext_lazy("I am needed at home")),
            (OffReason.OTHER, gettext_lazy("Another reason")),
        ],
        error_messages=_CHOOSE,
    )


@login_required
@require_http_methods(["GET", "POST"])
def held_up(request: HttpRequest) -> HttpResponse:
    """Say in how many minutes one can go on; customers and dispatch learn what follows from it."""
    actor, at = actor_of(request), clock.now()
    form = DelayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        shift = own_shift(actor=actor, date=clock.local_date(at, this_branch().zone))
        agents.delay_shift(shift_id=shift.id, minutes=form.cleaned_data["minutes"], actor=actor, at=at)
        return redirect("home")
    return render(request, "agent/held_up.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def not_on_today(request: HttpRequest) -> HttpResponse:
    """Say that one cannot go on today; what is left is looked after by dispatch."""
    actor, at = actor_of(request), clock.now()
    form = OffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        shift = own_shift(actor=actor, date=clock.local_date(at, this_branch().zone))
        reason = OffReason(form.cleaned_data["reason"])
        give_up_shift(shift_id=shift.id, off_from=at, reason=reason, actor=actor, at=at)
        return redirect("home")
    return render(request, "agent/not_on_today.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def on_after_all(request: HttpRequest) -> HttpResponse:
    """Take back what was said."""
    actor, at = actor_of(request), clock.now()
    shift = own_shift(actor=actor, date=clock.local_date(at, this_branch().zone))
    agents.resume_shift(shift_id=shift.id, actor=actor, at=at)
    return redirect("home")
