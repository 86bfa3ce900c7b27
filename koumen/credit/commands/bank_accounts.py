"""The bank account that a customer is paid out to: entered by one person, verified by another."""

import json
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.credit.events.lending import BankAccountEntered, BankAccountVerified
from koumen.credit.models import BankAccount
from koumen.credit.permissions import may_enter_bank_account, may_verify_bank_account
from koumen.credit.queries.lending import sealed_place
from koumen.credit.rules.bank_account import BankDetails, VerifiedHow
from koumen.credit.rules.mending import is_same_person
from koumen.credit.states import BANK_ACCOUNT, BankAccountState
from koumen.kit.actor import Actor
from koumen.kit.errors import Denied
from koumen.kit.ids import new_id
from koumen.people import queries as people


@command
def enter_bank_account(
    *, customer_id: UUID, details: BankDetails, key: UUID, actor: Actor, at: datetime
) -> BankAccount:
    """Write down where a customer wants to be paid out to; an earlier one ends. The same key enters it once.

    The number is sealed under the customer's own key and stands in no fact. Records BankAccountEntered. Raises
    Denied("bank-account-not-yours"), Missing("customer-not-found") or Conflict("key-reused").
    """
    require(may_enter_bank_account(actor), "bank-account-not-yours")
    inputs = {"customer": customer_id, **details.plain()}
    memory = remember("enter_bank_account", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return BankAccount.objects.get(id=memory.answer["bank_account"])
    customer = people.customer_of(actor, customer_id=customer_id)
    earlier = BankAccount.objects.select_for_update().filter(customer=customer, ended_at=None).first()
    if earlier:
        earlier.state = BANK_ACCOUNT.move(BankAccountState(earlier.state), "end")
        earlier.ended_at = at
        earlier.save(update_fields=["state", "ended_at"])
    row = BankAccount(
        id=new_id(),
        customer=customer,
        state=BANK_ACCOUNT.move(None, "enter"),
        last_four=details.last_four,
        entered_by=actor.key,
        entered_at=at,
    )
    text = json.dumps(details.plain(), ensure_ascii=False)
    row.sealed = people.seal_note(customer.person_id, text, place=sealed_place(row.id))
    row.save(force_insert=True)
    record(BankAccountEntered(subject_id=row.id, customer_id=customer_id), actor=actor, at=at)
    memory.keep(bank_account=row.id)
    return row


@command
def verify_bank_account(
    *, bank_account_id: UUID, how: VerifiedHow, actor: Actor, at: datetime
) -> BankAccount:
    """Say that a bank account is the customer's own, and how that was made sure; never who entered it.

    Records BankAccountVerified. Raises Denied("bank-account-not-yours" | "second-person-needed"),
    Missing("bank-account-not-found") or Conflict("bank_account-cannot-verify").
    """
    require(may_verify_bank_account(actor), "bank-account-not-yours")
    row = lock(BankAccount.objects.all(), missing="bank-account-not-found", id=bank_account_id)
    if is_same_person(row.entered_by, actor.key):
        raise Denied("second-person-needed")
    row.state = BANK_ACCOUNT.move(BankAccountState(row.state), "verify")
    row.verified_by, row.verified_at, row.verified_how = actor.key, at, VerifiedHow(how)
    row.save(update_fields=["state", "verified_by", "verified_at", "verified_how"])
    event = BankAccountVerified(subject_id=row.id, customer_id=row.customer_id, how=VerifiedHow(how))
    record(event, actor=actor, at=at)
    return row
