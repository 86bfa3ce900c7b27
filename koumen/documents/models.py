"""Stored files."""

from django.db import models
from django.db.models import Q

from koumen.kit.ids import new_id


class Document(models.Model):
    """A stored file: its bytes sealed, its digest in clear. Never changed; removed when its retention ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField()  # receipt, cost_sheet, evidence, portrait
    media_type = models.TextField()
    sha256 = models.BinaryField()  # of the bytes before sealing
    size = models.IntegerField()
    sealed_key = models.BinaryField()  # the document's own key, wrapped by the master key
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    retention_until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=0), name="documents_size_not_negative"),
        ]
