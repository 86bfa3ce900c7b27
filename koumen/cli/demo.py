"""``koumen demo``: a generated town to try everything in."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from koumen.cli.saying import out, refuse, say

app = typer.Typer(
    help="Fill a demonstration branch, and show how to sign in to it.", invoke_without_command=True
)
SEED = 20_261_124
ZONE = "Asia/Shanghai"  # where the invented town lies


@app.callback()
def demo(
    context: typer.Context,
    serve: Annotated[bool, typer.Option("--serve", help="Run everything afterwards.")] = False,
    port: Annotated[int | None, typer.Option(help="Where the sites answer (with --serve).")] = None,
) -> None:
    """Fill the demonstration branch; once filled it is left as it is."""
    if context.invoked_subcommand is not None:
        return
    _only_in_demo_mode()
    if serve:
        from koumen.cli.serve import run_all

        run_all(port=port, fill=True)
        return
    from koumen.cli import ready

    with ready.branch(say):
        fill_demonstration()
        show_logins()


@app.command("code")
def code(
    login: Annotated[str, typer.Argument(help="The name in the table of logins, such as finance.")],
) -> None:
    """The second factor of a demonstration login, as it is now; for customers the newest code sent to them."""
    _only_in_demo_mode()
    from koumen.cli import ready

    with ready.database(say):
        ready.start_django()
        from koumen.simulation.demo import code as code_now
        from koumen.web.ui.second_factor import totp_code_now

        try:
            found = code_now(login, second_factor=totp_code_now)
        except LookupError:
            refuse(f"there is no demonstration login {login}: see `koumen demo logins`")
        out.print(found, markup=False)


@app.command("logins")
def logins() -> None:
    """Who can sign in, where, and with what."""
    _only_in_demo_mode()
    from koumen.cli import ready

    with ready.database(say):
        ready.start_django()
        show_logins()


def fill_demonstration() -> None:
    """Fill the town, with a bar for each part of it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from koumen.cli.saying import beside
    from koumen.kit import clock
    from koumen.simulation import demo as town
    from koumen.web.ui.second_factor import enrol_totp

    with Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=beside,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(part: str, done: int, of: int) -> None:
            if part not in tasks:
                tasks[part] = bars.add_task(part)
            bars.update(tasks[part], completed=done, total=of)

        today = clock.local_date(clock.now(), ZoneInfo(ZONE))
        town.fill(seed=SEED, today=today, progress=progress, enrol=enrol_totp)


def show_logins() -> None:
    """The table of demonstration logins: narrow enough for a terminal of 80 columns."""
    from rich.table import Table

    from koumen.simulation import demo as town

    table = Table(title="Demonstration logins", title_justify="left", box=None, padding=(0, 1))
    for heading in ("role", "at", "sign in with", ""):
        table.add_column(heading, no_wrap=bool(heading))
    password = ""
    for login in town.logins():
        password = login.password or password
        site = "/" + login.sign_in_url.split("/", 3)[3]
        table.add_row(login.role, site, login.identifier, login.note or "")
    out.print()
    out.print(table)
    out.print(
        f"Password of agents and staff: {password}. Their second factor: `koumen demo code NAME`.\n"
        "Customers and relatives get a code by phone: see “messages sent”, /public/messages/.",
        markup=False,
        soft_wrap=True,
    )


def _only_in_demo_mode() -> None:
    """A production branch is never filled with invented people."""
    from koumen.cli import environment

    if not environment.is_demo():
        refuse("this is not a demonstration (KOUMEN_MODE): nothing is filled and no logins are shown")
