"""Payments with their tender, counted notes, receipts and their series."""

from django.db import models
from django.db.models import Q

from koumen.agents.models import Agent
from koumen.credit.models import CreditAccount
from koumen.documents.models import Document
from koumen.kit.ids import new_id
from koumen.payments.states import PaymentState
from koumen.visits.models import Agreement, Visit


class Payment(models.Model):
    """One tender for one credit account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="payments")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="payments")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="payments")
    tender = models.TextField()  # cash, wallet, card, transfer
    state = models.TextField(choices=[(s, s) for s in PaymentState])
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    provider_reference = models.TextField(blank=True)
    qr_text = models.TextField(blank=True)
    transfer_code = models.TextField(blank=True)  # what the customer writes as the purpose of a transfer
    close_reason = models.TextField(blank=True)
    # the provider reported success after the tender was closed: the money is kept for the customer
    is_late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_positive"),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False) | Q(~Q(state="paid"), paid_at__isnull=True),
                name="payments_paid_at_iff_paid",
            ),
            # one wallet at a time: nothing else is tendered while it may still succeed; transfers take days
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(state__in=["pending", "unknown"], tender="wallet"),
                name="payments_one_open_a_visit",
            ),
            models.UniqueConstraint(
                fields=["transfer_code"], condition=~Q(transfer_code=""), name="payments_transfer_code_once"
            ),
            # the provider's money cannot be booked twice
            models.UniqueConstraint(
                fields=["provider_reference"],
                condition=~Q(provider_reference=""),
                name="payments_provider_once",
            ),
            models.CheckConstraint(
                condition=Q(tender__in=["cash", "wallet", "card", "transfer"]), name="payments_tender_known"
            ),
        ]


class CashWitness(models.Model):
    """How much cash the second of a team saw counted at a visit, all together. Append-only; the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="cash_witnesses")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_witness_positive"),
        ]


class NoteCount(models.Model):
    """Notes and coins of one denomination, counted in, or given back as change. Append-only."""

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="notes")
    direction = models.TextField()  # in, out
    denomination_minor = models.BigIntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "direction", "denomination_minor"],
                name="payments_notes_once",
            ),
            models.CheckConstraint(
                condition=Q(count__gt=0, denomination_minor__gt=0, direction__in=["in", "out"]),
                name="payments_notes_positive",
            ),
        ]


class ReceiptSeries(models.Model):
    """A series of numbers without gaps, of receipts or of deposit slips; the row is the lock of the next number."""

    code = models.TextField(primary_key=True)
    next_number = models.BigIntegerField(default=1)


class Receipt(models.Model):
    """A receipt: number and content in the payment's transaction, the PDF when first needed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT)
    number = models.BigIntegerField()
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="receipt")
    token = models.TextField(unique=True)  # in the QR: unguessable, opens the public page
    short_code = models.TextField(unique=True)  # printed under the QR for whoever types
    issued_at = models.DateTimeField()
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="receipts")
    # Set once, when its payment is taken back; the number stays used.
    voided_at = models.DateTimeField(null=True)
    void_reason = models.TextField(blank=True)  # credit.rules.mending.REASONS of a reversal

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="payments_receipt_number"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="payments_void_has_reason",
            ),
        ]

    @property
    def printed_number(self) -> str:
        """The number as it is printed and said."""
        return f"{self.series_id}-{self.number:07d}"
