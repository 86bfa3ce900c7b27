"""Choosing a window: by day, then by part of the day, each with who comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from koumen.agents import queries as agents
from koumen.branch.queries import this_branch
from koumen.dispatch.rules.slot import Slot
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.people.commands import reveal
from koumen.web.ui import wording
from koumen.web.ui.amounts import read_id
from koumen.web.ui.preferences import current_language

if TYPE_CHECKING:
    from koumen.visits.models import Visit

# When somebody may be awake and at home; what the lender opens is another matter.
WISHED_HOURS = range(7, 22)
Day = date  # a form below has a field of that name


class SlotForm(forms.Form):
    """One of the windows that were offered; a value that never was one is refused."""

    slot = forms.CharField(max_length=200, error_messages={"required": gettext_lazy("Please choose a time.")})
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, slots: Sequence[Slot], **kwargs: Any) -> None:
        """Keep the offered windows."""
        super().__init__(data, **kwargs)
        self.slots = slots

    @property
    def chosen(self) -> Slot:
        """The window; raises Invalid("slot-unreadable")."""
        return Slot.from_key(self.cleaned_data["slot"])

    @property
    def key(self) -> UUID:
        """The key made when the form was opened; raises Invalid("form-unreadable")."""
        return read_id(str(self.cleaned_data["once"]))


@dataclass(frozen=True)
class SlotChoice:
    """One radio card."""

    key: str
    words: str
    digits: str
    agent: str
    is_chosen: bool


class WishForm(forms.Form):
    """When the customer would have liked us to come."""

    date = forms.ChoiceField(label=gettext_lazy("Which day?"), widget=forms.RadioSelect)
    part_of_day = forms.ChoiceField(
        label=gettext_lazy("Which part of the day?"),
        widget=forms.RadioSelect,
        choices=[
            ("morning", gettext_lazy("Morning")),
            ("midday", gettext_lazy("Midday")),
            ("afternoon", gettext_lazy("Afternoon")),
            ("evening", gettext_lazy("Evening")),
        ],
    )

    hour = forms.TypedChoiceField(
        label=gettext_lazy("About when?"), required=False, coerce=int, empty_value=None
    )
    wait = forms.BooleanField(
        label=gettext_lazy("Put me on the waiting list and write to me when such a time comes free"),
        required=False,
    )

    def __init__(self, data: Any, *, days: "Sequence[Day]", **kwargs: Any) -> None:
        """Offer the coming days in words: nobody has to use a calendar."""
        super().__init__(data, **kwargs)
        self.fields["date"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), wording.day(day, current_language())) for day in days
        ]
        self.fields["hour"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("any time in it")),
            *((str(hour), wording.clock_time(time(hour), current_language())) for hour in WISHED_HOURS),
        ]


def days_of(form: SlotForm, *, actor: Actor, at: datetime) -> list[tuple[str, list[SlotChoice]]]:
    """The windows under the words of their days; two queries for who comes."""
    cards = agents.agent_cards(agent_ids={slot.agent_id for slot in form.slots})
    named = reveal(person_ids=[c.person_id for c in cards.values()], purpose="slots", actor=actor, at=at)
    language, today = current_language(), local_date(at, this_branch().zone)
    chosen = str(form["slot"].value() or "")
    days = []
    for day, slots in groupby(form.slots, key=lambda slot: slot.date):
        choices = [
            SlotChoice(
                key=slot.key,
                words=wording.window_words(*_times(slot), language),
                digits="{:%H:%M}–{:%H:%M}".format(*_times(slot)),
                agent=named[cards[slot.agent_id].person_id].given_name,
                is_chosen=slot.key == chosen,
            )
            for slot in slots
        ]
        days.append((wording.near_day(day, language, today=today), choices))
    return days


def visit_page(visit: "Visit", *, chosen: Slot) -> HttpResponse:
    """Where a booking or a move leads; it says so when somebody else comes than was chosen."""
    page = reverse("visit", args=[visit.id])
    return redirect(page if visit.agent_id == chosen.agent_id else f"{page}?instead=1")


def _times(slot: Slot) -> tuple[time, time]:
    zone = this_branch().zone
    return slot.window_from.astimezone(zone).time(), slot.window_to.astimezone(zone).time()
