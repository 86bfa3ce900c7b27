"""``koumen import``: take over a lender's accounts from files."""

import typer

app = typer.Typer(help="Take over a lender's accounts from files.", no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Take over a lender's accounts from files."""
