"""Reading sheets of costs."""

from uuid import UUID

from koumen.credit.models import CostSheet
from koumen.credit.permissions import visible_to
from koumen.credit.queries.accounts import credit_account
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing


def cost_sheet(*, actor: Actor, sheet_id: UUID) -> CostSheet:
    """A sheet of costs as it was shown, with its account; one query. Raises Missing("cost-sheet-not-found")."""
    rows = CostSheet.objects.select_related("account__product")
    found = rows.filter(id=sheet_id, account__in=visible_to(actor)).first()
    if found is None:
        raise Missing("cost-sheet-not-found")
    return found


def cost_sheets_of(*, actor: Actor, account_id: UUID) -> list[CostSheet]:
    """The sheets of an account, newest first; two queries. Raises Missing("account-not-found")."""
    account = credit_account(actor=actor, account_id=account_id)
    return list(CostSheet.objects.filter(account=account).order_by("-shown_at"))
