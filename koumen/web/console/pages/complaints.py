"""Complaints with their clocks, disputes, and what customers said on the telephone of what they handed over."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.conduct import commands, queries
from koumen.conduct.permissions import may_answer_complaints
from koumen.conduct.rules.complaints import LONGEST_WORDS, Ground, Outcome, Sign, Via, sign_of
from koumen.conduct.states import COMPLAINT, ComplaintState
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.money import Money
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.visits import commands as visits
from koumen.visits import queries as visit_queries
from koumen.visits.queries.follow_ups import open_follow_ups
from koumen.visits.rules.handovers import Told
from koumen.web.console.pages.evidence import evidence_panel
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import VIAS, said_by
from koumen.web.console.pages.words import word as office_word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.care_words import CLOCKS, COMPLAINT_STATES, COMPLAINTS, GROUNDS, OUTCOMES, QUESTIONS, word
from koumen.web.ui.complaints import ComplaintForm
from koumen.web.ui.csv_files import csv_file

if TYPE_CHECKING:
    from koumen.conduct.models import Complaint

KINDS_OF_SIGN = {Sign.IN_TIME: "ok", Sign.NEAR: "wait", Sign.BROKEN: "risk"}


class AnswerForm(forms.Form):
    """What became of it, and in words that its customer reads."""

    outcome = forms.ChoiceField(label=_("What became of it?"), choices=list(OUTCOMES.items()))
    words = forms.CharField(
        label=_("Answer to the customer"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 6})
    )


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Those that wait by the end of their clocks, and those that were answered; every name by one reading."""
    actor, at = actor_of(request), clock.now()
    is_open = request.GET.get("state") != "answered"
    found = queries.complaints(actor=actor, is_open=is_open)
    names = reveal(
        person_ids=[one.customer.person_id for one in found], purpose="console-complaints", actor=actor, at=at
    )
    rows = [_row(one, at) | {"customer": names[one.customer.person_id]} for one in found]
    context = {"rows": rows, "is_open": is_open, "questions": _questions(actor, at)}
    return page(request, "complaints", "complaints", context)


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """Complaints by number, without names or words."""
    found = queries.complaints(actor=actor_of(request), limit=10_000)
    return csv_file(
        "complaints",
        (
            "number",
            "about",
            "via",
            "state",
            "opened_at",
            "acknowledge_by",
            "answer_by",
            "answered_at",
            "outcome",
        ),
        (
            (
                *(one.number, one.kind, one.via, one.state, one.opened_at, one.acknowledge_by),
                *(one.answer_by, one.answered_at or "", one.outcome),
            )
            for one in found
        ),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """One complaint, what was said, and the answer; reading whose it is is recorded."""
    actor, at = actor_of(request), clock.now()
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.answer_complaint(
            complaint_id=complaint_id,
            outcome=Outcome(form.cleaned_data["outcome"]),
            words=form.cleaned_data["words"],
            actor=actor,
            at=at,
        )
        return redirect("complaint", complaint_id=complaint_id)
    complaint = queries.complaint(actor=actor, complaint_id=complaint_id)
    person = complaint.customer.person_id
    names = reveal(person_ids=[person], purpose="console-complaint", actor=actor, at=at)
    said, answered = queries.words_of(actor=actor, complaint_id=complaint_id)
    state, may = ComplaintState(complaint.state), may_answer_complaints(actor)
    context = _row(complaint, at) | {
        "customer": names[person],
        "said": said,
        "answered": answered,
        "outcome": word(OUTCOMES, complaint.outcome) if complaint.outcome else "",
        "form": form,
        "can_acknowledge": may and COMPLAINT.can(state, "acknowledge"),
        "can_answer": may and COMPLAINT.can(state, "answer"),
        "visit": _visit(actor, complaint),
        "evidence": evidence_panel(actor, complaint.subject_id, at) if complaint.subject_id else None,
    }
    return page(request, "complaint", "complaints", context)


@signed_in
@require_POST
def acknowledge(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """Somebody looks after it."""
    commands.acknowledge_complaint(complaint_id=complaint_id, actor=actor_of(request), at=clock.now())
    return redirect("complaint", complaint_id=complaint_id)


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """What a caller complains of."""
    actor = actor_of(request)
    customer = people.customer_of(actor, customer_id=customer_id)
    form = ComplaintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        complaint = commands.open_complaint(
            customer_id=customer.id,
            kind=form.kind,
            words=form.cleaned_data["words"],
            via=Via.PHONE,
            actor=actor,
            at=clock.now(),
        )
        return redirect("complaint", complaint_id=complaint.id)
    return page(request, "complaint_new", "complaints", {"form": form, "customer": customer})


@signed_in
@require_POST
def dispute(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """A caller disputes the debt."""
    ground = request.POST.get("ground", "")
    if ground not in set(Ground):
        raise Invalid("form-unreadable", field="ground", value=ground[:40])
    commands.open_dispute(
        customer_id=customer_id, ground=Ground(ground), actor=actor_of(request), at=clock.now()
    )
    return redirect("customer", customer_id=customer_id)


@signed_in
@require_POST
def settle(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """A dispute is settled."""
    closed = commands.close_dispute(dispute_id=dispute_id, actor=actor_of(request), at=clock.now())
    return redirect("customer", customer_id=closed.customer_id)


@signed_in
@require_POST
def handover(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """What a customer said on the number on file of what they handed over."""
    if request.POST.get("called") != "yes":
        raise Conflict("call-back-first")
    actor = actor_of(request)
    visit = visit_queries.visit(actor=actor, visit_id=visit_id)
    told = Told(
        amount_minor=Money.parse(request.POST.get("amount", ""), visit.currency).minor,
        was_asked_for_more=request.POST.get("more") == "yes",
    )
    visits.note_handover(visit_id=visit_id, told=told, actor=actor, at=clock.now())
    return redirect("ratings")


@signed_in
@require_POST
def answered_question(request: HttpRequest, follow_up_id: UUID) -> HttpResponse:
    """A customer's question from a visit was answered."""
    visits.finish_follow_up(follow_up_id=follow_up_id, actor=actor_of(request), at=clock.now())
    return redirect("complaints")


def _questions(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    asked = open_follow_ups(actor=actor)
    people_ids = [one.follow_up.visit.customer.person_id for one in asked]
    names = reveal(person_ids=people_ids, purpose="console-follow-ups", actor=actor, at=at)
    return [
        {
            "asked": one,
            "about": word(QUESTIONS, one.follow_up.about),
            "customer": names[one.follow_up.visit.customer.person_id],
        }
        for one in asked
    ]


def disputes_panel(actor: Actor, customer_id: UUID) -> dict[str, Any]:
    """A customer's disputes for their page at the console; one query."""
    return {
        "rows": [
            {"dispute": one, "ground": word(GROUNDS, one.ground), "who": said_by(one.opened_by)}
            for one in queries.disputes_of(actor=actor, customer_id=customer_id)
        ],
        "grounds": list(GROUNDS.items()),
        "may_settle": may_answer_complaints(actor),
    }


def _row(complaint: "Complaint", at: datetime) -> dict[str, Any]:
    sign = sign_of(complaint.opened_at, complaint.answer_by, complaint.answered_at or at)
    late = (
        complaint.acknowledged_at is None and complaint.answered_at is None and at >= complaint.acknowledge_by
    )
    return {
        "complaint": complaint,
        "about": word(COMPLAINTS, complaint.kind),
        "via": office_word(VIAS, complaint.via),
        "state": word(COMPLAINT_STATES, complaint.state),
        "sign": KINDS_OF_SIGN[sign],
        "clock": word(CLOCKS, sign),
        "is_unacknowledged": late,
    }


def _visit(actor: Actor, complaint: "Complaint") -> Any:
    if complaint.subject_id is None:
        return None
    return visit_queries.visit(actor=actor, visit_id=complaint.subject_id)
