"""Writing to credit accounts, by moment: opening, buying, instalments, billing, paying, caring, plans, mending."""

from koumen.credit.commands.account_statements import statement_pdf
from koumen.credit.commands.bank_accounts import enter_bank_account, verify_bank_account
from koumen.credit.commands.buying import PurchaseRequest, record_purchase
from koumen.credit.commands.caring import change_due_day, pause_late_charges, refund_credit
from koumen.credit.commands.cost_sheets import (
    ConfirmedHow,
    confirm_cost_sheet,
    require_confirmed,
    show_cost_sheet,
)
from koumen.credit.commands.entering import bring_forward
from koumen.credit.commands.instalments import settle_plan, show_plan_sheet, start_plan
from koumen.credit.commands.loans import agree_loan, ask_loan, refuse_loan, withdraw_loan
from koumen.credit.commands.mending import close_account, reverse_activity
from koumen.credit.commands.nightly import Night, run_night
from koumen.credit.commands.opening import open_credit_account
from koumen.credit.commands.paying import Received, apply_payment, record_repayment
from koumen.credit.commands.payouts import book_back, tell_payout
from koumen.credit.commands.plan_care import (
    break_plan,
    check_plan,
    delete_answers,
    pause_plan,
    review_plan,
    tell_reviews,
    withdraw_plan,
)
from koumen.credit.commands.printing import cost_sheet_pdf, keep_cost_sheet_pdf
from koumen.credit.commands.products import NewVersion, add_product_version, store_product_version
from koumen.credit.commands.proposals import Proposed, decide_proposal, propose
from koumen.credit.commands.quoting import make_quote
from koumen.credit.commands.repayment_plans import (
    Consent,
    PlanWish,
    ShownPlan,
    accept_plan,
    agree_plan,
    mend_plan,
    propose_plan,
    show_plan,
)
from koumen.credit.commands.reserving import release_reservation, reserve_limit, take_reservation

__all__ = [
    "ConfirmedHow",
    "Consent",
    "NewVersion",
    "Night",
    "PlanWish",
    "Proposed",
    "PurchaseRequest",
    "Received",
    "ShownPlan",
    "accept_plan",
    "add_product_version",
    "agree_loan",
    "agree_plan",
    "apply_payment",
    "ask_loan",
    "book_back",
    "break_plan",
    "bring_forward",
    "change_due_day",
    "check_plan",
    "close_account",
    "confirm_cost_sheet",
    "cost_sheet_pdf",
    "decide_proposal",
    "delete_answers",
    "enter_bank_account",
    "keep_cost_sheet_pdf",
    "make_quote",
    "mend_plan",
    "open_credit_account",
    "pause_late_charges",
    "pause_plan",
    "propose",
    "propose_plan",
    "record_purchase",
    "record_repayment",
    "refund_credit",
    "refuse_loan",
    "release_reservation",
    "require_confirmed",
    "reserve_limit",
    "reverse_activity",
    "review_plan",
    "run_night",
    "settle_plan",
    "show_cost_sheet",
    "show_plan",
    "show_plan_sheet",
    "start_plan",
    "statement_pdf",
    "store_product_version",
    "take_reservation",
    "tell_payout",
    "tell_reviews",
    "verify_bank_account",
    "withdraw_loan",
    "withdraw_plan",
]
