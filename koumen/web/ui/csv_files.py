"""Lists as files for a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol, TypeVar

from django.http import StreamingHttpResponse

# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A list as a file, row by row, so that a long one needs no memory; with the mark that spreadsheets want."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff"
        for row in chain([head], rows):
            yield str(writer.writerow([_cell(value) for value in row]))  # _Echo gives the line back

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class Page(Protocol):
    """A part of a long list, and where the next one begins; None: it was the last."""

    @property
    def older(self) -> Any:
        """What the next question is told."""


Found = TypeVar("Found", bound=Page)


def every_page(find: Callable[[Any], Found]) -> Iterator[Found]:
    """All parts of a list, one after the other; ``find`` is told where the part begins."""
    before = None
    while True:
        found = find(before)
        yield found
        if found.older is None:
            return
        before = found.older


class _Echo:
    """A file that gives back what is written."""

    def write(self, line: str) -> str:
        return line


def _cell(value: object) -> str:
    """Text as it is, except what a spreadsheet would run; numbers keep their sign."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
