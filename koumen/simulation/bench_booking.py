"""Many customers book at once, over HTTP, at a real server with a real database: the four screens, as people do.

Three looks, since "at once" means three things. *instant*: everybody opens the page of slots in the same moment, which
is one queue. *people*: before each screen is sent a booker thinks for as long as in the benchmark TPC-W (exponential,
seven seconds on average, seventy at most); our customers take longer. *no_pause*: nobody thinks, which says how much
the server can do. Whoever hears that somebody was faster chooses again.

Afterwards the judge looks at every day that was booked: what it finds that it did not find before is a place promised
twice.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
from koumen.dispatch.queries.kept import prepare
from koumen.kit import clock
from koumen.people.queries import persons_by_phone
from koumen.simulation.settling import Moment, open_the_branch, plan_shifts, settle_customers, settle_staff
from koumen.simulation.town import Town, make_town

if TYPE_CHECKING:
    from koumen.people.models import Person

THINKS_S, LONGEST_THOUGHT_S = 7.0, 70.0
DAYS = 7
THREADS = 8  # as ``koumen serve`` starts it
ZONE = ZoneInfo("Asia/Shanghai")  # where the town stands, before its branch is open
START_S = 60  # a server that has not answered by then will not
READY_S = 5  # by then a server that was asked once keeps the days as arrays
MOST_TRIES = 5  # of choosing again
_SLOT = re.compile(r"[0-9a-f-]{36}\.[0-9a-f-]{36}\.(\d{4}-\d\d-\d\d)\.\d+\.\d+")

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How many book, how often each while thinking and without, and how long they think on average."""

    bookers: int
    rounds: int
    rounds_no_pause: int
    thinks_s: float


FULL, QUICK = Size(50, 3, 2, THINKS_S), Size(4, 1, 1, 0.3)


@dataclass
class Seen:
    """What the bookers saw together: milliseconds by screen, bookings, places that somebody else had taken."""

    took_ms: dict[str, list[float]] = field(default_factory=dict)
    booked: int = 0
    instead: int = 0
    stale: int = 0
    nothing: int = 0
    faults: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def took(self, screen: str, ms: float) -> None:
        """One answer of the server."""
        with self.lock:
            self.took_ms.setdefault(screen, []).append(ms)

    def ms(self, screen: str, share: int) -> float:
        """Under what so many percent of the answers stayed."""
        return round(float(np.percentile(self.took_ms.get(screen, [0.0]), share)), 1)


class Booker:
    """One browser: its cookies, one connection, and how it fares."""

    def __init__(self, port: int, cookie: str, number: int) -> None:
        self.line = HTTPConnection("localhost", port, timeout=120)
        self.cookies: dict[str, str] = dict([cookie.split("=", 1)])
        self.dice = Random(number)  # noqa: S311  (a simulation)
        self.seen, self.thinks_s = Seen(), 0.0

    def ask(self, path: str, said: Mapping[str, str] | None = None, screen: str = "other") -> tuple[str, str]:
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
        self.seen.took(screen, (time.perf_counter() - begun) * 1000)
        for header in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        if answer.status not in {200, 302}:
            raise RuntimeError(f"{path}: {answer.status}")
        return page, answer.headers.get("Location", "")

    def begin(self) -> None:
        """The first two screens."""
        self.ask("/book/")
        self.ask("/book/amount/")
        self._think()
        self.ask("/book/amount/", {"amount": "other", "other": "200"})
        self.ask("/book/place/")
        self._think()
        self.ask("/book/place/", {"note": ""})

    def look(self) -> str:
        """The third screen: slots."""
        return self.ask("/book/time/", screen="slots")[0]

    def book(self, after: date) -> None:
        """The four screens, to the end."""
        self.begin()
        for _ in range(MOST_TRIES):
            offered = {found[0]: found[1] for found in _SLOT.finditer(self.look())}
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
                self.seen.instead += "instead" in leads_to
                return
            self.seen.stale += 1

    def _think(self) -> None:
        if self.thinks_s:
            self.line.close()  # as a browser's connection is, after a pause
            time.sleep(min(self.dice.expovariate(1 / self.thinks_s), LONGEST_THOUGHT_S))


