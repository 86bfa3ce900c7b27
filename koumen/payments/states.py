"""The lives of a payment, of change money given out, of a hand-in, of a deposit and of notes that are owed."""

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


class FloatState(StrEnum):
    """Where change money for a working day stands."""

    OFFERED = "offered"  # counted by the office; the agent counts it before it moves
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


CASH_FLOAT = StateMachine(
    "cash_float",
    FloatState,
    {
        (None, "offer"): FloatState.OFFERED,
        (FloatState.OFFERED, "take"): FloatState.TAKEN,
        (FloatState.OFFERED, "withdraw"): FloatState.WITHDRAWN,
    },
)


class HandInState(StrEnum):
    """Where a hand-in stands."""

    DECLARED = "declared"  # counted by who carries it; it moves when another person has counted it
    COUNTED = "counted"
    WITHDRAWN = "withdrawn"


HAND_IN = StateMachine(
    "hand_in",
    HandInState,
    {
        (None, "declare"): HandInState.DECLARED,
        (HandInState.DECLARED, "count"): HandInState.COUNTED,
        (HandInState.DECLARED, "withdraw"): HandInState.WITHDRAWN,
    },
)


class DepositState(StrEnum):
    """Where cash for the bank stands."""

    PREPARED = "prepared"  # counted once, still in the safe
    SENT = "sent"  # counted by a second person and on its way
    ARRIVED = "arrived"  # in the bank's file
    WITHDRAWN = "withdrawn"


DEPOSIT = StateMachine(
    "deposit",
    DepositState,
    {
        (None, "prepare"): DepositState.PREPARED,
        (DepositState.PREPARED, "send"): DepositState.SENT,
        (DepositState.PREPARED, "withdraw"): DepositState.WITHDRAWN,
        (DepositState.SENT, "arrive"): DepositState.ARRIVED,
    },
)


class ReturnState(StrEnum):
    """What becomes of the notes of a payment that was taken back."""

    OWED = "owed"  # in custody, to be counted back to who gave them
    CLAIMED = "claimed"  # somebody of the office says that they were nobody's: a second person decides
    RETURNED = "returned"
    ABSENT = "absent"  # there were none: no count says otherwise
    KEPT = "kept"  # counted, but nobody's: a surplus


CASH_RETURN = StateMachine(
    "cash_return",
    ReturnState,
    {
        (None, "owe"): ReturnState.OWED,
        (None, "find_absent"): ReturnState.ABSENT,
        (ReturnState.OWED, "give_back"): ReturnState.RETURNED,
        (ReturnState.OWED, "claim"): ReturnState.CLAIMED,
        (ReturnState.CLAIMED, "refuse"): ReturnState.OWED,
        (ReturnState.CLAIMED, "keep"): ReturnState.KEPT,
    },
)
