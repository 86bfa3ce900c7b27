"""The sheet of all costs as a paper: the signed PDF, kept once it is confirmed."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock
from koumen.credit.events import CostSheetPrinted
from koumen.credit.models import CostSheet
from koumen.credit.permissions import visible_to
from koumen.credit.queries import cost_sheet, cost_sheet_content
from koumen.documents.commands import IssuedPdf, issue_cost_sheet_pdf, keep_pdf
from koumen.documents.queries import read_document
from koumen.documents.rules.receipt import language_of
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict


def cost_sheet_pdf(*, sheet_id: UUID, actor: Actor, at: datetime) -> bytes:
    """The signed PDF in the customer's language; of a confirmed sheet always the same, kept from the first time.

    Raises Missing("cost-sheet-not-found").
    """
    sheet = cost_sheet(actor=actor, sheet_id=sheet_id)
    if sheet.document_id is not None:
        return read_document(sheet.document_id)
    person = sheet.account.customer.person
    content = cost_sheet_content(sheet, language_of(person.language), is_large=person.elder_mode)
    pdf = issue_cost_sheet_pdf(content, sheet.shown_at)
    if sheet.confirmed_at is None:
        return pdf
    return read_document(keep_cost_sheet_pdf(sheet_id=sheet_id, pdf=pdf, actor=actor, at=at))


@command
def keep_cost_sheet_pdf(*, sheet_id: UUID, pdf: bytes, actor: Actor, at: datetime) -> UUID:
    """Store the PDF of a confirmed sheet for good; who was faster made the sheet's.

    Records CostSheetPrinted (and DocumentStored). Raises Missing("cost-sheet-not-found") or
    Conflict("cost-sheet-not-confirmed").
    """
    rows = CostSheet.objects.filter(account__in=visible_to(actor))
    sheet = lock(rows, missing="cost-sheet-not-found", id=sheet_id)
    if sheet.confirmed_at is None:
        raise Conflict("cost-sheet-not-confirmed")
    issued = IssuedPdf(kind="cost_sheet", pdf=pdf, at=sheet.confirmed_at, told=CostSheetPrinted)
    return keep_pdf(sheet, issued, actor=actor, at=at)
