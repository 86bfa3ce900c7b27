"""Moving what is due on a locked account: the rows that say of which bill a debt is, beside the books."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import F

from koumen.audit.command import lock
from koumen.credit.models import CreditAccount, Due
from koumen.credit.permissions import visible_to
from koumen.credit.rules.allocation import Bucket
from koumen.kit.actor import Actor


def lock_account(actor: Actor, account_id: UUID) -> CreditAccount:
    """The account with its product, locked: the lock of its money. Raises Missing("account-not-found")."""
    return lock(visible_to(actor).select_related("product"), missing="account-not-found", id=account_id)


def reduce_dues(parts: Mapping[int, int]) -> None:
    """Take these amounts off the debts; one query for each."""
    for key, part in parts.items():
        Due.objects.filter(id=key).update(unpaid_minor=F("unpaid_minor") - part)


def add_unbilled(account: CreditAccount, bucket: Bucket, amount_minor: int) -> None:
    """Let the debt that is not billed yet grow; one or two queries."""
    rows = Due.objects.filter(account=account, statement=None, bucket=bucket)
    grown = rows.update(
        billed_minor=F("billed_minor") + amount_minor, unpaid_minor=F("unpaid_minor") + amount_minor
    )
    if not grown:
        Due.objects.create(
            account=account, bucket=bucket, billed_minor=amount_minor, unpaid_minor=amount_minor
        )


def next_version(account: CreditAccount) -> None:
    """Count a change of the account's money; the account is locked."""
    account.version += 1
    account.save(update_fields=["version"])
