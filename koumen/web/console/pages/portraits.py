"""The photos by which customers know the agents: put in by one administrator, approved by another."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.agents import commands
from koumen.agents.permissions import may_approve_portrait, may_keep_portraits
from koumen.agents.queries import agent_card
from koumen.agents.queries.portraits import portrait, portrait_bytes, portraits_of
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.people.commands import reveal
from koumen.web.console.pages.frame import page
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.refusals import words


class PortraitForm(forms.Form):
    """A photo of the face, as a passport's."""

    photo = forms.FileField(
        label=_("Photo of the face (JPEG, PNG or WebP)"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": _("Please choose a photo, of 8 megabytes at most.")},
    )


@signed_in
@require_http_methods(["GET", "POST"])
def agent(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """The photo that is shown and the one that waits; another is put in here."""
    actor, at = actor_of(request), clock.now()
    form = PortraitForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["photo"].read()
        try:
            commands.upload_portrait(agent_id=agent_id, content=content, actor=actor, at=at)
            return redirect("portraits", agent_id=agent_id)
        except Invalid as refusal:
            form.add_error("photo", words(refusal.code, **refusal.params))
    card = agent_card(agent_id=agent_id)
    named = reveal(person_ids=[card.person_id], purpose="console-portrait", actor=actor, at=at)
    context: dict[str, Any] = {
        "card": card,
        "name": named[card.person_id].given_name,
        "form": form,
        "may_keep": may_keep_portraits(actor),
        "portraits": [
            {"row": one, "may_approve": not one.approved_at and may_approve_portrait(actor, one)}
            for one in portraits_of(actor=actor, agent_id=agent_id)
        ],
    }
    return page(request, "portraits", "staff", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def picture(request: HttpRequest, portrait_id: UUID) -> HttpResponse:
    """One of them, for the office."""
    found = portrait(actor=actor_of(request), portrait_id=portrait_id)
    return HttpResponse(portrait_bytes(found), content_type="image/jpeg")


@signed_in
@require_POST
def approve(request: HttpRequest, portrait_id: UUID) -> HttpResponse:
    """A second person knows this face."""
    approved = commands.approve_portrait(portrait_id=portrait_id, actor=actor_of(request), at=clock.now())
    return redirect("portraits", agent_id=approved.agent_id)


@signed_in
@require_POST
def withdraw(request: HttpRequest, portrait_id: UUID) -> HttpResponse:
    """Refused, or shown no more."""
    ended = commands.withdraw_portrait(portrait_id=portrait_id, actor=actor_of(request), at=clock.now())
    return redirect("portraits", agent_id=ended.agent_id)
