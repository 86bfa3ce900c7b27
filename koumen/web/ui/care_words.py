"""The codes of ratings, complaints and disputes in words, for every site."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

PRAISE: Words = {
    "friendly": _("Friendly"),
    "patient": _("Patient"),
    "on_time": _("On time"),
    "clear": _("Explained clearly"),
    "felt_safe": _("I felt safe"),
}
BLAME: Words = {
    "unfriendly": _("Unfriendly"),
    "hurried": _("In a hurry"),
    "late": _("Came late"),
    "unclear": _("Hard to understand"),
    "felt_unsafe": _("I did not feel safe"),
    "pressed": _("I was pressed to pay"),
}
HOURS: Words = {
    "early": _("Before nine in the morning"),
    "morning": _("In the morning"),
    "midday": _("At midday"),
    "afternoon": _("In the afternoon"),
    "evening": _("In the evening"),
    "weekend": _("At the weekend"),
}
STARS: Words = {
    "5": _("5 – very good"),
    "4": _("4 – good"),
    "3": _("3 – so so"),
    "2": _("2 – not good"),
    "1": _("1 – bad"),
}
COMPLAINTS: Words = {
    "visitor": _("How the visitor behaved"),
    "money_differs": _("The money and the receipt do not fit"),
    "amount_wrong": _("What I owe is wrong"),
    "privacy": _("Somebody learned what is nobody's business"),
    "service": _("Late, not come, or not reached"),
    "other": _("Something else"),
}
COMPLAINT_STATES: Words = {
    "open": _("New"),
    "acknowledged": _("Somebody looks after it"),
    "answered": _("Answered"),
}
OUTCOMES: Words = {
    "upheld": _("You were right"),
    "partly": _("You were partly right"),
    "not_upheld": _("We see it otherwise"),
}
GROUNDS: Words = {
    "not_me": _("I am not the one who owes this"),
    "no_debt": _("There is no such debt"),
    "wrong_amount": _("The amount is wrong"),
}
QUESTIONS: Words = {
    "repayment_plan": _("A repayment plan"),
    "due_day": _("Another due day"),
    "bill": _("Something on a bill"),
    "costs": _("What something costs"),
    "other": _("Something else"),
}
EVIDENCE: Words = {
    "forged_note": _("A note that looked forged"),
    "door_card": _("A damaged door card"),
    "identity": _("A paper that shows who you are"),
    "incident": _("Something that happened"),
    "meeting_place": _("The place where we met"),
    "visit": _("Your signature: the visit went as it is written"),
    "costs": _("Your signature under all costs"),
}
EVIDENCE_WAYS: Words = {
    "photo": _("Photo"),
    "drawn": _("Signed on the screen"),
    "typed": _("Name typed before two witnesses"),
    "on_paper": _("Photo of what was signed on paper"),
}
EVIDENCE_REASONS: Words = {
    "complaint": _("A complaint"),
    "dispute": _("A disputed debt"),
    "safety": _("Somebody's safety"),
    "objection": _("The customer's objection"),
    "inspection": _("An inspection"),
}
CLOCKS: Words = {
    "in_time": _("In time"),
    "near": _("Nearly over"),
    "broken": _("Time is over"),
}


def word(words: Words, code: object) -> str:
    """The word of a code; the code itself when a newer room knows more."""
    return str(words.get(str(code), code))


def all_words(words: Words, codes: Iterable[str]) -> list[str]:
    """The words of several codes."""
    return [word(words, code) for code in codes]
