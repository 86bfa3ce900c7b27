"""Putting what is owed before a customer."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit.events import QuoteMade
from koumen.credit.models import Quote
from koumen.credit.queries import credit_account
from koumen.credit.queries import owed as owed_now
from koumen.kit.actor import Actor
from koumen.kit.clock import next_midnight
from koumen.kit.ids import new_id


@command
def make_quote(*, account_id: UUID, actor: Actor, at: datetime) -> Quote:
    """Write down what is owed now, with the account's version; valid until the next local midnight.

    While nothing has changed the same quote is shown again. Records QuoteMade. Raises
    Missing("account-not-found").
    """
    account = credit_account(actor=actor, account_id=account_id)
    valid_until = next_midnight(at, this_branch().zone)
    same = Quote.objects.filter(
        account=account, account_version=account.version, valid_until=valid_until, made_at__lte=at
    ).first()
    if same:
        return same
    owed = owed_now(actor=actor, account_id=account_id, at=at)
    quote = Quote.objects.create(
        id=new_id(),
        account=account,
        account_version=account.version,
        minimum_minor=owed.minimum_minor,
        bill_minor=owed.bill_minor,
        all_minor=owed.all_minor,
        made_at=at,
        valid_until=valid_until,
    )
    record(
        QuoteMade(
            subject_id=quote.id,
            credit_account_id=account.id,
            all_minor=owed.all_minor,
            currency=owed.currency,
        ),
        actor=actor,
        at=at,
    )
    return quote
