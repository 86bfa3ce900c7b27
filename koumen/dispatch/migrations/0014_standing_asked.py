"""A standing visit that the desk wrote down waits until the customer, or a call by another person, says yes."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from koumen.audit.guards import frozen_columns, set_once


def _person_of(actor_key: str) -> Func:
    return Func(F(actor_key), Value(":"), Value(2), function="split_part", output_field=models.TextField())


class Migration(migrations.Migration):
    """Who asked and when; what is agreed is set once."""

    dependencies: ClassVar = [("dispatch", "0013_standing_guards"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        migrations.RunSQL(
            "drop trigger dispatch_standing_frozen on dispatch_standing;",
            frozen_columns(
                "dispatch_standing", "customer_id", "account_id", "agreed_how", "agreed_by", "agreed_at"
            ).sql,
        ),
        migrations.AddField(
            "standing", "asked_by", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddField("standing", "asked_at", models.DateTimeField(null=True)),
        migrations.RunSQL("update dispatch_standing set asked_at = agreed_at;", migrations.RunSQL.noop),
        migrations.AlterField("standing", "asked_at", models.DateTimeField()),
        migrations.AlterField("standing", "agreed_how", models.TextField(blank=True)),
        migrations.AlterField("standing", "agreed_by", models.TextField(blank=True)),
        migrations.AlterField("standing", "agreed_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "standing",
            "state",
            models.TextField(
                choices=[
                    ("asked", "asked"),
                    ("active", "active"),
                    ("paused", "paused"),
                    ("ended", "ended"),
                ]
            ),
        ),
        migrations.RemoveConstraint("standing", "dispatch_one_standing_an_account"),
        migrations.AddConstraint(
            "standing",
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=["asked", "active", "paused"]),
                name="dispatch_one_standing_an_account",
            ),
        ),
        migrations.AddConstraint(
            "standing",
            models.CheckConstraint(
                condition=(
                    Q(state__in=["asked", "ended"], agreed_at__isnull=True, agreed_by="", agreed_how="")
                    & ~Q(asked_by="")
                )
                | (
                    ~Q(state="asked")
                    & Q(agreed_at__isnull=False)
                    & ~Q(agreed_by="")
                    & ~Q(Exact(_person_of("agreed_by"), _person_of("asked_by")))
                ),
                name="dispatch_standing_agreed",
            ),
        ),
        frozen_columns("dispatch_standing", "customer_id", "account_id", "asked_by", "asked_at"),
        set_once("dispatch_standing", "agreed_at", "agreed_how", "agreed_by"),
    ]
