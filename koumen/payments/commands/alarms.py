"""Cash that somebody has held for too long is said once."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.payments.events import CashHeldTooLong
from koumen.payments.models import CashAlarm
from koumen.payments.permissions import may_raise_cash_alarm
from koumen.payments.queries.custody import PersonsCash


@command
def raise_cash_alarm(*, held: PersonsCash, actor: Actor, at: datetime) -> UUID | None:
    """Say that an agent has held cash for longer than the policy allows; of the same cash once.

    Returns the agent's id, or None when it was said before. Records CashHeldTooLong. Raises
    Denied("cash-not-yours").
    """
    require(may_raise_cash_alarm(actor), "cash-not-yours")
    since = held.holding.held_since
    if since is None or not held.holding.is_too_old(at):
        return None
    _alarm, is_new = CashAlarm.objects.get_or_create(
        agent_id=held.agent_id, currency=held.currency, held_since=since, defaults={"raised_at": at}
    )
    if not is_new:
        return None
    event = CashHeldTooLong(
        subject_id=held.agent_id,
        amount_minor=held.holding.in_hand_minor,
        currency=held.currency,
        held_since=since,
    )
    record(event, actor=actor, at=at)
    return held.agent_id
