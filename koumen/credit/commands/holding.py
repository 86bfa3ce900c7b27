"""Locking an account with all that is owed on it: the first of two round trips."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from koumen.audit.commands import Memory, memory_of, once_arguments
from koumen.credit.permissions import may_see_account
from koumen.credit.rules.account import HeldAccount, held_account
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.ledger.rules.chart import MONEY

_LOCK = "lock_credit_account(%s, %s, %s)"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A command that is done once: its name, key, submitted fields, who and when."""

    name: str
    key: UUID
    inputs: Mapping[str, object]
    actor: Actor
    at: datetime


def hold_account(actor: Actor, account_id: UUID) -> HeldAccount:
    """The account, locked: the lock of its money; one query. Raises Missing("account-not-found")."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_LOCK}", [account_id, None, None])
        (doc,) = cursor.fetchone()
    return _held(actor, json.loads(doc) if doc else None)


def hold_for_money(actor: Actor, account_id: UUID, *, money_id: int, activity_id: UUID) -> HeldAccount:
    """The account, locked for money that came in and lies in a ledger account; one query.

    Raises Missing("account-not-found" | "debit-account-not-found"), Invalid("debit-account-holds-no-money" |
    "currencies-differ") or Conflict("payment-already-applied").
    """
    with connection.cursor() as cursor:
        cursor.execute(f"select {_LOCK}", [account_id, money_id, activity_id])
        (doc,) = cursor.fetchone()
    return _held_for_money(actor, json.loads(doc) if doc else None)


def hold_once(
    asked: Asked, account_id: UUID, *, money_id: int, activity_id: UUID
) -> tuple[Memory, HeldAccount | None]:
    """The same with the command's key, in one query; no account when the key has its answer already.

    Raises what hold_for_money does, and Conflict("key-reused").
    """
    once = once_arguments(asked.name, asked.actor, asked.key, asked.inputs, asked.at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select o.*, {_LOCK} from take_once(%s, %s, %s, %s, %s) o",  # noqa: S608  (text of our own)
            [account_id, money_id, activity_id, *once],
        )
        *told, doc = cursor.fetchone()
    memory = memory_of(asked.inputs, tuple(told))
    if memory.answer is not None:
        return memory, None
    return memory, _held_for_money(asked.actor, json.loads(doc) if doc else None)


def _held(actor: Actor, doc: Mapping[str, Any] | None) -> HeldAccount:
    held = held_account(doc) if doc else None
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
