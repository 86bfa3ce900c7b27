"""Things and their condition in words, for agents and the office."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: Mapping[str, str | Promise] = {
    "card_terminal": _("Card terminal"),
    "printer": _("Receipt printer"),
    "phone": _("Work telephone"),
    "change_box": _("Change box"),
    "note_checker": _("Note checker"),
    "bag": _("Cash bag"),
}
CONDITIONS: Mapping[str, str | Promise] = {
    "good": _("In order"),
    "damaged": _("Damaged"),
    "missing": _("Missing"),
    "given_up": _("Given up"),
}
