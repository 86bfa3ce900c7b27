"""Photos and signatures at the table: each for one purpose, on the agent's phone, with or without JavaScript."""

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from koumen.agents.queries import who_comes
from koumen.credit import queries as credit
from koumen.credit.rules.cost_sheet import Purpose as CostPurpose
from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.queries.evidence import evidence_of_visit
from koumen.visits.rules.evidence import PHOTOS, Purpose, Signature, Way
from koumen.visits.states import PROVEN_STATES
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id
from koumen.web.ui.care_words import EVIDENCE, EVIDENCE_WAYS, word
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.credit.models import CostSheet
    from koumen.visits.models import Visit

DRAWN = "data:image/png;base64,"


class PhotoForm(forms.Form):
    """What it is for, the picture, and a promise about what is not in it."""

    purpose = forms.ChoiceField(
        label=_("What is the photo for?"),
        choices=[(code, EVIDENCE[code]) for code in Purpose if code in PHOTOS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what it is for.")},
    )
    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput(
            attrs={
                "accept": "image/jpeg,image/png,image/webp",
                "capture": "environment",
                "data-smaller": "",
            }
        ),
        error_messages={"required": _("Please take a photo, of 8 megabytes at most.")},
    )
    is_narrow = forms.BooleanField(
        label=_("No face and nothing of the home is in it, unless this is what it is for"),
        error_messages={"required": _("Please look at the photo again before you keep it.")},
    )


@login_required
@require_http_methods(["GET", "POST"])
def photo(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Take a photo for a purpose; it is kept sealed and can be seen here no more."""
    actor, at = actor_of(request), clock.now()
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            visits.keep_photo(
                visit_id=visit_id,
                purpose=Purpose(form.cleaned_data["purpose"]),
                content=form.cleaned_data["photo"].read(),
                key=read_id(request.POST.get("once", "")),
                actor=actor,
                at=at,
            )
            return redirect("evidence", visit_id=visit_id)
        except Invalid as refusal:
            form.add_error("photo", words(refusal.code, **refusal.params))
    visit = queries.visit(actor=actor, visit_id=visit_id)
    return render(request, "agent/photo.html", {"form": form, "visit": visit})


@login_required
@require_GET
def kept(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """What was kept of this visit, and what else can be."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    pieces = [
        {
            "row": one.evidence,
            "purpose": word(EVIDENCE, one.evidence.purpose),
            "way": word(EVIDENCE_WAYS, one.evidence.way),
        }
        for one in evidence_of_visit(actor=actor, visit_id=visit_id)
    ]
    sheets = _sheets(actor, visit, at) if visit.state in PROVEN_STATES else []
    context = {
        "visit": visit,
        "pieces": pieces,
        "sheets": sheets,
        "may_sign": visit.state in PROVEN_STATES,
    }
    return render(request, "agent/evidence.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def signature(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer signs that the visit went as it is written."""
    actor, at = actor_of(request), clock.now()
    refused = ""
    if request.method == "POST":
        key = read_id(request.POST.get("once", ""))
        try:
            visits.keep_signature(
                visit_id=visit_id,
                purpose=Purpose.VISIT,
                signature=_signature(request),
                key=key,
                actor=actor,
                at=at,
            )
            return redirect("evidence", visit_id=visit_id)
        except (Invalid, Conflict) as refusal:
            refused = words(refusal.code, **refusal.params)
    visit = queries.visit(actor=actor, visit_id=visit_id)
    return _sign_page(request, visit, refused)


@login_required
@require_http_methods(["GET", "POST"])
def costs(request: HttpRequest, visit_id: UUID, sheet_id: UUID) -> HttpResponse:
    """The customer reads all costs on the phone turned to them and signs; a repayment plan begins with it."""
    actor, at = actor_of(request), clock.now()
    refused = ""
    sheet = credit.cost_sheet(actor=actor, sheet_id=sheet_id)
    is_plan = sheet.purpose == CostPurpose.REPAYMENT_PLAN
    if request.method == "POST":
        key = read_id(request.POST.get("once", ""))
        try:
            visits.sign_costs(
                visit_id=visit_id,
                sheet_id=sheet_id,
                signature=_signature(request),
                key=key,
                actor=actor,
                at=at,
            )
            return redirect("plan" if is_plan else "evidence", visit_id=visit_id)
        except (Invalid, Conflict) as refusal:
            refused = words(refusal.code, **refusal.params)
    visit = queries.visit(actor=actor, visit_id=visit_id)
    if sheet.account_id != visit.account_id:
        raise Missing("cost-sheet-not-found")
    if visit.state not in PROVEN_STATES:
        raise Conflict("visit-not-proven", state=visit.state)
    return _sign_page(request, visit, refused, sheet=sheet)


def _sign_page(request: HttpRequest, visit: "Visit", refused: str, **more: Any) -> HttpResponse:
    is_team = len(who_comes(shift_id=visit.shift_id)) > 1
    context = {"visit": visit, "refused": refused, "is_team": is_team, **more}
    return render(request, "agent/signature.html", context, status=409 if refused else 200)


def _sheets(actor: Actor, visit: "Visit", at: datetime) -> "list[CostSheet]":
    """What the customer was shown on their own screen today and may sign here instead of waiting."""
    customer = Actor(Role.CUSTOMER, visit.customer.person_id).key
    shown = credit.cost_sheets_of(actor=actor, account_id=visit.account_id)
    return [
        one for one in shown if not one.confirmed_at and one.valid_until > at and one.shown_to == customer
    ]


def _signature(request: HttpRequest) -> Signature:
    """What was drawn, photographed or typed. Raises Invalid("signature-empty" | "signature-way-unknown")."""
    way = request.POST.get("way", "")
    if way == Way.DRAWN:
        return Signature(way=Way.DRAWN, picture=_drawn(request.POST.get("drawn", "")))
    if way == Way.ON_PAPER:
        paper = request.FILES.get("paper")
        if paper is None:
            raise Invalid("signature-empty", field="paper")
        return Signature(way=Way.ON_PAPER, picture=paper.read())
    if way != Way.TYPED:
        raise Invalid("signature-way-unknown", field="way")
    return Signature(way=Way.TYPED, name=request.POST.get("name", ""))


def _drawn(text: str) -> bytes:
    """The bytes of a drawing as the page's script sends them."""
    try:
        return base64.b64decode(text.removeprefix(DRAWN), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("picture-unreadable", field="drawn") from None
