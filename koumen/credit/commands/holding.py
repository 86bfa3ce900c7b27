"""Locking an account with all that is owed on it: the first of two round trips."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from koumen.audit.commands import digest_of, memory_of, once_arguments
from koumen.audit.prepared import ask
from koumen.credit.permissions import may_see_account
from koumen.credit.queries.reading import account_of
from koumen.credit.rules.account import HeldAccount
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.ledger.rules.chart import MONEY

_LOCK = "lock_credit_account(%s, %s, %s)"
_ONCE_AND_LOCK = (
    f"select told, case when told ->> 'taken' is not null then {_LOCK} end"  # noqa: S608  (text of our own)
    " from (select take_once(%s, %s, %s, %s, %s, %s) as told) once"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A command that is done once: its name, key, submitted fields, the answer it will have, who and when."""

    name: str
    key: UUID
    inputs: Mapping[str, object]
    answer: Mapping[str, str]
    actor: Actor
    at: datetime


def hold_account(actor: Actor, account_id: UUID) -> HeldAccount:
    """The account, locked: the lock of its money; one query. Raises Missing("account-not-found")."""
    (doc,) = ask(f"select {_LOCK}", [account_id, None, None])
    return _held(actor, doc)


def hold_for_money(actor: Actor, account_id: UUID, *, money_id: int, activity_id: UUID) -> HeldAccount:
    """The account, locked for money that came in and lies in a ledger account; one query.

    Raises Missing("account-not-found" | "debit-account-not-found"), Invalid("debit-account-holds-no-money" |
    "currencies-differ") or Conflict("payment-already-applied").
    """
    (doc,) = ask(f"select {_LOCK}", [account_id, money_id, activity_id])
    return _held_for_money(actor, doc)


def hold_once(
    asked: Asked, account_id: UUID, *, money_id: int, activity_id: UUID
) -> tuple[Mapping[str, str], HeldAccount | None]:
    """The same with the command's key, in one query; with the old answer, and no account, when it has been done.

    Raises what hold_for_money does, and Conflict("key-reused").
    """
    inputs_digest = digest_of(asked.inputs)
    once = once_arguments(asked.name, asked.actor, asked.key, inputs_digest, asked.at, asked.answer)
    told, doc = ask(_ONCE_AND_LOCK, [account_id, money_id, activity_id, *once])
    known = memory_of(told, inputs_digest).answer
    if known is not None:
        return known, None
    return asked.answer, _held_for_money(asked.actor, doc)


def _held(actor: Actor, doc: Mapping[str, Any] | None) -> HeldAccount:
    held = account_of(doc) if doc else None
    if held is None or not may_see_account(actor, held.customer_id):
        raise Missing("account-not-found")
    return held


def _held_for_money(actor: Actor, doc: Mapping[str, Any] | None) -> HeldAccount:
    """The money must lie where money can lie, be counted as the account is, and have come once."""
    held = _held(actor, doc)
    assert doc is not None  # noqa: S101  (the account was found)
    money = doc["money"]
    if money is None:
        raise Missing("debit-account-not-found")
    if money["kind"] not in MONEY:
        raise Invalid("debit-account-holds-no-money", field="debit_account_id", kind=money["kind"])
    if money["currency"] != held.currency:
        raise Invalid("currencies-differ", field="currency", value=money["currency"])
    if doc["is_known"]:
        raise Conflict("payment-already-applied")
    return held
