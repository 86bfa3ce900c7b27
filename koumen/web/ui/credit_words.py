"""Bills, debts and purchases in words for their customer."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

LINES: Words = {
    "before": _("From the bill before"),
    "bought": _("Bought"),
    "given_back": _("Given back"),
    "paid": _("Paid by you"),
    "interest": _("Interest"),
    "late": _("Late charge"),
    "plan_charges": _("Fees of instalment plans"),
    "instalments": _("Instalments that are due"),
    "into_plans": _("Put into instalments, for later bills"),
    "others": _("Let go or paid back to you"),
    "corrections": _("Corrections of earlier bills"),
}
# What a line means, where its name alone may raise a question.
LINE_HINTS: Words = {
    "interest": _("For what was not paid by the due day of an earlier bill."),
    "late": _("For the minimum of an earlier bill that was not paid in time."),
    "plan_charges": _("As agreed when you chose to pay in instalments."),
    "corrections": _(
        "We learned something only after that bill was made. It counts as if we had known it then."
    ),
}
INTO_PLANS_BACK = _("Instalments to come that are due now")
ITEMS: Words = {
    "disbursement": _("Paid out to you"),
    "purchase": _("Bought"),
    "refund": _("Given back"),
    "repayment": _("Paid by you"),
    "waiver": _("A charge we let go"),
    "credit_refund": _("Your credit balance, paid out to you"),
    "write_off": _("Written off"),
}
CATEGORIES: Words = {
    "online": _("Online shop"),
    "shop": _("In a shop"),
    "utility": _("Electricity, water, telephone"),
    "card_bill": _("Card bill paid for you"),
}
BUCKETS: Words = {
    "instalment": _("Instalment"),
    "instalment_fee": _("Fee of the instalment"),
    "interest": _("Interest"),
    "late": _("Late charge"),
    "fee": _("Fee"),
    "principal": _("What you bought"),
}
# A bill's state: kind of tag, word, icon.
STATES: Mapping[str, tuple[str, str | Promise, str]] = {
    "nothing": ("plain", _("Nothing to pay"), "check"),
    "paid": ("ok", _("Paid"), "check"),
    "open": ("info", _("To be paid"), "calendar"),
    "grace": ("wait", _("Please pay now"), "clock"),
    "carried": ("wait", _("Partly paid"), "clock"),
    "late": ("risk", _("Late"), "alert"),
    "newer": ("plain", _("On the newer bill"), "next"),
}
ASKING = {"open", "grace", "carried", "late"}  # the states in which something is to be paid
RUNNING: Mapping[str, tuple[str, str | Promise, str]] = {
    "free": ("ok", _("Free so far"), "check"),
    "grace": ("wait", _("Please pay now"), "clock"),
    "bearing": ("wait", _("Interest is running"), "clock"),
    "paid": ("plain", _("Paid"), "check"),
}
