"""In which language or dialect visits are held."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from koumen.kit import clock
from koumen.people.commands import choose_languages
from koumen.people.queries import customer_of
from koumen.web.ui.actors import actor_of
from koumen.web.ui.wishes import SPOKEN


class LanguagesForm(forms.Form):
    """Any of them, or none for "all are fine"."""

    languages = forms.MultipleChoiceField(
        label=_("Languages and dialects"),
        required=False,
        choices=list(SPOKEN.items()),
        widget=forms.CheckboxSelectMultiple,
    )


@login_required
@require_http_methods(["GET", "POST"])
def languages(request: HttpRequest) -> HttpResponse:
    """Ask, and remember for every visit."""
    actor, at = actor_of(request), clock.now()
    customer = customer_of(actor)
    form = LanguagesForm(request.POST or None, initial={"languages": customer.languages})
    saved = False
    if request.method == "POST":
        form = LanguagesForm(request.POST)
        if form.is_valid():
            choose_languages(
                customer_id=customer.id, languages=form.cleaned_data["languages"], actor=actor, at=at
            )
            saved = True
    return render(request, "customer/languages.html", {"form": form, "saved": saved})
