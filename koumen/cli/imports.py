"""``koumen import``: a lender's accounts and repayments from files, roads from a map, outlines of districts."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from koumen.cli.saying import beside, out, refuse, say

if TYPE_CHECKING:
    from koumen.branch.commands import BranchOpening
    from koumen.credit.importer import Outcome, Place, Takeover
    from koumen.credit.importer.repayments import Posted, RepaymentFile

app = typer.Typer(
    help="Take over a lender's accounts, repayments, roads and districts from files.", no_args_is_help=True
)

# The name becomes a schema and part of a role; PostgreSQL cuts names at 63 bytes.
_BRANCH = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_NOT_OURS = ("public", "pg_", "information_schema")


@app.callback()
def imports() -> None:
    """Take over a lender's accounts, repayments, roads and districts from files."""


@app.command("accounts")
def accounts(
    file: Annotated[Path, typer.Argument(help="The accounts, one line each.", metavar="FILE")],
    branch: Annotated[str, typer.Option(help="The branch they belong to; made if there is none.")],
    places: Annotated[
        list[Path], typer.Option(help="Addresses with coordinates; may be given several times.")
    ],
    more_places: Annotated[
        list[Path] | None, typer.Argument(help="Further files of addresses.", metavar="[PLACES]...")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where bad lines go with their reasons; without it one bad line stops all."),
    ] = None,
) -> None:
    """Take over credit accounts of 2005 with six months of history; the same file again adds nothing."""
    if not _BRANCH.fullmatch(branch) or branch.startswith(_NOT_OURS):
        refuse(f"{branch!r} cannot be a branch's name: small letters, digits and _, beginning with a letter")
    if rejects and file.exists() and rejects.exists() and rejects.samefile(file):
        refuse("--rejects must not be the file itself")
    os.environ["KOUMEN_BRANCH"] = branch  # before the settings are read: this process serves that branch
    from koumen.cli import ready

    with ready.database(say):
        ready.start_django()
        _take_over(file, [*places, *(more_places or ())], branch, rejects)


def _take_over(file: Path, places: Sequence[Path], branch: str, rejects: Path | None) -> None:
    from koumen.credit.importer import Takeover, read_places
    from koumen.kit.errors import Conflict, Refusal

    started = monotonic()
    try:
        addresses = read_places(places)
        if not file.is_file():
            refuse(f"{file}: there is no such file")
        _set_up(branch, addresses)
        outcome = _with_bar(Takeover(file=file, places=addresses, rejects=rejects))
    except Conflict as conflict:
        refuse(f"{branch} counts in {conflict.params.get('currency')}: this file needs a branch of its own")
    except Refusal as refusal:
        refuse(str(refusal))
    _tell(outcome, branch=branch, rejects=rejects, seconds=monotonic() - started)


def _set_up(branch: str, addresses: "Sequence[Place]") -> None:
    """The branch's tables, its line in the registry, its country's holidays, the rules of conduct."""
    from koumen.branch.commands import open_branch, store_holidays
    from koumen.branch.queries import this_branch
    from koumen.cli import ready
    from koumen.conduct.commands import store_base_pack
    from koumen.kit import clock
    from koumen.kit.actor import SYSTEM

    ready.bring_up_to_date(lambda step: say(f"  tables: {step}"))
    open_branch(_opening(branch, addresses))
    this_branch.cache_clear()
    year = clock.now().year
    store_holidays(country=this_branch().country, first_year=year, last_year=year + 1)
    store_base_pack(actor=SYSTEM, at=clock.now())


def _opening(branch: str, addresses: "Sequence[Place]") -> "BranchOpening":
    """The file names no lender: one is invented, in the middle of the addresses."""
    from koumen.branch.commands import BranchOpening

    return BranchOpening(
        schema=branch,
        lender_name="台北消費信用股份有限公司",
        lender_name_en="Taipei Consumer Credit",
        lender_address="臺北市中正區重慶南路一段1號",
        registration_number=f"import-{branch}",
        name="臺北",
        name_en="Taipei",
        zone_name="Asia/Taipei",
        currency="TWD",
        country="TW",
        language="zh-hant",
        help_phone="02-0000-0000",
        latitude=fmean(place.latitude for place in addresses),
        longitude=fmean(place.longitude for place in addresses),
    )


def _with_bar(takeover: "Takeover") -> "Outcome":
    from koumen.credit.importer import import_accounts
    from koumen.kit import clock
    from koumen.kit.actor import SYSTEM

    with _bar("Accounts") as on_progress:
        return import_accounts(takeover=takeover, on_progress=on_progress, actor=SYSTEM, at=clock.now())


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar beside the answer; it is told how many are done, of how many."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=beside,
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _tell(outcome: "Outcome", *, branch: str, rejects: Path | None, seconds: float) -> None:
    if outcome.is_known_file:
        out.print(f"This file was taken over before: nothing added to {branch}.", markup=False)
        return
    out.print(
        f"{outcome.accounts:,} accounts and {outcome.statements:,} statements taken over into {branch}"
        f" in {seconds:.1f} s ({outcome.accounts / max(seconds, 0.001):,.0f} accounts/s).",
        markup=False,
    )
    if outcome.known:
        out.print(f"{outcome.known:,} accounts were here already.", markup=False)
    if outcome.rejected:
        out.print(f"{outcome.rejected:,} bad lines are in {rejects}.", markup=False)


