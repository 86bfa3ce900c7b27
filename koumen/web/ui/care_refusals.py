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
    # after a visit
    "rating-not-yours": _("Only the customer may do this."),
    "rating-not-found": _("We cannot find this rating."),
    "rating-over": _("This visit can no longer be rated. You can always call us."),
    "rating-without-words": _("There are no words to look at."),
    "already-rated": _("You have rated this visit already. Thank you."),
    "already-answered": _("This rating was answered already."),
    "visit-not-completed": _("Only a visit that was completed can be rated."),
    "visit-not-over": _("This visit is not over yet."),
    "link-not-found": _("This link is not one of ours, or it is broken. Please call us."),
    "stars-unreadable": _("Please give one to five stars."),
    "words-missing": _("Please write some words."),
    "words-too-long": _("This is too long. Please write less."),
    "handover-not-yours": _("Only the phone desk writes this down."),
    "handover-told": _("You have told us already. If something was wrong, call us."),
    "complaint-not-yours": _("Only compliance looks after complaints."),
    "complaint-not-found": _("We cannot find this complaint."),
    "complaint-cannot-open": _("This complaint was made already."),
    "complaint-cannot-acknowledge": _("Somebody looks after this complaint already."),
    "complaint-cannot-answer": _("This complaint was answered already."),
    "dispute-not-yours": _("Only compliance settles a dispute."),
    "dispute-not-found": _("We cannot find this dispute."),
    "dispute-closed": _("This dispute was settled already."),
    "place-not-wanted": _("Where you are is asked only between setting out and leaving."),
    "accuracy-unreadable": _("This place cannot be read."),
    "visit-not-proven": _("First both sides must be proven."),
    "follow-up-not-yours": _("Only the phone desk answers these questions."),
    "follow-up-not-found": _("We cannot find this question."),
    "follow-up-done": _("A colleague has answered this question already."),
}
