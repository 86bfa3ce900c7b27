"""The words of every message, English first; the catalogues carry the other languages.

Short sentences that an 80-year-old understands at once; who speaks and what to do stand first. A release
code is in none of them: it appears on the customer's own screen only, after the amount is agreed.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from koumen.kit.money import Money
from koumen.messages.rules import figures
from koumen.messages.rules.letter import Channel, Clock, Letter, Template, Voiding, Window

WORDS: dict[Template, str] = {
    Template.VISIT_BOOKED: _(
        "%(lender)s: Your visit is booked for %(day)s, %(window)s. %(agent)s, badge %(badge)s, will come. "
        "Visit number %(number)s. Questions: %(help)s"
    ),
    Template.PICTURE_PAIR: _(
        "%(lender)s: Your two pictures for the visit on %(day)s. At the door our agent must show you the same two. "
        "If they are not the same, do not open. Call %(help)s"
    ),
    Template.VISIT_REQUESTED: _(
        "%(lender)s: Somebody asked us to visit you on %(day)s, %(window)s. Nobody comes unless you say yes: "
        "%(link)s or call %(help)s"
    ),
    Template.VISIT_MOVED: _(
        "%(lender)s: Your visit was moved to %(day)s, %(window)s. %(agent)s, badge %(badge)s, will come. "
        "Visit number %(number)s. Questions: %(help)s"
    ),
    Template.AGENT_CHANGED: _(
        "%(lender)s: Your visit stays on %(day)s, %(window)s, but somebody else will come: %(agent)s, "
        "badge %(badge)s. Your two pictures stay the same. Questions: %(help)s"
    ),
    Template.VISIT_CANCELLED: _(
        "%(lender)s: The visit on %(day)s, %(window)s, is called off. Nobody will come. Questions: %(help)s"
    ),
    Template.VISIT_NOT_NEEDED: _(
        "%(lender)s: We received your payment by another way and nothing is left to pay. The visit on %(day)s, "
        "%(window)s, is called off. Nobody will come. Questions: %(help)s"
    ),
    Template.VISIT_FOR_LESS: _(
        "%(lender)s: We received a payment from you. Our visit on %(day)s, %(window)s, stays; %(amount)s is left to "
        "pay. Questions: %(help)s"
    ),
    Template.VISIT_TOMORROW: _(
        "%(lender)s: We visit you on %(day)s, %(window)s. %(agent)s, badge %(badge)s, will come. Please say yes, or "
        "choose another time: %(link)s or call %(help)s"
    ),
    Template.VISIT_SOON: _(
        "%(lender)s: We visit you today, %(window)s. %(agent)s, badge %(badge)s, will come. Have your two pictures "
        "ready. Questions: %(help)s"
    ),
    Template.VISIT_LATE: _(
        "%(lender)s: We are sorry, %(agent)s, badge %(badge)s, is late and can be with you at about %(time)s. You need "
        "do nothing. Questions: %(help)s"
    ),
    Template.REBOOKING_OFFERED: _(
        "%(lender)s: We are sorry, %(agent)s is very late and can be with you only at about %(time)s. You may choose "
        "another time, it does not count against you: %(link)s or call %(help)s"
    ),
    Template.NOBODY_CAN_COME: _(
        "%(lender)s: We are sorry, %(agent)s cannot come on %(day)s, %(window)s. We are looking for somebody else. You "
        "may choose another time, it does not count against you: %(link)s or call %(help)s"
    ),
    Template.AGENT_NEAR: _(
        "%(lender)s: %(agent)s, badge %(badge)s, is near and will be at your door at about %(time)s. Compare the two "
        "pictures first. Is it them? %(link)s"
    ),
    Template.AGENT_SET_OUT: _(
        "%(lender)s: %(agent)s, badge %(badge)s, is on the way to you and comes between %(window)s. "
        "Have your two pictures ready."
    ),
    Template.AGENT_ARRIVED: _(
        "%(lender)s: %(agent)s, badge %(badge)s, is at your door. Compare the two pictures first. "
        "If they are not the same, do not open. Call %(help)s"
    ),
    Template.NOBODY_ANSWERED: _(
        "%(lender)s: We were at your door on %(day)s and nobody answered. You can book another visit: %(link)s "
        "or call %(help)s"
    ),
    Template.PLACE_OFFERED: _(
        "%(lender)s: A time came free for you: %(day)s, %(window)s. Do you want it? Please answer by %(until)s: "
        "%(link)s or call %(help)s. Without your yes nobody comes."
    ),
    Template.STANDING_ASKED: _(
        "%(lender)s: On the telephone somebody asked us to visit you every month. Was it you? Then say yes: %(link)s We "
        "also call you. Without your yes nobody comes. If it was not you, call %(help)s"
    ),
    Template.STANDING_AGREED: _(
        "%(lender)s: From now on we visit you every month as agreed. Before each visit you get the day, the time and "
        "who comes. Leave one out, pause or stop whenever you like: %(link)s or call %(help)s"
    ),
    Template.STANDING_NO_PLACE: _(
        "%(lender)s: We found no time for your monthly visit on %(day)s. Please choose another: %(link)s or call "
        "%(help)s"
    ),
    Template.CODE_LOCKED: _(
        "%(lender)s: A wrong code was entered three times at your visit. Our phone desk will call you now. "
        "Never tell anybody a code on the phone."
    ),
    Template.PAYMENT_MADE: _(
        "%(lender)s: We received %(amount)s. You still owe %(balance)s. Your receipt %(receipt)s: %(link)s"
    ),
    Template.PAYMENT_LATE: _(
        "%(lender)s: Your payment of %(amount)s reached us late and is counted. You still owe %(balance)s. "
        "Your receipt %(receipt)s: %(link)s"
    ),
    Template.CREDIT_KEPT: _(
        "%(lender)s: We received %(amount)s, which is %(credit)s more than you owed. We keep it for you. "
        "Your receipt %(receipt)s: %(link)s"
    ),
    Template.RECEIPT_VOID: _(
        "%(lender)s: Your receipt %(receipt)s for %(amount)s is void and does not count: %(reason)s. "
        "You owe %(balance)s now. Please keep the paper. Questions: %(help)s"
    ),
    Template.PLAN_AGREED: _(
        "%(lender)s: We agreed on a repayment plan with you: %(pay)s a month, from %(first_due)s to %(last_due)s,"
        " %(total)s in all. Everything about it: %(link)s. Questions: %(help)s"
    ),
    Template.LOAN_REFUSED: _(
        "%(lender)s: We cannot lend you what you asked for. Why stands on your page: %(link)s. If you do not agree,"
        " call us: %(help)s"
    ),
    Template.PAYOUT_SENT: _(
        "%(lender)s: The bank has sent %(amount)s to your bank account. Nothing came? Call us: %(help)s"
    ),
    Template.PAYOUT_RETURNED: _(
        "%(lender)s: Your bank gave %(amount)s back, so it is as if nothing was paid out. Please call us: %(help)s"
    ),
    Template.PLAN_RESTS: _(
        "%(lender)s: Your repayment plan rests until %(until)s. Until then you need pay nothing for it. "
        "Questions: %(help)s"
    ),
    Template.PLAN_KEPT: _(
        "%(lender)s: Your payment has arrived and was given in time. Your repayment plan goes on. You need do "
        "nothing."
    ),
    Template.PLAN_REVIEW: _(
        "%(lender)s: Does your repayment plan still fit? If paying has become harder or easier, we change it with"
        " you: %(link)s or call %(help)s"
    ),
    Template.PLAN_FINISHED: _(
        "%(lender)s: Your repayment plan is paid, to the end. Thank you. Questions: %(help)s"
    ),
    Template.PLAN_BROKEN: _(
        "%(lender)s: Your repayment plan has ended because a payment did not come. Please call %(help)s: we look "
        "for another way together."
    ),
    Template.PLAN_STOPPED: _(
        "%(lender)s: As you wished, your repayment plan has ended. What you owe is owed as before. "
        "Was it not you? Call %(help)s"
    ),
    Template.LIMIT_CHANGED: _(
        "%(lender)s: The limit of your account is now %(limit)s. What you owe stays the same. Questions: %(help)s"
    ),
}

# Of the time after a visit.
WORDS |= {
    Template.RATE_VISIT: _(
        "%(lender)s: How was our visit today? Tell us within seven days: %(link)s. The visitor does not learn that it was you."
    ),
    Template.HANDED_OVER: _(
        "%(lender)s: How much did you hand over to our visitor? Did anyone ask for more? Please tell us: %(link)s "
        "or call %(help)s"
    ),
    Template.COMPLAINT_TAKEN: _(
        "%(lender)s: Your complaint has number %(number)s. We answer until %(day)s. It does you no harm. Questions: %(help)s"
    ),
    Template.COMPLAINT_ANSWERED: _(
        "%(lender)s: We have answered your complaint %(number)s. Read it on your pages or call %(help)s"
    ),
    Template.DOOR_CARD_MADE: _(
        "%(lender)s: A new door card was printed for you. Your old one is good no more. If you did not ask for it, call "
        "%(help)s"
    ),
    Template.PAYMENT_COPY: _(
        "%(lender)s: For your information: we received %(amount)s from %(agent)s. Receipt %(receipt)s: %(link)s"
    ),
}

# What agents are told of the day that runs: no name, no amount, nothing of a debt.
WORDS |= {
    Template.STOP_CALLED_OFF: _(
        "%(lender)s: Visit %(number)s on %(day)s, %(window)s, is called off. Please do not go there. Your list is up to date."
    ),
    Template.STOP_TAKEN_OVER: _(
        "%(lender)s: Visit %(number)s on %(day)s, %(window)s, is not yours any more. Please do not go there. Your list is up to "
        "date."
    ),
    Template.STOP_ADDED: _(
        "%(lender)s: Visit %(number)s on %(day)s, %(window)s, is yours now. Please look at your list."
    ),
    Template.STOP_FOR_LESS: _(
        "%(lender)s: Visit %(number)s on %(day)s, %(window)s, stays, for less than was said. The amount is agreed at the door as "
        "always."
    ),
}

# Why a payment was taken back (credit.rules.mending), as it is told to whoever holds its receipt.
VOIDINGS: dict[str, str] = {
    "wrong_amount": _("the amount was wrong"),
    "wrong_account": _("it was counted on another person's account"),
    "money_did_not_come": _("the money did not reach us"),
    "told_twice": _("it was counted twice"),
    "merchant_error": _("a shop made a mistake"),
}

_CHANNELS = {Channel.SMS: _("text message"), Channel.APP: _("app")}


def words_of(letter: Letter, *, agents: Sequence[str], zone: ZoneInfo) -> str:
    """The text of a letter in its reader's language; ``agents`` is how those who come are addressed: one or two."""
    with override(letter.language):
        shown = {name: _written(value, letter.language, zone) for name, value in letter.figures.items()}
        return gettext(WORDS[letter.template]) % {"agent": both_of(agents), **shown}


def both_of(names: Sequence[str]) -> str:
    """One name, or the names of both, in the language of the page or letter."""
    if len(names) < 2:  # noqa: PLR2004  (a team)
        return "".join(names)
    return gettext("%(one)s and %(other)s") % {"one": names[0], "other": names[1]}


def channel_word(channel: str) -> str:
    """What a channel is called, in the language of the page."""
    return gettext(_CHANNELS[Channel(channel)])


def voiding_words(code: str) -> str:
    """Why a receipt is void, in the language of the page or letter."""
    return gettext(VOIDINGS[code]) if code in VOIDINGS else code


def _written(value: object, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, Voiding):
        return voiding_words(value.reason)
    if isinstance(value, datetime):
        return figures.moment(value, language, zone)
    if isinstance(value, tuple):
        return both_of(value)
    if isinstance(value, Money):
        return figures.amount(value)
    if isinstance(value, date):
        return figures.day(value, language)
    if isinstance(value, Clock):
        return figures.about(value.moment, zone)
    if isinstance(value, Window):
        return figures.window(value.start, value.end, zone)
    return str(value)
