"""The lives of a credit account and of what happens beside it: reservations, proposals, plans, loans, payouts."""

from enum import StrEnum

from koumen.kit.states import StateMachine


class AccountState(StrEnum):
    """Where a credit account stands."""

    ACTIVE = "active"
    WRITTEN_OFF = "written_off"
    CLOSED = "closed"


_A = AccountState

CREDIT_ACCOUNT = StateMachine(
    "credit_account",
    AccountState,
    {
        (None, "open"): _A.ACTIVE,
        (_A.ACTIVE, "write_off"): _A.WRITTEN_OFF,
        (_A.ACTIVE, "close"): _A.CLOSED,
        (_A.WRITTEN_OFF, "close"): _A.CLOSED,
    },
)


class ReservationState(StrEnum):
    """Where a reservation of credit limit stands."""

    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"


_R = ReservationState

RESERVATION = StateMachine(
    "reservation",
    ReservationState,
    {
        (None, "hold"): _R.HELD,
        (_R.HELD, "take"): _R.TAKEN,
        (_R.HELD, "release"): _R.RELEASED,
    },
)


class ProposalState(StrEnum):
    """Where a proposal to mend an account stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


_P = ProposalState

PROPOSAL = StateMachine(
    "proposal",
    ProposalState,
    {
        (None, "propose"): _P.PROPOSED,
        (_P.PROPOSED, "approve"): _P.APPROVED,
        (_P.PROPOSED, "refuse"): _P.REFUSED,
    },
)


class RepaymentPlanState(StrEnum):
    """Where a repayment plan stands."""

    PROPOSED = "proposed"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


_PLAN = RepaymentPlanState

REPAYMENT_PLAN = StateMachine(
    "repayment_plan",
    RepaymentPlanState,
    {
        (None, "propose"): _PLAN.PROPOSED,
        (_PLAN.PROPOSED, "agree"): _PLAN.RUNNING,
        (_PLAN.PROPOSED, "withdraw"): _PLAN.WITHDRAWN,
        (_PLAN.RUNNING, "pause"): _PLAN.PAUSED,
        (_PLAN.RUNNING, "mend"): _PLAN.RUNNING,
        (_PLAN.RUNNING, "break"): _PLAN.BROKEN,
        (_PLAN.RUNNING, "finish"): _PLAN.FINISHED,
        (_PLAN.PAUSED, "resume"): _PLAN.RUNNING,
        (_PLAN.PAUSED, "mend"): _PLAN.RUNNING,
        (_PLAN.PAUSED, "break"): _PLAN.BROKEN,
        (_PLAN.PAUSED, "finish"): _PLAN.FINISHED,
        # a payment that was given in time arrived late: the plan had been kept
        (_PLAN.BROKEN, "restore"): _PLAN.RUNNING,
    },
)


class LoanRequestState(StrEnum):
    """Where a loan that a customer asks for stands."""

    ASKED = "asked"
    LOOKED = "looked"  # one person agreed, another one must too
    BEGUN = "begun"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by the customer, or because nobody decided in time


_L = LoanRequestState

LOAN_REQUEST = StateMachine(
    "loan_request",
    LoanRequestState,
    {
        (None, "ask"): _L.ASKED,
        (_L.ASKED, "look"): _L.LOOKED,
        (_L.ASKED, "begin"): _L.BEGUN,  # small enough by the product
        (_L.LOOKED, "begin"): _L.BEGUN,
        (_L.ASKED, "refuse"): _L.REFUSED,
        (_L.LOOKED, "refuse"): _L.REFUSED,
        (_L.ASKED, "withdraw"): _L.WITHDRAWN,
        (_L.LOOKED, "withdraw"): _L.WITHDRAWN,
    },
)


class BankAccountState(StrEnum):
    """Where a bank account that money may be paid out to stands."""

    ENTERED = "entered"  # a second person must verify it
    VERIFIED = "verified"
    ENDED = "ended"


_BANK = BankAccountState

BANK_ACCOUNT = StateMachine(
    "bank_account",
    BankAccountState,
    {
        (None, "enter"): _BANK.ENTERED,
        (_BANK.ENTERED, "verify"): _BANK.VERIFIED,
        (_BANK.ENTERED, "end"): _BANK.ENDED,
        (_BANK.VERIFIED, "end"): _BANK.ENDED,
    },
)


class PayoutState(StrEnum):
    """Where an instruction to pay a customer out stands."""

    ASKED = "asked"
    SENT = "sent"
    RETURNED = "returned"


_OUT = PayoutState

PAYOUT = StateMachine(
    "payout",
    PayoutState,
    {
        (None, "ask"): _OUT.ASKED,
        (_OUT.ASKED, "send"): _OUT.SENT,
        (_OUT.ASKED, "return"): _OUT.RETURNED,  # the bank would not take it
        (_OUT.SENT, "return"): _OUT.RETURNED,
    },
)
