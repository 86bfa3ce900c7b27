"""Policy packs and the rulings they gave."""

from django.db import models

from koumen.kit.ids import new_id


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
