"""Every state machine, for the database's guard and the reference pages."""

from koumen.payments.states import PAYMENT
from koumen.visits.states import VISIT

MACHINES = (VISIT, PAYMENT)
