"""Who waits for a place, and places offered to them."""

import django.db.models.deletion
from django.db import migrations, models

import koumen.dispatch.states
import koumen.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0003_teams"),
        ("credit", "0016_night_by_key"),
        ("dispatch", "0008_repair_guards"),
        ("people", "0004_customer_languages"),
        ("visits", "0004_needs"),
    ]

    operations = [
        migrations.AddField(
            model_name="wish",
            name="district",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="wish",
            name="hour",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Waiting",
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
                                koumen.dispatch.states.WaitingState["WAITING"],
                                koumen.dispatch.states.WaitingState["WAITING"],
                            ),
                            (
                                koumen.dispatch.states.WaitingState["OFFERED"],
                                koumen.dispatch.states.WaitingState["OFFERED"],
                            ),
                            (
                                koumen.dispatch.states.WaitingState["GRANTED"],
                                koumen.dispatch.states.WaitingState["GRANTED"],
                            ),
                            (
                                koumen.dispatch.states.WaitingState["WITHDRAWN"],
                                koumen.dispatch.states.WaitingState["WITHDRAWN"],
                            ),
                            (
                                koumen.dispatch.states.WaitingState["OVER"],
                                koumen.dispatch.states.WaitingState["OVER"],
                            ),
                        ]
                    ),
                ),
                ("date", models.DateField()),
                ("part_of_day", models.TextField()),
                ("wanted_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("wish", models.JSONField()),
                ("joined_at", models.DateTimeField()),
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
                        related_name="waitings",
                        to="people.customer",
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
        migrations.CreateModel(
            name="PlaceOffer",
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
                                koumen.dispatch.states.OfferState["OPEN"],
                                koumen.dispatch.states.OfferState["OPEN"],
                            ),
                            (
                                koumen.dispatch.states.OfferState["ACCEPTED"],
                                koumen.dispatch.states.OfferState["ACCEPTED"],
                            ),
                            (
                                koumen.dispatch.states.OfferState["DECLINED"],
                                koumen.dispatch.states.OfferState["DECLINED"],
                            ),
                            (
                                koumen.dispatch.states.OfferState["LAPSED"],
                                koumen.dispatch.states.OfferState["LAPSED"],
                            ),
                            (
                                koumen.dispatch.states.OfferState["GONE"],
                                koumen.dispatch.states.OfferState["GONE"],
                            ),
                        ]
                    ),
                ),
                ("window_from", models.DateTimeField()),
                ("window_to", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.shift"
                    ),
                ),
                (
                    "waiting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="dispatch.waiting",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="waiting",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "offered"])),
                fields=["date", "joined_at"],
                name="dispatch_in_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ["waiting", "offered"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ["granted", "withdrawn", "over"])),
                    _connector="OR",
                ),
                name="dispatch_waiting_ended_iff_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), ("visit__isnull", False)),
                    models.Q(models.Q(("state", "granted"), _negated=True), ("visit__isnull", True)),
                    _connector="OR",
                ),
                name="dispatch_waiting_visit_iff_granted",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "offered"])),
                fields=("customer", "date", "part_of_day"),
                name="dispatch_waits_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="placeoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="dispatch_offer_answered_iff_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="placeoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("waiting",), name="dispatch_one_offer_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="placeoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("shift",), name="dispatch_one_offer_a_shift"
            ),
        ),
    ]
