"""What happened on an account, one sentence for each thing; reasons, acts and standings in words."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from koumen.credit.queries.timeline import TimelineRow
from koumen.kit.money import Money
from koumen.web.console.pages.words import ACCOUNTS, Words, word
from koumen.web.ui import credit_words, wording
from koumen.web.ui.preferences import current_language

ACTS: Words = {
    "reversal": gettext_lazy("Take back"),
    "waiver": gettext_lazy("Let a charge go"),
    "write_off": gettext_lazy("Write the debt off"),
    "limit": gettext_lazy("Another limit"),
}
PROPOSALS: Words = {
    "proposed": gettext_lazy("Waits for a second person"),
    "approved": gettext_lazy("Agreed"),
    "refused": gettext_lazy("Refused"),
}
REASONS: Words = {
    "wrong_amount": gettext_lazy("The amount was wrong"),
    "wrong_account": gettext_lazy("It belonged to another account"),
    "money_did_not_come": gettext_lazy("The money did not come"),
    "told_twice": gettext_lazy("It was told twice"),
    "merchant_error": gettext_lazy("The merchant made a mistake"),
    "our_mistake": gettext_lazy("Our mistake"),
    "hardship": gettext_lazy("Hardship"),
    "bereavement": gettext_lazy("Somebody has died in the family"),
    "goodwill": gettext_lazy("Goodwill"),
    "uncollectable": gettext_lazy("It cannot be collected"),
    "deceased": gettext_lazy("The customer has died"),
    "fraud": gettext_lazy("Fraud"),
    "settled_by_law": gettext_lazy("Settled by a court"),
    "illness": gettext_lazy("Illness"),
    "customer_asked": gettext_lazy("The customer asked for it"),
    "income_checked": gettext_lazy("Income was looked at again"),
    "risk": gettext_lazy("Too much would be at risk"),
    "calamity": gettext_lazy("An accident or a disaster"),
    "dispute": gettext_lazy("The customer disputes the debt"),
    "payout_returned": gettext_lazy("The bank gave the money back"),
    "repayment_plan": gettext_lazy("By the repayment plan"),
    "plan_broken": gettext_lazy("The repayment plan was broken"),
}
BUCKETS: Words = {**credit_words.BUCKETS, "principal": gettext_lazy("Principal")}
STATES: Words = {
    "active": gettext_lazy("In use"),
    "written_off": gettext_lazy("Written off"),
    "closed": gettext_lazy("Closed"),
}
STANDINGS: Mapping[str, tuple[str, Any, str]] = {
    "open": ("info", gettext_lazy("Not judged yet"), "calendar"),
    "revolving": ("wait", gettext_lazy("The minimum was paid"), "clock"),
    "late": ("risk", gettext_lazy("Late"), "alert"),
}
# How a kind of row is called where one is chosen, and in the sentence about what was taken back.
KIND_WORDS: Words = {
    "purchase": gettext_lazy("Purchase"),
    "refund": gettext_lazy("Refund"),
    "repayment": gettext_lazy("Repayment"),
    "disbursement": gettext_lazy("Loan paid out"),
    "plan_start": gettext_lazy("Instalment plan begun"),
    "plan_settle": gettext_lazy("Instalment plan settled early"),
    "waiver": gettext_lazy("Waiver"),
    "credit_refund": gettext_lazy("Credit balance paid back"),
    "due_day": gettext_lazy("Due day changed"),
    "hardship": gettext_lazy("Late charges paused"),
    "write_off": gettext_lazy("Write-off"),
    "reversal": gettext_lazy("Reversal"),
    "interest": gettext_lazy("Interest"),
    "late_charge": gettext_lazy("Late charge"),
    "plan_fee": gettext_lazy("Fee of an instalment plan"),
    "credit_used": gettext_lazy("Credit balance used"),
    "correction": gettext_lazy("Correction"),
    "bill": gettext_lazy("Bill"),
    "proposed": gettext_lazy("Proposed"),
    "approved": gettext_lazy("Agreed"),
    "refused": gettext_lazy("Refused"),
    "opened": gettext_lazy("Account opened"),
    "closed": gettext_lazy("Account closed"),
    "opening": gettext_lazy("Opening balance"),
    "import_payment": gettext_lazy("Imported payment"),
}
HOW: Words = {
    "cash_tender": gettext_lazy("in cash"),
    "wallet_tender": gettext_lazy("by wallet"),
    "card_tender": gettext_lazy("by card"),
    "transfer_in": gettext_lazy("by transfer"),
    "repayment": gettext_lazy("in another way"),
}


def sentence(row: TimelineRow, currency: str) -> str:
    """What happened, with its amount."""
    details = row.details
    values = {
        "amount": wording.money(Money(row.amount_minor, currency)),
        "place": details.get("place", ""),
        "how": word(HOW, details.get("how", "")),
        "n": details.get("terms", ""),
        "what": word(BUCKETS, details["bucket"]) if "bucket" in details else "",
        "meant": word(KIND_WORDS, details["of_kind"]) if "of_kind" in details else "",
        "meant_day": _moment_day(details["of_effective_at"]) if "of_effective_at" in details else "",
        "until": _day(details["until"]) if "until" in details else "",
        "due": _day(details["due"]) if "due" in details else "",
        "due_day": details.get("due_day", ""),
        "act": word(ACTS, details["act"]) if "act" in details else "",
    }
    return str(_SENTENCES[row.kind]) % values


_SENTENCES: Words = {
    "purchase": gettext_lazy("Bought for %(amount)s: %(place)s"),
    "refund": gettext_lazy("Given back for %(amount)s: %(place)s"),
    "repayment": gettext_lazy("Paid %(how)s: %(amount)s"),
    "disbursement": gettext_lazy("Paid out as a loan: %(amount)s; number of instalments: %(n)s"),
    "plan_start": gettext_lazy("Split into instalments: %(amount)s; number of instalments: %(n)s"),
    "plan_settle": gettext_lazy("A plan was settled early: %(amount)s is owed now"),
    "waiver": gettext_lazy("Let go: %(amount)s of %(what)s"),
    "credit_refund": gettext_lazy("Credit balance paid out by bank: %(amount)s"),
    "due_day": gettext_lazy("From the next bill on, bills are due on day %(due_day)s of the month"),
    "hardship": gettext_lazy("Late charges rest until %(until)s"),
    "write_off": gettext_lazy("The debt was written off: %(amount)s"),
    "reversal": gettext_lazy("Taken back, as if it had never been: %(meant)s of %(amount)s, %(meant_day)s"),
    "correction": gettext_lazy("Corrected what follows from: %(meant)s, %(meant_day)s"),
    "interest": gettext_lazy("Interest charged: %(amount)s"),
    "late_charge": gettext_lazy("Late charge: %(amount)s"),
    "plan_fee": gettext_lazy("Fee of an instalment plan charged: %(amount)s"),
    "credit_used": gettext_lazy("The credit balance paid %(amount)s"),
    "bill": gettext_lazy("Bill of %(amount)s, due on %(due)s"),
    "proposed": gettext_lazy("Proposed to a second person: %(act)s"),
    "approved": gettext_lazy("The second person agreed: %(act)s"),
    "refused": gettext_lazy("The second person refused: %(act)s"),
    "opened": gettext_lazy("The account was opened with a limit of %(amount)s"),
    "closed": gettext_lazy("The account was closed"),
    "opening": gettext_lazy("Brought over from the other system: %(amount)s"),
    "import_payment": gettext_lazy("Paid in the other system: %(amount)s"),
}


def amounts_told(row: TimelineRow, currency: str) -> list[tuple[str, Money]]:
    """How a repayment was spread, or what a correction changed of what is owed, part by part."""
    if row.kind == "correction":
        return [(word(ACCOUNTS, kind), Money(minor, currency)) for kind, minor in _changes(row)]
    split: Mapping[str, int] = row.details.get("split", {})
    return [(word(ACCOUNTS, kind), Money(minor, currency)) for kind, minor in split.items() if minor]


def _changes(row: TimelineRow) -> Iterator[tuple[str, int]]:
    """By how much each part of the debt rose (a credit balance: what we owe rose)."""
    sums: dict[str, int] = {}
    for debit, credit, minor in row.details["moves"]:
        sums[debit] = sums.get(debit, 0) + minor
        sums[credit] = sums.get(credit, 0) - minor
    for kind in ("principal", "interest", "late", "fee"):
        if sums.get(kind):
            yield kind, sums[kind]
    if sums.get("credit_balance"):
        yield "credit_balance", -sums["credit_balance"]


def _day(text: str) -> str:
    return wording.day(date.fromisoformat(text), current_language(), today=timezone.localdate())


def _moment_day(text: str) -> str:
    local = timezone.localtime(datetime.fromisoformat(text))
    return wording.day(local.date(), current_language(), today=timezone.localdate())
