"""The positions of accounts that were there before accounts had one: what is due, counted from today on."""

import json
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import migrations

from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Bill, Position, Standing
from koumen.credit.rules.stored import account_row, due_row, plain_baseline


def fill(_apps: Any, editor: Any) -> None:
    """One account after the other; a branch has either few of them or was made after this."""
    with editor.connection.cursor() as cursor:
        cursor.execute("select zone_name from branch_branch where schema = current_schema()")
        zone = cursor.fetchone()
        today = datetime.now(ZoneInfo(zone[0] if zone else "UTC")).date()
        cursor.execute(
            "select a.id, v.parameters, coalesce((select l.credit_minor - l.debit_minor from ledger_account l"
            " where l.kind = 'credit_balance' and l.owner_id = a.id), 0)"
            " from credit_creditaccount a join credit_productversion v on v.id = a.product_id"
        )
        for account_id, stored, credit_minor in cursor.fetchall():
            parameters = Parameters.of(json.loads(stored) if isinstance(stored, str) else stored)
            _write(
                cursor, account_id, parameters, _position(cursor, account_id, parameters, credit_minor, today)
            )
        cursor.execute("drop table credit_due_before")


def _position(
    cursor: Any, account_id: UUID, parameters: Parameters, credit_minor: int, today: date
) -> Position:
    cursor.execute(
        "select issued_date, due_date, bucket, sum(unpaid_minor), min(minimum_minor)"
        " from credit_due_before where account_id = %s group by 1, 2, 3 order by 1 nulls last",
        [account_id],
    )
    position = Position(today, parameters.due_day, credit_minor=credit_minor, is_used=True)
    bills: dict[date, Bill] = {}
    for issued, due, bucket, unpaid, minimum in cursor.fetchall():
        if issued is None:
            position.unbilled.add(Bucket(bucket), int(unpaid))
            continue
        judged_on = due + timedelta(days=parameters.grace_days + 1)
        standing = Standing.REVOLVING if judged_on <= today else Standing.OPEN
        bill = bills.setdefault(issued, Bill(issued, due, judged_on, standing=standing))
        bill.add(Bucket(bucket), int(unpaid))
        bill.minimum_minor = min(int(minimum), bill.unpaid_minor) if standing is Standing.OPEN else 0
    position.bills = list(bills.values())
    return position


def _write(cursor: Any, account_id: UUID, parameters: Parameters, position: Position) -> None:
    columns = account_row(position, parameters) | {
        "baseline": json.dumps(plain_baseline(position, parameters))
    }
    cursor.execute(
        f"update credit_creditaccount set {', '.join(f'{name} = %s' for name in columns)} where id = %s",  # noqa: S608
        [*columns.values(), account_id],
    )
    for bill in position.every_bill:
        row = {"account_id": account_id, **due_row(bill)}
        cursor.execute(
            f"insert into credit_due ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",  # noqa: S608
            list(row.values()),
        )


class Migration(migrations.Migration):
    """Fill what the migration before has made room for."""

    dependencies: ClassVar = [("credit", "0005_positions")]
    operations: ClassVar = [migrations.RunPython(fill, migrations.RunPython.noop)]
