"""Shops whose programs enter purchases themselves."""

from django.db import models

from koumen.kit.ids import new_id


class Merchant(models.Model):
    """A merchant; its key is derived (rules/merchants.py) and never stored, a higher generation makes it another one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField(unique=True)  # stands on bills; a merchant's, never a person's
    generation = models.SmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
