"""Repayment plans: agreed when paying is hard. Instalment plans, agreed when buying, stand beside the accounts."""

from django.db import models

from koumen.credit.states import RepaymentPlanState
from koumen.kit.ids import new_id

_P = RepaymentPlanState
# As text: a migration must not import a room.
_OPEN = tuple(map(str, (_P.PROPOSED, _P.RUNNING, _P.PAUSED)))
_NEVER_AGREED = tuple(map(str, (_P.PROPOSED, _P.WITHDRAWN)))
_OVER = tuple(map(str, (_P.FINISHED, _P.BROKEN, _P.WITHDRAWN)))
_PAUSED = str(_P.PAUSED)


class RepaymentPlan(models.Model):
    """One plan of one account, the same on every site; what was agreed are its terms, newest version last.

    ``pay_minor`` and ``pace`` are what was chosen last. A plan does not touch debts: payments count for it by their
    date, and late charges rest by an activity of the account.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        "credit.CreditAccount", on_delete=models.PROTECT, related_name="repayment_plans"
    )
    state = models.TextField()
    pace = models.TextField()  # rules.repayment_plan.Pace
    pay_minor = models.BigIntegerField()
    channel = models.TextField()  # rules.repayment_plan.Channel: where it was proposed
    visit_id = models.UUIDField(null=True)  # visits.Visit, a higher room
    proposed_by = models.TextField()  # the actor's key
    proposed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    paused_until = models.DateField(null=True)
    paused_days = models.SmallIntegerField(default=0)  # of all its pauses
    rested_until = models.DateField(null=True)  # what late charges rested until without the plan
    ended_at = models.DateTimeField(null=True)
    ended_how = models.TextField(null=True)  # rules.repayment_plan.Ending
    end_activity_id = models.UUIDField(null=True)  # by which late charges count again

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state__in=_OPEN), name="credit_repayment_plan_one"
            ),
            models.CheckConstraint(
                condition=models.Q(pay_minor__gt=0, paused_days__gte=0), name="credit_repayment_plan_bounds"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_NEVER_AGREED, agreed_at__isnull=True)
                | (~models.Q(state__in=_NEVER_AGREED) & models.Q(agreed_at__isnull=False)),
                name="credit_repayment_plan_agreed",
            ),
            models.CheckConstraint(
                condition=models.Q(state=_PAUSED, paused_until__isnull=False)
                | (~models.Q(state=_PAUSED) & models.Q(paused_until__isnull=True)),
                name="credit_repayment_plan_paused",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_OVER, ended_at__isnull=False, ended_how__isnull=False)
                | (
                    ~models.Q(state__in=_OVER)
                    & models.Q(ended_at__isnull=True, ended_how__isnull=True, end_activity_id__isnull=True)
                ),
                name="credit_repayment_plan_ended",
            ),
        ]


class RepaymentPlanTerms(models.Model):
    """What was agreed, version by version. Append-only.

    Payments count from ``counts_from``; a version made by a pause keeps that of the version before and has no sheet.
    """

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(RepaymentPlan, on_delete=models.PROTECT, related_name="terms")
    version = models.SmallIntegerField()
    cause = models.TextField()  # rules.repayment_plan.Cause
    sheet = models.ForeignKey("credit.CostSheet", null=True, on_delete=models.PROTECT, related_name="+")
    counts_from = models.DateTimeField()
    dues = models.JSONField()  # [[day, amount], …]
    owed_minor = models.BigIntegerField()  # on the day of the version
    nothing_minor = models.BigIntegerField()  # on the last day of the plan, had nothing been paid
    late_let_go_minor = models.BigIntegerField(default=0, db_default=0)  # late charges that the plan lets go
    accrued_minor = models.BigIntegerField(
        default=0, db_default=0
    )  # interest of before it that was not posted yet
    made_by = models.TextField()  # the actor's key
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "version"], name="credit_repayment_terms_version"),
            models.CheckConstraint(
                condition=models.Q(cause="paused", sheet__isnull=True)
                | (~models.Q(cause="paused") & models.Q(sheet__isnull=False)),
                name="credit_repayment_terms_sheet",
            ),
        ]


class RepaymentPlanAnswers(models.Model):
    """The five answers, sealed under the customer's own key, and the day on which they are deleted."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(RepaymentPlan, on_delete=models.PROTECT, related_name="answers")
    version = models.SmallIntegerField()
    sealed = models.BinaryField()
    given_at = models.DateTimeField()
    delete_on = models.DateField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "version"], name="credit_repayment_answers_version")
        ]


class RepaymentPlanReview(models.Model):
    """A day on which somebody looks again whether the plan still fits the life it was made for."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(RepaymentPlan, on_delete=models.PROTECT, related_name="reviews")
    days = models.SmallIntegerField()  # after the agreement
    due_date = models.DateField()
    told_at = models.DateTimeField(null=True)  # the fact that it is due was recorded
    done_at = models.DateTimeField(null=True)
    done_by = models.TextField(null=True)  # the actor's key
    outcome = models.TextField(null=True)  # rules.repayment_plan.ReviewOutcome

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "days"], name="credit_repayment_review_once"),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, done_by__isnull=True, outcome__isnull=True)
                | models.Q(done_at__isnull=False, done_by__isnull=False, outcome__isnull=False),
                name="credit_repayment_review_done",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_date"],
                condition=models.Q(done_at__isnull=True),
                name="credit_repayment_review_open",
            )
        ]
