"""What is wrong with a plan, in words for whoever plans."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from koumen.dispatch.solver.check import Fault

_WORDS: dict[Fault, str | Promise] = {
    Fault.SHIFT_WRONG: _("The working day ends before it starts."),
    Fault.WINDOW_WRONG: _("The promised time ends before it begins."),
    Fault.TOO_MANY_STOPS: _("These are more visits than a day can hold."),
    Fault.UNKNOWN: _("This visit or working day is not there any more."),
    Fault.TWICE: _("Two agents would go to the same visit."),
    Fault.LOST: _("Nobody would go to this visit."),
    Fault.SKILL: _("No agent of the day can do what this visit needs."),
    Fault.CERTIFICATE: _("No agent of the day holds the certificate that this visit needs."),
    Fault.EQUIPMENT: _("No agent of the day carries what this visit needs."),
    Fault.LANGUAGE: _("No agent of the day speaks a language of this customer."),
    Fault.STAFF: _("This visit needs two people."),
    Fault.PINNED: _("Somebody decided who goes."),
    Fault.REFUSED: _("Somebody decided who does not go."),
    Fault.FROZEN: _("It begins too soon to be changed."),
    Fault.NO_WAY: _("No road leads there."),
    Fault.LATE: _("Nobody can be there in time."),
    Fault.BREAK: _("No time would be left for the break."),
    Fault.HOME_LATE: _("The agent would be home after the end of the working day."),
}


def fault_words(fault: Fault) -> str:
    """A fault as a sentence."""
    return str(_WORDS[fault])
