"""``koumen books``: prove the ledger."""

import typer

app = typer.Typer(help="Prove the ledger.", no_args_is_help=True)


@app.callback()
def books() -> None:
    """Prove the ledger."""
