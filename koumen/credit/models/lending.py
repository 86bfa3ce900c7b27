"""Where money is paid out to, the instructions to pay it out, and the loans that customers ask for."""

from django.db import models
from django.db.models.lookups import Exact

from koumen.credit.models.proposals import person_of
from koumen.credit.states import BankAccountState, LoanRequestState, PayoutState
from koumen.kit.ids import new_id
from koumen.people.models import Customer

_B, _L, _P = BankAccountState, LoanRequestState, PayoutState
# As text: a migration must not import a room.
_VERIFIED, _ENDED = str(_B.VERIFIED), str(_B.ENDED)
_SENT, _RETURNED = str(_P.SENT), str(_P.RETURNED)
_OPEN_REQUEST = tuple(map(str, (_L.ASKED, _L.LOOKED)))
_BEGUN = str(_L.BEGUN)


class BankAccount(models.Model):
    """A customer's own bank account, to which alone money is paid out; entered by one person, verified by another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="bank_accounts")
    state = models.TextField()
    sealed = models.BinaryField()  # rules.bank_account.BankDetails under the person's own key
    last_four = models.CharField(max_length=4)
    entered_by = models.TextField()  # the actor's key
    entered_at = models.DateTimeField()
    verified_by = models.TextField(null=True)
    verified_at = models.DateTimeField(null=True)
    verified_how = models.TextField(null=True)  # rules.bank_account.VerifiedHow
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=~models.Q(state=_ENDED), name="credit_bank_account_one"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=_VERIFIED)
                | models.Q(verified_by__isnull=False, verified_at__isnull=False, verified_how__isnull=False),
                name="credit_bank_account_verified",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_by__isnull=True)
                | ~models.Q(Exact(person_of("verified_by"), person_of("entered_by"))),
                name="credit_bank_account_two_persons",
            ),
            models.CheckConstraint(
                condition=models.Q(state=_ENDED, ended_at__isnull=False)
                | (~models.Q(state=_ENDED) & models.Q(ended_at__isnull=True)),
                name="credit_bank_account_ended",
            ),
        ]


class Payout(models.Model):
    """An instruction to the bank to pay a customer: a loan, or a credit balance. Its id is the bank's key for it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("credit.CreditAccount", on_delete=models.PROTECT, related_name="payouts")
    purpose = models.TextField()  # rules.payout.PayoutPurpose
    activity = models.OneToOneField("credit.Activity", on_delete=models.PROTECT, related_name="payout")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payouts")
    amount_minor = models.BigIntegerField()
    state = models.TextField()
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_entry_id = models.UUIDField(null=True)  # ledger.Entry: the money left our bank account
    reference = models.TextField(default="")  # the bank's own number
    returned_at = models.DateTimeField(null=True)
    return_reason = models.TextField(default="")  # rules.payout.REASONS

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="credit_payout_amount"),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True, sent_entry_id__isnull=True)
                | models.Q(sent_at__isnull=False, sent_entry_id__isnull=False),
                name="credit_payout_entry",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=_SENT) | models.Q(sent_at__isnull=False), name="credit_payout_sent"
            ),
            models.CheckConstraint(
                condition=models.Q(state=_RETURNED, returned_at__isnull=False)
                | (~models.Q(state=_RETURNED) & models.Q(returned_at__isnull=True)),
                name="credit_payout_returned",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="credit_payout_state")]


class LoanRequest(models.Model):
    """A loan that a customer asks for, all its costs confirmed; above the product's bound two persons agree to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        "credit.CreditAccount", on_delete=models.PROTECT, related_name="loan_requests"
    )
    sheet = models.OneToOneField("credit.CostSheet", on_delete=models.PROTECT, related_name="loan_request")
    amount_minor = models.BigIntegerField()
    terms = models.SmallIntegerField()
    state = models.TextField()
    asked_by = models.TextField()  # the actor's key
    asked_at = models.DateTimeField()
    looked_by = models.TextField(null=True)  # who agreed first
    looked_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")  # of a refusal: rules.payout.REFUSED_FOR
    plan = models.OneToOneField(
        "credit.InstalmentPlan", null=True, on_delete=models.PROTECT, related_name="loan_request"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=_OPEN_REQUEST),
                name="credit_loan_request_one",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_OPEN_REQUEST, decided_at__isnull=True, decided_by__isnull=True)
                | (
                    ~models.Q(state__in=_OPEN_REQUEST)
                    & models.Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="credit_loan_request_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(state=_BEGUN, plan__isnull=False)
                | (~models.Q(state=_BEGUN) & models.Q(plan__isnull=True)),
                name="credit_loan_request_begun",
            ),
            models.CheckConstraint(
                condition=models.Q(looked_by__isnull=True)
                | models.Q(decided_by__isnull=True)
                | ~models.Q(state=_BEGUN)
                | ~models.Q(Exact(person_of("looked_by"), person_of("decided_by"))),
                name="credit_loan_request_two_persons",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="credit_loan_request_state")]
