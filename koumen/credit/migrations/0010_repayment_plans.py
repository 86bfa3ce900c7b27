"""Repayment plans: their terms, sealed answers and reviews; and how their costs may be confirmed."""

import django.db.models.deletion
from django.db import migrations, models

import koumen.kit.ids
from koumen.audit.guards import append_only, frozen_columns, guarded_state


class Migration(migrations.Migration):
    """The tables and their guards."""

    dependencies = [
        ("credit", "0009_lock_together"),
        ("documents", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="RepaymentPlan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.TextField()),
                ("pace", models.TextField()),
                ("pay_minor", models.BigIntegerField()),
                ("channel", models.TextField()),
                ("visit_id", models.UUIDField(null=True)),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("agreed_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateField(null=True)),
                ("paused_days", models.SmallIntegerField(default=0)),
                ("rested_until", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_how", models.TextField(null=True)),
                ("end_activity_id", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RepaymentPlanAnswers",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("version", models.SmallIntegerField()),
                ("sealed", models.BinaryField()),
                ("given_at", models.DateTimeField()),
                ("delete_on", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="RepaymentPlanReview",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("days", models.SmallIntegerField()),
                ("due_date", models.DateField()),
                ("told_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.TextField(null=True)),
                ("outcome", models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RepaymentPlanTerms",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("version", models.SmallIntegerField()),
                ("cause", models.TextField()),
                ("counts_from", models.DateTimeField()),
                ("dues", models.JSONField()),
                ("owed_minor", models.BigIntegerField()),
                ("nothing_minor", models.BigIntegerField()),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="costsheet",
            name="credit_cost_sheet_confirmed",
        ),
        migrations.AddConstraint(
            model_name="costsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("confirmed_at__isnull", True),
                        ("confirmed_by__isnull", True),
                        ("confirmed_how__isnull", True),
                        ("document__isnull", True),
                        ("signature__isnull", True),
                    ),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        ("confirmed_how__in", ["tap", "signature", "turned_phone", "read_back"]),
                    ),
                    _connector="OR",
                ),
                name="credit_cost_sheet_confirmed",
            ),
        ),
        migrations.AddField(
            model_name="repaymentplan",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repayment_plans",
                to="credit.creditaccount",
            ),
        ),
        migrations.AddField(
            model_name="repaymentplananswers",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="credit.repaymentplan"
            ),
        ),
        migrations.AddField(
            model_name="repaymentplanreview",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="credit.repaymentplan"
            ),
        ),
        migrations.AddField(
            model_name="repaymentplanterms",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="credit.repaymentplan"
            ),
        ),
        migrations.AddField(
            model_name="repaymentplanterms",
            name="sheet",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit.costsheet",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "proposed",
                            "running",
                            "paused",
                        ),
                    )
                ),
                fields=("account",),
                name="credit_repayment_plan_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("paused_days__gte", 0), ("pay_minor__gt", 0)),
                name="credit_repayment_plan_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agreed_at__isnull", True),
                        (
                            "state__in",
                            (
                                "proposed",
                                "withdrawn",
                            ),
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                (
                                    "proposed",
                                    "withdrawn",
                                ),
                            ),
                            _negated=True,
                        ),
                        ("agreed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="credit_repayment_plan_agreed",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("paused_until__isnull", False),
                        ("state", "paused"),
                    ),
                    models.Q(
                        models.Q(("state", "paused"), _negated=True),
                        ("paused_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="credit_repayment_plan_paused",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_how__isnull", False),
                        (
                            "state__in",
                            (
                                "finished",
                                "broken",
                                "withdrawn",
                            ),
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                (
                                    "finished",
                                    "broken",
                                    "withdrawn",
                                ),
                            ),
                            _negated=True,
                        ),
                        ("end_activity_id__isnull", True),
                        ("ended_at__isnull", True),
                        ("ended_how__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="credit_repayment_plan_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplananswers",
            constraint=models.UniqueConstraint(
                fields=("plan", "version"), name="credit_repayment_answers_version"
            ),
        ),
        migrations.AddIndex(
            model_name="repaymentplanreview",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["due_date"],
                name="credit_repayment_review_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplanreview",
            constraint=models.UniqueConstraint(fields=("plan", "days"), name="credit_repayment_review_once"),
        ),
        migrations.AddConstraint(
            model_name="repaymentplanreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("done_by__isnull", True), ("outcome__isnull", True)),
                    models.Q(
                        ("done_at__isnull", False), ("done_by__isnull", False), ("outcome__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="credit_repayment_review_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplanterms",
            constraint=models.UniqueConstraint(
                fields=("plan", "version"), name="credit_repayment_terms_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="repaymentplanterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause", "paused"), ("sheet__isnull", True)),
                    models.Q(models.Q(("cause", "paused"), _negated=True), ("sheet__isnull", False)),
                    _connector="OR",
                ),
                name="credit_repayment_terms_sheet",
            ),
        ),
        append_only("credit_repaymentplanterms"),
        frozen_columns(
            *("credit_repaymentplan", "account_id", "channel", "visit_id", "proposed_by", "proposed_at"),
        ),
        frozen_columns(
            "credit_repaymentplananswers", "plan_id", "version", "sealed", "given_at", "delete_on"
        ),
        frozen_columns("credit_repaymentplanreview", "plan_id", "days", "due_date"),
        guarded_state("credit_repaymentplan", "repayment_plan"),
    ]
