"""Persons, customers, delegates and personal data."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from koumen.kit.ids import new_id


class PersonManager(BaseUserManager["Person"]):
    """Finds persons by their natural key, as Django's sign-in asks."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """A member of staff by user name."""
        return self.get(username=username)


class Person(AbstractBaseUser):
    """Anyone who can sign in: a customer, a relative, an agent, a member of staff."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=64, unique=True, null=True)  # staff only; customers have a phone
    roles = models.JSONField(default=list)  # kit.actor.Role values
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")
    elder_mode = models.BooleanField(default=False)
    phone_verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return str(self.id)  # Django's would be the user name, which customers do not have


class PersonKey(models.Model):
    """The key of one person's data, wrapped by the master key; erasure deletes this row."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT)
    wrapped = models.BinaryField()
    master_version = models.SmallIntegerField(default=1)


class PersonalData(models.Model):
    """One version of a person's document (name, phone, address, birth year ...), encrypted."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="data")
    version = models.IntegerField()
    sealed = models.BinaryField()  # AES-GCM; associated data = table, column, row, key
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="people_data_version")]


class BlindIndex(models.Model):
    """A keyed digest by which a phone or identity number finds its persons; nulled by erasure."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    kind = models.TextField()  # phone, identity
    digest = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["kind", "digest"], name="people_blind_index")]
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="people_one_index")]


class Customer(models.Model):
    """A person who may have credit accounts here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="customer")
    number = models.TextField(unique=True)  # printed on letters and said on the phone
    latitude = models.FloatField(null=True)  # where visits go; emptied by erasure
    longitude = models.FloatField(null=True)
    languages = models.JSONField(
        default=list, db_default=[]
    )  # kit.spoken codes: one of them is spoken at visits; empty: any
    contact_changed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()


class Delegate(models.Model):
    """Somebody whom a customer lets ask for visits."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="delegates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    valid_from = models.DateField()
    valid_to = models.DateField()  # [from, to), at most twelve months
    created_at = models.DateTimeField()


class Reveal(models.Model):
    """Somebody read a person's data: who, whose, why, when. Append-only."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reveals")
    actor = models.TextField()
    purpose = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="people_reveal_person")]


class TrustedContact(models.Model):
    """Somebody whom a customer names to be told that they paid; no power, and no word of any debt."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="trusted_contacts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trusted_by")
    valid_from = models.DateField()
    valid_to = models.DateField()  # [from, to), at most twelve months
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="people_trusted_period"
            )
        ]
