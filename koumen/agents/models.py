"""Agents, what they can do, when they work, and what they have with them."""

from django.db import models

from koumen.documents.models import Document
from koumen.kit.ids import new_id
from koumen.people.models import Person


class Agent(models.Model):
    """A person who visits customers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="agent")
    staff_number = models.TextField(unique=True)
    skills = models.JSONField(default=list)  # agents.rules.skills.Skill values: repayment, cash, consultation
    languages = models.JSONField(default=list)  # spoken: codes of kit.spoken
    home_latitude = models.FloatField()
    home_longitude = models.FloatField()
    created_at = models.DateTimeField()


class Certificate(models.Model):
    """Proof that an agent may do something on given days, [from, to)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="certificates")
    kind = models.TextField()  # home_visit
    valid_from = models.DateField()
    valid_to = models.DateField()


class Shift(models.Model):
    """An agent's working day; the row is the lock of that day, ``version`` counts its changes.

    Two agents are a *team* when the day of one is joined to that of the other: the day that is joined has no stops of
    its own, both go to the stops of the other (``partner`` there is the joined day).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="shifts")
    date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    start_latitude = models.FloatField()
    start_longitude = models.FloatField()
    # what the agent said on the day: no further than this, and not on before that
    off_from = models.DateTimeField(null=True)
    off_reason = models.TextField(blank=True)  # agents.rules.shift.OffReason
    held_until = models.DateTimeField(null=True)
    equipment = models.JSONField(
        default=list, db_default=[]
    )  # agents.rules.equipment.Equipment values: what it carries
    joined_to = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="partner"
    )  # goes along with that day
    version = models.IntegerField(default=1)
    opened_at = models.DateTimeField(null=True)  # when the agent took money and things over
    closed_at = models.DateTimeField(null=True)  # when all of it was back, or its loss written down

    class Meta:
        indexes = [models.Index(fields=["date"], name="agents_shift_date")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(joined_to=models.F("id")), name="agents_shift_not_joined_to_itself"
            ),
            models.UniqueConstraint(fields=["agent", "date"], name="agents_one_shift_a_day"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="agents_shift_order",
            ),
            models.CheckConstraint(
                condition=models.Q(off_from__isnull=True, off_reason="")
                | (models.Q(off_from__isnull=False) & ~models.Q(off_reason="")),
                name="agents_shift_off_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(opened_at__isnull=False),
                name="agents_shift_opened_before_closed",
            ),
        ]


class Item(models.Model):
    """One thing with a serial number that goes along to visits; its condition is what was seen last."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField()  # rules.items.ItemKind
    serial = models.TextField()
    condition = models.TextField()  # rules.items.Condition
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "serial"], name="agents_item_once")]


class Loan(models.Model):
    """One thing that an agent has, or had, from a working day on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="loans")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="loans")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="loans")
    lent_at = models.DateTimeField()
    lent_by = models.TextField()  # kit.actor.Actor.key
    condition_out = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(blank=True)
    condition_back = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(ended_at__isnull=True),
                name="agents_one_holder_of_a_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="", condition_back="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="") & ~models.Q(condition_back="")),
                name="agents_loan_ended_whole",
            ),
        ]


class Portrait(models.Model):
    """A photo of an agent; customers see the one that a second person approved. Ended, the file is deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="portraits")
    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="portrait")
    digest = models.CharField(max_length=64)  # SHA-256 of the file, hexadecimal
    shown_until = models.DateField()  # a face changes
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)  # replaced, refused or taken away

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent"],
                condition=models.Q(approved_at__isnull=False, ended_at__isnull=True),
                name="agents_one_portrait_shown",
            ),
            models.UniqueConstraint(
                fields=["agent"],
                condition=models.Q(approved_at__isnull=True, ended_at__isnull=True),
                name="agents_one_portrait_waits",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True, approved_by__isnull=True)
                | (
                    models.Q(approved_at__isnull=False, approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("uploaded_by"))
                ),
                name="agents_portrait_two_persons",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, document__isnull=False)
                | models.Q(ended_at__isnull=False, document__isnull=True),
                name="agents_portrait_ended_whole",
            ),
        ]
