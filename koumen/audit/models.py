"""Facts, seals, remembered commands and the table of allowed moves."""

from django.db import models
from django.db.models.functions import Now


class XidField(models.Field):  # type: ignore[type-arg]  # a column the database fills, never read as a Python value
    """The top-level transaction that wrote the row, filled by the database's guard."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002  (Django's signature)
        """PostgreSQL's 64-bit transaction id."""
        return "xid8"

    def get_db_prep_save(self, value: object, connection: object) -> str:  # noqa: ARG002
        """A placeholder: the guard writes the real one before the row exists."""
        return "0"


class MultirangeField(models.Field):  # type: ignore[type-arg]
    """Ranges of fact ids inside one sealed block."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002
        """PostgreSQL's multirange over bigint."""
        return "int8multirange"


class SnapshotField(models.Field):  # type: ignore[type-arg]
    """The transactions visible when a block was sealed."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002
        """PostgreSQL's snapshot."""
        return "pg_snapshot"


class Fact(models.Model):
    """One thing that happened: the audit entry and the outbox in one. Append-only."""

    id = models.BigAutoField(primary_key=True)
    fact_id = models.UUIDField(unique=True)
    xid = XidField(editable=False, db_index=True)
    kind = models.TextField()
    subject_id = models.UUIDField(db_index=True)
    actor = models.TextField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    body = models.TextField()  # canonical JSON: text, so that the sealed bytes are the stored bytes

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="audit_fact_kind")]


class Seal(models.Model):
    """One sealed block of facts, linked by hash to the block before."""

    no = models.BigIntegerField(primary_key=True)
    prev_hash = models.BinaryField()
    hash = models.BinaryField()
    n = models.IntegerField()
    ids = MultirangeField()
    era = models.BigIntegerField()
    floor_id = models.BigIntegerField()
    snap = SnapshotField()
    at = models.DateTimeField(db_default=Now())


class Once(models.Model):
    """A command already done: same inputs get the first answer, other inputs a conflict."""

    id = models.BigAutoField(primary_key=True)
    command = models.TextField()
    actor = models.TextField()
    key = models.UUIDField()
    inputs_digest = models.BinaryField()
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "actor", "key"], name="audit_once_scope")]


class AllowedMove(models.Model):
    """A move that a state machine allows; '' stands before the first state. Refreshed by migrate."""

    id = models.BigAutoField(primary_key=True)
    machine = models.TextField()
    from_state = models.TextField(blank=True)
    to_state = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["machine", "from_state", "to_state"], name="audit_allowed_move")
        ]
