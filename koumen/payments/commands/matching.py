"""Files of the bank and of the card acquirer, and what each line of them belongs to."""

import hashlib
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.ledger.commands import account_for, post_entry
from koumen.ledger.queries import balance_minor
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.ledger.rules.posting import Line
from koumen.payments.commands.deposits import receive_deposit
from koumen.payments.commands.transfer import settle_transfer
from koumen.payments.events import SettlementImported, SettlementMatched
from koumen.payments.models import Payment, SettlementFile, SettlementLine
from koumen.payments.permissions import may_match_lines
from koumen.payments.rules.settlement import Source, read_settlement


@command
def import_settlement(*, source: Source, content: bytes, actor: Actor, at: datetime) -> SettlementFile:
    """Take a file of the bank or of the card acquirer; the same file again is the one already there.

    Lines that another file had are passed over. What is certain is matched afterwards by a job. Records
    SettlementImported. Raises Denied("lines-not-yours") or Invalid("file-unreadable" | "file-line-unreadable").
    """
    require(may_match_lines(actor), "lines-not-yours")
    lines = read_settlement(source, content)
    digest = hashlib.sha256(content).digest()
    known = SettlementFile.objects.filter(sha256=digest).first()
    if known is not None:
        return known
    file = SettlementFile.objects.create(source=source, sha256=digest, imported_at=at, imported_by=actor.key)
    made = SettlementLine.objects.bulk_create(
        [
            SettlementLine(
                file=file,
                source=source,
                line_no=line.line_no,
                booked_date=line.booked_date,
                currency=line.amount.currency,
                amount_minor=line.amount.minor,
                reference=line.reference,
                our_number=line.our_number,
                approval_code=line.approval_code,
                last_four=line.last_four,
                terminal=line.terminal,
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    record(SettlementImported(subject_id=file.id, source=source, lines=len(made)), actor=actor, at=at)
    return file


@command
def match_deposit(*, line_id: UUID, deposit_id: UUID, actor: Actor, at: datetime) -> SettlementLine:
    """A line of the bank's file is this deposit; what the bank counted otherwise is booked for good.

    Records SettlementMatched (and DepositArrived). Raises Denied("lines-not-yours"), Missing("line-not-found" |
    "deposit-not-found") or Conflict("line-matched-already" | "line-of-another-kind" | "deposit-cannot-arrive").
    """
    line = _open(line_id, Source.BANK, actor)
    line.deposit = receive_deposit(deposit_id=deposit_id, arrived_minor=line.amount_minor, actor=actor, at=at)
    return _matched(line, "deposit", deposit_id, actor, at)


@command
def match_payment(*, line_id: UUID, payment_id: UUID, actor: Actor, at: datetime) -> SettlementLine:
    """A line of the bank's file is this transfer, which pays the debt now; one of the acquirer's is this card payment.

    Records SettlementMatched (and PaymentMade of a transfer). Raises Denied("lines-not-yours"),
    Missing("line-not-found" | "payment-not-found") or Conflict("line-matched-already" | "line-of-another-kind" |
    "line-differs" | "payment-cannot-settle" | "payment-paid-otherwise").
    """
    line = _open(line_id, None, actor)
    payment = Payment.objects.filter(id=payment_id).first()
    if payment is None:
        raise Missing("payment-not-found")
    if payment.tender != {Source.BANK: "transfer", Source.CARD: "card"}[Source(line.source)]:
        raise Conflict("line-of-another-kind")
    if (payment.amount_minor, payment.currency) != (line.amount_minor, line.currency):
        raise Conflict("line-differs")
    if SettlementLine.objects.filter(payment=payment).exists():
        raise Conflict("payment-paid-otherwise")
    if line.source == Source.BANK:
        settle_transfer(
            payment_id=payment.id,
            reference=line.reference,
            arrived_on=line.booked_date,
            actor=actor,
            at=at,
        )
    line.payment_id = payment.id
    return _matched(line, "payment", payment.id, actor, at)


@command
def match_payout(*, line_id: UUID, actor: Actor, at: datetime) -> SettlementLine:
    """A line of the bank's file is what the card acquirer pays for many cards.

    Records SettlementMatched. Raises Denied("lines-not-yours"), Missing("line-not-found") or
    Conflict("line-matched-already" | "line-of-another-kind" | "acquirer-owes-less").
    """
    line = _open(line_id, Source.BANK, actor)
    acquirer = account_for(kind=AccountKind.CARD, currency=line.currency)
    bank = account_for(kind=AccountKind.BANK, currency=line.currency)
    if balance_minor(account_id=acquirer.id) < line.amount_minor:
        raise Conflict("acquirer-owes-less")
    line.is_payout = True
    post_entry(
        kind=EntryKind.CARD_SETTLED,
        lines=[Line(bank.id, acquirer.id, line.amount_minor)],
        source_id=line.id,
        effective_at=at,
        actor=actor,
        at=at,
    )
    return _matched(line, "payout", None, actor, at)


def _open(line_id: UUID, source: Source | None, actor: Actor) -> SettlementLine:
    require(may_match_lines(actor), "lines-not-yours")
    line = lock(SettlementLine.objects.all(), missing="line-not-found", id=line_id)
    if line.matched_at is not None:
        raise Conflict("line-matched-already")
    if source is not None and line.source != source:
        raise Conflict("line-of-another-kind")
    return line


def _matched(
    line: SettlementLine, what: str, matched_id: UUID | None, actor: Actor, at: datetime
) -> SettlementLine:
    line.matched_at, line.matched_by = at, actor.key
    line.save(update_fields=["matched_at", "matched_by", "deposit", "payment", "is_payout"])
    event = SettlementMatched(
        subject_id=line.id,
        matched_with=what,
        matched_id=matched_id,
        amount_minor=line.amount_minor,
        currency=line.currency,
    )
    record(event, actor=actor, at=at)
    return line
