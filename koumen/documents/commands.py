"""Issuing, storing and deleting documents."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings

from koumen.audit.command import command, lock
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.documents.events import DocumentDeleted, DocumentStored
from koumen.documents.models import Document
from koumen.documents.queries import signer
from koumen.documents.rules.book import LedgerContent, TrialContent
from koumen.documents.rules.cost_sheet import CostSheetContent
from koumen.documents.rules.receipt import ReceiptContent
from koumen.documents.rules.sealed import seal
from koumen.documents.rules.signature import sign_pdf
from koumen.documents.rules.slip import SlipContent
from koumen.documents.rules.statement import StatementContent
from koumen.documents.rules.typeset import (
    typeset_book,
    typeset_cost_sheet,
    typeset_receipt,
    typeset_slip,
    typeset_statement,
)
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.events import Event
from koumen.kit.ids import new_id

PDF = "application/pdf"
# Accounting archives are kept ten years in mainland China, and nowhere longer that we know.
KEPT_YEARS = 10


def issue_receipt_pdf(content: ReceiptContent, at: datetime) -> bytes:
    """The receipt, typeset and signed: about 30 ms of one core and no row, so best called before locks are taken.

    The signature carries the real time of signing, the document the time of the receipt.
    """
    return sign_pdf(typeset_receipt(content, at), signer())


def issue_cost_sheet_pdf(content: CostSheetContent, at: datetime) -> bytes:
    """The sheet of all costs, typeset and signed; no row, as a receipt."""
    return sign_pdf(typeset_cost_sheet(content, at), signer())


def issue_statement_pdf(content: StatementContent, at: datetime) -> bytes:
    """The account statement, typeset and signed; it is made anew each time, since what it says never changes."""
    return sign_pdf(typeset_statement(content, at), signer())


def issue_book_pdf(content: TrialContent | LedgerContent) -> bytes:
    """A report of the books, typeset and signed; nothing is kept: closed days say the same whenever they are asked."""
    return sign_pdf(typeset_book(content), signer())


def issue_slip_pdf(content: SlipContent) -> bytes:
    """The deposit slip, typeset and signed; made anew each time, since what was sent never changes."""
    return sign_pdf(typeset_slip(content), signer())


@command
def store_document(
    *, kind: str, media_type: str, content: bytes, retain_until: date, actor: Actor, at: datetime
) -> Document:
    """Seal a file and keep it until its retention ends.

    Records DocumentStored.
    """
    document_id = new_id()
    sealed = seal(content, row=document_id, master=settings.KOUMEN_MASTER_KEY)
    digest = hashlib.sha256(content)
    document = Document.objects.create(
        id=document_id,
        kind=kind,
        media_type=media_type,
        sha256=digest.digest(),
        size=len(content),
        sealed_key=sealed.key,
        sealed=sealed.content,
        created_at=at,
        retention_until=retain_until,
    )
    record(
        DocumentStored(
            subject_id=document.id,
            document_kind=kind,
            media_type=media_type,
            sha256=digest.hexdigest(),
            size=len(content),
        ),
        actor=actor,
        at=at,
    )
    return document


@command
def delete_document(*, document_id: UUID, actor: Actor, at: datetime) -> None:
    """Delete a file with its key: nobody reads it any more. Who may is asked by the room that holds the reference.

    Records DocumentDeleted. Raises Missing("document-not-found").
    """
    document = lock(Document.objects.defer("sealed"), missing="document-not-found", id=document_id)
    kind = document.kind
    document.delete()
    record(DocumentDeleted(subject_id=document_id, document_kind=kind), actor=actor, at=at)


class Printed(Protocol):
    """A row with a paper of its own: its first PDF is its only one."""

    id: UUID
    document_id: UUID | None
    document: Document | None

    def save(self, *, update_fields: list[str]) -> None:
        """Write what changed."""


@dataclass(frozen=True, kw_only=True)
class IssuedPdf:
    """A signed PDF, what kind it is, from when it counts, and the event that says it was made."""

    kind: str
    pdf: bytes
    at: datetime
    told: type[Event]


def keep_pdf(row: Printed, issued: IssuedPdf, *, actor: Actor, at: datetime) -> UUID:
    """Store the PDF of a row that is locked for good and name it there; who was faster made the row's.

    Part of a command. Records the event (and DocumentStored).
    """
    if row.document_id is not None:
        return row.document_id
    day = local_date(issued.at, this_branch().zone)
    document = store_document(
        kind=issued.kind,
        media_type=PDF,
        content=issued.pdf,
        retain_until=date(day.year + KEPT_YEARS + 1, 1, 1),
        actor=actor,
        at=at,
    )
    row.document = document
    row.save(update_fields=["document"])
    record(issued.told(subject_id=row.id, document_id=document.id), actor=actor, at=at)  # type: ignore[call-arg]  # both papers' events name it
    return document.id
