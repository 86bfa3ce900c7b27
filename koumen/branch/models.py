"""Lender, branch and holiday: the only tables outside a branch's own schema."""

from zoneinfo import ZoneInfo

from django.db import models


class Lender(models.Model):
    """A lender as its receipts name it."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    name_en = models.TextField()
    address = models.TextField()
    registration_number = models.TextField()


class Branch(models.Model):
    """One city of one lender: a schema of its own with all that belongs to it."""

    schema = models.TextField(primary_key=True)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    name = models.TextField()
    name_en = models.TextField()
    zone_name = models.TextField()
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    language = models.TextField()  # what letters and receipts are written in when nobody chose
    help_phone = models.TextField()
    latitude = models.FloatField()
    longitude = models.FloatField()

    @property
    def zone(self) -> ZoneInfo:
        """The branch's time zone."""
        return ZoneInfo(self.zone_name)


class Holiday(models.Model):
    """A public holiday of a country."""

    id = models.BigAutoField(primary_key=True)
    country = models.CharField(max_length=2)
    date = models.DateField()
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "date"], name="branch_holiday_once")]
