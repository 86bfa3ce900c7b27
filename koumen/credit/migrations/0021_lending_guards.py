"""What the database refuses about merchants, bank accounts, loans that are asked for, and payouts."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, guarded_state, set_once


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("credit", "0020_lending_and_merchants")]
    operations: ClassVar = [
        append_only("credit_chosenpurchase"),
        frozen_columns("credit_merchant", "name", "created_at"),
        frozen_columns(
            *("credit_bankaccount", "customer_id", "sealed", "last_four", "entered_by", "entered_at")
        ),
        set_once("credit_bankaccount", "verified_at", "verified_by", "verified_how"),
        frozen_columns(
            *("credit_payout", "account_id", "purpose", "activity_id", "bank_account_id"),
            *("amount_minor", "asked_at"),
        ),
        set_once("credit_payout", "sent_at", "sent_entry_id", "reference"),
        frozen_columns(
            *("credit_loanrequest", "account_id", "sheet_id", "amount_minor", "terms"),
            *("asked_by", "asked_at"),
        ),
        set_once("credit_loanrequest", "decided_at", "decided_by", "plan_id", "reason"),
        guarded_state("credit_bankaccount", "bank_account"),
        guarded_state("credit_payout", "payout"),
        guarded_state("credit_loanrequest", "loan_request"),
    ]
