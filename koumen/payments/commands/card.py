"""A card at the door: the terminal has approved it; its slip is kept, and matched with the acquirer's file later."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.agents.queries import loans_of
from koumen.audit.command import command
from koumen.audit.commands import remember
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments.commands.tendering import agreement_to_pay, lock_visit_of_money, receive, tender_payment
from koumen.payments.models import CardSlip, Payment
from koumen.payments.permissions import visible_to
from koumen.payments.rules.card import approval_code, last_four


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What stands on the terminal's slip, and which terminal it was."""

    item_id: UUID
    approval_code: str
    last_four: str


@command
def pay_card(
    *, visit_id: UUID, amount_minor: int, slip: Slip, key: UUID, actor: Actor, at: datetime
) -> Payment:
    """Take a card payment that the terminal has approved; the terminal is one that was lent to the agent.

    The same key gives the same payment. Records PaymentMade (and VisitPaid, BalanceReduced). Raises
    Missing("visit-not-found"), Denied("visit-not-yours"), Invalid("amount-not-positive" | "approval-unreadable" |
    "last-four-unreadable") or Conflict("terminal-not-lent" | "card-slip-used" | "code-not-accepted" | "tender-open" |
    "above-agreed" | "owed-less-now" | "key-reused").
    """
    inputs = {
        "visit": visit_id,
        "amount_minor": amount_minor,
        "terminal": slip.item_id,
        "approval": slip.approval_code,
        "last_four": slip.last_four,
    }
    memory = remember("pay_card", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return visible_to(actor).select_related("receipt").get(id=memory.answer["payment"])
    visit = lock_visit_of_money(visit_id, actor)
    lent = {loan.item_id: loan.item for loan in loans_of(actor=actor, agent_id=visit.agent_id)}
    if slip.item_id not in lent or lent[slip.item_id].kind != "card_terminal":
        raise Conflict("terminal-not-lent")
    agreement = agreement_to_pay(visit, amount_minor, at)
    payment = tender_payment(
        visit,
        agreement,
        tender="card",
        amount_minor=amount_minor,
        at=at,
    )
    keep_slip(payment, slip)
    acquirer = account_for(kind=AccountKind.CARD, currency=visit.currency)
    receive(
        payment,
        debit_account_id=acquirer.id,
        entry_kind=EntryKind.CARD_TENDER,
        tendered_at=at,
        actor=actor,
        at=at,
    )
    memory.keep(payment=payment.id)
    return payment


def keep_slip(payment: Payment, slip: Slip) -> None:
    """Write down what the terminal printed for a payment; one slip pays once.

    Raises Invalid("approval-unreadable" | "last-four-unreadable") or Conflict("card-slip-used").
    """
    code, digits = approval_code(slip.approval_code), last_four(slip.last_four)
    on_date = local_date(payment.opened_at, this_branch().zone)
    if CardSlip.objects.filter(terminal_id=slip.item_id, on_date=on_date, approval_code=code).exists():
        raise Conflict("card-slip-used")
    CardSlip.objects.create(
        payment=payment, terminal_id=slip.item_id, on_date=on_date, approval_code=code, last_four=digits
    )
