"""Products, credit accounts, what was bought, billed and is still due."""

from django.db import models

from koumen.documents.models import Document
from koumen.kit.ids import new_id
from koumen.people.models import Customer


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
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="purchases")
    amount_minor = models.BigIntegerField()
    description = models.TextField()  # merchant or kind, never a person
    purchased_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="credit_purchase_amount")
        ]
        indexes = [models.Index(fields=["account", "-purchased_at"], name="credit_purchase_account")]


class Statement(models.Model):
    """A bill as it was issued; immutable."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="statements")
    issued_date = models.DateField()
    due_date = models.DateField()
    balance_minor = models.BigIntegerField()  # receivable minus credit balance; negative: we owe the customer
    minimum_minor = models.BigIntegerField()
    reported_lateness = models.SmallIntegerField(null=True)
    issued_at = models.DateTimeField()  # when this row was made; one taken over keeps its old date above
    # The newest entry of the books when the bill was made here; empty for one taken over, which goes by dates.
    through_entry_id = models.BigIntegerField(null=True)
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="billed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "issued_date"], name="credit_statement_once")
        ]


class Due(models.Model):
    """One debt: a bucket of one statement (or not yet billed) with what is still unpaid of it.

    The row that is not yet billed grows with each purchase; once billed, ``billed_minor`` stands still.
    Sums by bucket equal the ledger's receivables of the account: `books check` proves it.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="dues")
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="dues")
    bucket = models.TextField()  # principal, interest, late, fee
    billed_minor = models.BigIntegerField()
    unpaid_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "statement", "bucket"],
                name="credit_due_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(unpaid_minor__gte=0, unpaid_minor__lte=models.F("billed_minor")),
                name="credit_due_bounds",
            ),
        ]


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
    balance_after_minor = models.BigIntegerField()
    tendered_at = models.DateTimeField()


class CostSheet(models.Model):
    """All costs of a borrowing as they were shown to somebody (credit/rules/cost_sheet.py gives their meaning).

    What it says never changes. It is confirmed once at most, by a tap after the time to read it, or by a
    signature given in person; ``document`` is the PDF of a confirmed one.
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
    confirmed_how = models.TextField(null=True)  # tap, signature
    confirmed_by = models.TextField(null=True)  # the actor's key
    signature = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="signed_sheets")
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
                    confirmed_how__in=["tap", "signature"],
                    confirmed_by__isnull=False,
                ),
                name="credit_cost_sheet_confirmed",
            )
        ]
        indexes = [models.Index(fields=["account", "-shown_at"], name="credit_cost_sheet_account")]
