"""Products, credit accounts, what was bought, billed and is still due."""

from django.db import models

from koumen.credit.models.lending import BankAccount, LoanRequest, Payout
from koumen.credit.models.merchants import Merchant, Reservation
from koumen.credit.models.proposals import Proposal
from koumen.credit.models.repayment_plans import (
    RepaymentPlan,
    RepaymentPlanAnswers,
    RepaymentPlanReview,
    RepaymentPlanTerms,
)
from koumen.credit.rules.parameters import Kind
from koumen.credit.rules.position import Standing
from koumen.credit.states import AccountState
from koumen.documents.models import Document
from koumen.kit.ids import new_id
from koumen.people.models import Customer

__all__ = [
    "Activity",
    "BankAccount",
    "ChosenPurchase",
    "CostSheet",
    "CreditAccount",
    "Due",
    "ImportBatch",
    "InstalmentPlan",
    "LoanRequest",
    "Merchant",
    "Payout",
    "ProductVersion",
    "Proposal",
    "Purchase",
    "Quote",
    "Repayment",
    "RepaymentPlan",
    "RepaymentPlanAnswers",
    "RepaymentPlanReview",
    "RepaymentPlanTerms",
    "Reservation",
    "Statement",
]


class ProductVersion(models.Model):
    """One immutable version of a product's parameters (credit/rules/parameters.py gives their meaning). Append-only.

    An account keeps the version it was opened with. Of the versions whose day has come the newest is in force.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.TextField()
    version = models.IntegerField()
    currency = models.CharField(max_length=3)
    parameters = models.JSONField()
    effective_from = models.DateField(null=True)  # empty in versions from before there were dates: at once
    stored_by_id = models.UUIDField(null=True)  # people.Person; empty for the system
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "version"], name="credit_product_version")]

    @property
    def lends(self) -> bool:
        """Whether it pays loans out, rather than being a line to spend from."""
        return bool(self.parameters.get("kind") == Kind.LOAN)


class CreditAccount(models.Model):
    """One credit line of a customer; the row is the lock of its money, ``version`` counts its changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.TextField(unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_accounts")
    product = models.ForeignKey(ProductVersion, on_delete=models.PROTECT)
    limit_minor = models.BigIntegerField()
    opened_date = models.DateField()
    reported_lateness = models.SmallIntegerField(null=True)  # as an import said it, never recomputed
    version = models.IntegerField(default=1)
    state = models.TextField(default=AccountState.ACTIVE)
    due_day = models.SmallIntegerField()
    # The position (rules/position.py), whose bills are rows of Due: days before counted_to are counted.
    counted_to = models.DateField()
    # When something happens by itself: a bill, the end of a grace. No index: the night changes it everywhere, and
    # without one a row can change in its own page (the page is kept half empty for that).
    next_turn_date = models.DateField()
    last_effective_at = models.DateTimeField(null=True)  # the newest activity that is in the position
    late_paused_until = models.DateField(null=True)
    interest_since_bill_minor = models.BigIntegerField(default=0)
    late_since_bill_minor = models.BigIntegerField(default=0)
    plan_charges_since_bill_minor = models.BigIntegerField(default=0)
    written_off_minor = models.BigIntegerField(default=0)
    is_used = models.BooleanField(default=False)
    # Where the fold begins, as rules/stored.py writes it; empty: without debts on the day of opening.
    baseline = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    interest_since_bill_minor__gte=0, late_since_bill_minor__gte=0, written_off_minor__gte=0
                ),
                name="credit_account_sums",
            ),
            models.CheckConstraint(
                condition=models.Q(next_turn_date__gt=models.F("counted_to")), name="credit_account_turn"
            ),
        ]


class Activity(models.Model):
    """One thing that happened on an account (rules/activity.py); all of them give its position. Append-only.

    A reversal names what it takes back, which then counts as if it had never been.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="activities", db_index=False)
    kind = models.TextField()  # rules.activity.ActivityKind, or reversal
    amount_minor = models.BigIntegerField()
    details = models.JSONField(default=dict)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    entry_id = models.UUIDField(null=True)  # in the books; empty where they stand still
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gte=0), name="credit_activity_amount"),
            models.CheckConstraint(
                condition=models.Q(kind="reversal", reverses__isnull=False)
                | (~models.Q(kind="reversal") & models.Q(reverses__isnull=True)),
                name="credit_activity_reversal",
            ),
        ]
        indexes = [models.Index(fields=["account", "effective_at"], name="credit_activity_account")]


class ImportBatch(models.Model):
    """A history taken over from another system in one go; the same file is never taken over twice. Append-only.

    How much it was says the fact AccountsImported, whose subject it is.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_digest = models.TextField(unique=True)  # SHA-256 of the file, hexadecimal
    imported_at = models.DateTimeField()


