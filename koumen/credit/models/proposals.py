"""What one person proposes about an account and a second one decides."""

from django.db import models
from django.db.models.lookups import Exact

from koumen.kit.ids import new_id


def person_of(actor_key: str) -> models.Func:
    """Of an actor's key the person, in whatever role."""
    key = models.F(actor_key)
    return models.Func(
        key, models.Value(":"), models.Value(2), function="split_part", output_field=models.TextField()
    )


class Proposal(models.Model):
    """What one person proposes about an account and a second one decides: see rules.mending.Act."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("credit.CreditAccount", on_delete=models.PROTECT, related_name="proposals")
    act = models.TextField()  # rules.mending.Act
    state = models.TextField()
    activity = models.ForeignKey(
        "credit.Activity", null=True, on_delete=models.PROTECT, related_name="proposals"
    )
    bucket = models.TextField(null=True)
    amount_minor = models.BigIntegerField()
    reason = models.TextField()  # rules.mending.REASONS
    proposed_by = models.TextField()  # the actor's key
    proposed_at = models.DateTimeField()
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~models.Q(state="proposed")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(Exact(person_of("decided_by"), person_of("proposed_by")))
                ),
                name="credit_proposal_two_persons",
            ),
            models.CheckConstraint(
                condition=~models.Q(act="reversal") | models.Q(activity__isnull=False),
                name="credit_proposal_activity",
            ),
        ]
        indexes = [models.Index(fields=["state", "proposed_at"], name="credit_proposal_state")]
