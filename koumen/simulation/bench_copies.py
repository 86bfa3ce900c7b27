"""Copies of a receipt: from the posting of cash that a phone brings until the gateway has them, by a real worker.

Once each by itself, and then as after a day without a signal: many at the same moment. The gateway is the only thing
that is simulated (outside production it takes every message at once).
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.clock import local_date
from koumen.kit.ids import new_id
from koumen.payments.commands import OfflineTender, post_offline_cash
from koumen.people.commands import name_trusted_contact
from koumen.simulation.board_day import CURRENCY, ZONE, make_day
from koumen.simulation.measuring import Measurement, Timing, machine, timing_of

if TYPE_CHECKING:
    from psycopg import Connection

SIZE, QUICK_SIZE = (12, 10), (2, 4)  # agents, visits each
ALONE, QUICK_ALONE = 20, 3
AMOUNT_MINOR, NOTE_MINOR = 30_000, 10_000
PATIENCE_S = 300.0  # a worker that has not done its work by then is a failure, not a slow one
LOOK_S = 0.05
ASKED_MS = 60_000  # copies reach the customer and the trusted person within a minute of the sync

# (template, ms until the job began, ms until the gateway had it) of every copy
_COPIES = """
  select m.template, (extract(epoch from m.sent_at - f.at) * 1000)::float8,
    (extract(epoch from m.delivered_at - f.at) * 1000)::float8
  from messages_message m join audit_fact f on f.fact_id = m.fact_id
  where f.kind = 'PaymentMade' and f.subject_id = any(%s) and m.delivered_at is not null
"""
_WAITING = (
    "select count(*) from procrastinate_jobs where status in ('todo', 'doing') and scheduled_at is null"
)


def measure(
    connection: "Connection[Any]", *, branch: str, say: Callable[[str], None], quick: bool
) -> Measurement:
    """Make a day of visits, each customer with a trusted person; post, and wait for the copies."""
    agents, visits_each = QUICK_SIZE if quick else SIZE
    say(f"  {agents * visits_each} visits")
    make_day(branch, how_many=agents, visits_each=visits_each)
    visits = _visits(connection)
    _name_somebody(connection)
    alone = QUICK_ALONE if quick else ALONE
    took: dict[str, list[tuple[str, float, float]]] = {}
    with _a_worker(connection):
        say("  one by one")
        one_by_one = [_handed_over(connection, [_posted(visit)]) for visit in visits[:alone]]
        took["alone"] = [copy for copies in one_by_one for copy in copies]
        say("  all at once")
        took["at_once"] = _handed_over(connection, [_posted(visit) for visit in visits[alone:]])
    slowest = {name: max(done for _template, _began, done in copies) for name, copies in took.items()}
    return Measurement(
        name="copies",
        machine=machine(),
        timings={part: timing for name, copies in took.items() for part, timing in _parts(name, copies)},
        ratios={f"{name}_slowest_of_a_minute": ms / ASKED_MS for name, ms in slowest.items()},
        rates={f"{name}_slowest_ms": ms for name, ms in slowest.items()},
    )


def _parts(name: str, copies: list[tuple[str, float, float]]) -> Iterator[tuple[str, Timing]]:
    """Until the job began, until the customer's copy, and the trusted person's, was with the gateway."""
    yield f"{name}_begun", timing_of([began for _template, began, _done in copies])
    for whose, is_theirs in (("customer", False), ("trusted", True)):
        done = [ms for template, _began, ms in copies if (template == "payment_copy") is is_theirs]
        yield f"{name}_{whose}", timing_of(done)


def _visits(connection: "Connection[Any]") -> list[tuple[UUID, UUID]]:
    return connection.execute("select id, agent_id from visits_visit order by number").fetchall()


def _name_somebody(connection: "Connection[Any]") -> None:
    """The first customer is the trusted person of all others, and the second one theirs."""
    rows = connection.execute("select id, person_id from people_customer order by number").fetchall()
    at = clock.now()
    until = local_date(at, ZONE) + timedelta(days=300)
    for place, (customer_id, _own) in enumerate(rows):
        friend = rows[0 if place else 1][1]
        name_trusted_contact(customer_id=customer_id, person_id=friend, valid_to=until, actor=SYSTEM, at=at)


@contextmanager
def _a_worker(connection: "Connection[Any]") -> Iterator[None]:
    """The worker as it is served, in a process of its own, when it has done what the making of the day left."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "koumen.cli", "worker"], env=os.environ | {"KOUMEN_LOG": "error"}
    )
    try:
        until = time.monotonic() + PATIENCE_S
        while connection.execute(_WAITING).fetchall()[0][0]:
            _patiently(worker, until)
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def _patiently(worker: "subprocess.Popen[bytes] | None", until: float) -> None:
    if worker and worker.poll() is not None:
        raise RuntimeError(f"the worker ended with {worker.returncode}")
    if time.monotonic() > until:
        raise TimeoutError("copies were not handed over")
    time.sleep(LOOK_S)


def _posted(visit: tuple[UUID, UUID]) -> UUID:
    """What a phone brings of one visit; it has left already."""
    visit_id, agent_id = visit
    at = clock.now()
    tender = OfflineTender(
        visit_id=visit_id,
        agent_id=agent_id,
        notes_in={NOTE_MINOR: AMOUNT_MINOR // NOTE_MINOR},
        notes_out={},
        amount_minor=AMOUNT_MINOR,
        currency=CURRENCY,
        tendered_at=at,
        series=f"B{visit_id.hex[-12:].upper()}",
        number=1,
        word=None,
    )
    return post_offline_cash(tender=tender, key=new_id(), actor=SYSTEM, at=at).id


def _handed_over(connection: "Connection[Any]", payment_ids: list[UUID]) -> list[tuple[str, float, float]]:
    """Two copies a payment, the customer's and the trusted person's, when the gateway has all of them."""
    until = time.monotonic() + PATIENCE_S
    while True:
        copies = connection.execute(_COPIES, [payment_ids]).fetchall()
        if len(copies) >= 2 * len(payment_ids):
            return copies
        _patiently(None, until)
