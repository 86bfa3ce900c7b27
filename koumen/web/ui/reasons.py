"""Why a visit is stopped, and why somebody may not knock, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STOPS: dict[str, str | Promise] = {
    "asked_to_leave": _("I was asked to leave"),
    "distress": _("The customer is upset or unwell"),
    "capacity_doubt": _("The customer does not seem to understand"),
    "dispute_open": _("The customer disputes the debt"),
    "bereavement": _("Somebody has died in the family"),
    "calamity": _("An accident or a disaster"),
    "minor_only_home": _("Only a child is at home"),
    "unsafe": _("I do not feel safe"),
    "pictures_differ": _("The pictures differ"),
    "identity_not_proven": _("They could not show who they are"),
    "changed_mind": _("The customer would rather not pay today"),
}

KNOCKS: dict[str, str | Promise] = {
    "outside-hours": _("It is outside the hours for visits."),
    "no-certificate": _("Your certificate is not valid today."),
    "not-assigned": _("This visit belongs to another visitor."),
    "too-early": _("It is more than twenty minutes before the promised time."),
    "disputed": _("The customer disputes the debt. Nobody goes there for it until that is settled."),
    "too-late": _("The promised time is over. Call the desk."),
}


def stop_words(code: str) -> str:
    """A stop reason in words; the code itself for one that only a lender's own pack knows."""
    return str(STOPS.get(code, code))


def knock_words(code: str) -> str:
    """A ruling's reason in words."""
    return str(KNOCKS.get(code, code))
