"""``koumen books``: prove the ledger, close its days, write it to a file."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from koumen.cli.saying import out, refuse, refuse_in_words, say

if TYPE_CHECKING:
    from koumen.ledger.rules.books import BooksReport

app = typer.Typer(help="Prove the ledger, close its days, write it to a file.", no_args_is_help=True)

DAY = ["%Y-%m-%d"]


class Form(StrEnum):
    """What a file of the books is written as; named here, since help must not load Django."""

    BEANCOUNT = "beancount"
    CSV = "csv"


OfBranch = Annotated[
    str, typer.Option("--branch", help="Whose books; this process's branch (KOUMEN_BRANCH) by default.")
]


@app.callback()
def books() -> None:
    """Prove the ledger, close its days, write it to a file."""


@app.command("check")
def check(branch: OfBranch = "") -> None:
    """Prove that entries balance, balances equal movements, bills and debts equal the books; 1 if anything fails."""
    from koumen.cli import ready

    with ready.branch(say, branch):
        from koumen.payments.books import check_books

        report = check_books()
    _show(report)
    raise typer.Exit(report.exit_code)


@app.command("close")
def close(
    through: Annotated[datetime, typer.Option(formats=DAY, help="The last day to close.")],
    branch: OfBranch = "",
) -> None:
    """Close all open days up to and with one, for good, if every promise of the books holds."""
    from koumen.cli import ready

    with ready.branch(say, branch):
        from koumen.kit import clock
        from koumen.kit.actor import SYSTEM
        from koumen.kit.errors import Refusal
        from koumen.payments.books import close_books

        try:
            period = close_books(through=through.date(), actor=SYSTEM, at=clock.now())
        except Refusal as refusal:
            refuse_in_words(refusal)
        closed: tuple[date, date] = (period.from_date, through.date())
    out.print(f"The books are closed from {closed[0]} through {closed[1]}.", markup=False)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; replaced when it is there.", metavar="FILE")],
    form: Annotated[Form, typer.Option("--format", help="Beancount's language, or one line a movement.")],
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="The last day.")] = None,
    condensed: Annotated[
        bool, typer.Option("--condensed", help="One line a day and kind, without owners.")
    ] = False,
    branch: OfBranch = "",
) -> None:
    """Write the books to a file; all of it, or nothing when something goes wrong."""
    from koumen.cli import ready

    try:
        with _written_aside(file) as writing, ready.branch(say, branch):
            from koumen.kit.actor import SYSTEM
            from koumen.kit.errors import Refusal
            from koumen.ledger.export import BooksExport, Format, export_books

            wanted = BooksExport(
                form=Format(form.value),
                from_date=first.date() if first else None,
                through=last.date() if last else None,
                condensed=condensed,
            )
            try:
                movements = export_books(wanted=wanted, write=writing.write, actor=SYSTEM)
            except Refusal as refusal:
                refuse_in_words(refusal)
    except _CannotWrite as fault:
        refuse(f"{file} cannot be written: {fault}")
    out.print(f"{movements:,} {'lines' if condensed else 'movements'} in {file}.", markup=False)


class _CannotWrite(Exception):
    """The file cannot be made, filled or put in its place."""


@contextmanager
def _written_aside(file: Path) -> Iterator[IO[str]]:
    """A new file beside the one that is wanted, which it becomes when the body ends well."""
    if file.is_dir():
        raise _CannotWrite("it is a folder")
    try:
        aside = tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", delete=False)  # noqa: SIM115  (closed below)
    except OSError as fault:
        raise _CannotWrite(fault.strerror) from fault
    try:
        with aside:
            yield aside
        Path(aside.name).replace(file)
    except OSError as fault:
        raise _CannotWrite(fault.strerror) from fault
    finally:
        Path(aside.name).unlink(missing_ok=True)


def _show(report: "BooksReport") -> None:
    from rich.table import Table

    from koumen.cli import environment

    table = Table(title=f"The books of {environment.branch()}", title_justify="left")
    for heading in ("", "promise", "looked at", "broken"):
        table.add_column(heading, justify="right" if heading in {"looked at", "broken"} else "left")
    for one in report.checks:
        table.add_row("✓" if one.holds else "✗", one.name, f"{one.counted:,}", f"{one.faults:,}")
    out.print(table)
    for one in report.checks:
        for what in one.first:
            out.print(f"  {one.name}: {what}", markup=False)
    out.print("The books are right." if report.is_right else "The books are WRONG.", markup=False)
