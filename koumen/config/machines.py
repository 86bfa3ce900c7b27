"""Every state machine, for the database's guard and the reference pages."""

from koumen.conduct.states import COMPLAINT
from koumen.credit.states import (
    BANK_ACCOUNT,
    CREDIT_ACCOUNT,
    LOAN_REQUEST,
    PAYOUT,
    PROPOSAL,
    REPAYMENT_PLAN,
    RESERVATION,
)
from koumen.devices.states import ACT
from koumen.dispatch.states import PLACE_OFFER, REPAIR, STANDING, WAITING
from koumen.payments.states import CASH_FLOAT, CASH_RETURN, DEPOSIT, HAND_IN, PAYMENT
from koumen.visits.states import VISIT

MACHINES = (
    *(VISIT, PAYMENT, CASH_FLOAT, HAND_IN, DEPOSIT, CASH_RETURN, COMPLAINT),
    *(CREDIT_ACCOUNT, RESERVATION, PROPOSAL, REPAYMENT_PLAN, LOAN_REQUEST, BANK_ACCOUNT, PAYOUT, ACT),
    *(REPAIR, WAITING, PLACE_OFFER, STANDING),
)
