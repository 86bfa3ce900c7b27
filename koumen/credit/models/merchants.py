"""Shops whose programs enter purchases themselves, and what of a limit is held for what they have not sent yet."""

from django.db import models

from koumen.kit.ids import new_id


class Merchant(models.Model):
    """A merchant; its key is derived (rules/merchants.py) and never stored, a higher generation makes it another one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField(unique=True)  # stands on bills; a merchant's, never a person's
    generation = models.SmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()


class Reservation(models.Model):
    """A part of the limit that is held for a purchase the merchant has not confirmed yet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("credit.CreditAccount", on_delete=models.PROTECT, related_name="reservations")
    state = models.TextField()
    amount_minor = models.BigIntegerField()
    description = models.TextField()
    category = models.TextField()
    merchant = models.ForeignKey(
        Merchant, null=True, on_delete=models.PROTECT, related_name="reservations", db_index=False
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="credit_reservation_amount")
        ]
        indexes = [
            models.Index(fields=["account"], condition=models.Q(state="held"), name="credit_reservation_held")
        ]
