"""Whether a day's board would look different: one small question, asked by everybody every few seconds."""

from datetime import date, datetime

from django.db import connection

from koumen.audit.command import require
from koumen.dispatch.permissions import may_see_board
from koumen.kit.actor import Actor

# How often expected times are told anew although nothing happened: an agent who does not come is late all the same.
TOLD_ANEW_S = 60

# Routes by the versions of the shifts, visits and repairs by their states, decisions by the newest. Hashes that are
# added up need no order.
_VERSION = """
with duty as (select id, version from agents_shift where date = %s)
select (select bit_xor(uuid_hash_extended(id, version)) from duty),
       (select coalesce(sum(hashtextextended(visit.state || visit.id::text, 0)), 0)
          from visits_visit visit join duty on duty.id = visit.shift_id),
       (select max(said.id) from dispatch_override said
          join visits_visit visit on visit.id = said.visit_id join duty on duty.id = visit.shift_id),
       (select coalesce(sum(hashtextextended(state || id::text, 0)), 0) from dispatch_repair where date = %s)
"""


def board_version(*, actor: Actor, date: date, at: datetime) -> str:
    """A word that changes when a day's board does, and once a minute while it can be late; one query, no names.

    Raises Denied("board-not-yours").
    """
    require(may_see_board(actor), "board-not-yours")
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [date, date])
        row = cursor.fetchone()
    return ".".join(str(part) for part in (*(row or ()), int(at.timestamp()) // TOLD_ANEW_S))
