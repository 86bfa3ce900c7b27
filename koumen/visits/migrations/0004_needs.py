"""What a visit needs."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0003_teams"),
        ("credit", "0016_night_by_key"),
        ("people", "0004_customer_languages"),
        ("visits", "0003_door_card"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="equipment",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="visit",
            name="languages",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="visit",
            name="purpose",
            field=models.TextField(db_default="repayment", default="repayment"),
        ),
        migrations.AddField(
            model_name="visit",
            name="staff",
            field=models.SmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("staff__in", [1, 2])), name="visits_one_or_two"
            ),
        ),
    ]
