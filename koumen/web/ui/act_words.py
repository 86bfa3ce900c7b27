"""What a phone may say it did, in words: for the office and for the phone itself."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, str | Promise] = {
    "set_out": _("Set out"),
    "turn_back": _("Turned back"),
    "opened": _("Opened a stop without a signal"),
    "arrive": _("Arrived"),
    "pictures": _("Pictures compared"),
    "identity": _("Identity looked at"),
    "will": _("Asked whether they want to pay"),
    "agree": _("Amount agreed"),
    "cash": _("Cash taken"),
    "card": _("Card taken"),
    "transfer": _("Bank transfer begun"),
    "forged": _("A note looked forged"),
    "question": _("A question for the office"),
    "sign": _("Sign of life"),
    "witness": _("Counted along"),
    "no_answer": _("Nobody opened"),
    "break_off": _("Stopped"),
    "leave": _("Left"),
    "numbers": _("Stated its numbers"),
}
