"""Refusals about what keeps people safe at a door and what follows a visit, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CARE_WORDS: dict[str, str | Promise] = {
    "door-card-not-yours": _("Only the phone desk and the branch make door cards."),
    "door-card-not-found": _("There is no door card to use. Please make a new one."),
    "door-card-withdrawn": _("This door card was reported lost. Use none of its lines; please call us."),
    "door-card-used-up": _("Every line of this door card has been used. Please make a new one."),
    "contact-changed-lately": _(
        "The address was changed less than three days ago. No card is posted there yet; give it at the branch."
    ),
    "will-not-checked": _("First ask the customer whether they understand and want to pay."),
    "will-in-doubt": _(
        "There is a doubt whether the customer understands and wants to pay. Ask again or stop."
    ),
    "signs-not-yours": _("Only the agent themselves may see these numbers."),
    "signs-hidden-now": _("While you are on the road these numbers are hidden."),
    "inquiry-not-yours": _("Only the phone desk answers whether a visit is genuine."),
    "inquiry-not-found": _("We cannot find this question."),
    "inquiry-answered": _("A colleague has answered this question already."),
    "visit-missing": _("Please say which visit it is."),
    "pack-door-wrong": _("These rules for the door cannot be read."),
}
