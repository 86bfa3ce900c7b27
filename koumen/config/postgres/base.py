"""The module and the class by which Django finds a database backend; the rest is in koumen/audit/prepared.py."""

from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

from koumen.audit import prepared


class Cursor(CursorWrapper):
    """A cursor that lets go first what the connection was told before."""

    def _execute(self, *asked: Any) -> Any:
        prepared.send_told(self.db)
        return super()._execute(*asked)  # type: ignore[misc]  # the stubs leave it out

    def _executemany(self, *asked: Any) -> Any:
        prepared.send_told(self.db)
        return super()._executemany(*asked)  # type: ignore[misc]

    def copy(self, *asked: Any) -> Any:
        """What the driver's cursor does."""
        prepared.send_told(self.db)
        return self.cursor.copy(*asked)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that may have been told a statement which it has not sent yet."""

    told: prepared.Statement | None = None

    def make_cursor(self, cursor: Any) -> Cursor:
        """Around the driver's cursor."""
        return Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> Any:
        """From here on every statement is logged, and nothing is told any more."""
        prepared.send_told(self)
        return super().make_debug_cursor(cursor)

    def _commit(self) -> None:
        if self.told:
            prepared.commit_with_told(self)
        else:
            super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self.told = None
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self.told = None  # it came after the savepoint, which sent what was told before
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _close(self) -> None:
        self.told = None
        super()._close()  # type: ignore[misc]
