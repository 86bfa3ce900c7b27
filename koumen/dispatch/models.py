"""The order of stops in a shift."""

from django.db import models

from koumen.agents.models import Shift
from koumen.visits.models import Visit


class Stop(models.Model):
    """A visit's place in its shift's route; rewritten whole under the lock of the shift."""

    id = models.BigAutoField(primary_key=True)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="stops")
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="stop")
    position = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "position"],
                name="dispatch_stop_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]


class Wish(models.Model):
    """None of the offered slots suited: what the customer would have liked."""

    id = models.BigAutoField(primary_key=True)
    customer_id = models.UUIDField()
    date = models.DateField()
    part_of_day = models.TextField()  # morning, midday, afternoon, evening
    made_at = models.DateTimeField()
