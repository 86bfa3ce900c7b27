"""Writing to credit accounts, by moment: products, opening, buying, cost sheets, billing, quoting, paying."""

from koumen.credit.commands.buying import PurchaseRequest, record_purchase
from koumen.credit.commands.cost_sheets import (
    ConfirmedHow,
    confirm_cost_sheet,
    require_confirmed,
    show_cost_sheet,
)
from koumen.credit.commands.entering import bring_forward
from koumen.credit.commands.opening import open_credit_account
from koumen.credit.commands.paying import Received, apply_payment, record_repayment
from koumen.credit.commands.printing import cost_sheet_pdf, keep_cost_sheet_pdf
from koumen.credit.commands.products import NewVersion, add_product_version, store_product_version
from koumen.credit.commands.quoting import make_quote

__all__ = [
    "ConfirmedHow",
    "NewVersion",
    "PurchaseRequest",
    "Received",
    "add_product_version",
    "apply_payment",
    "bring_forward",
    "confirm_cost_sheet",
    "cost_sheet_pdf",
    "keep_cost_sheet_pdf",
    "make_quote",
    "open_credit_account",
    "record_purchase",
    "record_repayment",
    "require_confirmed",
    "show_cost_sheet",
    "store_product_version",
]
