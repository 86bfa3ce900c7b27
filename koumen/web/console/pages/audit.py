"""The chain of facts and the rulings of conduct, for those who check the others."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from koumen.audit import queries
from koumen.conduct import queries as conduct
from koumen.kit.actor import Actor
from koumen.web.console.pages.facts import HAPPENED, told
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.words import ACTS, VERDICTS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.reasons import knock_words

# Above this a page would keep somebody waiting; the command line shows how far it is.
MOST_FACTS_HERE = 50_000
MOST_IN_A_FILE = 10_000


class FactFilter(forms.Form):
    """Which facts; all of it may be left empty."""

    kind = forms.ChoiceField(
        label=_("What happened"), required=False, choices=[("", _("All")), *HAPPENED.items()]
    )
    subject = forms.UUIDField(label=_("About (identifier)"), required=False)


class RulingFilter(forms.Form):
    """Which rulings."""

    act = forms.ChoiceField(label=_("Asked about"), required=False, choices=[("", _("All")), *ACTS.items()])
    verdict = forms.ChoiceField(
        label=_("Answer"), required=False, choices=[("", _("All")), *VERDICTS.items()]
    )


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """How far the chain is sealed, and the newest facts and rulings."""
    return page(request, "audit", "audit", _home(actor_of(request)))


@signed_in
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Work the whole chain out again, here when it is short."""
    actor = actor_of(request)
    context = _home(actor)
    if context["is_small"]:
        context["report"] = queries.verify_chain()
    return page(request, "audit", "audit", context)


def _home(actor: Actor) -> dict[str, Any]:
    state = queries.chain_state(actor=actor)
    rulings = conduct.rulings_found(actor=actor, limit=8)
    return {
        "state": state,
        "is_small": state.sealed_facts <= MOST_FACTS_HERE,
        "facts": [_fact(fact) for fact in queries.facts_found(actor=actor, limit=12).facts],
        "rulings": [_ruling(ruling) for ruling in rulings.rulings],
        "ruling_count": rulings.count,
    }


@signed_in
@require_GET
def facts(request: HttpRequest) -> HttpResponse:
    """Facts page by page, of one kind or about one subject."""
    form = FactFilter(request.GET)
    found = queries.facts_found(actor=actor_of(request), before=_before(request), **_fact_search(form))
    context = {
        "form": form,
        "facts": [_fact(fact) for fact in found.facts],
        "older": found.older,
        "kept": without(request, "before"),
        "is_first": "before" not in request.GET,
    }
    return page(request, "facts", "audit", context)


def _fact_search(form: FactFilter) -> dict[str, Any]:
    form.is_valid()
    return {"kind": form.cleaned_data.get("kind", ""), "subject_id": form.cleaned_data.get("subject")}


def _fact(fact: Any) -> dict[str, Any]:
    return {"fact": fact, "told": told(fact)}


@signed_in
@require_GET
def facts_csv(request: HttpRequest) -> HttpResponseBase:
    """The newest facts that match, as a file with their sealed words."""
    search = _fact_search(FactFilter(request.GET))
    found = queries.facts_found(actor=actor_of(request), limit=MOST_IN_A_FILE, **search)
    return csv_file(
        "facts",
        ("number", "kind", "subject", "actor", "at", "recorded_at", "body"),
        (
            (
                *(fact.id, fact.kind, fact.subject_id, fact.actor),
                *(fact.at.isoformat(), fact.recorded_at.isoformat(), fact.body),
            )
            for fact in found.facts
        ),
    )


@signed_in
@require_GET
def rulings(request: HttpRequest) -> HttpResponse:
    """What the rules of conduct were asked, and what they said."""
    form, actor = RulingFilter(request.GET), actor_of(request)
    queries.chain_state(actor=actor)  # the audit pages open together or not at all
    found = conduct.rulings_found(actor=actor, before=_id(request), **_ruling_search(form))
    context = {
        "form": form,
        "rulings": [_ruling(ruling) for ruling in found.rulings],
        "count": found.count,
        "older": found.older,
        "kept": without(request, "before"),
        "is_first": "before" not in request.GET,
    }
    return page(request, "rulings", "audit", context)


def _ruling_search(form: RulingFilter) -> dict[str, Any]:
    form.is_valid()
    return {"act": form.cleaned_data.get("act", ""), "verdict": form.cleaned_data.get("verdict", "")}


def _ruling(ruling: Any) -> dict[str, Any]:
    return {
        "ruling": ruling,
        "act": word(ACTS, ruling.act),
        "verdict": word(VERDICTS, ruling.verdict),
        "is_allowed": ruling.verdict == "allow",
        "reasons": [knock_words(code) for code in ruling.reasons],
    }


@signed_in
@require_GET
def rulings_csv(request: HttpRequest) -> HttpResponseBase:
    """The newest rulings that match, as a file."""
    actor = actor_of(request)
    queries.chain_state(actor=actor)
    found = conduct.rulings_found(
        actor=actor, limit=MOST_IN_A_FILE, **_ruling_search(RulingFilter(request.GET))
    )
    return csv_file(
        "rulings",
        ("asked_at", "act", "verdict", "reasons", "subject", "pack", "version"),
        (
            (
                *(one.asked_at.isoformat(), one.act, one.verdict, " ".join(one.reasons)),
                *(one.subject_id, one.pack.name, one.pack.version),
            )
            for one in found.rulings
        ),
    )


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else None


def _id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None