class Purchase(models.Model):
    """Something bought with the line, or given back (negative is a refund). Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="purchases", db_index=False)
    amount_minor = models.BigIntegerField()
    description = models.TextField()  # merchant or kind, never a person
    category = models.TextField(default="shop")  # rules.buying.Category
    purchased_at = models.DateTimeField()
    refund_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="refunds")
    # Whose program entered it; empty for one entered in another way.
    merchant = models.ForeignKey(
        Merchant, null=True, on_delete=models.PROTECT, related_name="purchases", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="credit_purchase_amount")
        ]
        indexes = [models.Index(fields=["account", "-purchased_at"], name="credit_purchase_account")]


class Statement(models.Model):
    """A bill as it was issued; immutable. What comes later for an earlier day is a correction on the next one.

    ``balance`` and ``future`` (principal of instalments to come) together are those of the bill before, plus
    what was bought, paid out and charged, less what was given back, paid and let go, plus corrections.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="statements", db_index=False)
    issued_date = models.DateField()
    due_date = models.DateField()
    balance_minor = models.BigIntegerField()  # receivable minus credit balance; negative: we owe the customer
    minimum_minor = models.BigIntegerField()
    future_minor = models.BigIntegerField(default=0)
    purchases_minor = models.BigIntegerField(default=0)  # and loans paid out
    refunds_minor = models.BigIntegerField(default=0)
    payments_minor = models.BigIntegerField(default=0)
    interest_minor = models.BigIntegerField(default=0)
    late_minor = models.BigIntegerField(default=0)
    plan_charges_minor = models.BigIntegerField(default=0)
    instalments_minor = models.BigIntegerField(default=0)  # principal that falls due with this bill
    others_minor = models.BigIntegerField(
        default=0
    )  # waived, written off (negative); credit balance paid out
    corrections_minor = models.BigIntegerField(default=0)
    reported_lateness = models.SmallIntegerField(null=True)
    issued_at = models.DateTimeField()  # when this row was made; one taken over keeps its old date above
    # The newest entry of the books when the bill was made here; empty for one taken over, which goes by dates.
    through_entry_id = models.BigIntegerField(null=True)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="billed", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "issued_date"], name="credit_statement_once")
        ]


class Due(models.Model):
    """What is unpaid of one bill, by bucket, and its money-days; without a date: what is not billed yet.

    Rows of bills that are paid, judged and posted are gone: the statement tells what they were. Sums by bucket
    equal the ledger's receivables of the account: `books check` proves it.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="dues", db_index=False)
    issued_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    judged_on = models.DateField(null=True)
    standing = models.TextField(default=Standing.OPEN)
    instalment_minor = models.BigIntegerField(default=0)
    instalment_fee_minor = models.BigIntegerField(default=0)
    interest_minor = models.BigIntegerField(default=0)
    late_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    principal_minor = models.BigIntegerField(default=0)
    minimum_minor = models.BigIntegerField(default=0)  # what is unpaid of the bill's minimum
    principal_days = models.BigIntegerField(default=0)
    relieved_days = models.BigIntegerField(default=0)
    overdue_days = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "issued_date"], name="credit_due_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(
                    instalment_minor__gte=0,
                    instalment_fee_minor__gte=0,
                    interest_minor__gte=0,
                    late_minor__gte=0,
                    fee_minor__gte=0,
                    principal_minor__gte=0,
                    minimum_minor__gte=0,
                    principal_days__gte=0,
                    relieved_days__gte=0,
                    overdue_days__gte=0,
                ),
                name="credit_due_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(issued_date__isnull=True, due_date__isnull=True, judged_on__isnull=True)
                | models.Q(issued_date__isnull=False, due_date__isnull=False, judged_on__isnull=False),
                name="credit_due_dates",
            ),
        ]


class InstalmentPlan(models.Model):
    """A debt paid by instalments: a split purchase or bill, or a loan. Its terms never change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="plans")
    kind = models.TextField()  # rules.plan.PlanKind
    purchase = models.ForeignKey(Purchase, null=True, on_delete=models.PROTECT, related_name="plans")
    sheet_id = models.UUIDField()  # the cost sheet that was confirmed
    principal_minor = models.BigIntegerField()
    schedule = models.JSONField()  # [[principal, charge], …]
    charge_bucket = models.TextField()
    started_at = models.DateTimeField()
    # Of the position: the instalments before next_no are billed, cut_minor was given back from the end.
    next_no = models.SmallIntegerField(default=1)
    cut_minor = models.BigIntegerField(default=0)
    is_over = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(principal_minor__gt=0, next_no__gte=1, cut_minor__gte=0),
                name="credit_plan_bounds",
            )
        ]
        indexes = [
            models.Index(fields=["account"], condition=models.Q(is_over=False), name="credit_plan_running")
        ]


