"""Acts settled in their turn, gaps given up, missing receipts noticed, places that nobody decided about forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import OperationalError
from procrastinate.contrib.django import app

from koumen.devices import queries
from koumen.devices.commands.receiving import Sent, receive_act
from koumen.devices.commands.settling import give_up_gap, set_aside_next, settle_next
from koumen.devices.commands.watching import forget_beside, watch_receipts
from koumen.devices.models import DeviceAct
from koumen.devices.rules.alarms import SetAside
from koumen.devices.rules.envelope import SignedAct, read_signed_act
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.errors import Refusal

logger = structlog.get_logger()
T = TypeVar("T")


def settle_acts(*, device_id: UUID, at: datetime) -> int:
    """Let every act whose turn it is take effect, each in its own transaction; says how many were looked at.

    One that is refused, or on which our own program fails, is set aside and does not keep the next one waiting. When
    the database fails (a lost connection, a deadlock), the act keeps its turn until somebody settles again.
    """
    settled = 0
    while True:
        try:
            row = settle_next(device_id=device_id, actor=SYSTEM, at=at)
        except Refusal as refused:
            row = set_aside_next(device_id=device_id, code=refused.code, actor=SYSTEM, at=at)
        except OperationalError:
            logger.warning("settling_interrupted", device_id=str(device_id))
            return settled
        except Exception:
            logger.exception("act_not_settled", device_id=str(device_id))
            row = set_aside_next(device_id=device_id, code=SetAside.FAULT, actor=SYSTEM, at=at)
        if row is None:
            return settled
        settled += 1


@dataclass(frozen=True)
class Answer:
    """What became of one item of an upload; ``state`` is the act's, or "refused": then nothing of it was kept."""

    state: str
    code: str = ""


def take_upload(items: Sequence[object], *, carried_by: str, actor: Actor, at: datetime) -> list[Answer]:
    """Keep every act of an upload, then settle; each item is answered by itself, in the order in which they came.

    Phones ask again and again until they hear: what is here already is found at once, without a lock and a reckoning.
    """
    read = [_each(partial(read_signed_act, item)) for item in items]
    known = queries.known_acts([act for act in read if isinstance(act, SignedAct)])

    def keep(act: SignedAct) -> DeviceAct:
        here = known.get((act.device_id, act.hash))
        return here or receive_act(sent=Sent(act=act, carried_by=carried_by), actor=actor, at=at)

    kept = [act if isinstance(act, Answer) else _each(partial(keep, act)) for act in read]
    devices = {row.device_id for row in kept if isinstance(row, DeviceAct)}
    for device_id in queries.devices_to_settle(among=devices):
        settle_acts(device_id=device_id, at=at)
    now = DeviceAct.objects.in_bulk([row.id for row in kept if isinstance(row, DeviceAct)])
    return [row if isinstance(row, Answer) else Answer(now[row.id].state, now[row.id].code) for row in kept]


def _each(take: Callable[[], T]) -> T | Answer:
    """One item that is refused, or on which we fail, does not keep the others out; the phone keeps it and asks again."""
    try:
        return take()
    except Refusal as refused:
        return Answer("refused", refused.code)
    except Exception:
        logger.exception("act_not_received")
        return Answer("refused", SetAside.FAULT)


@app.periodic(cron="*/5 * * * *")
@app.task(name="koumen.devices.jobs.settle_waiting", queue="normal")
def settle_waiting(timestamp: int) -> None:
    """Settle what waits (the web process may have stopped in between), and give up gaps of two hours."""
    del timestamp
    settle_all(at=clock.now())


def settle_all(*, at: datetime) -> None:
    """One device that fails does not keep the others waiting."""
    for device_id in queries.devices_to_settle():
        try:
            settle_acts(device_id=device_id, at=at)
            while give_up_gap(device_id=device_id, actor=SYSTEM, at=at):
                settle_acts(device_id=device_id, at=at)
        except Exception:
            logger.exception("device_not_settled", device_id=str(device_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="koumen.devices.jobs.watch_series", queue="normal")
def watch_series(timestamp: int) -> None:
    """Look for receipt numbers that no act used for more than two hours."""
    del timestamp
    at = clock.now()
    for device_id in queries.devices_with_receipts():
        watch_receipts(device_id=device_id, actor=SYSTEM, at=at)


@app.periodic(cron="45 3 * * *")
@app.task(name="koumen.devices.jobs.forget_old_places", queue="normal")
def forget_old_places(timestamp: int) -> None:
    """Every night, what came beside acts that wait for a person for longer than places are kept (R27)."""
    del timestamp
    at = clock.now()
    for act_id in queries.acts_with_old_beside(at=at):
        forget_beside(act_id=act_id, actor=SYSTEM, at=at)
