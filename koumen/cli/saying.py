"""How the command line speaks: results on standard output, everything else beside it."""

from typing import NoReturn

from rich.console import Console

out = Console(highlight=False)
beside = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """One line about what is going on."""
    beside.print(line, markup=False, soft_wrap=True)


def refuse(line: str) -> NoReturn:
    """End the program with one line that says why."""
    beside.print(f"koumen: {line}", markup=False, style="red", soft_wrap=True)
    raise SystemExit(1)
