"""One process that starts the others, starts them again when they die, and ends them all."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

PAUSE_S = 0.1
MANY_DEATHS = 5  # so often within DEATHS_WITHIN_S is no accident
DEATHS_WITHIN_S = 60.0
FIRST_WAIT_S = 0.5  # before starting again; doubled each time
PATIENCE_S = 6.0  # for an orderly end; with the database's own seconds it stays under ten
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """A program to keep running."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class _Child:
    """A program, its process now, and when it died lately."""

    program: Program
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)
    start_again_at: float | None = None


class GaveUp(Exception):
    """A program died again and again."""


class _Told:
    """Whether we were told to end, and how often: the second time means now."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.times += 1


def keep_running(
    programs: Sequence[Program], *, say: Callable[[str], None], each_time: Callable[[], None]
) -> None:
    """Run the programs until Ctrl-C or SIGTERM. Raises GaveUp when one cannot stay alive.

    ``each_time`` is called ten times a second. The programs get a session of their own: Ctrl-C in
    the terminal reaches only us, and we end them in order. If we are killed, the kernel ends them.
    """
    told = _Told()
    before = {
        number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    children: list[_Child] = []
    try:
        children.extend(_Child(program, _start(program)) for program in programs)
        while not told.times:
            for child in children:
                _look_after(child, say)
            each_time()
            time.sleep(PAUSE_S)
        say("Stopping …")
    finally:
        _end_all(children, told)
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(program: Program) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  (our own programs)
        program.command,
        stdin=subprocess.DEVNULL,
        env=os.environ | program.environment,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509  (this process has one thread)
    )


def _end_with_parent() -> None:
    """Have the kernel send SIGTERM to the child when its parent is gone, however it went."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _look_after(child: _Child, say: Callable[[str], None]) -> None:
    """Notice a death, and start again after a pause that grows."""
    now = time.monotonic()
    if child.start_again_at is not None:
        if now >= child.start_again_at:
            child.start_again_at = None
            child.process = _start(child.program)
        return
    code = child.process.poll()
    if code is None:
        return
    _send(child, signal.SIGKILL, group=True)  # what it left behind would keep its port
    child.deaths = [*(at for at in child.deaths if now - at < DEATHS_WITHIN_S), now]
    if len(child.deaths) >= MANY_DEATHS:
        raise GaveUp(
            f"{child.program.name} ended {MANY_DEATHS} times within a minute ({_how(code)}): giving up; "
            "its own last words are above"
        )
    wait_s = FIRST_WAIT_S * 2 ** (len(child.deaths) - 1)
    say(f"{child.program.name} ended ({_how(code)}): starting it again in {wait_s:g} s")
    child.start_again_at = now + wait_s


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"


def _end_all(children: Sequence[_Child], told: _Told) -> None:
    """Ask all to end, wait a while, then end their whole groups."""
    asked = told.times
    for child in children:
        _send(child, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_S
    while any(child.process.poll() is None for child in children):
        if time.monotonic() > deadline or told.times > asked:
            break
        time.sleep(PAUSE_S / 2)
    for child in children:
        _send(child, signal.SIGKILL, group=True)
        child.process.wait()


def _send(child: _Child, order: signal.Signals, *, group: bool = False) -> None:
    """Signal a child, or what is left of its group (it leads one of its own)."""
    try:
        if group:
            os.killpg(child.process.pid, order)
        elif child.process.poll() is None:
            child.process.send_signal(order)
    except ProcessLookupError:
        return
