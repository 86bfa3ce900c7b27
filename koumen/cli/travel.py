"""``koumen travel``: what travel times are made from; other speeds; what logged trips say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from koumen.cli.saying import out, refuse, say

if TYPE_CHECKING:
    from koumen.dispatch.queries import TravelInForce

app = typer.Typer(help="Travel times: what they are made from.", no_args_is_help=True)


@app.callback()
def travel() -> None:
    """Travel times: what they are made from."""


@app.command("show")
def show(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, to change it.")] = False
) -> None:
    """Show the version that holds today: roads or straight line, bands, speeds, margins."""
    with _branch():
        from koumen.branch.queries import this_branch
        from koumen.dispatch.queries import travel_in_force
        from koumen.kit import clock

        today = clock.local_date(clock.now(), this_branch().zone)
        version = travel_in_force(date=today)
    if as_json:
        out.print_json(json.dumps(version.rules.content()))
    else:
        _tell(version)


def _tell(version: "TravelInForce") -> None:
    rules, line = version.rules, version.rules.line
    roads = f"{version.roads.arcs:,} arcs of road" if version.roads else "the straight line"
    since = f", since {version.from_date}" if version.from_date else ""
    out.print(f"Version {version.version} ({version.origin}{since}): {roads}.", markup=False)
    out.print(
        f"At each door {rules.at_the_door_s // 60} min; farther than {rules.reach_m} m from a road: no way."
    )
    if version.roads is None:
        out.print(
            f"Line: {line.first_s} s, then {line.km_h} km/h x {line.detour_pct} % x {line.margin_pct} %."
        )
        return
    for band in rules.bands:
        out.print(
            f"  from {band.begins:%H:%M}  {band.pace_pct:>3} % of the speeds  {band.name}", markup=False
        )
    out.print(f"Margin {rules.road_margin_pct} %.")


@app.command("set")
def set_(file: Annotated[Path, typer.Argument(help="What travel show --json printed, changed.")]) -> None:
    """Use other speeds, bands or margins from the first day on which nothing is promised yet."""
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        refuse(f"{file}: {fault}")
    if not isinstance(content, dict):
        refuse(f"{file}: what travel show --json prints begins with {{")
    with _branch():
        from koumen.dispatch.commands import set_travel_times
        from koumen.kit import clock
        from koumen.kit.actor import SYSTEM

        stored = set_travel_times(content=content, actor=SYSTEM, at=clock.now())
    out.print(f"Version {stored.version} holds from {stored.from_date} on.", markup=False)


@app.command("refit")
def refit() -> None:
    """Let the trips of the last 90 days correct speeds and margin, a quarter of the way at most."""
    with _branch():
        from koumen.dispatch.commands import refit_travel
        from koumen.kit import clock
        from koumen.kit.actor import SYSTEM

        stored = refit_travel(actor=SYSTEM, at=clock.now())
    if stored is None:
        out.print("The trips say nothing new: nothing changed.", markup=False)
    else:
        out.print(f"Version {stored.version} holds from {stored.from_date} on.", markup=False)


@contextmanager
def _branch() -> Iterator[None]:
    """The branch's tables, up to date; a refusal is one line."""
    from koumen.cli import ready
    from koumen.kit.errors import Refusal

    with ready.branch(say):
        try:
            yield
        except Refusal as refusal:
            refuse(str(refusal))
