"""The shape that keeps the house small: commands, files, functions."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "koumen"
ROOMS = (
    *("branch", "audit", "documents", "people", "ledger", "conduct", "credit", "agents"),
    *("visits", "dispatch", "payments", "messages", "devices"),
)
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
VAGUE_NAMES = {"utils", "helpers", "common", "services", "managers", "base"}
NAMED_BY_DJANGO = {PACKAGE / "config" / "postgres" / "base.py"}  # where it looks for a database's connection

# Longest file, longest function, most arguments: the tail tells quality, not the median.
MOST_LINES, MOST_FUNCTION_LINES, MOST_ARGUMENTS = 400, 60, 6


def functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield file, node


def command_modules() -> Iterator[str]:
    for room in ROOMS:
        for file in sorted((PACKAGE / room).glob("commands*")) + sorted(
            (PACKAGE / room).glob("commands/*.py")
        ):
            if file.suffix == ".py":
                yield ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
                    ".__init__"
                )


def commands() -> Iterator[FunctionType]:
    for module in command_modules():
        for function in vars(importlib.import_module(module)).values():
            if getattr(function, "is_command", False) and function.__module__ == module:
                yield function


def test_no_file_is_longer_than_its_budget() -> None:
    long = {str(f.relative_to(PACKAGE)): len(f.read_text(encoding="utf-8").splitlines()) for f in FILES}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_no_function_is_longer_than_its_budget() -> None:
    long = [
        f"{file.relative_to(PACKAGE)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for file, node in functions()
        if node.end_lineno and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert long == []


def test_no_function_takes_more_business_arguments_than_its_budget() -> None:
    """`actor` and `at` come with every command and do not count, nor does `self`."""
    wide = [
        f"{file.relative_to(PACKAGE)}:{node.name}"
        for file, node in functions()
        if len({a.arg for a in node.args.args + node.args.kwonlyargs} - {"self", "cls", "actor", "at", "key"})
        > MOST_ARGUMENTS
    ]
    assert wide == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(f) for f in FILES if f.stem in VAGUE_NAMES and f not in NAMED_BY_DJANGO] == []


def test_every_file_and_every_public_function_says_what_it_is() -> None:
    silent = [
        str(f.relative_to(PACKAGE))
        for f in FILES
        if ast.get_docstring(ast.parse(f.read_text("utf-8"))) is None
    ]
    assert silent == []


def test_the_jobs_of_every_room_are_known_to_the_worker() -> None:
    """Nothing else imports them in a process that only works: a room that forgets it never does its jobs."""
    forgotten = [
        room
        for room in ROOMS
        if (PACKAGE / room / "jobs.py").exists()
        and "procrastinate" in (PACKAGE / room / "jobs.py").read_text(encoding="utf-8")
        and "import jobs" not in (PACKAGE / room / "apps.py").read_text(encoding="utf-8")
    ]
    assert forgotten == []


@pytest.mark.parametrize("function", list(commands()), ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_a_command_takes_named_arguments_an_actor_and_a_time(function: FunctionType) -> None:
    parameters = inspect.signature(function).parameters
    if function.__module__ == "koumen.audit.commands":
        return  # the pattern's own parts
    assert {"actor", "at"} <= set(parameters), "who and when"
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values())
    assert function.__doc__, "a command says what it does, which facts it records and how it refuses"


def test_nothing_committed_names_a_place_or_an_index() -> None:
    forbidden = ("/work/", "/root/", "index-url", "find-links", "files.pythonhosted")
    root = PACKAGE.parent
    texts = [
        *PACKAGE.rglob("*.py"),
        *(root / "docs").rglob("*.md"),
        *root.glob("*.md"),
        *root.glob("requirements/*.txt"),
    ]
    named = [
        f"{file.relative_to(root)}: {word}"
        for file in texts
        for word in forbidden
        if word in file.read_text(encoding="utf-8")
    ]
    assert named == []
