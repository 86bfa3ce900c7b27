"""Refusals in words: what a command's code says to the person who asked.

Each sentence says what happened and, where there is one, the next step; no blame, no code words.
"""

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from koumen.kit.money import Money
from koumen.web.ui.care_refusals import CARE_WORDS
from koumen.web.ui.cash_refusals import CASH_WORDS
from koumen.web.ui.dispatch_refusals import DISPATCH_WORDS
from koumen.web.ui.preferences import current_language
from koumen.web.ui.wording import day, money

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
    **CARE_WORDS,
    **CASH_WORDS,
    **DISPATCH_WORDS,
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
    "address-not-known": _("We do not know your address yet. Please call us."),
    "slot-unreadable": _("Please choose one of the times."),
    "place-off-the-roads": _("We know of no road to this place. Please call us."),
    "shift-on-another-day": _("This working day is on another date."),
    "visits-not-to-swap": _("These two visits cannot be swapped: they must be of one day and of two agents."),
    "roads-elsewhere": _("This map shows another place than this branch."),
    "districts-elsewhere": _("These districts are of another place than this branch."),
    "roads-missing": _("There are no roads in this file."),
    "part-of-day-unknown": _("Please choose one of the parts of the day."),
    "wish-in-the-past": _("This day has passed. Please choose another."),
    "visit-not-yours-to-book": _("You may not book this visit."),
    "form-unreadable": _("We could not read this form. Please open the page again."),
    # at the door
    "agent-not-proven": _("First compare the two pictures."),
    "pictures-already-compared": _("The pictures have been compared already."),
    "pictures-differed": _("The pictures did not match. Do not open the door; we have been told."),
    "pictures-not-yours": _("These pictures are not yours to see."),
    "code-not-yours": _("This number is not yours to see."),
    "code-not-ready": _("There is no number yet. First the amount must be agreed on."),
    "code-not-locked": _("The number is not locked."),
    "call-back-first": _("Call the number on file first, and say that you did."),
    "code-not-accepted": _("First the customer's number must be entered."),
    "code-already-used": _("This number has been used already."),
    "identity-tries-used": _("There are no more tries. Please ask in another way or stop the visit."),
    "no-amount-agreed": _("No amount has been agreed on yet."),
    "alert-already-taken": _("A colleague is already looking after this."),
    # phones
    "devices-not-yours": _("Phones are not yours to manage."),
    "device-not-found": _("We know of no such phone."),
    "device-revoked": _("This phone was blocked. Please bring it to the office."),
    "device-already-revoked": _("This phone is blocked already."),
    "device-key-unreadable": _("The phone did not send its key. Please open the page again."),
    "device-key-not-proven": _("The phone could not prove its key. Please ask for a new picture to scan."),
    "enrolment-not-found": _("This picture is not for you. Ask the office for a new one."),
    "enrolment-used": _("This picture was used already. Ask the office for a new one."),
    "enrolment-over": _("This picture is too old. Ask the office for a new one."),
    "certificate-over": _(
        "This phone is too old to work without a signal. Ask the office to enrol it again."
    ),
    "app-too-old": _("This app is too old. Please load it again while there is a signal."),
    "label-too-long": _("This name is too long. Please write less."),
    "number-unreadable": _("Please write the number in digits."),
    "acts-not-yours": _("This is not yours to decide."),
    "act-not-found": _("We know of nothing like this from a phone."),
    "act-unreadable": _("We cannot read what the phone sent."),
    "act-forged": _("The phone did not sign this."),
    "act-number-used-twice": _("The phone used this number for something else before."),
    "act-chain-broken": _("It does not follow what the phone did before."),
    "act-not-genuine": _("No phone of ours signed this, so it cannot be booked."),
    "act-still-refused": _("It is still not possible. Look at the visit first."),
    "act-binds-us": _(
        "A phone of ours signed this cash: it must be booked, and can be taken back by two persons."
    ),
    "act-cannot-post": _("This was decided already."),
    "act-cannot-dismiss": _("This was decided already."),
    "too-many-forged": _("This phone sends too much that it did not sign. Please bring it to the office."),
    "receipt-number-used-twice": _("The phone used this receipt number before."),
    "count-is-another-amount": _("The notes that were counted come to another amount."),
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
    "above-agreed": _("This is more than the customer agreed to."),
    "owed-less-now": _("Less is owed now than was agreed. Please agree on the amount again."),
    "tender-open": _("Another payment is still waiting for its answer."),
    "nothing-counted": _("Please count the notes first."),
    "note-unknown": _("We do not know this note or coin."),
    "pieces-unreadable": _("Please write how many notes there are, in digits."),
    "count-unreadable": _("Please write how many notes there are, in digits."),
    "change-exceeds-cash": _("The change is more than was handed over."),
    "cash-in-hand-ceiling": _("You would carry too much cash. Please take it in another way."),
    "payment-paid-otherwise": _("This has been paid already in another way."),
    "payment-already-applied": _("This payment has been counted already."),
    "purchase-in-the-future": _("This purchase lies in the future."),
    "limit-exceeded": _("This is more than the limit allows."),
    "tendered-in-the-future": _("This payment lies in the future."),
    # accounts: using, settling, mending, ending
    "account-closed": _("This account is closed."),
    "limit-unchanged": _("The limit is this amount already."),
    "account-not-active": _("This account cannot be used for buying any more."),
    "refund-too-large": _("More is given back than was bought."),
    "settlement-too-small": _("To settle the plan, this much is needed, with what is overdue: %(wanted)s."),
    "plan-not-found": _("We cannot find this instalment plan."),
    "bill-not-found": _("We cannot find this bill."),
    "purchase-not-found": _("We cannot find this purchase."),
    "purchase-already-split": _("This is split into instalments already."),
    "plan-too-small": _("This is too little for instalments. The smallest amount is %(least)s."),
    "plan-too-large": _("There is not that much left to split."),
    "plan-too-late": _("Splitting is possible until the due day of the bill."),
    "loan-not-offered": _("This product does not lend money to be paid out."),
    "loan-not-asked": _("Please ask for the loan on the page of loans."),
    "loan-while-late": _("While something is late nothing more is lent. Please call us: we will find a way."),
    "loan-request-open": _("You have asked for a loan already. Please wait for our answer."),
    "loan-request-not-found": _("We cannot find this request for a loan."),
    "loan-request-too-old": _("This request is too old. The customer reads the costs and asks again."),
    "loan_request-cannot-look": _("This loan has been decided on already."),
    "loan_request-cannot-begin": _("This loan has been decided on already."),
    "loan_request-cannot-refuse": _("This loan has been decided on already."),
    "loan_request-cannot-withdraw": _("This loan has been decided on already."),
    "bank-account-not-verified": _(
        "We do not know yet to which bank account the money should go. Please call us."
    ),
    "bank-account-not-yours": _("This bank account is not yours to change."),
    "bank-account-not-found": _("We cannot find this bank account."),
    "bank-account-unreadable": _("Please write bank, holder and number as they stand on the bank card."),
    "bank_account-cannot-verify": _("This bank account is verified already, or no longer used."),
    "payout-not-found": _("We cannot find this payout."),
    "payout-not-yours": _("Only the bank says what became of a payout."),
    "payout-differs": _("The bank names another amount than we asked for."),
    "payout-not-returned": _("The money of this payout did not come back."),
    "payout-unreadable": _("We do not understand the bank's answer."),
    "due-day-not-offered": _("Please choose one of the days that are offered."),
    "due-day-changed-lately": _(
        "The day can be changed once in twelve months. The next time is from %(from)s on."
    ),
    "due-day-while-late": _(
        "While something is late the day cannot be changed. Please call us: we will find a way."
    ),
    "pause-too-long": _("Late charges can rest for at most %(days)s days."),
    "pause-not-ahead": _("Please choose a day that lies ahead."),
    "reason-unknown": _("Please choose a reason from the list."),
    "credit-balance-too-small": _("The credit balance is smaller than that: %(left)s."),
    "account-still-open": _(
        "Something is still open on this account. It can be closed when everything is paid."
    ),
    "nothing-owed": _("Nothing is owed on this account."),
    "activity-not-found": _("We cannot find this entry of the account."),
    "activity-already-reversed": _("This has been taken back already."),
    "activity-not-reversible": _("This cannot be taken back."),
    "waiver-too-large": _("No more than this can be let go: %(left)s."),
    "bucket-unknown": _("Only interest and charges can be let go, never what was bought."),
    "second-person-needed": _("A second person has to agree: somebody else than the one who asked."),
    "proposal-not-found": _("We cannot find this request."),
    "proposal-open": _("The same has been asked already and waits for a second person."),
    "proposal-cannot-approve": _("This request has been decided already."),
    "proposal-cannot-refuse": _("This request has been decided already."),
    "merchant-not-yours": _("Only an administrator lets merchants in."),
    "merchant-not-found": _("We do not know this merchant."),
    "merchant-known": _("There is a merchant of this name already."),
    "merchant-name-unreadable": _("Please write the name of the merchant in at most 60 letters."),
    "request-not-signed": _("This request is not signed by a merchant that we know."),
    "request-too-old": _("This request was signed too long ago."),
    "idempotency-key-missing": _("This request needs a key of its own."),
    "reservation-not-found": _("We cannot find this reservation."),
    "reservation-cannot-take": _("This reservation is not held any more."),
    "reservation-cannot-release": _("This reservation is not held any more."),
    "reservation-too-small": _("More is taken than was held."),
    "debit-account-holds-no-money": _("No money can be taken from this account."),
    # repayment plans
    "repayment-plan-not-found": _("We cannot find this repayment plan."),
    "plan-not-begun": _("Please begin again from the first question."),
    "repayment-plan-not-yours": _("This repayment plan is not yours to change."),
    "yes-not-said": _("First the customer must say yes; please tick that they did."),
    "answers-not-yours": _("These answers are shown to nobody but the customer."),
    "plan-not-affordable": _("This plan would ask for more than can be spared. Please choose another."),
    "plan-without-end": _("With this amount the debt would not end. Please call us, a person will help you."),
    "plan-pause-too-short": _("Please choose how many days the plan should rest."),
    "plan-pause-too-long": _("The plan can rest for %(days_left)s more days. For longer, please call us."),
    "review-already-done": _("Somebody has looked at this plan already."),
    "living-amount-not-found": _("We cannot work out a plan here. Please call us, a person will help you."),
    "repayment_plan-cannot-propose": _("There is a repayment plan already. It can be changed."),
    "repayment_plan-cannot-agree": _("This repayment plan has been agreed or taken back already."),
    "repayment_plan-cannot-pause": _("This repayment plan cannot rest now."),
    "repayment_plan-cannot-mend": _("This repayment plan can no longer be changed."),
    "repayment_plan-cannot-break": _("This repayment plan has ended already."),
    # products and what they cost
    "price-above-cap": _(
        "This would cost more than the cap: %(apr)s %% a year, where at most %(cap)s %% is allowed."
    ),
    "effective-in-the-past": _(
        "A version cannot be in force before it was made. Please choose today or a later day."
    ),
    "product-name-unreadable": _("Please give the product a short name, without spaces at its ends."),
    "product-changed-meanwhile": _(
        "Somebody else has changed this product meanwhile. Please open it again and look at their version first."
    ),
    "product-unchanged": _("Nothing is different from the version there is."),
    "product-currency-fixed": _("A product stays in its currency. Please make another product."),
    "product-not-in-force": _("This version of the product is not in force yet."),
    "instalment-term-not-offered": _("We do not offer this number of instalments. Please choose another."),
    "cost-sheet-too-soon": _("Please read all costs first. You can say yes in %(seconds_left)s seconds."),
    "cost-sheet-stale": _(
        "Something has changed since these costs were worked out. Please look at them again."
    ),
    "cost-sheet-changed": _("These are not the costs that were confirmed. Please look at them again."),
    "cost-sheet-not-confirmed": _("First all costs must be read and confirmed."),
    "cost-sheet-already-confirmed": _("These costs have been confirmed already."),
    "cost-sheet-not-yours": _("Only the person who borrows can confirm these costs."),
    # taking over a history from a file
    "night-in-the-future": _("This day has not begun yet: bills are made on their day."),
    "batch-known": _("This file has been taken over already."),
    "branch-currency": _("This file is in another currency than the branch."),
    "history-amount": _("An amount in this history is not possible."),
    "history-does-not-add-up": _("This history does not add up."),
    "history-out-of-order": _("This history is not in the order of time."),
    # books
    "books-not-yours": _("You may not change the books."),
    "day-unreadable": _("Please write the day as in the calendar, for example 2026-10-31."),
    "report-too-long": _(
        "More than %(most)s movements do not fit on paper. Please choose fewer days, or the file."
    ),
    "days-crossed": _("The first day comes after the last one."),
    "books-day-not-over": _("Only days that are over can be closed."),
    "books-closed-already": _("This day has been closed already."),
    "books-not-right": _("The books cannot be closed: they are not right (%(promises)s)."),
    "books-busy": _("Somebody is writing many entries just now. Please try again in a minute."),
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
    "statement-lines-differ": _("The lines of this bill do not add up."),
    "receipt-cash-differs": _("The cash counted does not fit the receipt."),
    "receipt-split-differs": _("The parts do not add up to the amount of the receipt."),
    "receipt-time-without-zone": _("The time of this receipt has no time zone."),
    # people and the house
    "sign-in-first": _("Please sign in first."),
    "role-not-of-this-site": _("You are not registered for these pages. Please use the page that is yours."),
    "words-not-kept": _("The words of this message are no longer kept."),
    "site-of-customer": _(
        "This entrance is for customers and those who help them. Agents and staff have their own."
    ),
    "site-of-agent": _("This entrance is for agents. You are not one of them."),
    "site-of-console": _("This entrance is for staff of the office. Agents and customers have their own."),
    "role-not-yours": _("You do not have this role."),
    "person-not-found": _("We cannot find this person."),
    "person-not-yours-to-enter": _("You may not enter this person."),
    "details-not-yours": _(
        "For your safety we change addresses and numbers only after a call. Please call us."
    ),
    "customer-not-found": _("We cannot find this customer."),
    "delegate-not-yours-to-name": _("Only the customer can say who may ask for visits."),
    "phone-unreadable": _("This does not look like a phone number. Please check the digits."),
    "language-unknown": _("We do not speak this language yet."),
    "username-taken": _("This user name is taken."),
    "customer-number-taken": _("This customer number is taken."),
    "staff-number-taken": _("This staff number is taken."),
    "customer-exists": _("This person is a customer already."),
    "agent-exists": _("This person is an agent already."),
    "delegate-is-customer": _("You need not name yourself."),
    "delegation-too-long": _("At most for twelve months; it can be renewed."),
    "shift-exists": _("There is a working day on this date already."),
    "shift-overlaps": _("This working day overlaps another."),
    "shift-too-long": _("This working day is too long."),
    "shift-not-yours": _("This working day is not yours to change."),
    "shift-over": _("This working day is over."),
    "shift-ended-early": _("This working day has ended early already."),
    "shift-goes-on": _("Nothing was said against this working day: it goes on."),
    "delay-wrong": _("Please choose one of the times that are offered."),
    "off-reason-unknown": _("Please choose a reason from the list."),
    "visit-not-ahead": _("This visit has begun already, or it is over."),
    "repair-not-found": _("We cannot find this repair."),
    "repair-cannot-accept": _("This repair was decided already, or the day has moved on."),
    "repair-cannot-refuse": _("This repair was decided already, or the day has moved on."),
    "birth-year-missing": _("The year of birth is missing."),
    "branch-not-found": _("This branch has not been opened yet."),
}


