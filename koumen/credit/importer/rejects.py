"""The bad lines of a file: in the session's own table, however many there are, and from there in a file of their own."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import connection

from koumen.credit.importer.faults import BadLine, FileFault, LinesRefused

FIRST_FAULTS = 20  # shown; the rest are counted
AT_ONCE = 2_000


def keep_faults(bad: Iterable[BadLine]) -> None:
    """Remember bad lines in the table staged_fault."""
    with connection.cursor() as cursor, cursor.copy("copy staged_fault from stdin") as copy:
        for one in bad:
            copy.write_row((one.line, one.field, one.why, one.text))


def bad_lines(limit: int | None = None) -> Iterator[BadLine]:
    """The bad lines in the file's order."""
    with connection.chunked_cursor() as cursor:
        cursor.execute("select line, field, why, text from staged_fault order by line limit %s", [limit])
        while rows := cursor.fetchmany(AT_ONCE):
            yield from (BadLine(*row) for row in rows)


def put_aside(file: Path, rejects: Path | None, count: int) -> None:
    """Write the bad lines with their reasons; raises LinesRefused when there is no place for them."""
    if rejects is None:
        raise LinesRefused(file, count, list(bad_lines(FIRST_FAULTS)))
    beside = rejects.with_name(f"{rejects.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("line", "field", "why", "text"))
            writer.writerows((bad.line, bad.field, bad.why, bad.text) for bad in bad_lines())
        beside.replace(rejects)
    except OSError as fault:
        raise FileFault(rejects, f"cannot be written ({fault.strerror})") from None
