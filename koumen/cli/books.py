"""``koumen books``: prove the ledger."""

import os
from typing import Annotated

import typer

from koumen.cli.saying import out, say

app = typer.Typer(help="Prove the ledger.", no_args_is_help=True)


@app.callback()
def books() -> None:
    """Prove the ledger."""


@app.command("check")
def check(
    branch: Annotated[
        str, typer.Option(help="Whose books; this process's branch (KOUMEN_BRANCH) by default.")
    ] = "",
) -> None:
    """Prove that entries balance, balances equal movements, bills and debts equal the books; 1 if anything fails."""
    from rich.table import Table

    from koumen.cli import environment, ready

    if branch:
        os.environ["KOUMEN_BRANCH"] = branch  # before the settings are read
    with ready.database(say):
        ready.start_django()
        ready.bring_up_to_date(lambda step: say(f"  tables: {step}"))
        from koumen.credit.books import check_books

        report = check_books()
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
    raise typer.Exit(report.exit_code)
