"""Reading one account whole, in one query."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from koumen.audit.prepared import ask
from koumen.credit.models import ProductVersion
from koumen.credit.rules.account import HeldAccount, Terms, held_account
from koumen.credit.rules.parameters import Parameters


def read_account(account_id: UUID) -> HeldAccount | None:
    """An account with its position as its rows hold it; one query. For this room: permissions are the caller's."""
    (doc,) = ask("select read_credit_account(%s)", [account_id])
    return account_of(doc) if doc else None


def account_of(doc: Mapping[str, Any]) -> HeldAccount:
    """The account as the database told it; one query the first time that a process meets its product."""
    return held_account(doc, _terms(doc["account"]["product_id"]))


@cache  # a version never changes
def _terms(product_id: str) -> Terms:
    version = ProductVersion.objects.get(id=product_id)
    return Terms(version.currency, Parameters.of(version.parameters))
