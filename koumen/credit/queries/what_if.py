"""What a customer would owe after paying an amount: looked at, never kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.branch.queries import this_branch
from koumen.credit.queries.accounts import position_at
from koumen.credit.rules.owing import Owed, owed_by
from koumen.credit.rules.what_if import Outlook, Preview, outlooks, preview
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.ledger.rules.posting import check_amount


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What is owed now, which debts the amount would pay, and what follows from paying it now, later, or never."""

    owed: Owed
    preview: Preview
    outlooks: tuple[Outlook, ...]


def what_if(*, actor: Actor, account_id: UUID, amount_minor: int, at: datetime) -> WhatIf:
    """What follows from paying an amount; one query, nothing is written.

    Raises Missing("account-not-found") or Invalid("amount-not-positive" | "amount-too-large").
    """
    check_amount(amount_minor)
    account = position_at(actor=actor, account_id=account_id, at=at)
    today = local_date(at, this_branch().zone)
    return WhatIf(
        owed=owed_by(account, today),
        preview=preview(account.position, account.parameters, amount_minor, today),
        outlooks=outlooks(account, amount_minor, today=today),
    )
