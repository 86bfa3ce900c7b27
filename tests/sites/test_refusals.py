"""Whatever a command refuses, the person who asked reads a sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import koumen
from koumen.visits.states import VISIT
from koumen.web.ui.refusals import is_known, words

ROOT = Path(koumen.__file__).parent
RAISED = {"Conflict", "Denied", "Missing", "Invalid"}


def _codes() -> Iterator[tuple[str, str]]:
    """Each code that is raised, required or named as what is missing, with its file."""
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                for code in _codes_of_call(node):
                    yield code, str(file.relative_to(ROOT))


def _codes_of_call(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    wanted = {"require": call.args[1:2]}.get(name, call.args[:1] if name in RAISED else [])
    named = [word.value for word in call.keywords if word.arg == "missing"]
    for value in (*wanted, *named):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def test_each_code_in_the_house_has_words() -> None:
    unknown = sorted({f"{code} ({file})" for code, file in _codes() if not is_known(code)})
    assert not unknown, unknown


@pytest.mark.parametrize("verb", sorted({verb for _, verb in VISIT.moves}))
def test_each_verb_of_a_visit_has_words_when_it_is_not_possible(verb: str) -> None:
    assert is_known(f"visit-cannot-{verb}")


def test_a_code_nobody_wrote_words_for_still_says_what_to_do() -> None:
    assert words("no-such-code")
