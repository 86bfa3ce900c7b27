"""Accounts with a position, activities, plans, reservations; what is due as one row a bill."""

import django.db.models.deletion
from django.db import migrations, models

import koumen.credit.rules.position
import koumen.credit.states
import koumen.kit.ids

# What is due lies aside until the next migration has made the new rows of it.
BEFORE = """
drop trigger credit_due_billed on credit_due;
drop trigger credit_due_frozen on credit_due;
create table credit_due_before as
  select d.account_id, s.issued_date, s.due_date, s.balance_minor, s.minimum_minor, d.bucket, d.unpaid_minor
  from credit_due d left join credit_statement s on s.id = d.statement_id where d.unpaid_minor > 0;
delete from credit_due;
"""


class Migration(migrations.Migration):
    """Expand."""

    dependencies = [
        ("credit", "0004_cost_sheets"),
        ("people", "0003_attempts"),
    ]

    operations = [
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("details", models.JSONField(default=dict)),
                ("effective_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("entry_id", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="InstalmentPlan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("sheet_id", models.UUIDField()),
                ("principal_minor", models.BigIntegerField()),
                ("schedule", models.JSONField()),
                ("charge_bucket", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("next_no", models.SmallIntegerField(default=1)),
                ("cut_minor", models.BigIntegerField(default=0)),
                ("is_over", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("description", models.TextField()),
                ("category", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="due",
            name="credit_due_once",
        ),
        migrations.RemoveConstraint(
            model_name="due",
            name="credit_due_bounds",
        ),
        migrations.RemoveField(
            model_name="due",
            name="billed_minor",
        ),
        migrations.RemoveField(
            model_name="due",
            name="bucket",
        ),
        migrations.RemoveField(
            model_name="due",
            name="statement",
        ),
        migrations.RemoveField(
            model_name="due",
            name="unpaid_minor",
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="baseline",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="counted_to",
            field=models.DateField(default="2000-01-01"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="due_day",
            field=models.SmallIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="interest_since_bill_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="is_used",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="last_effective_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="late_paused_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="late_since_bill_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="next_turn_date",
            field=models.DateField(db_index=True, default="2000-01-02"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="plan_charges_since_bill_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="state",
            field=models.TextField(default=koumen.credit.states.AccountState["ACTIVE"]),
        ),
        migrations.AddField(
            model_name="creditaccount",
            name="written_off_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="due_date",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="due",
            name="fee_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="instalment_fee_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="instalment_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="interest_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="issued_date",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="due",
            name="judged_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="due",
            name="late_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="minimum_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="overdue_days",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="principal_days",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="principal_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="relieved_days",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="due",
            name="standing",
            field=models.TextField(default=koumen.credit.rules.position.Standing["OPEN"]),
        ),
        migrations.AddField(
            model_name="purchase",
            name="category",
            field=models.TextField(default="shop"),
        ),
        migrations.AddField(
            model_name="purchase",
            name="refund_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="credit.purchase",
            ),
        ),
        migrations.AddField(
            model_name="repayment",
            name="recovered_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="corrections_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="future_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="instalments_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="interest_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="late_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="others_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="payments_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="plan_charges_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="purchases_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="statement",
            name="refunds_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="creditaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interest_since_bill_minor__gte", 0),
                    ("late_since_bill_minor__gte", 0),
                    ("written_off_minor__gte", 0),
                ),
                name="credit_account_sums",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_turn_date__gt", models.F("counted_to"))), name="credit_account_turn"
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.UniqueConstraint(
                fields=("account", "issued_date"), name="credit_due_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_minor__gte", 0),
                    ("instalment_fee_minor__gte", 0),
                    ("instalment_minor__gte", 0),
                    ("interest_minor__gte", 0),
                    ("late_minor__gte", 0),
                    ("minimum_minor__gte", 0),
                    ("overdue_days__gte", 0),
                    ("principal_days__gte", 0),
                    ("principal_minor__gte", 0),
                    ("relieved_days__gte", 0),
                ),
                name="credit_due_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_date__isnull", True), ("issued_date__isnull", True), ("judged_on__isnull", True)
                    ),
                    models.Q(
                        ("due_date__isnull", False),
                        ("issued_date__isnull", False),
                        ("judged_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="credit_due_dates",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="credit.creditaccount",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="reverses",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="credit.activity",
            ),
        ),
        migrations.AddField(
            model_name="instalmentplan",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="credit.creditaccount"
            ),
        ),
        migrations.AddField(
            model_name="instalmentplan",
            name="purchase",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plans",
                to="credit.purchase",
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="credit.creditaccount",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["account", "effective_at"], name="credit_activity_account"),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0)), name="credit_activity_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reversal"), ("reverses__isnull", False)),
                    models.Q(models.Q(("kind", "reversal"), _negated=True), ("reverses__isnull", True)),
                    _connector="OR",
                ),
                name="credit_activity_reversal",
            ),
        ),
        migrations.AddIndex(
            model_name="instalmentplan",
            index=models.Index(
                condition=models.Q(("is_over", False)), fields=["account"], name="credit_plan_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="instalmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("cut_minor__gte", 0), ("next_no__gte", 1), ("principal_minor__gt", 0)),
                name="credit_plan_bounds",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("state", "held")), fields=["account"], name="credit_reservation_held"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="credit_reservation_amount"
            ),
        ),
    ]
