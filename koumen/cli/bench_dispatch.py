"""``koumen bench dispatch``: its rows, and how they are shown."""

import importlib.util
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from koumen.cli.saying import out, refuse, say

if TYPE_CHECKING:
    from koumen.people.models import Person

ROWS = ("offers", "booking", "events", "acceptance", "recall", "repair", "gaps")


def measured(rows: Sequence[str], *, events: int | None, quick: bool) -> dict[str, Any]:
    """Run the rows; booking has a database and a server of its own."""
    missing = [name for name in ("ortools", "vroom") if importlib.util.find_spec(name) is None]
    if missing and "gaps" in rows:
        refuse(f"bench dispatch needs {' and '.join(missing)} for its gaps: pip install '.[bench]'")
    from koumen.cli import ready
    from koumen.cli.bench import thrown_away_database

    if "booking" in rows:
        with thrown_away_database():
            return _measured(rows, events=events, quick=quick)
    ready.start_django()
    return _measured(rows, events=events, quick=quick)


def _measured(rows: Sequence[str], *, events: int | None, quick: bool) -> dict[str, Any]:
    from koumen.simulation.bench_booking import measure_booking
    from koumen.simulation.bench_dispatch import measure

    def on_step(step: str) -> None:
        say(f"  {step}")

    told = measure(quick=quick, events=events, rows=rows, on_step=on_step)
    if "booking" in rows:
        told["booking"] = measure_booking(_session, on_step, quick=quick)
    return told


def _session(person: "Person") -> str:
    """The cookie of a customer who has signed in; how they do it is not what is measured."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from koumen.web.ui.sessions import SessionStore
    from koumen.web.ui.sign_in import SITE
    from koumen.web.ui.sites import CUSTOMER

    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store[SITE] = CUSTOMER.key
    store.create()
    return f"{CUSTOMER.session_cookie}={store.session_key}"


def show_dispatch(told: dict[str, Any]) -> None:
    """Print the rows that were measured."""
    out.print(f"dispatch: {told['machine']}, load {told['load']:.1f}", markup=False, soft_wrap=True)
    for line in _lines(told):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    for line in told["left_out"]:
        out.print(f"  left out: {line}", markup=False)


def _lines(told: dict[str, Any]) -> Iterator[str]:
    if offers := told.get("offers"):
        for share, row in offers["by_share"].items():
            yield (
                f"offers, {share} full, {offers['agents']} agents, {row['stops_an_agent']} stops, {offers['travel']}:"
                f" p50 {row['p50_us'] / 1000:.2f} ms, p99 {row['p99_us'] / 1000:.2f} ms"
                f" (processor {row['cpu_p50_us'] / 1000:.2f} and {row['cpu_p99_us'] / 1000:.2f})"
            )
        days = offers["14_days"]
        yield f"offers, 14 days: p50 {days['p50_us'] / 1000:.1f} ms, p99 {days['p99_us'] / 1000:.1f} ms"
    if booking := told.get("booking"):
        yield from _booking_lines(booking)
    if "events" in told:
        yield f"{told['events']:,} events, {told['promises_broken']} promises broken"
    if accepted := told.get("acceptance"):
        yield (
            f"accepted against the largest safe fixed calendar that is kept at booking:"
            f" {accepted['insertion_gain']:+} % by insertion, {accepted['tightened_gain']:+} % with plans;"
            f" against one planned at night by PyVRP, which knows the whole day:"
            f" {accepted['insertion_gain_over_night']:+} % and {accepted['tightened_gain_over_night']:+} %;"
            f" farthest tenth {accepted['farthest_of_mean']} of the mean"
        )
    for share, row in told.get("recall", {}).items():
        yield f"recall, {share} full: {row['recall']} ({row['offered']} of {row['possible']} possible)"
    if repaired := told.get("repair_ms"):
        row = told["repair"]
        gap = row["gap_pct"] or {"mean": "?", "worst": "?"}  # no plan of any day could be kept
        yield (
            f"repair of {row['visits']} visits, {row['travel']}: at-risk list p50 {row['at_risk_ms']['p50']} ms"
            f" (processor {row['at_risk_ms']['cpu_p50']}), repair p50 {repaired['p50']} ms"
            f" (processor {repaired['cpu_p50']}), {row['helped']} of {row['at_risk']} promises saved;"
            f" then planned, mean {gap['mean']} % over the best known, worst {gap['worst']} %"
        )
    yield from _gap_lines(told)


def _booking_lines(booking: dict[str, Any]) -> Iterator[str]:
    looks = {
        f"who think {booking['thinks_s']:g} s a screen": booking,
        "without a pause": booking["no_pause"],
    }
    for how, look in looks.items():
        yield (
            f"booking, {booking['bookers']} at once {how}: slot page p50 {look['p50_ms']} ms, p95 {look['p95_ms']} ms"
            f" (server: {look['cpu_ms_a_page']} ms of processor a page, {look['pages_s']} pages/s);"
            f" {look['booked']} booked, {look['instead']} of them with another agent; {look['stale_pct']} % stale"
        )
    yield (
        f"booking, the slot page opened by {booking['bookers']} in one instant: half within"
        f" {booking['instant']['p50_ms']} ms, 95 % within {booking['instant']['p95_ms']} ms;"
        f" {booking['double']} double in all"
    )


def _gap_lines(told: dict[str, Any]) -> Iterator[str]:
    solvers = {"pyvrp": told.get("gap_pct", {}), **told.get("peer_gap_pct", {})}
    for solver, sets in solvers.items():
        for group, rows in sets.items():
            for seconds, row in rows.items():
                yield (
                    f"gap, {group}, {seconds} of the processor ({row['cpu_s']} used), {solver}:"
                    f" mean {row['mean']} %, worst {row['worst']} % ({row['infeasible']} of {row['runs']} infeasible)"
                )
