"""Reading sheets of costs."""

from decimal import Decimal
from uuid import UUID

from koumen.branch.queries import this_branch
from koumen.credit.models import CostSheet
from koumen.credit.permissions import visible_to
from koumen.credit.queries.accounts import credit_account
from koumen.credit.rules.cost_sheet import Cost, Sheet
from koumen.documents.rules.cost_sheet import Confirmation, CostLine, CostSheetContent
from koumen.documents.rules.receipt import Language, LenderLines
from koumen.kit.actor import Actor
from koumen.kit.canonical import canonical
from koumen.kit.errors import Missing
from koumen.kit.money import Money


def cost_sheet(*, actor: Actor, sheet_id: UUID) -> CostSheet:
    """A sheet of costs as it was shown, with its account; one query. Raises Missing("cost-sheet-not-found")."""
    rows = CostSheet.objects.select_related("account__product", "account__customer__person")
    found = rows.filter(id=sheet_id, account__in=visible_to(actor)).first()
    if found is None:
        raise Missing("cost-sheet-not-found")
    return found


def cost_sheets_of(*, actor: Actor, account_id: UUID) -> list[CostSheet]:
    """The sheets of an account, newest first; two queries. Raises Missing("account-not-found")."""
    account = credit_account(actor=actor, account_id=account_id)
    return list(CostSheet.objects.filter(account=account).order_by("-shown_at"))


def cost_sheet_content(sheet: CostSheet, language: Language, *, is_large: bool = False) -> CostSheetContent:
    """A sheet of costs in a reader's language, for a page or a paper; no query if its account came with it."""
    branch, told = this_branch(), Sheet.of(sheet.content)
    lender = branch.lender
    confirmation = None
    if sheet.confirmed_at and sheet.confirmed_how:
        confirmation = Confirmation(how=sheet.confirmed_how, at=sheet.confirmed_at)
    return CostSheetContent(
        language=language,
        zone=branch.zone,
        lender=LenderLines(
            name=lender.name_en if language is Language.EN else lender.name,
            address=lender.address,
            registration_number=lender.registration_number,
            help_phone=branch.help_phone,
            complaints=lender.address,
        ),
        account_number=sheet.account.number,
        purpose=told.purpose,
        principal=Money(told.principal_minor, told.currency),
        payments=tuple(Money(minor, told.currency) for minor in told.payments),
        items=tuple(_cost_line(cost, told.currency) for cost in told.items),
        contingent=tuple(_cost_line(cost, told.currency) for cost in told.contingent),
        annual=Decimal(told.annual),
        effective=Decimal(told.effective),
        shown_at=sheet.shown_at,
        digest=sheet.digest,
        record=canonical(sheet.content),
        confirmation=confirmation,
        is_large=is_large,
    )


def _cost_line(cost: Cost, currency: str) -> CostLine:
    return CostLine(
        name=cost.name,
        how=cost.how,
        rate=Decimal(cost.rate) if cost.rate is not None else None,
        amount=Money(cost.amount_minor, currency) if cost.amount_minor is not None else None,
        most=Money(cost.most_minor, currency) if cost.most_minor is not None else None,
        annual=Decimal(cost.annual) if cost.annual is not None else None,
    )
