"""Reading credit accounts: what is owed, what was billed, what happened; products and sheets of costs."""

from koumen.credit.queries.accounts import (
    account_for_request,
    account_named,
    accounts_of,
    activity,
    credit_account,
    owed,
    owed_on,
    position_at,
    quote,
    statements_of,
)
from koumen.credit.queries.bills import BillSheet, bill, bills_of
from koumen.credit.queries.night import accounts_to_turn
from koumen.credit.queries.products import product_versions
from koumen.credit.queries.purchases import Bought, BoughtRow, bought
from koumen.credit.queries.repayment_plans import (
    PlanNow,
    PlanOffer,
    own_answers,
    plan_now,
    plan_offer,
    repayment_plan,
    repayment_plans_of,
    reviews_due,
    reviews_of,
)
from koumen.credit.queries.sheets import cost_sheet, cost_sheet_content, cost_sheets_of
from koumen.credit.queries.what_if import WhatIf, what_if

__all__ = [
    "BillSheet",
    "Bought",
    "BoughtRow",
    "PlanNow",
    "PlanOffer",
    "WhatIf",
    "account_for_request",
    "account_named",
    "accounts_of",
    "accounts_to_turn",
    "activity",
    "bill",
    "bills_of",
    "bought",
    "cost_sheet",
    "cost_sheet_content",
    "cost_sheets_of",
    "credit_account",
    "owed",
    "owed_on",
    "own_answers",
    "plan_now",
    "plan_offer",
    "position_at",
    "product_versions",
    "quote",
    "repayment_plan",
    "repayment_plans_of",
    "reviews_due",
    "reviews_of",
    "statements_of",
    "what_if",
]
