"""Cash by person with its age, change money counted out, hand-ins counted, and cash fetched from the bank."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.agents import queries as agents
from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.devices.queries import device_last_number
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.money import Money
from koumen.payments import commands
from koumen.payments.permissions import may_keep_cash
from koumen.payments.queries import custody
from koumen.payments.queries.custody import HandInSearch, PersonsCash, cash_by_person, hand_ins_found
from koumen.people.commands import reveal
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.words import HAND_INS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.counting import Act, count_page
from koumen.web.ui.csv_files import csv_file, every_page
from koumen.web.ui.item_words import CONDITIONS, KINDS

if TYPE_CHECKING:
    from koumen.payments.models import HandIn

A_FILE_PAGE = 1000


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Who holds how much since when, what waits to be counted, the safe, and who works today."""
    actor, at = actor_of(request), clock.now()
    held = cash_by_person(actor=actor, at=at)
    office = custody.office_cash(actor=actor)
    shifts = agents.open_shifts(actor=actor, date=clock.local_date(at, this_branch().zone))
    floats = custody.offered_floats(actor=actor)
    names = _names(actor, {one.agent_id for one in held} | {shift.agent_id for shift in shifts})
    context = {
        "held": [_held(one, names) for one in held],
        "old": sum(one.holding.is_too_old(at) for one in held),
        "waiting": sum(one.waiting_id is not None for one in held),
        "safe": Money(office.safe_minor, office.currency),
        "transit": Money(office.transit_minor, office.currency),
        "shifts": [{"shift": shift, "who": names[shift.agent_id]} for shift in shifts],
        "floats": [
            {"row": row, "amount": Money(row.amount_minor, row.currency), "staff": row.agent.staff_number}
            for row in floats
        ],
        "returns": [
            {
                "row": row,
                "amount": Money(row.payment.amount_minor, row.payment.currency),
                "is_doubted": not row.were_taken,
            }
            for row in custody.cash_returns(actor=actor)
        ],
        "may_keep": may_keep_cash(actor),
    }
    return page(request, "custody", "finance", context)


def _names(actor: Actor, agent_ids: set[UUID]) -> Mapping[UUID, str]:
    """Given name and staff number of each agent."""
    cards = agents.agent_cards(agent_ids=agent_ids)
    persons = [card.person_id for card in cards.values()]
    named = reveal(person_ids=persons, purpose="console-cash", actor=actor, at=clock.now())
    return {
        agent_id: f"{named[card.person_id].given_name} {card.staff_number}"
        for agent_id, card in cards.items()
    }


def _held(one: PersonsCash, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "agent_id": one.agent_id,
        "who": names[one.agent_id],
        "currency": one.currency,
        "amount": Money(one.holding.in_hand_minor, one.currency),
        "holding": one.holding,
        "is_too_old": one.holding.is_too_old(clock.now()),
        "waiting_id": one.waiting_id,
    }


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """Cash by person with its age as a file, by staff number and without names."""
    actor, at = actor_of(request), clock.now()
    held = cash_by_person(actor=actor, at=at)
    cards = agents.agent_cards(agent_ids=[one.agent_id for one in held])
    return csv_file(
        "cash-by-person",
        ("staff_number", "currency", "in_hand", "ceiling", "held_since", "too_old", "hand_in_waits"),
        (
            (
                *(cards[one.agent_id].staff_number, one.currency),
                Money(one.holding.in_hand_minor, one.currency).decimal,
                Money(one.holding.in_hand_max_minor, one.currency).decimal,
                one.holding.held_since.isoformat() if one.holding.held_since else "",
                *(one.holding.is_too_old(at), one.waiting_id is not None),
            )
            for one in held
        ),
    )


