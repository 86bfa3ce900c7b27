"""Cash on its way from person to person, counted at every change of hands."""

from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact

from koumen.agents.models import Agent, Shift
from koumen.credit.models.proposals import person_of
from koumen.kit.ids import new_id
from koumen.payments.models.paying import Payment, ReceiptSeries
from koumen.payments.rules.custody import NOTES_WERE_TAKEN
from koumen.payments.states import DepositState, FloatState, HandInState, ReturnState
from koumen.people.models import Person


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
    """Notes of a payment that was taken back: given back, never there, or nobody's.

    The database refuses that one person both claims and decides.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="cash_return")
    state = models.TextField(choices=[(s, s) for s in ReturnState])
    owed_at = models.DateTimeField()
    pile = models.OneToOneField(Pile, null=True, on_delete=models.PROTECT, related_name="+")
    from_safe = models.BooleanField(default=False)  # given back by the office, not out of the agent's bag
    # notes that never came, and were missed at this last hand-in of a day; empty: nobody had counted since
    missed_in = models.ForeignKey(HandIn, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_by = models.TextField(blank=True)  # kit.actor.Actor.key
    ended_by = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["owed", "claimed"], ended_at__isnull=True, ended_by="")
                | (Q(state__in=["returned", "absent", "kept"], ended_at__isnull=False) & ~Q(ended_by="")),
                name="payments_return_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="returned", pile__isnull=False)
                | (~Q(state="returned") & Q(pile__isnull=True, from_safe=False)),
                name="payments_return_counted",
            ),
            models.CheckConstraint(
                condition=Q(state="absent") | Q(missed_in__isnull=True), name="payments_return_missed"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["claimed", "kept"]) & ~Q(claimed_by=""))
                | Q(state__in=["owed", "returned", "absent"], claimed_by=""),
                name="payments_return_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state="kept") | ~Q(Exact(person_of("ended_by"), person_of("claimed_by"))),
                name="payments_return_two_persons",
            ),
        ]

    @property
    def were_taken(self) -> bool:
        """Whether the payment was taken back although its notes had come; otherwise a count found what never came."""
        return self.payment.receipt.void_reason in NOTES_WERE_TAKEN
