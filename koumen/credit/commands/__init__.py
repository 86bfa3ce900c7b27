"""Writing to credit accounts, by moment: products, opening, buying, billing, quoting, paying."""

from koumen.credit.commands.billing import issue_statement
from koumen.credit.commands.buying import PurchaseRequest, record_purchase
from koumen.credit.commands.opening import open_credit_account
from koumen.credit.commands.paying import Received, apply_payment
from koumen.credit.commands.products import NewVersion, add_product_version, store_product_version
from koumen.credit.commands.quoting import make_quote

__all__ = [
    "NewVersion",
    "PurchaseRequest",
    "Received",
    "add_product_version",
    "apply_payment",
    "issue_statement",
    "make_quote",
    "open_credit_account",
    "record_purchase",
    "store_product_version",
]