class HandInFilter(forms.Form):
    """Which hand-ins; all of it may be left empty."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *HAND_INS.items()])
    agent = forms.CharField(label=_("Staff number"), required=False, max_length=20)
    differs = forms.BooleanField(label=_("Only with a difference"), required=False)

    @property
    def search(self) -> HandInSearch:
        """What the room is asked. A field that cannot be read filters nothing."""
        self.is_valid()
        said = self.cleaned_data
        return HandInSearch(
            state=said.get("state", ""),
            staff_number=said.get("agent", "").strip(),
            differs=bool(said.get("differs")),
        )


@signed_in
@require_GET
def hand_ins(request: HttpRequest) -> HttpResponse:
    """A page of hand-ins with their differences, newest first, and how many there are."""
    actor, form = actor_of(request), HandInFilter(request.GET)
    found = hand_ins_found(actor=actor, search=form.search, before=_id(request.GET.get("before", "")))
    context = {
        "form": form,
        "count": found.count,
        "older": found.older,
        "kept": without(request, "before"),
        "is_first": "before" not in request.GET,
        "hand_ins": [_shown(row) for row in found.hand_ins],
    }
    return page(request, "hand_ins", "finance", context)


def _shown(row: "HandIn") -> dict[str, Any]:
    currency = row.currency
    return {
        "row": row,
        "staff_number": row.agent.staff_number,
        "state": word(HAND_INS, row.state),
        "declared": Money(row.declared.amount_minor, currency),
        "counted": Money(row.counted.amount_minor, currency) if row.counted else None,
        "difference": Money(row.difference_minor, currency) if row.difference_minor is not None else None,
    }


@signed_in
@require_GET
def hand_ins_csv(request: HttpRequest) -> HttpResponseBase:
    """All that match, as a file; who counted, as an id and without a name."""
    actor, search = actor_of(request), HandInFilter(request.GET).search
    hand_ins_found(actor=actor, search=search, limit=1)  # a refusal must be a page, not half a file
    return csv_file(
        "hand-ins",
        (
            *("hand_in", "staff_number", "shift_date", "final", "state", "currency", "declared", "counted"),
            *("difference", "declared_at", "ended_at", "counted_by"),
        ),
        (_row(row) for row in _all(actor, search)),
    )


def _all(actor: Actor, search: HandInSearch) -> "Iterator[HandIn]":
    for found in every_page(
        lambda before: hand_ins_found(actor=actor, search=search, before=before, limit=A_FILE_PAGE)
    ):
        yield from found.hand_ins


def _row(row: "HandIn") -> tuple[object, ...]:
    shown = _shown(row)
    amounts = (shown["declared"], shown["counted"], shown["difference"])
    return (
        *(row.id, shown["staff_number"], row.shift.date, row.is_final, row.state, row.currency),
        *(amount.decimal if amount is not None else "" for amount in amounts),
        *(row.declared_at.isoformat(), row.ended_at.isoformat() if row.ended_at else ""),
        row.counted.counted_by_id if row.counted else "",
    )


@signed_in
@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest, hand_in_id: UUID) -> HttpResponse:
    """One hand-in: counted blind by another person; afterwards both counts and the difference."""
    actor, at = actor_of(request), clock.now()
    row = custody.hand_in(actor=actor, hand_in_id=hand_in_id)

    def count(notes: dict[int, int], key: UUID) -> object:
        return commands.count_hand_in(hand_in_id=row.id, notes=notes, key=key, actor=actor, at=at)

    currency = row.currency
    lent = agents.loans_of(actor=actor, agent_id=row.agent_id) if row.state == "declared" else []
    context: dict[str, Any] = {
        **_shown(row),
        "who": _names(actor, {row.agent_id})[row.agent_id],
        "is_own": row.agent.person_id == actor.person_id,
        "may_keep": may_keep_cash(actor),
        "things": [
            {"loan": loan, "kind": KINDS[loan.item.kind], "serial": loan.item.serial} for loan in lent
        ],
        "phones": device_last_number(actor=actor, agent_id=row.agent_id) if row.is_final else [],
        "conditions": [(code, CONDITIONS[code]) for code in ("good", "damaged", "missing")],
    }
    if row.counted:
        first, second = custody.notes_of(row.declared), custody.notes_of(row.counted)
        context["notes"] = [
            (Money(value, currency), first.get(value, 0), second.get(value, 0))
            for value in sorted(first.keys() | second.keys(), reverse=True)
        ]
    return counted(request, "hand_in", count, context, done=("hand_in", row.id))


@signed_in
@require_POST
def withdraw_hand_in(request: HttpRequest, hand_in_id: UUID) -> HttpResponse:
    """Nobody has counted yet: the agent declares anew."""
    commands.withdraw_hand_in(hand_in_id=hand_in_id, actor=actor_of(request), at=clock.now())
    return redirect("custody")


@signed_in
@require_http_methods(["GET", "POST"])
def offer_float(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Count change money out for an agent's day."""
    actor, at = actor_of(request), clock.now()
    require(may_keep_cash(actor), "cash-office-not-yours")
    shift = agents.shift(actor=actor, shift_id=shift_id)

    def offer(notes: dict[int, int], key: UUID) -> object:
        return commands.offer_float(shift_id=shift.id, notes=notes, key=key, actor=actor, at=at)

    fund, currency = custody.change_fund(shift_id=shift.id), this_branch().currency
    context = {
        "title": now("Count change money out"),
        "fund": fund,
        "change": [(Money(value, currency), pieces) for value, pieces in fund.notes.items()],
        "about": _names(actor, {shift.agent_id})[shift.agent_id],
        "act": now("Counted: the agent counts it next"),
    }
    return counted(request, "count_cash", offer, context, done=("custody",))


@signed_in
@require_POST
def withdraw_float(request: HttpRequest, float_id: UUID) -> HttpResponse:
    """The change money stays in the safe."""
    commands.withdraw_float(float_id=float_id, actor=actor_of(request), at=clock.now())
    return redirect("custody")


@signed_in
@require_http_methods(["GET", "POST"])
def fetch(request: HttpRequest) -> HttpResponse:
    """Put cash from the bank into the safe."""
    actor, at = actor_of(request), clock.now()
    require(may_keep_cash(actor), "cash-office-not-yours")

    def put(notes: dict[int, int], key: UUID) -> object:
        return commands.fetch_cash(notes=notes, key=key, actor=actor, at=at)

    context = {"title": now("Cash fetched from the bank"), "about": "", "act": now("It lies in the safe")}
    return counted(request, "count_cash", put, context, done=("custody",))


def counted(
    request: HttpRequest, template: str, act: Act, context: dict[str, Any], *, done: tuple[Any, ...]
) -> HttpResponse:
    """A counting page in the frame of finance."""

    def frame(shown: dict[str, Any], status: int) -> HttpResponse:
        return page(request, template, "finance", context | shown, status=status)

    return count_page(request, act, frame, done=done)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
