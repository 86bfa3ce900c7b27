"""Standing visits, and what came of each month."""

import django.db.models.deletion
from django.db import migrations, models

import koumen.dispatch.states
import koumen.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0017_lighter_payments"),
        ("dispatch", "0011_places_that_persons_choose"),
        ("people", "0004_customer_languages"),
        ("visits", "0004_needs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=koumen.kit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            (
                                koumen.dispatch.states.StandingState["ACTIVE"],
                                koumen.dispatch.states.StandingState["ACTIVE"],
                            ),
                            (
                                koumen.dispatch.states.StandingState["PAUSED"],
                                koumen.dispatch.states.StandingState["PAUSED"],
                            ),
                            (
                                koumen.dispatch.states.StandingState["ENDED"],
                                koumen.dispatch.states.StandingState["ENDED"],
                            ),
                        ]
                    ),
                ),
                ("week", models.SmallIntegerField(null=True)),
                ("weekday", models.SmallIntegerField(null=True)),
                ("days_before", models.SmallIntegerField(null=True)),
                ("part_of_day", models.TextField()),
                ("amount", models.TextField()),
                ("wish", models.JSONField()),
                ("agreed_how", models.TextField()),
                ("agreed_by", models.TextField()),
                ("agreed_at", models.DateTimeField()),
                ("paused_until", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credit.creditaccount",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standings",
                        to="people.customer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StandingTurn",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("date", models.DateField()),
                ("outcome", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "standing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="dispatch.standing",
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.visit",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("days_before__isnull", True), ("week__isnull", False), ("weekday__isnull", False)
                    ),
                    models.Q(
                        ("days_before__isnull", False), ("week__isnull", True), ("weekday__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="dispatch_standing_one_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state", "ended")),
                    models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)),
                    _connector="OR",
                ),
                name="dispatch_standing_ended_iff_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paused_until__isnull", False), ("state", "paused")),
                    models.Q(models.Q(("state", "paused"), _negated=True), ("paused_until__isnull", True)),
                    _connector="OR",
                ),
                name="dispatch_standing_paused_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["active", "paused"])),
                fields=("account",),
                name="dispatch_one_standing_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingturn",
            constraint=models.UniqueConstraint(
                fields=("standing", "month"), name="dispatch_one_turn_a_month"
            ),
        ),
    ]
