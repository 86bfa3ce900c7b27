"""One process keeps the others running, and ends them all."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from koumen.cli import processes

# keep_running takes over the signals of its process, so each test gives it one of its own.
PARENT = """
import sys
from koumen.cli.processes import GaveUp, Program, keep_running
python = sys.executable
programs = [Program(name, [python, "-c", code]) for name, code in {programs!r}]
def each_time(): pass
try:
    keep_running(programs, say=lambda line: print(line, flush=True), each_time=each_time)
except GaveUp as fault:
    print("gave up:", fault, flush=True)
"""
STAYS = "import os, time; print('up', os.getpid(), flush=True); time.sleep(60)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', os.getpid(), flush=True); time.sleep(60)"
)
DIES = "import sys; sys.exit(3)"


def parent_of(*programs: tuple[str, str]) -> "subprocess.Popen[str]":
    code = textwrap.dedent(PARENT).format(programs=programs)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def read_until(parent: "subprocess.Popen[str]", word: str) -> str:
    assert parent.stdout is not None
    for line in parent.stdout:
        if word in line:
            return line
    raise AssertionError(f"{word!r} was never said")


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_everything(order: signal.Signals) -> None:
    with parent_of(("one", STAYS)) as parent:
        child = int(read_until(parent, "up").split()[1])
        began = time.monotonic()
        parent.send_signal(order)
        assert parent.wait(timeout=5) == 0
        assert time.monotonic() - began < 2
        assert is_gone(child)


def test_a_second_signal_ends_those_who_do_not_listen() -> None:
    with parent_of(("deaf", STUBBORN)) as parent:
        child = int(read_until(parent, "up").split()[1])
        parent.send_signal(signal.SIGINT)
        read_until(parent, "Stopping")
        time.sleep(0.3)
        assert not is_gone(child)
        parent.send_signal(signal.SIGINT)
        assert parent.wait(timeout=3) == 0
        assert is_gone(child)


def test_a_program_that_dies_is_started_again() -> None:
    with parent_of(("one", STAYS)) as parent:
        first = int(read_until(parent, "up").split()[1])
        os.kill(first, signal.SIGKILL)
        assert "one ended (signal 9): starting it again" in read_until(parent, "ended")
        second = int(read_until(parent, "up").split()[1])
        assert second != first
        parent.send_signal(signal.SIGTERM)
        parent.wait(timeout=5)


def test_a_program_that_cannot_live_is_given_up_and_the_others_are_ended() -> None:
    with parent_of(("stays", STAYS), ("sick", DIES)) as parent:
        child = int(read_until(parent, "up").split()[1])
        told = read_until(parent, "gave up")
        assert f"sick ended {processes.MANY_DEATHS} times" in told
        assert "code 3" in told
        parent.wait(timeout=5)
        assert is_gone(child)


def test_when_the_parent_is_killed_the_kernel_ends_the_children() -> None:
    with parent_of(("one", STAYS)) as parent:
        child = int(read_until(parent, "up").split()[1])
        parent.kill()
        parent.wait(timeout=5)
        for _ in range(50):
            if is_gone(child):
                break
            time.sleep(0.05)
        assert is_gone(child)
