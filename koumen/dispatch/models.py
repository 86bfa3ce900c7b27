"""The order of stops in a shift, wishes, what a person decided, where agents do not go, repairs, roads."""

from django.db import models
from django.db.models.lookups import Exact

from koumen.agents.models import Agent, Shift
from koumen.credit.models import CreditAccount
from koumen.credit.models.proposals import person_of
from koumen.dispatch.states import OfferState, RepairState, StandingState, WaitingState
from koumen.kit.ids import new_id
from koumen.people.models import Customer
from koumen.visits.models import Visit


class Stop(models.Model):
    """A visit's place in its shift's route; rewritten whole under the lock of the shift."""

    id = models.BigAutoField(primary_key=True)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="stops")
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="stop")
    position = models.IntegerField()
    arrive_at = models.DateTimeField(
        null=True
    )  # a person said when; holds while it lies in the promised window

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
    hour = models.SmallIntegerField(null=True)  # about when in it, if they said so
    district = models.TextField(
        blank=True, db_default=""
    )  # no more of an address than a count by district needs
    made_at = models.DateTimeField()


class Waiting(models.Model):
    """A customer who waits for a place of a day and part of the day, and what they wait for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="waitings")
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=[(s, s) for s in WaitingState])
    date = models.DateField()
    part_of_day = models.TextField()
    wanted_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    wish = models.JSONField()  # rules.wish.VisitWish
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    visit = models.OneToOneField(Visit, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "offered"], ended_at__isnull=True)
                | models.Q(state__in=["granted", "withdrawn", "over"], ended_at__isnull=False),
                name="dispatch_waiting_ended_iff_over",
            ),
            models.CheckConstraint(
                condition=models.Q(state="granted", visit__isnull=False)
                | (~models.Q(state="granted") & models.Q(visit__isnull=True)),
                name="dispatch_waiting_visit_iff_granted",
            ),
            models.UniqueConstraint(
                fields=["customer", "date", "part_of_day"],
                condition=models.Q(state__in=["waiting", "offered"]),
                name="dispatch_waits_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["date", "joined_at"],
                condition=models.Q(state__in=["waiting", "offered"]),
                name="dispatch_in_line",
            )
        ]


class PlaceOffer(models.Model):
    """A place that came free, offered to one who waits; nobody else waiting is asked about its shift meanwhile."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    waiting = models.ForeignKey(Waiting, on_delete=models.PROTECT, related_name="offers")
    state = models.TextField(choices=[(s, s) for s in OfferState])
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    made_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", answered_at__isnull=True)
                | (~models.Q(state="open") & models.Q(answered_at__isnull=False)),
                name="dispatch_offer_answered_iff_closed",
            ),
            models.UniqueConstraint(
                fields=["waiting"], condition=models.Q(state="open"), name="dispatch_one_offer_each"
            ),
            models.UniqueConstraint(
                fields=["shift"], condition=models.Q(state="open"), name="dispatch_one_offer_a_shift"
            ),
        ]


class Standing(models.Model):
    """What a customer agreed to, or is asked: a visit each month, on which day, for how much; see rules.standing.

    The database refuses that whoever wrote it down for a caller also says that the customer agreed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="standings")
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=[(s, s) for s in StandingState])
    week = models.SmallIntegerField(null=True)
    weekday = models.SmallIntegerField(null=True)
    days_before = models.SmallIntegerField(null=True)
    part_of_day = models.TextField()
    amount = models.TextField()  # minimum, bill, all: as owed when it is booked
    wish = models.JSONField()  # rules.wish.VisitWish
    asked_by = models.TextField(
        blank=True
    )  # kit.actor.Actor.key of the desk; empty: on the customer's own page
    asked_at = models.DateTimeField()
    agreed_how = models.TextField(blank=True)  # own_page; call: to the number on file, read back
    agreed_by = models.TextField(blank=True)
    agreed_at = models.DateTimeField(null=True)
    paused_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(week__isnull=False, weekday__isnull=False, days_before__isnull=True)
                | models.Q(week__isnull=True, weekday__isnull=True, days_before__isnull=False),
                name="dispatch_standing_one_rule",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ended", ended_at__isnull=False)
                | (~models.Q(state="ended") & models.Q(ended_at__isnull=True)),
                name="dispatch_standing_ended_iff_over",
            ),
            models.CheckConstraint(
                condition=models.Q(state="paused", paused_until__isnull=False)
                | (~models.Q(state="paused") & models.Q(paused_until__isnull=True)),
                name="dispatch_standing_paused_until",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        state__in=["asked", "ended"], agreed_at__isnull=True, agreed_by="", agreed_how=""
                    )
                    & ~models.Q(asked_by="")
                )
                | (
                    ~models.Q(state="asked")
                    & models.Q(agreed_at__isnull=False)
                    & ~models.Q(agreed_by="")
                    & ~models.Q(Exact(person_of("agreed_by"), person_of("asked_by")))
                ),
                name="dispatch_standing_agreed",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=["asked", "active", "paused"]),
                name="dispatch_one_standing_an_account",
            ),
        ]


class StandingTurn(models.Model):
    """What came of one month of a standing visit; one row a month, so that nothing is booked twice. Append-only."""

    id = models.BigAutoField(primary_key=True)
    standing = models.ForeignKey(Standing, on_delete=models.PROTECT, related_name="turns")
    month = models.DateField()  # its first day
    date = models.DateField()
    outcome = models.TextField()  # rules.standing.Outcome
    visit = models.OneToOneField(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standing", "month"], name="dispatch_one_turn_a_month"),
        ]


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


class DistrictMap(models.Model):
    """The outlines of districts as they were imported; the newest row holds. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source_digest = models.TextField()  # SHA-256 of what they were read from
    districts = models.JSONField()  # name and rings of each; see rules.districts
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
    # pin: whether its place in the route stays, behind which visit (none: first), at the door at which moment
    is_placed = models.BooleanField(default=False)
    after = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    arrive_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # a code of rules.planning
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
            models.CheckConstraint(
                condition=models.Q(kind="pin", is_placed=True)
                | models.Q(is_placed=False, after__isnull=True, arrive_at__isnull=True),
                name="dispatch_override_place",
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