class ChosenPurchase(models.Model):
    """A purchase of a bill that an instalment plan was begun for; what is given back of it shortens the plan. Append-only."""

    purchase = models.OneToOneField(
        Purchase, primary_key=True, on_delete=models.PROTECT, related_name="chosen_for"
    )
    plan = models.ForeignKey(InstalmentPlan, on_delete=models.PROTECT, related_name="chosen")


class Quote(models.Model):
    """What is owed, as shown to a customer before money moves; immutable, valid until local midnight."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT)
    account_version = models.IntegerField()
    minimum_minor = models.BigIntegerField()
    bill_minor = models.BigIntegerField()
    all_minor = models.BigIntegerField()
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()


class Repayment(models.Model):
    """How one payment was allocated: the split that the receipt prints. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="repayments")
    payment_id = models.UUIDField(unique=True)  # payments.Payment, a higher room
    entry_id = models.UUIDField()
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    late_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()  # the surplus, now a credit balance
    recovered_minor = models.BigIntegerField(default=0)  # paid a debt that was written off
    balance_after_minor = models.BigIntegerField()
    tendered_at = models.DateTimeField()


class CostSheet(models.Model):
    """All costs of a borrowing as they were shown to somebody (credit/rules/cost_sheet.py gives their meaning).

    What it says never changes. It is confirmed once at most, by a tap after the time to read it, or by a
    signature given in person; that of a repayment plan also on the agent's phone turned to the customer, or on the
    telephone when it was read out. ``document`` is the PDF of a confirmed one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="cost_sheets")
    account_version = models.IntegerField()
    purpose = models.TextField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)  # of the content, hexadecimal
    shown_to = models.TextField()  # the actor's key
    shown_at = models.DateTimeField()
    valid_until = models.DateTimeField()  # the next local midnight, as a quote
    confirmed_at = models.DateTimeField(null=True)
    confirmed_how = models.TextField(null=True)  # commands.cost_sheets.ConfirmedHow
    confirmed_by = models.TextField(null=True)  # the actor's key
    # the file of a signature is deleted in time; its id and digest stay with the yes that it was
    signature = models.ForeignKey(
        Document, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="signed_sheets"
    )
    signature_digest = models.CharField(max_length=64, null=True)  # SHA-256, hexadecimal
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="cost_sheets")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    confirmed_at__isnull=True,
                    confirmed_how__isnull=True,
                    confirmed_by__isnull=True,
                    signature__isnull=True,
                    document__isnull=True,
                )
                | models.Q(
                    confirmed_at__isnull=False,
                    confirmed_how__in=["tap", "signature", "turned_phone", "read_back"],
                    confirmed_by__isnull=False,
                ),
                name="credit_cost_sheet_confirmed",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    confirmed_how="signature", signature__isnull=False, signature_digest__isnull=False
                )
                | (
                    ~models.Q(confirmed_how="signature")
                    & models.Q(signature__isnull=True, signature_digest__isnull=True)
                ),
                name="credit_cost_sheet_signed",
            ),
        ]
        indexes = [models.Index(fields=["account", "-shown_at"], name="credit_cost_sheet_account")]
