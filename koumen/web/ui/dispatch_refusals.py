"""Refusals about who goes, teams, and waiting for a time, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DISPATCH_WORDS: dict[str, str | Promise] = {
    "stop-gone": _("The visit before it is no longer there. Please choose the place again."),
    "pin-outside-window": _("The customer was promised another time. Only they can agree to a new one."),
    "move-reason-unknown": _("Please choose a reason from the list."),
    "purpose-unknown": _("We do not know this purpose of a visit."),
    "equipment-unknown": _("We do not know this equipment."),
    "team-exists": _("One of these agents goes with somebody already."),
    "team-hours-differ": _("The second agent must work at least as long as the first on this day."),
    "team-has-visits": _("Visits are promised that stand in the way of this."),
    "team-not-there": _("These two do not go together."),
    "no-go-parts-wrong": _("Choose a customer, or a place with a distance of at most 20 km."),
    "no-go-ends-before-it-starts": _("The last day must come after the first."),
    "no-go-not-found": _("This entry is not there any more."),
    "no-go-over": _("This has ended already."),
    "hour-unknown": _("Please choose one of the hours."),
    "waiting-not-found": _("This place in the line is not there any more."),
    "waiting-cannot-offer": _("A time was offered already."),
    "waiting-cannot-accept": _("This has been answered already."),
    "waiting-cannot-go_on": _("This has been answered already."),
    "waiting-cannot-withdraw": _("You are not waiting any more."),
    "waiting-cannot-run_out": _("This waiting has ended already."),
    "waiting-may-go-on": _("The day that is waited for is not over yet."),
    "place-offer-not-found": _("This time was not offered to you."),
    "place-offer-not-yours": _("Only the customer can answer this."),
    "place-offer-lapsed": _("The time to answer is over. You keep your place in the line."),
    "place-offer-open": _("There is still time to answer this."),
    "place_offer-cannot-accept": _("This has been answered already."),
    "place_offer-cannot-decline": _("This has been answered already."),
    "place_offer-cannot-lapse": _("This has been answered already."),
    "place_offer-cannot-lose": _("This has been answered already."),
}
