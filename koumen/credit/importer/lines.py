"""Reading a delimited file of unknown quality, line by line, with bounded memory."""

import csv
from collections.abc import Iterator
from pathlib import Path

from koumen.credit.importer.faults import BadLine, FileFault

LONGEST_LINE = 65_536  # bytes; a line of the real file has 150
SHOWN = 200  # characters of a bad line that are kept

Cells = dict[str, str]


def read_lines(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, str, Cells | BadLine]]:
    """(line number, its beginning, cells by column or what is wrong with it), for every line after the header.

    UTF-8, with or without a mark; columns in any order, others are ignored; one record is one line.
    Raises FileFault when the header cannot be understood.
    """
    rows = _texts(file)
    header = _header(file, next(rows, None), columns)
    for number, text in rows:
        if isinstance(text, BadLine):
            yield number, text.text, text
        elif text.strip():
            yield number, text[:SHOWN], _cells(number, text, header)


def names_in(file: Path) -> list[str]:
    """The names of a file's columns. Raises FileFault."""
    return _names(file, next(_texts(file), None))


def _header(file: Path, row: tuple[int, str | BadLine] | None, columns: tuple[str, ...]) -> list[str]:
    header = _names(file, row)
    missing = [column for column in columns if column not in header]
    if missing:
        raise FileFault(file, f"has no column {', '.join(missing)}")
    if doubled := sorted({column for column in columns if header.count(column) > 1}):
        raise FileFault(file, f"has a column twice: {', '.join(doubled)}")
    return header


def _names(file: Path, row: tuple[int, str | BadLine] | None) -> list[str]:
    if row is None:
        raise FileFault(file, "is empty")
    text = row[1]
    if isinstance(text, BadLine):
        raise FileFault(file, f"the first line {text.why}")
    try:
        return [name.strip() for name in next(csv.reader([text], strict=True), [])]
    except csv.Error as fault:
        raise FileFault(file, f"the first line names no columns ({fault})") from None


def _cells(number: int, text: str, header: list[str]) -> Cells | BadLine:
    try:
        cells = next(csv.reader([text], strict=True), [])
    except csv.Error as fault:
        return BadLine(number, "", f"cannot be split into fields ({fault})", text[:SHOWN])
    if len(cells) != len(header):
        return BadLine(number, "", f"has {len(cells)} fields instead of {len(header)}", text[:SHOWN])
    return dict(zip(header, cells, strict=True))


def _texts(file: Path) -> Iterator[tuple[int, str | BadLine]]:
    """Lines as text, without their ends; a line that is too long is passed over, not read into memory."""
    try:
        with file.open("rb") as stream:
            number = 0
            while raw := stream.readline(LONGEST_LINE + 1):
                number += 1
                length = len(raw)
                while len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
                    rest = stream.readline(LONGEST_LINE + 1)
                    if not rest:
                        break
                    length += len(rest)
                    raw = raw[:SHOWN] + rest if rest.endswith(b"\n") else raw
                yield number, _text(number, raw, length)
    except OSError as fault:
        raise FileFault(file, f"cannot be read ({fault.strerror})") from None


def _text(number: int, raw: bytes, length: int) -> str | BadLine:
    beginning = raw[:SHOWN].decode("utf-8", "replace").replace("\0", "�").strip()
    if length > LONGEST_LINE:
        return BadLine(number, "", f"is longer than {LONGEST_LINE} bytes", beginning)
    if b"\0" in raw:
        return BadLine(number, "", "contains a NUL byte", beginning)
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError as fault:
        return BadLine(number, "", f"is not UTF-8 (byte {fault.start + 1})", beginning)
