"""Policy packs and the rulings they gave; complaints and disputes."""

from django.db import models

from koumen.conduct.states import ComplaintState
from koumen.kit.ids import new_id
from koumen.people.models import Customer


class PolicyPack(models.Model):
    """Rules of contact as dated data; immutable once stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField()
    version = models.IntegerField()
    content = models.JSONField()
    digest = models.BinaryField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="conduct_pack_version")]


class Ruling(models.Model):
    """One answer of a pack about one act; the evidence that somebody asked first. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    act = models.TextField()  # book, knock, message, call
    subject_id = models.UUIDField()
    verdict = models.TextField()  # allow, deny
    reasons = models.JSONField(default=list)  # codes
    pack = models.ForeignKey(PolicyPack, on_delete=models.PROTECT)
    at = models.DateTimeField()  # the moment asked about
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "act"], name="conduct_ruling_subject")]


class Complaint(models.Model):
    """Somebody is not content; it has a number, a clock and an answer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.TextField(unique=True)  # said to whoever complains
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="complaints")
    subject_id = models.UUIDField(null=True)  # the visit it is about
    kind = models.TextField()  # rules.complaints.ComplaintKind
    via = models.TextField()  # rules.complaints.Via
    words = models.BinaryField(null=True)  # what was said, sealed under the customer's key
    state = models.TextField(choices=[(s, s) for s in ComplaintState])
    opened_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()  # by the pack of the day on which it was opened
    answer_by = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)  # when four fifths of the time were over
    acknowledged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)  # rules.complaints.Outcome
    answer = models.BinaryField(null=True)  # what we answered, sealed under the customer's key

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="answered", answered_at__isnull=False)
                | (~models.Q(state="answered") & models.Q(answered_at__isnull=True)),
                name="conduct_complaint_answered",
            ),
        ]
        indexes = [models.Index(fields=["answer_by"], name="conduct_complaint_clock")]


class Dispute(models.Model):
    """A customer says that the debt is not theirs, not there or not right: until it is closed nothing is recovered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="disputes")
    ground = models.TextField()  # rules.complaints.Ground
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "ground"],
                name="conduct_one_dispute_a_ground",
                condition=models.Q(closed_at__isnull=True),
            )
        ]
