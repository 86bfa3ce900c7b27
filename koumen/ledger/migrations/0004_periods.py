"""The day on which an entry counts in the books, and the days that are closed."""

from typing import ClassVar

from django.db import migrations, models

import koumen.kit.ids

# Until now no day could be closed: every entry counts on the day it is effective. Done while the type is set
# again, since entries refuse to be updated; no new row is written where there are none.
DAYS = """
do $$
declare zone text;
begin
  select b.zone_name into zone from branch_branch b where b.schema = current_schema();
  execute format('alter table ledger_entry alter column booked_date type date'
                 ' using ((effective_at at time zone %L)::date)', coalesce(zone, 'UTC'));
  alter table ledger_entry alter column booked_date set not null;
end $$;
"""


class Migration(migrations.Migration):
    """Expand: a column and a table."""

    dependencies: ClassVar = [("ledger", "0003_posting")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="BookPeriod",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("from_date", models.DateField(unique=True)),
                ("to_date", models.DateField(unique=True)),
                ("through_entry_id", models.BigIntegerField()),
                ("closed_at", models.DateTimeField()),
                ("closed_by", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(to_date__gt=models.F("from_date")), name="ledger_period_forward"
                    )
                ]
            },
        ),
        migrations.AddField("entry", "booked_date", models.DateField(null=True)),
        migrations.RunSQL(DAYS, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField("entry", "booked_date", models.DateField())]
        ),
        migrations.AddIndex("entry", models.Index(fields=["booked_date"], name="ledger_entry_booked")),
    ]
