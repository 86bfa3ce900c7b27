"""A process that records the same payment with django-hordak, the way its documentation shows.

    python -m koumen.simulation.bench_ledger.hordak '{"accounts": 10000}'                          makes the accounts
    python -m koumen.simulation.bench_ledger.hordak '{"place": 0, "count": 8, "accounts": 10000}'  pays when told

For each customer two accounts below one root, what was lent and its interest; money goes to cash accounts.
A payment reads its accounts, in one query, and is a transaction with three legs. It has no key against doubles, no
debts to spread the money over, no facts and no balances to keep.
"""

import json
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from random import Random

import django

from koumen.simulation.bench_ledger.accounts import CURRENCY, INTEREST_MINOR, PAYMENT_MINOR
from koumen.simulation.bench_ledger.clients import wait_and_pay

CASH_ACCOUNTS = 200
# Children of one root as django-mptt numbers them; one by one it takes minutes for each ten thousand.
_CUSTOMERS = """
set session_replication_role = replica;
insert into hordak_account (uuid, name, parent_id, type, is_bank_account, currencies, lft, rght, tree_id, level)
  select gen_random_uuid(), 'B' || i, r.id, r.type, false, r.currencies, r.lft + 2 * i - 1, r.lft + 2 * i, r.tree_id, 1
  from hordak_account r, generate_series(1, %(children)s) i where r.id = %(root)s order by i;
update hordak_account set rght = lft + 2 * %(children)s + 1 where id = %(root)s;
set session_replication_role = default;
analyze;
"""


def main() -> None:
    """Make the accounts, or pay when told."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "koumen.simulation.bench_ledger.hordak_settings"
    django.setup()
    task = json.loads(sys.argv[1])
    if "place" in task:
        wait_and_pay(_payer(task["place"], task["count"], task["accounts"]), most=task["accounts"])
    else:
        _settle(task["accounts"])


def _settle(accounts: int) -> None:
    from django.core.management import call_command
    from django.db import connection
    from hordak.models import Account, AccountType

    call_command("migrate", verbosity=0, interactive=False)
    for place in range(CASH_ACCOUNTS):
        Account.objects.create(name=f"Cash {place}", type=AccountType.asset, currencies=[CURRENCY])
    root = Account.objects.create(name="Receivables", type=AccountType.asset, currencies=[CURRENCY])
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, {"root": root.id, "children": 2 * accounts})


def _payer(place: int, count: int, accounts: int) -> Callable[[], int]:
    from django.db import transaction
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    cash = list(Account.objects.filter(level=0, name__startswith="Cash").values_list("id", flat=True))
    first = Account.objects.filter(level=1).order_by("id").values_list("id", flat=True)[0]
    amount, interest = (Money(Decimal(minor) / 100, CURRENCY) for minor in (PAYMENT_MINOR, INTEREST_MINOR))
    chance = Random(place)  # noqa: S311  (which account pays next is no secret)

    def pay() -> int:
        pair = first + 2 * (chance.randrange(accounts // count) * count + place)
        into, lent, earned = Account.objects.filter(id__in=[chance.choice(cash), pair, pair + 1]).order_by(
            "id"
        )
        with transaction.atomic():
            made = Transaction.objects.create(description="Repayment")
            Leg.objects.create(transaction=made, account=into, debit=amount)
            Leg.objects.create(transaction=made, account=lent, credit=amount - interest)
            Leg.objects.create(transaction=made, account=earned, credit=interest)
        return 1

    return pay


if __name__ == "__main__":
    main()
