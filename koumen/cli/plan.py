"""``koumen plan``: better routes for a day, with all promises kept."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from koumen.cli.saying import beside, out, refuse, say

if TYPE_CHECKING:
    from koumen.dispatch.commands import DayPlan

SECONDS = 20.0


def plan(
    day: Annotated[str, typer.Argument(help="The day, as 2026-11-30.", metavar="DATE")],
    *,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="How long to search.")] = SECONDS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plan a day anew: fewer minutes on the road, every promise and every decision of a person kept."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        refuse(f"{day!r} is no date: write 2026-11-30")
    from koumen.cli import ready
    from koumen.kit.errors import Refusal

    with ready.branch(say):
        from koumen.dispatch.commands import plan_day
        from koumen.kit import clock
        from koumen.kit.actor import SYSTEM

        try:
            with _bar() as on_progress:
                planned = plan_day(
                    date=wanted, seconds=seconds, on_progress=on_progress, actor=SYSTEM, at=clock.now()
                )
        except Refusal as refusal:
            refuse(str(refusal))
        _tell(planned, as_json=as_json)


@contextmanager
def _bar() -> Iterator[Callable[[float, int], None]]:
    """A bar of the time that is over, with the best cost so far."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TextColumn("best {task.fields[best]}"), console=beside) as bar:
        task = bar.add_task("Planning", total=1.0, best="…")
        yield lambda share, cost: bar.update(task, completed=share, best=f"{cost / 3600:.2f} h on the road")


def _tell(planned: "DayPlan", *, as_json: bool) -> None:
    from koumen.dispatch.queries import overrides_on
    from koumen.kit.actor import SYSTEM
    from koumen.web.ui.plan_faults import fault_words

    decided = overrides_on(actor=SYSTEM, date=planned.date)
    at_risk = [
        {"visit": str(one.visit_id), "shift": str(one.shift_id), "reason": str(one.fault)}
        for one in planned.at_risk
    ]
    if as_json:
        told = {
            name: getattr(planned, name) for name in ("shifts", "visits", "changed", "dropped", "proposed")
        }
        told |= {"before_s": planned.before_s, "after_s": planned.after_s, "overrides": len(decided)}
        out.print_json(json.dumps({"date": planned.date.isoformat(), **told, "at_risk": at_risk}))
        return
    out.print(
        f"{planned.visits} visits of {planned.shifts} agents: {planned.before_s / 3600:.2f} h on the road became"
        f" {planned.after_s / 3600:.2f} h; {planned.changed} routes changed.",
        markup=False,
    )
    if planned.proposed:
        out.print(
            f"The day runs: {planned.proposed} routes wait for a dispatcher's yes at /console/risks/.",
            markup=False,
        )
    if planned.dropped:
        out.print(f"{planned.dropped} plans came too late: somebody had booked meanwhile.", markup=False)
    if decided:
        out.print(f"{len(decided)} decisions of persons were kept.", markup=False)
    for one in planned.at_risk:
        out.print(f"At risk: visit {one.visit_id}: {fault_words(one.fault)}", markup=False)
