"""Accounts, entries, movements: balanced by construction, corrected by reversal."""

from django.db import models

from koumen.kit.ids import new_id
from koumen.ledger.rules.chart import AccountKind

__all__ = ["Account", "AccountKind", "BookPeriod", "Entry", "Movement"]


class Account(models.Model):
    """One account; per owner for customers and agents, one for the branch otherwise."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()  # rules.chart.AccountKind
    owner_id = models.UUIDField(null=True)  # credit account or agent; empty for the branch's own
    currency = models.CharField(max_length=3)
    debit_minor = models.BigIntegerField(default=0)  # sums of movements, kept by the posting function only
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner_id", "currency"],
                name="ledger_account_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(debit_minor__gte=0, credit_minor__gte=0),
                name="ledger_sums",
            ),
        ]


class Entry(models.Model):
    """One business fact in the books: a group of movements. Append-only."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField(unique=True, default=new_id)
    kind = models.TextField()  # rules.entries.EntryKind
    source_id = models.UUIDField()  # the payment, purchase or import batch behind it
    effective_at = models.DateTimeField()  # the economic moment
    recorded_at = models.DateTimeField()
    booked_date = models.DateField()  # the day it counts in the books; set by the posting functions only
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        indexes = [
            models.Index(fields=["source_id"], name="ledger_entry_source"),
            models.Index(fields=["booked_date"], name="ledger_entry_booked"),
        ]


class Movement(models.Model):
    """One amount from one account to another of the same currency. Append-only."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="movements")
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_movement_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")),
                name="ledger_movement_two_sides",
            ),
        ]


class BookPeriod(models.Model):
    """Days ``[from, to)`` that are closed for good; each period begins where the last one ended. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    from_date = models.DateField(unique=True)
    to_date = models.DateField(unique=True)  # the first open day after it
    through_entry_id = (
        models.BigIntegerField()
    )  # the newest entry there was: no later one counts in the period
    closed_at = models.DateTimeField()
    closed_by = models.TextField()  # kit.actor.Actor.key

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_date__gt=models.F("from_date")),
                name="ledger_period_forward",
            )
        ]