@app.command("repayments")
def repayments(
    file: Annotated[Path, typer.Argument(help="The repayments, one line each.", metavar="FILE.csv")],
    into: Annotated[str, typer.Option(help="Where the money lies: bank, wallet, safe or payments_in.")],
    source: Annotated[
        str, typer.Option(help="Who gave the references, where there are several (a bank's name).")
    ] = "",
    branch: Annotated[
        str, typer.Option(help="Whose accounts; this process's branch (KOUMEN_BRANCH) by default.")
    ] = "",
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where bad lines go with their reasons; without it one bad line stops all."),
    ] = None,
) -> None:
    """Post a file of repayments; the same file again, or the same line in another one, posts nothing."""
    if rejects and file.exists() and rejects.exists() and rejects.samefile(file):
        refuse("--rejects must not be the file itself")
    from koumen.cli import ready

    with ready.branch(say, branch):
        from koumen.credit.importer.repayments import INTO, RepaymentFile

        known = {kind.value: kind for kind in INTO}
        if into not in known:
            refuse(f"--into must be one of {', '.join(known)}")
        _post(RepaymentFile(file=file, into=known[into], source=source, rejects=rejects))


def _post(repayments: "RepaymentFile") -> None:
    from koumen.credit.importer.posting import sessions_here
    from koumen.credit.importer.repayments import import_repayments
    from koumen.kit import clock
    from koumen.kit.actor import SYSTEM
    from koumen.kit.errors import Refusal

    started = monotonic()
    try:
        with _bar("Repayments") as on_progress:
            posted = import_repayments(
                repayments=repayments,
                on_progress=on_progress,
                sessions=sessions_here(),
                actor=SYSTEM,
                at=clock.now(),
            )
    except Refusal as refusal:
        refuse(str(refusal))
    _tell_posted(posted, rejects=repayments.rejects, seconds=monotonic() - started)


def _tell_posted(posted: "Posted", *, rejects: Path | None, seconds: float) -> None:
    count = posted.at_once + posted.one_by_one
    out.print(
        f"{count:,} repayments posted in {seconds:.1f} s ({count / max(seconds, 0.001):,.0f}/s):"
        f" {posted.at_once:,} at once, {posted.one_by_one:,} one by one.",
        markup=False,
    )
    if posted.known:
        out.print(f"{posted.known:,} were here already.", markup=False)
    if posted.rejected and rejects:
        out.print(f"{posted.rejected:,} bad lines are in {rejects}.", markup=False)
    elif posted.rejected:
        # good when the file was read, refused when their turn came
        shown = "\n".join(f"  {bad}" for bad in posted.refused)
        refuse(f"{posted.rejected:,} lines were refused meanwhile:\n{shown}")


@app.command("roads")
def roads(
    file: Annotated[Path, typer.Argument(help="An extract of OpenStreetMap.", metavar="FILE.osm.pbf")],
    branch: Annotated[
        str, typer.Option(help="Whose roads; this process's branch (KOUMEN_BRANCH) by default.")
    ] = "",
) -> None:
    """Use the roads of a map for travel times; the same file again adds nothing, but mends a map that was lost."""
    from koumen.cli import ready

    with ready.branch(say, branch):
        _take_roads(file)


def _take_roads(file: Path) -> None:
    from koumen.dispatch.commands import import_roads
    from koumen.kit import clock
    from koumen.kit.actor import SYSTEM
    from koumen.kit.errors import Refusal

    started = monotonic()
    say(f"  reading {file.name} (about a minute for a million nodes)")
    try:
        taken = import_roads(file=file, actor=SYSTEM, at=clock.now())
    except Refusal as refusal:
        refuse(str(refusal))
    if taken.is_known:
        out.print("These roads are in use already: nothing added.", markup=False)
        return
    out.print(
        f"{taken.roads.nodes:,} nodes and {taken.roads.arcs:,} arcs imported in {monotonic() - started:.1f} s;"
        f" used for visits from {taken.times.from_date} on (version {taken.times.version}).",
        markup=False,
    )
    for place in taken.off_the_map:
        out.print(f"No road near {place.latitude:.5f}, {place.longitude:.5f}.", markup=False)
    out.print("Map data © OpenStreetMap contributors, ODbL 1.0: say so where it is shown.", markup=False)


@app.command("districts")
def districts(
    file: Annotated[Path, typer.Argument(help="Polygons in degrees.", metavar="FILE.geojson")],
    name: Annotated[str, typer.Option(help="The property that names a district.")] = "name",
    branch: Annotated[
        str, typer.Option(help="Whose districts; this process's branch (KOUMEN_BRANCH) by default.")
    ] = "",
) -> None:
    """Draw districts below the board and count by them; the same file again adds nothing, a newer one takes its place."""
    from koumen.cli import ready

    with ready.branch(say, branch):
        from koumen.dispatch.commands import import_districts
        from koumen.kit import clock
        from koumen.kit.actor import SYSTEM
        from koumen.kit.errors import Refusal

        try:
            taken = import_districts(file=file, name_field=name, actor=SYSTEM, at=clock.now())
        except Refusal as refusal:
            refuse(str(refusal))
        out.print(f"{len(taken.districts)} districts are drawn and counted by.", markup=False)
