"""Codes of the rooms in words, for the office."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

ROLES: Words = {
    "customer": _("Customer"),
    "relative": _("Relative"),
    "agent": _("Agent"),
    "dispatcher": _("Dispatch"),
    "finance": _("Finance"),
    "compliance": _("Compliance"),
    "administrator": _("Administrator"),
    "merchant": _("Merchant"),
    "system": _("System"),
}
ACCOUNTS: Words = {
    "principal": _("Principal owed"),
    "interest": _("Interest owed"),
    "late": _("Late charges owed"),
    "fee": _("Fees owed"),
    "credit_balance": _("Owed to customers"),
    "cash_to_return": _("Notes to give back"),
    "agent_cash": _("Cash with agents"),
    "safe": _("Safe"),
    "cash_in_transit": _("Cash on its way to the bank"),
    "wallet": _("Wallet provider"),
    "card": _("Card acquirer"),
    "bank": _("Bank"),
    "payout": _("To be paid out to customers"),
    "merchant": _("Merchants"),
    "payments_in": _("Payments before the import"),
    "opening": _("Opening balances"),
    "interest_income": _("Interest income"),
    "late_income": _("Late charge income"),
    "fee_income": _("Fee income"),
    "recovery_income": _("Recovered after writing off"),
    "cash_over": _("Cash left over"),
    "waiver_expense": _("Waived"),
    "write_off_expense": _("Written off"),
    "agent_short": _("Cash missing with agents"),
    "cash_short": _("Cash that the bank did not count"),
    "suspense": _("Transfers not matched yet"),
}
ENTRIES: Words = {
    "purchase": _("Purchase"),
    "refund": _("Refund"),
    "disbursement": _("Loan paid out"),
    "cash_tender": _("Paid in cash"),
    "wallet_tender": _("Paid by wallet"),
    "card_tender": _("Paid by card"),
    "transfer_in": _("Paid by transfer"),
    "repayment": _("Repayment"),
    "interest": _("Interest"),
    "late_charge": _("Late charge"),
    "fee": _("Fee"),
    "plan_fee": _("Fee of an instalment plan"),
    "waiver": _("Waiver"),
    "write_off": _("Write-off"),
    "recovery": _("Recovery after writing off"),
    "credit_used": _("Credit balance used"),
    "credit_refund": _("Credit balance paid back"),
    "payout_sent": _("Paid out by the bank"),
    "correction": _("Correction"),
    "reversal": _("Reversal"),
    "cash_fetched": _("Cash fetched from the bank"),
    "float": _("Change money given out"),
    "hand_in": _("Cash handed in"),
    "deposit": _("Cash taken to the bank"),
    "deposit_arrived": _("Deposit arrived at the bank"),
    "cash_difference": _("Difference in cash"),
    "return_owed": _("Notes to give back"),
    "cash_returned": _("Notes given back"),
    "never_came": _("Notes that never came"),
    "notes_kept": _("Notes left over"),
    "card_settled": _("Paid by the card acquirer"),
    "opening": _("Opening balance"),
    "import_payment": _("Imported payment"),
}
TENDERS: Words = {
    "cash": _("Cash"),
    "wallet": _("Wallet"),
    "card": _("Card"),
    "transfer": _("Bank transfer"),
}
PAYMENTS: Words = {
    "pending": _("Waiting for the wallet"),
    "unknown": _("No answer yet"),
    "paid": _("Paid"),
    "closed": _("Came to nothing"),
}
HAND_INS: Words = {
    "declared": _("Waits to be counted"),
    "counted": _("Counted"),
    "withdrawn": _("Withdrawn"),
}
DEPOSITS: Words = {
    "prepared": _("Waits for a second count"),
    "sent": _("On its way to the bank"),
    "arrived": _("Arrived at the bank"),
    "withdrawn": _("Withdrawn"),
}
PROOFS: Words = {
    "none": _("Nobody has proven themselves yet"),
    "agent": _("The agent has proven themselves"),
    "both": _("Both sides have proven themselves"),
    "unconfirmed": _("Not confirmed by the customer's own device"),
    "unproven": _("Not proven"),
}
ALERTS: Words = {
    "pictures_differ": _("Pictures differ"),
    "code_locked": _("Code locked"),
    "cash_unproven": _("Cash without the customer's word: call them"),
    "duress": _("Quiet call for help"),
    "pressure": _("Does not pay of their own will"),
    "no_sign": _("No sign of life from the agent"),
    "answer_differs": _("What the customer gave is not what was booked"),
    "low_rating": _("A low rating: call the customer"),
    "amount_assisted": _("The agent typed the amount"),
    "second_agent": _("A second agent is wanted at the door"),
    "another_time": _("The rest is to be paid another time"),
    "no_outcome": _("No ending: a receipt may be missing"),
    "counts_differ": _("The two of a team counted different cash"),
    "counted_alone": _("Much cash, and only one of two has signed"),
}
ALERT_ADVICE: Words = {
    "pictures_differ": _("Call the customer. Who stands there may be a stranger."),
    "code_locked": _("Call the customer on the number on file before you give a new code."),
    "cash_unproven": _("Call the customer and ask what they gave, and whether they said a code."),
    "duress": _("Somebody is being forced. Call nobody at the door; call the police and a colleague nearby."),
    "pressure": _("Call the customer later, alone. Nothing of this visit counts against them."),
    "no_sign": _("Call the agent. If nobody answers, call the customer, then the police."),
    "answer_differs": _(
        "Open the complaint that was made of it. Do not ask the agent before you have asked the customer."
    ),
    "low_rating": _("Call the customer. The agent does not learn for a week that there is a low rating."),
    "amount_assisted": _(
        "Call the customer later and ask how much they meant to pay, and why they did not choose it."
    ),
    "second_agent": _(
        "The agent's bag is full and the customer pays in cash. Call the agent: who is near, and how long does it take?"
    ),
    "another_time": _("Call the customer on the number on file and offer a time for what is not paid yet."),
    "no_outcome": _("Call the customer and ask whether they gave money."),
    "counts_differ": _("Ask both, each alone, then call the customer and ask what they gave."),
    "counted_alone": _("Ask the second of the team to open their day and say what was counted."),
}
ANSWERS: Words = {
    "expected": _("Yes: this visit"),
    "nobody": _("No visit now; do not open"),
    "danger": _("No visit, and somebody is at the door"),
    "not_reached": _("Not reached"),
}
ASKED_BY: Words = {"page": _("asked on the page"), "phone": _("asked by telephone")}
MOMENTS: Words = {"set_out": _("Set out"), "arrived": _("Arrived"), "left": _("Left")}
LOOKS: Words = {
    "mock": _("the telephone says that the place is feigned"),
    "too_fast": _("farther from the point before than anybody drives"),
    "far": _("far from the customer's door"),
    "too_exact": _("more exact than a telephone can be"),
}
VIAS: Words = {
    "link": _("by the link after a visit"),
    "page": _("on their own pages"),
    "phone": _("by telephone"),
    "watch": _("found by ourselves"),
}
MODERATIONS: Words = {
    "none": _("No words"),
    "waiting": _("Look at the words"),
    "shown": _("Words are shown"),
    "hidden": _("Words are not shown"),
}
CARD_WAYS: Words = {"letter": _("Sent by letter"), "counter": _("Given at the branch")}
NATURES: Words = {"service": _("Service"), "collection": _("Collection")}
INITIATORS: Words = {
    "customer": _("the customer"),
    "delegate": _("a relative"),
    "desk": _("the phone desk"),
    "lender": _("the lender"),
}
ACTS: Words = {"book": _("Book"), "knock": _("Knock"), "message": _("Send a message"), "call": _("Call")}
VERDICTS: Words = {"allow": _("Allowed"), "deny": _("Not allowed")}
REFUSALS: Words = {
    "customer_asked": _("The customer asked for it"),
    "agent_asked": _("The agent asked for it"),
    "known_privately": _("They know each other"),
    "unsafe": _("It is not safe"),
    "other": _("Another reason"),
}
SKILLS: Words = {"repayment": _("Repayment"), "cash": _("Cash"), "consultation": _("Consultation")}
CERTIFICATES: Words = {"home_visit": _("Home visits")}
LANGUAGES: Words = {
    "cmn": _("Mandarin"),
    "nan": _("Taiwanese"),
    "hak": _("Hakka"),
    "yue": _("Cantonese"),
    "en": _("English"),
}
ENDINGS: Words = {
    "another_time": _("Another time suits better"),
    "paid_elsewhere": _("Paid in another way"),
    "unwell": _("Unwell"),
    "not_mine": _("Asked for by somebody else and not wanted"),
    "lender": _("We could not come"),
    "not_confirmed": _("Not confirmed in time"),
    "road": _("Trouble on the road"),
    "called_back": _("Called back by the office"),
}


def word(words: Words, code: object) -> str:
    """The word of a code; the code itself when a lender's own pack or a newer room knows more than we do."""
    return str(words.get(str(code), code))


def said_by(key: str) -> str:
    """Who acted, from an actor's key: the role, never a name."""
    return word(ROLES, key.partition(":")[0])
