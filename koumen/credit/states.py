"""The lives of a credit account, of a reservation, and of a proposal to mend an account."""

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
