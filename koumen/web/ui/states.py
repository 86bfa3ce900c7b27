"""The word, the shape and the colour of each state of a visit."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Sign:
    """How a state is shown; the shape alone and the word alone would each be enough."""

    word: str | Promise
    shape: str
    kind: str


VISIT_SIGNS: dict[str, Sign] = {
    "requested": Sign(_("Asked for"), "state-requested", "wait"),
    "booked": Sign(_("Booked"), "state-booked", "ok"),
    "on_the_way": Sign(_("On the way"), "state-on-the-way", "info"),
    "at_the_door": Sign(_("At the door"), "state-at-the-door", "wait"),
    "proven": Sign(_("Checked"), "state-proven", "info"),
    "agreed": Sign(_("Amount agreed"), "state-agreed", "info"),
    "paid": Sign(_("Paid"), "state-paid", "ok"),
    "closed": Sign(_("Finished"), "state-closed", "ok"),
    "cancelled": Sign(_("Called off"), "state-stopped", "plain"),
    "no_show": Sign(_("Nobody at home"), "state-no-show", "wait"),
    "broken_off": Sign(_("Stopped"), "state-stopped", "risk"),
}
