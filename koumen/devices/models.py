"""Devices, how they were enrolled, what they signed, and what about them alarmed somebody."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from koumen.agents.models import Agent
from koumen.devices.rules.moments import Bounds, pack_over_at
from koumen.devices.states import ActState
from koumen.kit.ids import new_id
from koumen.payments.models import Payment


class Device(models.Model):
    """A phone of an agent; its private key never left it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.TextField(unique=True)  # on its certificate, and the series of its receipts
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="devices")
    label = models.TextField(blank=True)  # how the office tells phones apart: a sticker, a colour
    public_key = models.BinaryField()  # an uncompressed point of P-256
    certificate = models.TextField()  # canonical JSON, as the lender signed it
    certificate_signature = models.BinaryField()
    enrolled_at = models.DateTimeField()
    valid_to = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.TextField(blank=True)
    app_version = models.IntegerField(default=0)
    last_seen_at = models.DateTimeField(null=True)
    # all acts up to here are done, set aside, or given up as a gap
    head_sequence = models.BigIntegerField(default=0)
    stated_receipt = models.BigIntegerField(null=True)  # by its own word, or by whoever read its screen
    stated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
                name="devices_revoked_with_reason",
            ),
        ]


class Enrolment(models.Model):
    """A leave to enrol one phone, once and soon; of its secret only a digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="enrolments")
    label = models.TextField(blank=True)
    token_sha256 = models.BinaryField(unique=True)
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    device = models.OneToOneField(Device, null=True, on_delete=models.PROTECT, related_name="enrolment")


class AppVersion(models.Model):
    """The oldest app that still gets a day pack; the newest row holds. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    least = models.IntegerField()
    required_by = models.TextField()
    required_at = models.DateTimeField()


class DayPack(models.Model):
    """When a device got what it needs for a day; its acts count from here at the earliest. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="packs")
    date = models.DateField()
    issued_at = models.DateTimeField()
    shift_ends_at = models.DateTimeField(null=True)  # null: its agent had no shift that day

    @property
    def over_at(self) -> datetime:
        """From when on it is an old one."""
        return pack_over_at(self.issued_at, self.shift_ends_at)


class DeviceAct(models.Model):
    """What a device says it did, exactly as it was signed, and what became of it here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="acts")
    sequence = models.BigIntegerField()
    kind = models.TextField()
    visit_id = models.UUIDField(null=True)  # as said: there may be no such visit
    text = models.TextField()
    signature = models.BinaryField()
    sha256 = models.BinaryField()
    is_genuine = models.BooleanField()  # signed by the device
    # the one act of its number; a second with the same number is a rival, and never in the chain
    in_chain = models.BooleanField()
    receipt_number = models.BigIntegerField(null=True)  # of cash in the chain
    carried_by = models.TextField()  # device, customer
    said_at = models.DateTimeField()  # by the phone's clock
    received_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)  # when it counts as done
    clock_differed = models.BooleanField(default=False)
    # between these it was done, whatever the phone's clock says
    done_after = models.DateTimeField(null=True)
    done_before = models.DateTimeField(null=True)
    # sealed, and signed only by its digest: a place or words, gone once the act is done or has waited too long
    beside = models.TextField(blank=True, default="")
    state = models.TextField(choices=[(s, s) for s in ActState])
    code = models.TextField(blank=True)  # why it was set aside
    settled_at = models.DateTimeField(null=True)
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="act")
    reviewed_by = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "sha256", "is_genuine"], name="devices_act_once"),
            models.UniqueConstraint(
                fields=["device", "sequence"], condition=Q(in_chain=True), name="devices_one_act_a_number"
            ),
            models.UniqueConstraint(
                fields=["device", "receipt_number"],
                condition=Q(receipt_number__isnull=False),
                name="devices_one_act_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(is_genuine=True) | Q(in_chain=False), name="devices_chain_is_genuine"
            ),
            models.CheckConstraint(
                condition=Q(state="received", settled_at__isnull=True)
                | Q(~Q(state="received"), settled_at__isnull=False),
                name="devices_settled_unless_received",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "received_at"], name="devices_act_state"),
            models.Index(fields=["visit_id"], name="devices_act_visit"),
        ]

    @property
    def bounds(self) -> Bounds | None:
        """Between which moments it was done; None before its turn has come."""
        if self.done_after is None or self.done_before is None:
            return None
        return Bounds(earliest=self.done_after, latest=self.done_before)


class DeviceAlarm(models.Model):
    """Something about a device that somebody must look at."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="alarms")
    kind = models.TextField()  # rules.alarms.AlarmKind
    sequence = models.BigIntegerField(default=0)  # of the act, or the receipt number that is missing
    raised_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.TextField(blank=True)

    class Meta:
        constraints = [
            # the same thing alarms once
            models.UniqueConstraint(fields=["device", "kind", "sequence"], name="devices_alarm_once"),
        ]
