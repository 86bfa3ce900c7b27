"""Payments with their tender, counted notes, receipts and their series; cash on its way from person to person."""

from django.db import models
from django.db.models import Q

from koumen.agents.models import Agent, Item, Shift
from koumen.credit.models import CreditAccount
from koumen.documents.models import Document
from koumen.kit.ids import new_id
from koumen.payments.states import DepositState, FloatState, HandInState, PaymentState
from koumen.people.models import Person
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


class Pile(models.Model):
    """Notes and coins that one person counted at one moment. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    counted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gte=0), name="payments_pile_amount")]


class PileNote(models.Model):
    """The notes or coins of one denomination in a pile. Append-only."""

    id = models.BigAutoField(primary_key=True)
    pile = models.ForeignKey(Pile, on_delete=models.PROTECT, related_name="notes")
    denomination_minor = models.BigIntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pile", "denomination_minor"], name="payments_pile_note_once"),
            models.CheckConstraint(
                condition=Q(count__gt=0, denomination_minor__gt=0), name="payments_pile_note_positive"
            ),
        ]


class CashFloat(models.Model):
    """Change money for a working day: counted out by the office, counted again by the agent who takes it.

    The database refuses a float that was counted out by the agent, or taken by anybody else.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="floats")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="floats")
    state = models.TextField(choices=[(s, s) for s in FloatState])
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    given = models.OneToOneField(Pile, on_delete=models.PROTECT, related_name="+")
    taken = models.OneToOneField(Pile, null=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_float_positive"),
            models.CheckConstraint(
                condition=Q(state="offered", ended_at__isnull=True)
                | (~Q(state="offered") & Q(ended_at__isnull=False)),
                name="payments_float_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="taken", taken__isnull=False) | (~Q(state="taken") & Q(taken__isnull=True)),
                name="payments_float_taken",
            ),
            models.UniqueConstraint(
                fields=["agent"], condition=Q(state="offered"), name="payments_one_float_offered"
            ),
        ]


class HandIn(models.Model):
    """Cash that an agent hands in: counted by them, then by another person; the second count moves it.

    ``difference_minor``: what was counted less what the books said (after a part was handed in: only what was too
    much). It is booked to an account of its own. The database refuses a count by the agent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="hand_ins")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="hand_ins")
    is_final = models.BooleanField()  # everything: it ends the working day
    state = models.TextField(choices=[(s, s) for s in HandInState])
    currency = models.CharField(max_length=3)
    declared = models.OneToOneField(Pile, on_delete=models.PROTECT, related_name="+")
    counted = models.OneToOneField(Pile, null=True, on_delete=models.PROTECT, related_name="+")
    difference_minor = models.BigIntegerField(null=True)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="declared", ended_at__isnull=True)
                | (~Q(state="declared") & Q(ended_at__isnull=False)),
                name="payments_hand_in_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="counted", counted__isnull=False, difference_minor__isnull=False)
                | (~Q(state="counted") & Q(counted__isnull=True, difference_minor__isnull=True)),
                name="payments_hand_in_counted",
            ),
            models.UniqueConstraint(
                fields=["agent"], condition=Q(state="declared"), name="payments_one_hand_in_declared"
            ),
        ]
        indexes = [models.Index(fields=["-declared_at", "-id"], name="payments_hand_in_newest")]


class Deposit(models.Model):
    """Cash for the bank with its slip: counted by two people of the office; the second count sends it.

    ``difference_minor``: what the bank counted less what was sent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    state = models.TextField(choices=[(s, s) for s in DepositState])
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    prepared = models.OneToOneField(Pile, on_delete=models.PROTECT, related_name="+")
    sent = models.OneToOneField(Pile, null=True, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    difference_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="payments_deposit_number"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_deposit_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "arrived"], sent__isnull=False, sent_at__isnull=False)
                | (~Q(state__in=["sent", "arrived"]) & Q(sent__isnull=True, sent_at__isnull=True)),
                name="payments_deposit_sent",
            ),
            models.CheckConstraint(
                condition=Q(state="arrived", arrived_at__isnull=False, difference_minor__isnull=False)
                | (~Q(state="arrived") & Q(arrived_at__isnull=True, difference_minor__isnull=True)),
                name="payments_deposit_arrived",
            ),
        ]

    @property
    def printed_number(self) -> str:
        """The number as it stands on the slip."""
        return f"{self.series_id}-{self.number:07d}"


class CashFetch(models.Model):
    """Cash fetched from the bank into the safe. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pile = models.OneToOneField(Pile, on_delete=models.PROTECT, related_name="+")
    fetched_at = models.DateTimeField()


class CashAlarm(models.Model):
    """That somebody has held cash for too long was said once; a later ``held_since`` is another alarm."""

    id = models.BigAutoField(primary_key=True)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    held_since = models.DateTimeField()
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "currency", "held_since"], name="payments_alarm_once")
        ]


class CashReturn(models.Model):
    """Notes that a customer gave for a payment that was taken back, until somebody has counted them back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="cash_return")
    owed_at = models.DateTimeField()
    pile = models.OneToOneField(Pile, null=True, on_delete=models.PROTECT, related_name="+")
    from_safe = models.BooleanField(default=False)  # given back by the office, not out of the agent's bag
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pile__isnull=True, returned_at__isnull=True, from_safe=False)
                | Q(pile__isnull=False, returned_at__isnull=False),
                name="payments_return_counted",
            )
        ]


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
