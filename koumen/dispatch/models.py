"""The order of stops in a shift, wishes, what a person decided, where agents do not go, repairs, roads."""

from django.db import models

from koumen.agents.models import Agent, Shift
from koumen.dispatch.states import RepairState
from koumen.kit.ids import new_id
from koumen.people.models import Customer
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


class RoadMap(models.Model):
    """A map of roads that was imported; the map itself is a file named by its digest. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.TextField(unique=True)  # SHA-256 of the file in the data folder
    source_digest = models.TextField()  # SHA-256 of the extract it was read from
    nodes = models.IntegerField()
    arcs = models.IntegerField()
    south = models.FloatField()
    west = models.FloatField()
    north = models.FloatField()
    east = models.FloatField()
    imported_at = models.DateTimeField()


class TravelTimes(models.Model):
    """What travel times are made from on the days from ``from_date`` on, until a newer version. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.IntegerField(unique=True)
    roads = models.ForeignKey(RoadMap, null=True, on_delete=models.PROTECT)  # without: the straight line
    content = models.JSONField()  # see rules.travel_times
    origin = models.TextField()  # roads, set, refit
    from_date = models.DateField()
    made_at = models.DateTimeField()


class Override(models.Model):
    """What a person decided against the plan, and the plan never undoes. Append-only: the newest of a visit holds."""

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="overrides")
    kind = models.TextField()  # pin, swap, refuse, release
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT)  # pin, swap: who goes
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT)  # refuse: who does not
    reason = models.TextField(blank=True)  # refuse: a code of rules.planning
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["pin", "swap"], shift__isnull=False, agent__isnull=True)
                | (models.Q(kind="refuse", shift__isnull=True, agent__isnull=False) & ~models.Q(reason=""))
                | models.Q(kind="release", shift__isnull=True, agent__isnull=True),
                name="dispatch_override_parts",
            ),
        ]


class NoGo(models.Model):
    """Where an agent does not go on the days [from, to): to a customer, or within a distance of a place."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="no_goes")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="no_goes")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    radius_m = models.IntegerField(null=True)
    reason = models.TextField()  # a code of rules.planning
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    customer__isnull=False,
                    latitude__isnull=True,
                    longitude__isnull=True,
                    radius_m__isnull=True,
                )
                | models.Q(
                    customer__isnull=True, latitude__isnull=False, longitude__isnull=False, radius_m__gt=0
                ),
                name="dispatch_no_go_parts",
            ),
        ]


class Repair(models.Model):
    """Other routes for a day on which promises are at risk, as they were put before a dispatcher."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    date = models.DateField()
    state = models.TextField(choices=[(s, s) for s in RepairState])
    content = models.JSONField()  # ids: routes and versions by shift, who moves to which shift, who is helped
    extra_s = models.IntegerField()  # more on the road than before
    made_at = models.DateTimeField()
    decided_by = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # refused: a code of rules.planning

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_at__isnull=True)
                | (~models.Q(state="proposed") & models.Q(decided_at__isnull=False)),
                name="dispatch_repair_decided_at",
            ),
            models.CheckConstraint(
                condition=(models.Q(state="refused") & ~models.Q(reason=""))
                | (~models.Q(state="refused") & models.Q(reason="")),
                name="dispatch_repair_refused_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["date", "-made_at"], name="dispatch_repairs_of_day")]
