"""The working days of a date: who goes with whom, what each carries, and where an agent does not go."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from koumen.agents import queries as agents
from koumen.agents.commands import equip_shift
from koumen.branch.queries import this_branch
from koumen.dispatch import commands, queries
from koumen.dispatch.commands import NoGoRequest
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries import BoardRow
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing
from koumen.kit.place import Place
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.web.console.pages.day import wanted_date
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import REFUSALS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id
from koumen.web.ui.wishes import EQUIPMENT, equipment_words


class NoGoForm(forms.Form):
    """Who does not go where: to a customer by number, or around a place."""

    agent = forms.ChoiceField(label=_("Agent"))
    reason = forms.ChoiceField(label=_("Reason"), choices=list(REFUSALS.items()))
    customer = forms.CharField(label=_("Customer number"), required=False, max_length=40)
    latitude = forms.FloatField(label=_("or a place: latitude"), required=False)
    longitude = forms.FloatField(label=_("longitude"), required=False)
    radius_m = forms.IntegerField(label=_("metres around it"), required=False, min_value=1)
    to_date = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, agents: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the agents by name and number."""
        super().__init__(data, **kwargs)
        self.fields["agent"].choices = agents  # type: ignore[attr-defined]


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A day's shifts with their teams and equipment, and every no-go in force."""
    return _show(request, None)


def _show(request: HttpRequest, form: NoGoForm | None) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    on = wanted_date(request)
    rows = queries.board(actor=actor, date=on)
    rules = queries.no_goes_in_force(actor=actor, on=clock.local_date(at, this_branch().zone))
    cards = agents.agents(actor=actor)
    named = reveal(person_ids=[card.person_id for card in cards], purpose="console-staff", actor=actor, at=at)
    known = {card.agent_id: f"{named[card.person_id].name} {card.staff_number}" for card in cards}
    context: dict[str, Any] = {
        "date": on,
        "shifts": [_shift(row, rows, known) for row in rows],
        "kinds": list(EQUIPMENT.items()),
        "rules": [
            {"row": rule, "agent": known[rule.agent_id], "reason": word(REFUSALS, rule.reason)}
            for rule in rules
        ],
        "form": form or NoGoForm(None, agents=[(str(id), name) for id, name in known.items()]),
        "may_plan": may_plan(actor),
    }
    return page(request, "teams", "staff", context)


def _shift(row: BoardRow, rows: list[BoardRow], known: dict[UUID, str]) -> dict[str, Any]:
    joined = next((one for one in rows if one.joined_to_id == row.shift_id), None)
    lead = next((one for one in rows if one.shift_id == row.joined_to_id), None)
    is_alone = joined is None and lead is None
    taken = {one.joined_to_id for one in rows}
    return {
        "row": row,
        "agent": known[row.agent_id],
        "carries": equipment_words(row.equipment),
        "partner": known[joined.agent_id] if joined else "",
        "lead": known[lead.agent_id] if lead else "",
        "others": [
            {"shift_id": one.shift_id, "agent": known[one.agent_id]}
            for one in rows
            if is_alone
            and one.shift_id != row.shift_id
            and one.joined_to_id is None
            and one.shift_id not in taken
        ],
    }


@signed_in
@require_POST
def equip(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """What a shift carries, as it is ticked now."""
    actor, at = actor_of(request), clock.now()
    equip_shift(shift_id=shift_id, equipment=request.POST.getlist("equipment"), actor=actor, at=at)
    return _back(request)


@signed_in
@require_POST
def join(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Let another agent go along."""
    partner = read_id(request.POST.get("partner", ""))
    commands.form_team(shift_id=shift_id, partner_shift_id=partner, actor=actor_of(request), at=clock.now())
    return _back(request)


@signed_in
@require_POST
def part(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Let the two go separately again."""
    commands.part_team(shift_id=shift_id, actor=actor_of(request), at=clock.now())
    return _back(request)


@signed_in
@require_POST
def no_go(request: HttpRequest) -> HttpResponse:
    """Write down where an agent does not go, from today on."""
    actor, at = actor_of(request), clock.now()
    choices = [(str(card.agent_id), card.staff_number) for card in agents.agents(actor=actor)]
    form = NoGoForm(request.POST, agents=choices)
    if not form.is_valid():
        return _show(request, form)
    commands.set_no_go(request=_asked(form.cleaned_data, actor, at), actor=actor, at=at)
    return _back(request)


def _asked(said: dict[str, Any], actor: Actor, at: datetime) -> NoGoRequest:
    customer = people.customer_by_number(actor=actor, number=said["customer"]) if said["customer"] else None
    if said["customer"] and customer is None:
        raise Missing("customer-not-found")
    degrees = (said["latitude"], said["longitude"])
    if None in degrees and degrees != (None, None):
        raise Invalid("no-go-parts-wrong", field="latitude")
    today: date = clock.local_date(at, this_branch().zone)
    return NoGoRequest(
        agent_id=UUID(said["agent"]),
        reason=said["reason"],
        from_date=today,
        to_date=said["to_date"],
        customer_id=customer.id if customer else None,
        place=Place(*degrees) if None not in degrees else None,
        radius_m=said["radius_m"],
    )


@signed_in
@require_POST
def lift(request: HttpRequest, no_go_id: UUID) -> HttpResponse:
    """Let the agent go there again."""
    commands.lift_no_go(no_go_id=no_go_id, actor=actor_of(request), at=clock.now())
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('teams')}?date={wanted_date(request).isoformat()}")
