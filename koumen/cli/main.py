"""``koumen``: one program to run, look after and prove a branch."""

import sys

import typer

from koumen.cli import (
    audit,
    bench,
    books,
    credit,
    demo,
    doctor,
    imports,
    migrate,
    plan,
    serve,
    travel,
    worker,
)
from koumen.cli.saying import refuse

app = typer.Typer(
    name="koumen",
    help="Home-visit repayment: run a branch, fill a demonstration, take over accounts, prove the books.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback that hides its lines helps nobody
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.add_typer(demo.app, name="demo")
app.command("migrate")(migrate.migrate)
app.add_typer(imports.app, name="import")
app.command("plan")(plan.plan)
app.add_typer(travel.app, name="travel")
app.add_typer(credit.app, name="credit")
app.add_typer(books.app, name="books")
app.add_typer(audit.app, name="audit")
app.add_typer(bench.app, name="bench")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; a fault with a known way out is one line, not a traceback."""
    try:
        app()
    except Exception as fault:
        if not is_plain(fault):
            raise
        refuse(str(fault))


def is_plain(fault: Exception) -> bool:
    """Whether the message itself says what to do."""
    if type(fault).__name__ == "CannotRun":
        return True
    improper = getattr(sys.modules.get("django.core.exceptions"), "ImproperlyConfigured", None)
    return improper is not None and isinstance(fault, improper)
