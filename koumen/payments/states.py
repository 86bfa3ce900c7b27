"""The life of a payment."""

from enum import StrEnum

from koumen.kit.states import StateMachine


class PaymentState(StrEnum):
    """Where one tender stands."""

    PENDING = "pending"  # a wallet QR is shown; the provider has not answered
    UNKNOWN = "unknown"  # the provider could not be reached: the answer is queried, nothing else is tendered
    PAID = "paid"
    CLOSED = "closed"  # expired or refused, and closed at the provider


P = PaymentState

PAYMENT = StateMachine(
    "payment",
    PaymentState,
    {
        (None, "open"): P.PENDING,
        (None, "tender"): P.PAID,
        (P.PENDING, "settle"): P.PAID,
        (P.PENDING, "lose_sight"): P.UNKNOWN,
        (P.PENDING, "close"): P.CLOSED,
        (P.UNKNOWN, "settle"): P.PAID,
        (P.UNKNOWN, "close"): P.CLOSED,
        (P.CLOSED, "settle"): P.PAID,  # a late success is money all the same
    },
)