def measure_booking(sessions: Callable[["Person"], str], on_step: OnStep, *, quick: bool) -> dict[str, Any]:
    """Fill a branch, start a server, let everybody book. ``sessions`` gives the cookie of somebody signed in."""
    size = QUICK if quick else FULL
    on_step("filling a branch")
    today = clock.local_date(clock.now(), ZONE)
    town = make_town(seed=1, year=today.year)
    _settle(town, Moment(at=clock.now(), today=today))
    persons = [persons_by_phone(resident.phone)[0] for resident in town.customers[20 : 20 + size.bookers]]
    cookies = [sessions(person) for person in persons]
    days = [today + timedelta(days=number) for number in range(1, DAYS)]
    before = {fault for day in days for fault in _faults(day)}
    prepare()  # compiled for the server too, which reads it from the data folder
    with _server() as server:
        bookers = [Booker(server.port, cookie, number) for number, cookie in enumerate(cookies)]
        told = _three_looks(server, bookers, size, today, on_step)
    shifts = working_days(from_date=today, to_date=today + timedelta(days=DAYS))
    return {
        **told["people"],
        **{look: told[look] for look in ("instant", "no_pause")},
        "double": len({fault for day in days for fault in _faults(day)} - before),
        "bookers": size.bookers,
        "thinks_s": size.thinks_s,
        "shifts": len(shifts),
    }


def _three_looks(
    server: "Server", bookers: Sequence[Booker], size: Size, today: date, on_step: OnStep
) -> dict[str, dict[str, Any]]:
    """Each once; what a process does only the first time is done before."""

    def before(booker: Booker) -> None:
        booker.begin()
        booker.look()
        time.sleep(READY_S)
        booker.look()

    def people(booker: Booker) -> None:
        booker.thinks_s = size.thinks_s
        for _ in range(size.rounds):
            booker.book(today)

    def no_pause(booker: Booker) -> None:
        booker.thinks_s = 0.0
        for _ in range(size.rounds_no_pause):
            booker.book(today)

    told = {}
    for name, live in (("", before), ("instant", Booker.look), ("people", people), ("no_pause", no_pause)):
        on_step(f"{len(bookers)} bookers: {name or 'opening the page for the first time'}")
        told[name] = _all_at_once(server, bookers, live)
    return told


def _all_at_once(
    server: "Server", bookers: Sequence[Booker], live: Callable[[Booker], object]
) -> dict[str, Any]:
    seen, start = Seen(), Barrier(len(bookers))

    def run(booker: Booker) -> None:
        booker.seen = seen
        booker.line.close()  # the server may have done so while others were busy
        start.wait()
        try:
            live(booker)
        except (RuntimeError, OSError) as fault:
            seen.faults.append(str(fault))

    begun, used = time.perf_counter(), server.cpu_s()
    threads = [Thread(target=run, args=[booker]) for booker in bookers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pages = sum(len(times) for times in seen.took_ms.values())
    return {
        "p50_ms": seen.ms("slots", 50),
        "p95_ms": seen.ms("slots", 95),
        "take_p95_ms": seen.ms("take", 95),
        "cpu_ms_a_page": round(1000 * (server.cpu_s() - used) / max(1, pages), 1),
        "pages": pages,
        "pages_s": round(pages / (time.perf_counter() - begun), 1),
        "booked": seen.booked,
        "instead": seen.instead,
        "stale": seen.stale,
        "stale_pct": round(100 * seen.stale / max(1, seen.stale + seen.booked), 2),
        "nothing_free": seen.nothing,
        "failed": len(seen.faults),
    }


def _settle(town: Town, moment: Moment) -> None:
    """A branch with its agents, shifts and customers, and no visit yet; nobody signs in as staff."""

    def quietly(part: str, done: int, of: int) -> None:
        del part, done, of

    open_the_branch(moment)
    settle_staff(town, moment, enrol=lambda person: None, progress=quietly)
    settle_customers(town, moment, progress=quietly)
    plan_shifts(town, moment, progress=quietly)


def _faults(day: date) -> set[object]:
    known = situation(date=day, at=clock.now())
    return {violation.about for violation in judge(known, known.routes)}


@dataclass(frozen=True)
class Server:
    """Where it answers, and its process."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Processor seconds of the server and its workers, without the database."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended
                told = stat.read_text().rpartition(") ")[2].split()
                if str(self.pid) in {stat.parent.name, told[1]}:  # itself, or its parent
                    ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _server() -> Iterator[Server]:
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
        yield Server(port, program.pid)
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
