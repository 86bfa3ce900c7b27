"""A process that records repayments by the real command, as any edge of the branch would.

    python -m koumen.simulation.bench_ledger.payer '{"place": 0, "count": 8, "accounts": 10000, "money_ids": [7]}'

It takes every ``count``-th account, each once before it begins anew.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from itertools import cycle
from random import Random
from uuid import UUID, uuid4

import django

from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.kit.ids import new_id
from koumen.simulation.bench_ledger.accounts import PAYMENT_MINOR, account_id, scattered
from koumen.simulation.bench_ledger.clients import wait_and_pay

CLERK = Actor(Role.FINANCE, new_id(), staff_roles=frozenset({Role.FINANCE}))


def payer(accounts: Sequence[UUID], money_ids: Sequence[int]) -> Callable[[], int]:
    """Something that pays to the next account each time it is called."""
    from koumen.credit.commands import Received, record_repayment
    from koumen.ledger.rules.entries import EntryKind

    following, chance = cycle(accounts), Random(len(accounts))  # noqa: S311  (which agent takes it is no secret)

    def pay() -> int:
        at = clock.now()
        received = Received(
            payment_id=new_id(),
            amount_minor=PAYMENT_MINOR,
            debit_account_id=chance.choice(money_ids),
            entry_kind=EntryKind.CASH_TENDER,
            tendered_at=at,
        )
        record_repayment(account_id=next(following), received=received, key=uuid4(), actor=CLERK, at=at)
        return 1

    return pay


def main() -> None:
    """Pay when told."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "koumen.config.settings")
    django.setup()
    task = json.loads(sys.argv[1])
    places = range(task["place"] + 1, task["accounts"] + 1, task["count"])
    own = [account_id(place) for place in scattered(places)]
    wait_and_pay(payer(own, task["money_ids"]), most=len(own))


if __name__ == "__main__":
    main()