# What the end of a code says where no sentence of its own is needed: pages for staff, and what no page leads to.
_ENDINGS: tuple[tuple[str, str | Promise], ...] = (
    ("-not-found", _("We cannot find this.")),
    ("-not-yours", _("This is not yours to do.")),
    ("-not-yours-to-enter", _("This is not yours to do.")),
    ("-not-yours-to-name", _("This is not yours to do.")),
    ("-unreadable", _("We could not read this.")),
    ("-unknown", _("We do not know this.")),
    ("-taken", _("This is taken already.")),
    ("-wrong", _("This value is not possible.")),
    ("-missing", _("Something is missing here.")),
    ("-differs", _("These figures do not fit together.")),
    ("-before-it-starts", _("The end comes before the beginning.")),
    ("-on-another-day", _("This belongs to another day.")),
    ("-out-of-range", _("This value is not possible.")),
    ("-unknown-rule", _("We do not know this.")),
    ("-never-effective", _("This would never come into force.")),
    ("-off-the-earth", _("There is no such place.")),
    ("-not-signed", _("This message is not from whom it says.")),
    ("-too-old", _("This message is too old.")),
)


def title(status: int) -> str:
    """The heading of a page with this status."""
    return str(_TITLES.get(status, _TITLES[500]))


def is_known(code: str) -> bool:
    """Whether the code has words, its own or by its ending."""
    return _sentence(code) is not None


def _sentence(code: str) -> str | Promise | None:
    own = _WORDS.get(code)
    if own is not None:
        return own
    ending = next((said for end, said in _ENDINGS if code.endswith(end)), None)
    if ending is None and "-cannot-" in code:
        return _("This cannot be done now.")
    return ending


def _said(value: object) -> object:
    """Amounts and days as people write them."""
    if isinstance(value, Money):
        return money(value)
    return day(value, current_language()) if isinstance(value, date) else value


def words(code: str, **params: object) -> str:
    """A refusal's code as a sentence; an unknown code still gets a polite one, with a way on."""
    polite = _("This cannot be done now. Please call us, a person will help you.")
    sentence = str(_sentence(code) or polite)
    said = {name: _said(value) for name, value in params.items()}
    try:
        return sentence % said if "%(" in sentence else sentence
    except KeyError:
        return sentence
