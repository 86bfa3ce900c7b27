"""Many customers book at once, over HTTP, at a real server with a real database: the four screens, as people do.

Between two screens a booker reads for a second or so; whoever hears that somebody was faster chooses again. Afterwards
the judge looks at every day that was booked: what it finds that it did not find before is a place promised twice.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from random import Random
from threading import Barrier, Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import numpy as np

from koumen.agents.queries import working_days
from koumen.dispatch.queries import judge, situation
from koumen.kit import clock
from koumen.people.queries import persons_by_phone
from koumen.simulation.settling import Moment, open_the_branch, plan_shifts, settle_customers, settle_staff
from koumen.simulation.town import Town, make_town

if TYPE_CHECKING:
    from koumen.people.models import Person

BOOKERS, QUICK_BOOKERS = 50, 4
ROUNDS, QUICK_ROUNDS = 3, 1  # bookings for each
THINKS_S = (0.5, 1.5)  # over a screen; people take longer, and then there is less to measure
DAYS = 7
THREADS = 8  # as ``koumen serve`` starts it
ZONE = ZoneInfo("Asia/Shanghai")  # where the town stands, before its branch is open
START_S = 60  # a server that has not answered by then will not
MOST_TRIES = 5  # of choosing again
_SLOT = re.compile(r"[0-9a-f-]{36}\.[0-9a-f-]{36}\.(\d{4}-\d\d-\d\d)\.\d+\.\d+")

OnStep = Callable[[str], None]


@dataclass
class Seen:
    """What the bookers saw together: milliseconds by screen, bookings, places that somebody else had taken."""

    took_ms: dict[str, list[float]] = field(default_factory=dict)
    booked: int = 0
    stale: int = 0
    nothing: int = 0
    faults: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def took(self, screen: str, ms: float) -> None:
        """One answer of the server."""
        with self.lock:
            self.took_ms.setdefault(screen, []).append(ms)


class Booker:
    """One browser: its cookies, one connection, and how it fares."""

    def __init__(self, port: int, cookie: str, number: int, seen: Seen) -> None:
        self.line = HTTPConnection("localhost", port, timeout=60)
        self.cookies: dict[str, str] = dict([cookie.split("=", 1)])
        self.dice = Random(number)  # noqa: S311  (a simulation)
        self.seen = seen

    def ask(self, path: str, said: Mapping[str, str] | None = None, screen: str = "") -> tuple[str, str]:
        """Get or send a page, one redirect not followed; the page and where it leads."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if said is not None:
            headers |= {
                "X-CSRFToken": self.cookies.get("koumen_customer_form", ""),
                "Content-Type": "application/x-www-form-urlencoded",
            }
        begun = time.perf_counter()
        self.line.request("GET" if said is None else "POST", path, urlencode(said) if said else None, headers)
        answer = self.line.getresponse()
        page = answer.read().decode()
        if screen:
            self.seen.took(screen, (time.perf_counter() - begun) * 1000)
        for header in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        if answer.status not in {200, 302}:
            raise RuntimeError(f"{path}: {answer.status}")
        return page, answer.headers.get("Location", "")

    def book(self, after: date) -> None:
        """The four screens, to the end."""
        self.ask("/book/")
        self.ask("/book/amount/")
        self._think()
        self.ask("/book/amount/", {"amount": "other", "other": "200"})
        self.ask("/book/place/")
        self._think()
        self.ask("/book/place/", {"note": ""})
        for _ in range(MOST_TRIES):
            page, _ = self.ask("/book/time/", screen="slots")
            offered = {found[0]: found[1] for found in _SLOT.finditer(page)}
            slots = [key for key, day in offered.items() if date.fromisoformat(day) > after]
            if not slots:
                self.seen.nothing += 1
                return
            self._think()
            self.ask("/book/time/", {"slot": self.dice.choice(slots)})
            self.ask("/book/confirm/")
            self._think()
            _, leads_to = self.ask("/book/confirm/", {}, screen="take")
            if "/visits/" in leads_to:
                self.seen.booked += 1
                return
            self.seen.stale += 1

    def _think(self) -> None:
        time.sleep(self.dice.uniform(*THINKS_S))


