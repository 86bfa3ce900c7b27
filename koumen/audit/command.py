"""The one pattern of every command: lock, require, move, write, record, return."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from koumen.kit.errors import Denied, Missing

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)

_inside: ContextVar[bool] = ContextVar("koumen_inside_command", default=False)


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction; a command called by a command joins the outer one."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            with transaction.atomic(savepoint=False):
                return function(*args, **kwargs)
        token = _inside.set(True)
        try:
            with transaction.atomic():
                return function(*args, **kwargs)
        finally:
            _inside.reset(token)

    run.__dict__["is_command"] = True  # read by the architecture tests
    return run


def require(allowed: bool, code: str, /, **params: object) -> None:  # noqa: FBT001  (reads as a sentence)
    """Refuse with Denied(code) unless allowed."""
    if not allowed:
        raise Denied(code, **params)


def lock(rows: QuerySet[M], /, *, missing: str, **lookup: object) -> M:
    """Lock one row for this transaction; raises Missing(code) when absent or not visible."""
    row = rows.select_for_update(of=("self",)).filter(**lookup).first()
    if row is None:
        raise Missing(missing)
    return row


def lock_by_ids(rows: QuerySet[M], ids: set[int] | set[UUID], /) -> Mapping[object, M]:
    """Lock several rows in the order of their ids, so that two commands never wait for each other."""
    found = rows.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in found}


def in_transaction() -> bool:
    """Whether a transaction is open; gateways refuse to be called inside one."""
    return connection.in_atomic_block
