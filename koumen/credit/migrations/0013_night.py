"""The night over all accounts: its functions, and tables whose rows it can change cheaply."""

from pathlib import Path
from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"

# Room in each page for a second version of its rows: then no index changes with them.
ROOM = """
alter table credit_creditaccount set (fillfactor = 50);
alter table credit_due set (fillfactor = 70);
"""
NO_ROOM = """
alter table credit_creditaccount set (fillfactor = 80);
alter table credit_due set (fillfactor = 80);
"""


class Migration(migrations.Migration):
    """Functions, room, and no index that another one makes needless."""

    dependencies: ClassVar = [("credit", "0012_room_for_changes"), ("ledger", "0010_owned")]
    operations: ClassVar = [
        migrations.AlterField("creditaccount", "next_turn_date", models.DateField()),
        migrations.AlterField(
            "due",
            "account",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dues",
                to="credit.creditaccount",
            ),
        ),
        migrations.AlterField(
            "statement",
            "account",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="credit.creditaccount",
            ),
        ),
        migrations.AlterField(
            "statement",
            "batch",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="billed",
                to="credit.importbatch",
            ),
        ),
        migrations.RunSQL(ROOM, NO_ROOM),
        migrations.RunSQL(
            (SQL / "night.sql").read_text(encoding="utf-8"),
            "drop function open_night(); drop function read_turning(date, uuid[], jsonb);"
            " drop function use_credits(boolean); drop function drop_done();"
            " drop function charge_turning(boolean, uuid[], bigint[]); drop function judge_turning();"
            " drop function accrue_turning(); drop function bill_plans();"
            " drop function bill_turning(date, date[]);",
        ),
        migrations.RunSQL(
            (SQL / "night_writing.sql").read_text(encoding="utf-8"),
            "drop function hold_turning(date, uuid[], uuid, int, boolean); drop function write_turning(date);"
            " drop function write_statements(date, timestamptz, bigint); drop function began_with(uuid);"
            " drop function turn_accounts(date, uuid[], jsonb, date[], timestamptz, uuid, timestamptz);",
        ),
    ]