def measure_booking(sessions: Callable[["Person"], str], on_step: OnStep, *, quick: bool) -> dict[str, Any]:
    """Fill a branch, start a server, let everybody book. ``sessions`` gives the cookie of somebody signed in."""
    bookers, rounds = (QUICK_BOOKERS, QUICK_ROUNDS) if quick else (BOOKERS, ROUNDS)
    on_step("filling a branch")
    today = clock.local_date(clock.now(), ZONE)
    town = make_town(seed=1, year=today.year)
    _settle(town, Moment(at=clock.now(), today=today))
    persons = [persons_by_phone(resident.phone)[0] for resident in town.customers[20 : 20 + bookers]]
    cookies = [sessions(person) for person in persons]
    days = [today + timedelta(days=number) for number in range(1, DAYS)]
    before = {fault for day in days for fault in _faults(day)}
    with _server() as port:
        on_step(f"{bookers} bookers at once")
        seen = _all_book(port, cookies, rounds, today)
    told = {screen: np.percentile(times, [50, 95]) for screen, times in seen.took_ms.items()}
    shifts = working_days(from_date=today, to_date=today + timedelta(days=DAYS))
    return {
        "p95_ms": round(float(told["slots"][1]), 1),
        "p50_ms": round(float(told["slots"][0]), 1),
        "take_p95_ms": round(float(told["take"][1]), 1),
        "double": len({fault for day in days for fault in _faults(day)} - before),
        "stale_pct": round(100 * seen.stale / max(1, seen.stale + seen.booked), 2),
        "bookers": bookers,
        "booked": seen.booked,
        "stale": seen.stale,
        "nothing_free": seen.nothing,
        "failed": len(seen.faults),
        "shifts": len(shifts),
        "pages": sum(len(times) for times in seen.took_ms.values()),
    }


def _settle(town: Town, moment: Moment) -> None:
    """A branch with its agents, shifts and customers, and no visit yet; nobody signs in as staff."""

    def quietly(part: str, done: int, of: int) -> None:
        del part, done, of

    open_the_branch(moment)
    settle_staff(town, moment, enrol=lambda person: None, progress=quietly)
    settle_customers(town, moment, progress=quietly)
    plan_shifts(town, moment, progress=quietly)


def _all_book(port: int, cookies: Sequence[str], rounds: int, today: date) -> Seen:
    seen, start = Seen(), Barrier(len(cookies))

    def live(number: int, cookie: str) -> None:
        booker = Booker(port, cookie, number, seen)
        start.wait()
        try:
            for _ in range(rounds):
                booker.book(today)
        except (RuntimeError, OSError) as fault:
            seen.faults.append(str(fault))

    threads = [Thread(target=live, args=each) for each in enumerate(cookies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _faults(day: date) -> set[object]:
    known = situation(date=day, at=clock.now())
    return {violation.about for violation in judge(known, known.routes)}


@contextmanager
def _server() -> Iterator[int]:
    """The sites, as ``koumen serve`` starts them, without jobs: nobody plans while we look."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    program = subprocess.Popen(  # noqa: S603  (our own program)
        [
            *(sys.executable, "-m", "granian", "koumen.config.wsgi:application", "--interface", "wsgi"),
            *(
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--workers",
                "1",
                "--blocking-threads",
                str(THREADS),
            ),
            *("--no-ws", "--log-level", "error"),
        ],
        env=os.environ | {"KOUMEN_PORT": str(port)},
        cwd=Path(__file__).resolve().parents[2],
    )
    try:
        _wait_for(port)
        yield port
    finally:
        program.terminate()
        program.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")
