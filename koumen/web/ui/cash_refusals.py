"""Refusals about cash between the bank and the agent, and about the things that go along, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CASH_WORDS: dict[str, str | Promise] = {
    # cash from the bank to the agent and back
    "cash-not-yours": _("Who holds how much cash is not yours to see."),
    "cash-office-not-yours": _("Only the cash office does this."),
    "own-cash-not-yours": _("This is your own cash. Another person must count it."),
    "own-cash-only": _("You can only do this with the cash you carry yourself."),
    "count-by-a-person": _("Only a person can count cash."),
    "float-not-found": _("We cannot find this change money."),
    "float-offered-already": _("Change money already waits for this agent. Withdraw it first."),
    "float-differs": _(
        "The office counted other notes. Nothing was taken over: please count again together."
    ),
    "safe-too-empty": _("There is not so much in the safe. Fetch cash from the bank first."),
    "hand-in-not-found": _("We cannot find this hand-in."),
    "hand-in-waits": _("A hand-in already waits to be counted."),
    "visit-still-open": _("A visit is still going on. Finish it first."),
    "shift-closed": _("This working day is over."),
    "deposit-not-found": _("We cannot find this deposit."),
    "deposit-differs": _("The first count was another one. Nothing was sent: please count again together."),
    "deposit-not-sent": _("There is no slip yet. First a second person must count."),
    "cash_float-cannot-take": _("This change money can no longer be taken."),
    "cash_float-cannot-withdraw": _("This change money can no longer be withdrawn."),
    "hand_in-cannot-count": _("This hand-in does not wait to be counted any more."),
    "hand_in-cannot-withdraw": _("This hand-in can no longer be taken back."),
    "deposit-cannot-send": _("This deposit cannot be sent any more."),
    "deposit-cannot-withdraw": _("This deposit can no longer be withdrawn."),
    "deposit-cannot-arrive": _("This deposit is not on its way to the bank."),
    # things that go along
    "item-not-found": _("We cannot find this thing."),
    "item-exists": _("A thing with this serial number is entered already."),
    "item-with-somebody": _("Somebody has this thing. Take it back first."),
    "item-not-fit": _("This thing is not in order and cannot be lent."),
    "item-back-already": _("This thing is back already."),
    "items-still-out": _("Some things are not back yet. Take each back, or write down that it is missing."),
    "item-kind-unknown": _("Please choose what it is."),
    "item-condition-unknown": _("Please choose how it is."),
    "serial-unreadable": _("This does not look like a serial number."),
    # cards, forged notes, notes given back
    "terminal-not-lent": _("This card terminal was not lent to you."),
    "card-slip-used": _("This slip has paid already. Please look at the approval code."),
    "approval-unreadable": _("The approval code stands on the slip: four to eight letters or digits."),
    "last-four-unreadable": _("Only the last four digits of the card, never more."),
    "return-not-found": _("We cannot find these notes to give back."),
    "return-differs": _("The notes are not worth what is to be given back. Please count again."),
    "cash_return-cannot-give_back": _("These notes are not to be given back now."),
    "cash_return-cannot-claim": _("Whose these notes are is settled, or somebody else decides it now."),
    "cash_return-cannot-keep": _("Nobody says any more that these notes are left over."),
    "cash_return-cannot-refuse": _("Nobody says any more that these notes are left over."),
    "notes-were-taken": _("The customer gave these notes. They must be given back."),
    "not-so-much-in-hand": _("There is not so much cash here to give back."),
    # files of the bank and of the card acquirer
    "lines-not-yours": _("Only finance matches these files."),
    "line-not-found": _("We cannot find this line."),
    "line-matched-already": _("This line has been matched already."),
    "line-of-another-kind": _("This line cannot belong to that."),
    "line-differs": _("The amounts differ. Nothing was matched."),
    "acquirer-owes-less": _("The card acquirer owes less than that in the books."),
    "file-unreadable": _("We cannot read this file. Its first line must have these headings: %(headings)s."),
    "file-line-unreadable": _("We cannot read line %(line)s of this file. Nothing was taken."),
    "payment-cannot-settle": _("This payment can no longer be settled."),
    "payment-cannot-close": _("This payment can no longer be closed."),
    "assisted-reason-unknown": _("Please say why you type the amount for the customer."),
}
