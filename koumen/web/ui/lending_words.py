"""Loans, payouts and bank accounts in words, the same on every site."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from koumen.web.ui.states import Sign

Words = Mapping[str, Any]

METHODS: Words = {
    "equal_instalments": gettext_lazy("You pay back the same amount every month."),
    "equal_principal": gettext_lazy("The first month asks most; every month it is a little less."),
    "bullet": gettext_lazy("Every month only the interest; the whole loan with the last payment."),
}
REQUESTS: Mapping[str, Sign] = {
    "asked": Sign(gettext_lazy("We look at it"), "clock", "wait"),
    "looked": Sign(gettext_lazy("One person agreed, a second one looks"), "clock", "wait"),
    "begun": Sign(gettext_lazy("Agreed"), "check", "ok"),
    "refused": Sign(gettext_lazy("Not agreed"), "close", "plain"),
    "withdrawn": Sign(gettext_lazy("Taken back"), "close", "plain"),
}
REFUSED_FOR: Words = {
    "income_too_low": gettext_lazy("What is left every month would be too little."),
    "too_much_debt": gettext_lazy("There are too many other debts."),
    "not_understood": gettext_lazy("We are not sure that all costs were understood."),
    "identity_unclear": gettext_lazy("We could not make sure who asks."),
    "customer_asked": gettext_lazy("The customer does not want it any more."),
}
PURPOSES: Words = {
    "loan": gettext_lazy("Loan"),
    "credit_balance": gettext_lazy("Credit balance"),
}
PAYOUTS: Mapping[str, Sign] = {
    "asked": Sign(gettext_lazy("On its way to the bank"), "clock", "wait"),
    "sent": Sign(gettext_lazy("Sent by the bank"), "check", "ok"),
    "returned": Sign(gettext_lazy("Came back"), "alert", "risk"),
}
RETURNED_FOR: Words = {
    "account_closed": gettext_lazy("The bank account is closed."),
    "name_differs": gettext_lazy("The name is another one."),
    "account_unknown": gettext_lazy("The bank does not know this account."),
    "refused": gettext_lazy("The bank would not take it."),
    "other": gettext_lazy("The bank gave another reason."),
}
BANK_ACCOUNTS: Mapping[str, Sign] = {
    "entered": Sign(gettext_lazy("Waits for a second person"), "clock", "wait"),
    "verified": Sign(gettext_lazy("Verified"), "check", "ok"),
    "ended": Sign(gettext_lazy("No longer used"), "close", "plain"),
}
VERIFIED_HOW: Words = {
    "document": gettext_lazy("A paper of the bank was seen"),
    "test_transfer": gettext_lazy("A small transfer with a word came back"),
    "bank_answered": gettext_lazy("The bank says that number and name belong together"),
}
