"""The receipt as a paper: its content, and the signed PDF made when it is first needed."""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock
from koumen.branch.models import Branch
from koumen.branch.queries import this_branch
from koumen.credit.models import Repayment
from koumen.documents.commands import IssuedPdf, issue_receipt_pdf, keep_pdf
from koumen.documents.queries import read_document
from koumen.documents.rules.receipt import (
    CashCount,
    Contract,
    Language,
    LenderLines,
    Method,
    Paper,
    Proof,
    ReceiptContent,
    Split,
    Tendered,
    language_of,
)
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Missing
from koumen.kit.money import Money
from koumen.payments.events import ReceiptPrinted
from koumen.payments.models import Payment, Receipt
from koumen.payments.permissions import receipts_visible_to
from koumen.payments.queries import verify_url
from koumen.people.commands import reveal
from koumen.visits.queries.payers import payer_name


def receipt_pdf(*, receipt_id: UUID, actor: Actor, at: datetime) -> bytes:
    """The signed PDF, made now if nobody opened it before; it takes 30 ms and holds no lock meanwhile.

    Raises Missing("receipt-not-found").
    """
    receipt = receipts_visible_to(actor).select_related("payment").filter(id=receipt_id).first()
    if receipt is None:
        raise Missing("receipt-not-found")
    if receipt.document_id is not None:
        return read_document(receipt.document_id)
    pdf = issue_receipt_pdf(receipt_content(receipt_id=receipt.id, at=at), receipt.issued_at)
    return read_document(keep_receipt_pdf(receipt_id=receipt_id, pdf=pdf, actor=actor, at=at))


@command
def keep_receipt_pdf(*, receipt_id: UUID, pdf: bytes, actor: Actor, at: datetime) -> UUID:
    """Store the PDF of a receipt for good, and say which document it is; who was faster made the receipt's.

    Records ReceiptPrinted (and DocumentStored). Raises Missing("receipt-not-found").
    """
    receipt = lock(receipts_visible_to(actor), missing="receipt-not-found", id=receipt_id)
    issued = IssuedPdf(kind="receipt", pdf=pdf, at=receipt.issued_at, told=ReceiptPrinted)
    return keep_pdf(receipt, issued, actor=actor, at=at)


def receipt_content(*, receipt_id: UUID, at: datetime) -> ReceiptContent:
    """Everything the receipt says; reading the customer's name for it is recorded.

    Eight queries at most. Raises Missing("receipt-not-found").
    """
    receipt = (
        Receipt.objects.select_related(
            "payment__visit__customer__person", "payment__account", "payment__agent", "payment__agreement"
        )
        .filter(id=receipt_id)
        .first()
    )
    if receipt is None:
        raise Missing("receipt-not-found")
    payment, branch = receipt.payment, this_branch()
    person = payment.visit.customer.person
    debtor = reveal(person_ids=[person.id], purpose="receipt", actor=SYSTEM, at=at)[person.id].name
    repayment = Repayment.objects.get(payment_id=payment.id)
    language = language_of(person.language)
    return ReceiptContent(
        number=receipt.printed_number,
        language=language,
        zone=branch.zone,
        lender=_lender(branch, language),
        contract=Contract(
            number=payment.account.number,
            signed_on=payment.account.opened_date,
            credit_limit=Money(payment.account.limit_minor, payment.currency),
            debtor=debtor,
        ),
        amount=Money(payment.amount_minor, payment.currency),
        split=_split(repayment, payment.currency),
        balance_after=Money(repayment.balance_after_minor, payment.currency),
        received_at=payment.paid_at or receipt.issued_at,
        tendered=_tendered(payment),
        visit_number=payment.visit.number,
        agent_number=payment.agent.staff_number,
        quote_id=str(payment.agreement.quote_id),
        proof=Proof(verify_url=verify_url(receipt.token), short_code=receipt.short_code),
        payer=payer_name(payment.visit, at=payment.opened_at),
        paper=Paper.LARGE if person.elder_mode else Paper.A5,
    )


def _lender(branch: Branch, language: Language) -> LenderLines:
    lender = branch.lender
    return LenderLines(
        name=lender.name_en if language is Language.EN else lender.name,
        address=lender.address,
        registration_number=lender.registration_number,
        help_phone=branch.help_phone,
        complaints=lender.address,
    )


def _split(repayment: Repayment, currency: str) -> Split:
    return Split(
        interest=Money(repayment.interest_minor, currency),
        late=Money(repayment.late_minor, currency),
        fees=Money(repayment.fee_minor, currency),
        principal=Money(repayment.principal_minor, currency),
        credit_balance=Money(repayment.credit_minor, currency),
    )


def _tendered(payment: Payment) -> Tendered:
    if payment.tender == "card":
        slip = payment.card_slip
        return Tendered(method=Method.CARD, reference=f"{slip.approval_code} / {slip.last_four}")
    if payment.tender == "transfer":
        return Tendered(method=Method.TRANSFER, reference=payment.provider_reference)
    if payment.tender != "cash":
        return Tendered(method=Method.WALLET, reference=payment.provider_reference)
    notes = list(payment.notes.order_by("-denomination_minor"))
    change = sum(note.denomination_minor * note.count for note in notes if note.direction == "out")
    counted = tuple((note.denomination_minor, note.count) for note in notes if note.direction == "in")
    return Tendered(
        method=Method.CASH, cash=CashCount(counted=counted, change=Money(change, payment.currency))
    )
