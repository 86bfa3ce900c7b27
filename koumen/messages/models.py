"""Messages to people: what kind, by which channel, when; secrets are never among the columns."""

from django.db import models

from koumen.kit.ids import new_id
from koumen.people.models import Person


class Message(models.Model):
    """One message to one person; its words are made when it is sent and not kept in clear.

    ``sealed_text`` holds them, encrypted, only while a code waits for its channel; the demonstration
    alone keeps them afterwards, to show what it would have sent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="messages")
    channel = models.TextField()  # rules.letter.Channel: sms, app
    template = models.TextField()
    subject_id = models.UUIDField(null=True)  # the visit, payment ... it is about
    fact_id = models.UUIDField(null=True)  # the fact it answers; empty for codes
    sent_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)  # when the channel took it
    sealed_text = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fact_id", "template", "person", "channel"],
                name="messages_once_a_fact",
                condition=models.Q(fact_id__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["-sent_at"], name="messages_newest")]
