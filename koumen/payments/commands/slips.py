"""The deposit slip as a paper."""

from datetime import datetime
from uuid import UUID

from koumen.branch.queries import this_branch
from koumen.documents.commands import issue_slip_pdf
from koumen.documents.rules.receipt import Language
from koumen.documents.rules.slip import SlipContent
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.kit.money import Money
from koumen.payments.queries.custody import deposit, notes_of
from koumen.people.commands import reveal


def deposit_slip_pdf(*, deposit_id: UUID, language: Language, actor: Actor, at: datetime) -> bytes:
    """The signed slip of a deposit that was counted twice.

    Raises Denied("cash-not-yours"), Missing("deposit-not-found") or Conflict("deposit-not-sent").
    """
    row = deposit(actor=actor, deposit_id=deposit_id)
    if row.sent is None or row.sent_at is None:
        raise Conflict("deposit-not-sent")
    branch, people = this_branch(), [row.prepared.counted_by_id, row.sent.counted_by_id]
    named = reveal(person_ids=people, purpose="deposit-slip", actor=actor, at=at)
    is_english = language is Language.EN
    return issue_slip_pdf(
        SlipContent(
            language=language,
            lender=branch.lender.name_en if is_english else branch.lender.name,
            branch=branch.name_en if is_english else branch.name,
            zone=branch.zone,
            number=row.printed_number,
            amount=Money(row.amount_minor, row.currency),
            notes=tuple(notes_of(row.sent).items()),
            prepared_by=named[row.prepared.counted_by_id].name,
            sent_by=named[row.sent.counted_by_id].name,
            sent_at=row.sent_at,
        )
    )
