"""What cards, transfers and deposits leave behind: slips, forged notes, the lines of the bank's and acquirer's files."""

from django.db import models
from django.db.models import Q

from koumen.agents.models import Agent, Item
from koumen.kit.ids import new_id
from koumen.payments.models.custody import Deposit
from koumen.payments.models.paying import Payment, ReceiptSeries
from koumen.visits.models import Visit


class CardSlip(models.Model):
    """What the card terminal printed: never a whole card number. Append-only."""

    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, primary_key=True, related_name="card_slip"
    )
    terminal = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    on_date = models.DateField()
    approval_code = models.TextField()
    last_four = models.CharField(max_length=4)

    class Meta:
        constraints = [
            # one slip pays once
            models.UniqueConstraint(
                fields=["terminal", "on_date", "approval_code"], name="payments_card_slip_once"
            )
        ]


class ForgedNote(models.Model):
    """A note that looked forged: given back, or kept against a numbered slip. It is no money. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="forged_notes")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    denomination_minor = models.BigIntegerField()
    serial = models.TextField()
    outcome = models.TextField()  # rules.forged.Outcome
    series = models.ForeignKey(ReceiptSeries, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="payments_forged_number"),
            models.CheckConstraint(
                condition=Q(outcome="kept", number__isnull=False, series__isnull=False)
                | Q(outcome="refused", number__isnull=True, series__isnull=True),
                name="payments_forged_kept_has_slip",
            ),
        ]

    @property
    def printed_number(self) -> str:
        """The number of the slip that the customer holds; empty when the note was given back."""
        return f"{self.series_id}-{self.number:07d}" if self.number else ""


class SettlementFile(models.Model):
    """A file of the bank or of the card acquirer: what arrived there. Append-only; the same file is taken once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.TextField()  # rules.settlement.Source
    sha256 = models.BinaryField(unique=True)
    imported_at = models.DateTimeField()
    imported_by = models.TextField()  # kit.actor.Actor.key


class SettlementLine(models.Model):
    """One amount that arrived, without any name; matched once, with what it belongs to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="lines")
    source = models.TextField()
    line_no = models.IntegerField()
    booked_date = models.DateField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reference = models.TextField()  # the bank's or the acquirer's own
    our_number = models.TextField(blank=True)  # a slip or a transfer code that stood in it
    approval_code = models.TextField(blank=True)
    last_four = models.TextField(blank=True)
    terminal = models.TextField(blank=True)
    matched_at = models.DateTimeField(null=True)
    matched_by = models.TextField(blank=True)
    deposit = models.OneToOneField(Deposit, null=True, on_delete=models.PROTECT, related_name="line")
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="line")
    is_payout = models.BooleanField(default=False)  # of the card acquirer, for many cards at once

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "reference"], name="payments_line_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_line_positive"),
            models.CheckConstraint(
                condition=Q(
                    matched_at__isnull=True, deposit__isnull=True, payment__isnull=True, is_payout=False
                )
                | (
                    Q(matched_at__isnull=False)
                    & (
                        Q(deposit__isnull=False, payment__isnull=True, is_payout=False)
                        | Q(deposit__isnull=True, payment__isnull=False, is_payout=False)
                        | Q(deposit__isnull=True, payment__isnull=True, is_payout=True)
                    )
                ),
                name="payments_line_matched_with_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["booked_date"], condition=Q(matched_at__isnull=True), name="payments_line_open"
            )
        ]
