"""``koumen credit``: what is done for all accounts at once."""

from datetime import date, datetime
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from koumen.cli.saying import beside, out, refuse_in_words, say

if TYPE_CHECKING:
    from koumen.credit.commands import Night

app = typer.Typer(help="What is done for all credit accounts at once.", no_args_is_help=True)


@app.callback()
def credit() -> None:
    """What is done for all credit accounts at once."""


@app.command("night")
def night(
    until: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="Up to and with this day; today by default."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="How many share the work.")] = 2,
) -> None:
    """End graces, charge and bill every account whose turn has come. Safe to break off and to run again."""
    from koumen.cli import ready

    with ready.branch(say):
        from koumen.branch.queries import this_branch
        from koumen.kit import clock
        from koumen.kit.errors import Refusal

        started = monotonic()
        last = until.date() if until else clock.local_date(clock.now(), this_branch().zone)
        try:
            done = _with_bar(last, workers)
        except Refusal as refusal:
            refuse_in_words(refusal)
    seconds = monotonic() - started
    out.print(
        f"{done.accounts:,} accounts brought to {last}: {done.bills:,} bills made, {done.judged:,} judged, in"
        f" {seconds:.1f} s ({done.accounts / max(seconds, 0.001):,.0f} accounts/s).",
        markup=False,
    )


@app.command("merchant")
def merchant(
    name: Annotated[str, typer.Argument(help="As it stands on bills.")],
    renew: Annotated[bool, typer.Option("--renew", help="Another key for one that is known.")] = False,
    end: Annotated[bool, typer.Option("--end", help="No key any more.")] = False,
) -> None:
    """Let a merchant's program enter purchases: prints its id and its key, which is shown here only."""
    from koumen.cli import ready

    with ready.branch(say):
        from koumen.credit.commands.merchants import register_merchant, renew_merchant_key
        from koumen.credit.queries.merchants import key_of, merchants
        from koumen.kit import clock
        from koumen.kit.actor import SYSTEM
        from koumen.kit.errors import Missing, Refusal

        try:
            if renew or end:
                known = {one.name: one.id for one in merchants(actor=SYSTEM)}
                if name not in known:
                    raise Missing("merchant-not-found")
                row = renew_merchant_key(
                    merchant_id=known[name], is_active=not end, actor=SYSTEM, at=clock.now()
                )
            else:
                row = register_merchant(name=name, actor=SYSTEM, at=clock.now())
        except Refusal as refusal:
            refuse_in_words(refusal)
        key = key_of(row).hex()
    out.print(f"{row.name}: {row.id}" + ("" if end else f"\nkey: {key}"), markup=False)


def _with_bar(until: date, workers: int) -> "Night":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from koumen.credit.commands import run_night
    from koumen.credit.queries import accounts_to_turn
    from koumen.kit.actor import SYSTEM

    total, started = accounts_to_turn(actor=SYSTEM, until=until), monotonic()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        console=beside,
    ) as bar:
        task = bar.add_task("Accounts", total=total, rate=0.0)

        def tell(so_far: "Night") -> None:
            """An account that waited for days has several turns, so there may be more than were counted."""
            done = so_far.accounts
            bar.update(
                task, completed=done, total=max(total, done), rate=done / max(monotonic() - started, 0.001)
            )

        return run_night(until=until, actor=SYSTEM, workers=workers, on_chunk=tell)
