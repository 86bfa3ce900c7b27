"""What the judge says is wrong with a place in an agent's day, in words."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from koumen.dispatch.queries import Spot

_WORDS: Mapping[str, str | Promise] = {
    "too-many-stops": _("No day has room for so many stops."),
    "skill": _("This agent may not do what the visit needs."),
    "certificate": _("This agent has no valid certificate on this day."),
    "equipment": _("This agent does not carry what the visit needs."),
    "language": _("This agent does not speak the customer's language."),
    "staff": _("Two people are needed at this door."),
    "pinned": _("Somebody decided that another agent goes."),
    "refused": _("Somebody decided that this agent does not go."),
    "order": _("Somebody decided on another order."),
    "frozen": _("It begins too soon to be changed."),
    "no-way": _("We know of no road to this door."),
    "late": _("The agent would come too late for the promised time."),
    "break": _("No time would be left for the break."),
    "home-late": _("The agent would come home after the end of the shift."),
}
_OTHERWISE = _("This cannot be done as the day stands now. Please open the board again.")


def fault_word(code: str) -> str:
    """One fault as a sentence."""
    return str(_WORDS.get(code, _OTHERWISE))


def why_not(spot: Spot, visit_id: UUID, numbers: Mapping[UUID, str]) -> list[str]:
    """Why a visit cannot be at a place; a promise to somebody else is named by its number."""
    return list(dict.fromkeys(_reasons(spot, visit_id, numbers)))


def _reasons(spot: Spot, visit_id: UUID, numbers: Mapping[UUID, str]) -> Iterable[str]:
    for violation in spot.violations:
        said, visit = fault_word(violation.fault), violation.visit
        if isinstance(visit, UUID) and visit != visit_id:
            yield now("Visit %(number)s: %(reason)s") % {"number": numbers.get(visit, ""), "reason": said}
        else:
            yield said
