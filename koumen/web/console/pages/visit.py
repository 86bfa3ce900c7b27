"""Everything about one visit, and what the desk may do about it after a call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from koumen.agents import queries as agents
from koumen.audit import queries as audit
from koumen.conduct import queries as conduct
from koumen.dispatch.rules.needs import Purpose
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.kit.money import Money
from koumen.ledger import queries as ledger
from koumen.ledger.permissions import may_read_books
from koumen.payments import queries as payments
from koumen.people.commands import reveal
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.permissions import is_desk, may_confirm_by_call
from koumen.visits.queries.places import points_of
from koumen.visits.states import Proof, VisitState
from koumen.web.console.pages.evidence import evidence_panel
from koumen.web.console.pages.facts import ending_words, told
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import (
    ACCOUNTS,
    ACTS,
    ENTRIES,
    INITIATORS,
    LOOKS,
    MOMENTS,
    NATURES,
    PAYMENTS,
    PROOFS,
    TENDERS,
    VERDICTS,
    word,
)
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.reasons import knock_words
from koumen.web.ui.wishes import PURPOSES, equipment_words, language_words

if TYPE_CHECKING:
    from koumen.payments.models import Payment
    from koumen.visits.models import Visit


@dataclass(frozen=True)
class DeskActs:
    """What the desk may do for a visit after it has called the number on file."""

    visit_id: UUID
    can_unlock: bool
    can_renew: bool
    can_vouch: bool
    can_confirm: bool


def desk_acts(visit: "Visit", *, is_desk: bool, may_confirm: bool = False) -> DeskActs:
    """What is possible now, for whoever sits at the desk; who asked for a visit does not confirm it."""
    return DeskActs(
        visit_id=visit.id,
        can_unlock=is_desk and visit.code_locked and visit.state == VisitState.AGREED,
        can_renew=is_desk and bool(visit.pictures_differed_at) and visit.state == VisitState.AT_THE_DOOR,
        can_confirm=may_confirm and visit.state == VisitState.REQUESTED,
        can_vouch=is_desk and visit.proof == Proof.AGENT and visit.state == VisitState.AT_THE_DOOR,
    )


@signed_in
@require_GET
def show(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The visit, its door, its money, its rulings and its facts; every name by one reading."""
    actor, at = actor_of(request), clock.now()
    visit = queries.visit(actor=actor, visit_id=visit_id)
    moves = queries.earlier_windows(actor=actor, visit_id=visit_id)
    cards = agents.agent_cards(agent_ids={visit.agent_id, *(move.agent_id for move in moves)})
    wanted = [visit.customer.person_id, *(card.person_id for card in cards.values())]
    named = reveal(person_ids=wanted, purpose="console-visit", actor=actor, at=at)
    tenders = payments.payments_of_visit(actor=actor, visit_id=visit_id)
    spoken = {
        key: f"{named[card.person_id].given_name} {card.staff_number}".strip() for key, card in cards.items()
    }
    context = {
        "visit": visit,
        "customer": named[visit.customer.person_id],
        "agent_name": spoken[visit.agent_id],
        "wanted": Money(visit.wanted_minor, visit.currency),
        "words": {
            "proof": word(PROOFS, visit.proof),
            "nature": word(NATURES, visit.nature),
            "initiated_by": word(INITIATORS, visit.initiated_by),
            "end_reason": ending_words(visit.end_reason) if visit.end_reason else "",
        },
        "needs": _needs(visit),
        "moves": [{"move": move, "agent": spoken[move.agent_id]} for move in moves],
        "points": [
            {
                "at": point.at,
                "moment": word(MOMENTS, point.moment),
                "accuracy": point.accuracy_m,
                "looks": [word(LOOKS, look) for look in point.looks],
            }
            for point in points_of(actor=actor, visit_id=visit_id)
        ],
        "evidence": evidence_panel(actor, visit_id, at),
        "acts": desk_acts(visit, is_desk=is_desk(actor), may_confirm=may_confirm_by_call(actor, visit)),
        "payments": [_tender(payment) for payment in tenders],
        "entries": _entries(actor, tenders),
        "rulings": _rulings(actor, visit_id),
        "facts": _facts([visit_id, *(payment.id for payment in tenders)]),
    }
    return page(request, "visit", "home", context)


def _needs(visit: "Visit") -> list[str]:
    """What the visit needs beside an agent, in words."""
    two = [gettext("two people")] if visit.staff > 1 else []
    purpose = [] if visit.purpose == Purpose.REPAYMENT else [str(PURPOSES[visit.purpose])]
    return [*two, *purpose, *equipment_words(visit.equipment), *language_words(visit.languages)]


def _tender(payment: "Payment") -> dict[str, Any]:
    receipt = getattr(payment, "receipt", None)
    return {
        "payment": payment,
        "tender": word(TENDERS, payment.tender),
        "state": word(PAYMENTS, payment.state),
        "amount": Money(payment.amount_minor, payment.currency),
        "receipt": receipt,
        "verify_url": payments.verify_url(receipt.token) if receipt else "",
    }


def _entries(actor: Actor, tenders: "Iterable[Payment]") -> list[dict[str, Any]]:
    """The movements of its payments, for those who may read the books."""
    if not may_read_books(actor):
        return []
    return [
        {
            "kind": word(ENTRIES, line.kind),
            "debit": word(ACCOUNTS, line.debit),
            "credit": word(ACCOUNTS, line.credit),
            "amount": Money(line.amount_minor, line.currency),
            "is_reversed": line.is_reversed,
        }
        for payment in tenders
        for line in ledger.entries_for(actor=actor, source_id=payment.id)
    ]


def _rulings(actor: Actor, visit_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "at": ruling.asked_at,
            "act": word(ACTS, ruling.act),
            "verdict": word(VERDICTS, ruling.verdict),
            "is_allowed": ruling.verdict == "allow",
            "reasons": [knock_words(code) for code in ruling.reasons],
            "pack": f"{ruling.pack.name} {ruling.pack.version}",
        }
        for ruling in conduct.rulings_about(actor=actor, subject_id=visit_id)
    ]


def _facts(subject_ids: Iterable[UUID]) -> list[Any]:
    """What happened to the visit and its payments, in the order in which it was written down."""
    found = [fact for subject_id in subject_ids for fact in audit.facts_about(subject_id)]
    return [told(fact) for fact in sorted(found, key=lambda fact: fact.id)]


@signed_in
@require_POST
def unlock(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """A new code for the same amount, after the call back."""
    return _after_a_call(request, visit_id, visits.unlock_code)


@signed_in
@require_POST
def pictures(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """New pictures, after the call back."""
    return _after_a_call(request, visit_id, visits.renew_pictures)


@signed_in
@require_POST
def vouch(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer is who they are: they answered on the number on file."""
    return _after_a_call(request, visit_id, visits.vouch_for_customer)


@signed_in
@require_POST
def confirm(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Read back to the customer, who said yes; by another person than the one who asked for it."""
    return _after_a_call(request, visit_id, visits.confirm_by_call)


def _after_a_call(request: HttpRequest, visit_id: UUID, act: Any) -> HttpResponse:
    """Whoever says "unlock" without having called would do a thief's work (threat T2)."""
    if request.POST.get("called") != "yes":
        raise Conflict("call-back-first")
    at: datetime = clock.now()
    act(visit_id=visit_id, actor=actor_of(request), at=at)
    return redirect("visit", visit_id=visit_id)
