"""Refusals in words: what a command's code says to the person who asked.

Each sentence says what happened and, where there is one, the next step; no blame, no code words.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

_TITLES: dict[int, str | Promise] = {
    400: _("We could not read this request"),
    403: _("This is not yours to do"),
    404: _("We cannot find this"),
    409: _("This cannot be done now"),
    422: _("Please look at this again"),
    429: _("Too many tries"),
    500: _("Something went wrong on our side"),
}

_WORDS: dict[str, str | Promise] = {
    # visits
    "visit-not-found": _("We cannot find this visit."),
    "visit-not-yours": _("This visit belongs to somebody else."),
    "visit-window-over": _("The time of this visit has passed."),
    "visit-not-at-the-door": _("This is only possible while the visitor is at the door."),
    "visit-may-be-confirmed": _("This visit can still be confirmed; call it off or confirm it first."),
    "visit-cannot-request": _("This visit has been asked for already."),
    "visit-cannot-book": _("This visit has been booked already."),
    "visit-cannot-confirm": _("This visit can no longer be confirmed."),
    "visit-cannot-lapse": _("This visit can no longer run out."),
    "visit-cannot-cancel": _("This visit can no longer be called off. Please call us."),
    "visit-cannot-move": _("This visit can no longer be moved. Please call us."),
    "visit-cannot-set_out": _("You cannot set out for this visit now."),
    "visit-cannot-arrive": _("Set out for this visit first."),
    "visit-cannot-turn_back": _("You are not on the way to this visit."),
    "visit-cannot-prove": _("First the visitor must be at the door."),
    "visit-cannot-no_answer": _("You can only say so while you are at the door."),
    "visit-cannot-break_off": _("This visit cannot be stopped now."),
    "visit-cannot-agree": _("An amount cannot be agreed now."),
    "visit-cannot-pay": _("First the amount must be agreed on."),
    "visit-cannot-leave": _("This visit cannot be finished yet."),
    "window-over": _("This time has passed. Please choose another."),
    "too-early-to-set-out": _("It is too early to set out for this visit."),
    "too-early-for-no-answer": _("Please wait a little longer at the door."),
    "stop-reason-unknown": _("Please choose one of the reasons."),
    "note-too-long": _("This note is too long. Please write less."),
    "booking-not-begun": _("Please begin the booking again from the first screen."),
    # at the door
    "agent-not-proven": _("First compare the two pictures."),
    "pictures-already-compared": _("The pictures have been compared already."),
    "pictures-differed": _("The pictures did not match. Do not open the door; we have been told."),
    "pictures-not-yours": _("These pictures are not yours to see."),
    "code-not-yours": _("This number is not yours to see."),
    "code-not-ready": _("There is no number yet. First the amount must be agreed on."),
    "code-not-locked": _("The number is not locked."),
    "code-not-accepted": _("First the customer's number must be entered."),
    "code-already-used": _("This number has been used already."),
    "identity-tries-used": _("There are no more tries. Please ask in another way or stop the visit."),
    "no-amount-agreed": _("No amount has been agreed on yet."),
    "alert-already-taken": _("A colleague is already looking after this."),
    # money
    "amount-unreadable": _("Please write the amount in digits, for example 300."),
    "amount-too-fine": _("This amount has too many decimals."),
    "amount-not-positive": _("The amount must be more than zero."),
    "amount-too-large": _("This amount is too large."),
    "amount-above-owed": _("This is more than is owed. Nobody needs to pay more than that."),
    "currency-unknown": _("We do not take this currency."),
    "currencies-differ": _("These amounts are in different currencies."),
    "quote-over": _("This amount was worked out too long ago. Please look at it again."),
    "quote-not-of-this-account": _("This amount belongs to another account."),
    "key-reused": _("This was sent already with something else in it. Nothing was done a second time."),
    # books
    "books-not-yours": _("You may not change the books."),
    "entry-not-found": _("We cannot find this entry."),
    "entry-empty": _("An entry needs at least one movement."),
    "entry-already-reversed": _("This entry has been reversed already."),
    "entry-is-a-reversal": _("This entry is a reversal itself."),
    "movement-one-sided": _("A movement needs two different accounts."),
    "account-not-found": _("We cannot find this account."),
    "account-owner": _("This account has no owner."),
    "credit-account-not-found": _("We cannot find this account."),
    # receipts and documents
    "document-not-found": _("We cannot find this document."),
    "receipt-cash-differs": _("The cash counted does not fit the receipt."),
    "receipt-split-differs": _("The parts do not add up to the amount of the receipt."),
    "receipt-time-without-zone": _("The time of this receipt has no time zone."),
    # people and the house
    "birth-year-missing": _("The year of birth is missing."),
    "branch-not-found": _("This branch has not been opened yet."),
}


def title(status: int) -> str:
    """The heading of a page with this status."""
    return str(_TITLES.get(status, _TITLES[500]))


def is_known(code: str) -> bool:
    """Whether the code has words of its own."""
    return code in _WORDS


def words(code: str, **params: object) -> str:
    """A refusal's code as a sentence; an unknown code still gets a polite one, with a way on."""
    sentence = str(_WORDS.get(code, now("This cannot be done now. Please call us, a person will help you.")))
    try:
        return sentence % params if "%(" in sentence else sentence
    except KeyError:
        return sentence
