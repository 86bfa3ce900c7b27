"""Reading one account whole, in one query."""

import json
from uuid import UUID

from django.db import connection

from koumen.credit.rules.account import HeldAccount, held_account


def read_account(account_id: UUID) -> HeldAccount | None:
    """An account with its position as its rows hold it; one query. For this room: permissions are the caller's."""
    with connection.cursor() as cursor:
        cursor.execute("select read_credit_account(%s)", [account_id])
        (doc,) = cursor.fetchone()
    return held_account(json.loads(doc)) if doc else None
