"""``koumen books``: prove the ledger, close its days."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from koumen.cli.saying import out, refuse, say

if TYPE_CHECKING:
    from koumen.kit.errors import Refusal
    from koumen.ledger.rules.books import BooksReport

app = typer.Typer(help="Prove the ledger, close its days.", no_args_is_help=True)

OfBranch = Annotated[
    str, typer.Option("--branch", help="Whose books; this process's branch (KOUMEN_BRANCH) by default.")
]


@app.callback()
def books() -> None:
    """Prove the ledger, close its days."""


@app.command("check")
def check(branch: OfBranch = "") -> None:
    """Prove that entries balance, balances equal movements, bills and debts equal the books; 1 if anything fails."""
    with _books_of(branch):
        from koumen.credit.books import check_books

        report = check_books()
    _show(report)
    raise typer.Exit(report.exit_code)


@app.command("close")
def close(
    through: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day to close.")],
    branch: OfBranch = "",
) -> None:
    """Close all open days up to and with one, for good, if every promise of the books holds."""
    with _books_of(branch):
        from koumen.credit.books import close_books
        from koumen.kit import clock
        from koumen.kit.actor import SYSTEM
        from koumen.kit.errors import Refusal

        try:
            period = close_books(through=through.date(), actor=SYSTEM, at=clock.now())
        except Refusal as refusal:
            _refuse(refusal)
        closed: tuple[date, date] = (period.from_date, through.date())
    out.print(f"The books are closed from {closed[0]} through {closed[1]}.", markup=False)


@contextmanager
def _books_of(branch: str) -> Iterator[None]:
    """The database of a branch, its tables up to date."""
    from koumen.cli import ready

    if branch:
        os.environ["KOUMEN_BRANCH"] = branch  # before the settings are read
    with ready.database(say):
        ready.start_django()
        ready.bring_up_to_date(lambda step: say(f"  tables: {step}"))
        yield


def _refuse(refusal: "Refusal") -> NoReturn:
    """The code of a refusal and its sentence, in the language of the command line."""
    from django.utils.translation import override

    from koumen.web.ui.refusals import words

    with override("en"):
        refuse(f"{refusal.code}: {words(refusal.code, **refusal.params)}")


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
