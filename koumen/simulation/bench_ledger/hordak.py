"""A process that records the same payment with django-hordak, the way its documentation shows.

    python -m koumen.simulation.bench_ledger.hordak '{"accounts": 10000}'                          makes the accounts
    python -m koumen.simulation.bench_ledger.hordak '{"place": 0, "count": 8, "accounts": 10000}'  pays when told

For each customer two accounts below one root, what was lent and its interest, each with an opening transaction; money
goes to cash accounts. A payment reads what is owed on both accounts, in one query, pays the interest first, is a
transaction with three legs and tells what is owed afterwards, as the receipt must. It locks nothing, and has no key
against doubles, no bills, no facts and no balances to keep.
"""

import json
import os
import sys
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from random import Random

import django

from koumen.simulation.bench_ledger.accounts import CURRENCY, INTEREST_MINOR, PAYMENT_MINOR, PRINCIPAL_MINOR
from koumen.simulation.bench_ledger.clients import wait_and_pay

CASH_ACCOUNTS = 200
# Children of one root as django-mptt numbers them; one by one it takes minutes for each ten thousand.
_CUSTOMERS = """
set session_replication_role = replica;
insert into hordak_account (uuid, name, parent_id, type, is_bank_account, currencies, lft, rght, tree_id, level)
  select gen_random_uuid(), 'B' || i, r.id, r.type, false, r.currencies, r.lft + 2 * i - 1, r.lft + 2 * i, r.tree_id, 1
  from hordak_account r, generate_series(1, %(children)s) i where r.id = %(root)s order by i;
update hordak_account set rght = lft + 2 * %(children)s + 1 where id = %(root)s;
insert into hordak_transaction (uuid, timestamp, date, description)
  select a.uuid, now(), current_date, 'Opening' from hordak_account a where a.parent_id = %(root)s;
insert into hordak_leg (uuid, description, account_id, transaction_id, debit, credit, currency)
  select gen_random_uuid(), '', case when l.is_owed then a.id else %(equity)s end, t.id,
    case when l.is_owed then o.owed end, case when not l.is_owed then o.owed end, %(currency)s
  from hordak_account a join hordak_transaction t on t.uuid = a.uuid
  cross join (values (true), (false)) l(is_owed)
  cross join lateral (select case when a.lft %% 4 = 2 then %(principal)s else %(interest)s end as owed) o
  where a.parent_id = %(root)s;
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
    equity = Account.objects.create(name="Opening", type=AccountType.equity, currencies=[CURRENCY])
    told = {
        "root": root.id,
        "equity": equity.id,
        "children": 2 * accounts,
        "currency": CURRENCY,
        "principal": Decimal(PRINCIPAL_MINOR) / 100,
        "interest": Decimal(INTEREST_MINOR) / 100,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, told)


def _payer(place: int, count: int, accounts: int) -> Callable[[], int]:
    from django.db import transaction
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    cash = list(Account.objects.filter(level=0, name__startswith="Cash").values_list("id", flat=True))
    first = Account.objects.filter(level=1).order_by("id").values_list("id", flat=True)[0]
    amount = Decimal(PAYMENT_MINOR) / 100
    told: deque[Decimal] = deque(maxlen=1)  # what is owed afterwards
    chance = Random(place)  # noqa: S311  (which account pays next is no secret)

    def pay() -> int:
        pair = first + 2 * (chance.randrange(accounts // count) * count + place)
        with transaction.atomic():
            lent, earned = Account.objects.filter(id__in=[pair, pair + 1]).with_balances_orm().order_by("id")
            interest = min(earned.balance, amount)
            made = Transaction.objects.create(description="Repayment")
            Leg.objects.create(
                transaction=made, account_id=chance.choice(cash), debit=Money(amount, CURRENCY)
            )
            for account, part in ((lent, amount - interest), (earned, interest)):
                if part:
                    Leg.objects.create(transaction=made, account=account, credit=Money(part, CURRENCY))
            told.append(lent.balance + earned.balance - amount)
        return 1

    return pay


if __name__ == "__main__":
    main()
