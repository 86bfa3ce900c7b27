"""The locks fit pyproject.toml, and what does not fit is seen."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def locks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_locks", ROOT / "scripts" / "check_locks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project(*dependencies: str) -> dict[str, object]:
    return {
        "requires-python": ">=3.11",
        "dependencies": list(dependencies),
        "optional-dependencies": {"dev": [], "docs": [], "bench": []},
    }


def test_the_locks_of_this_tree_are_fresh(locks: ModuleType) -> None:
    assert locks.main() == 0


@pytest.mark.parametrize(
    ("wanted", "told"),
    [("no-such-library>=1", "is not in requirements/run.txt"), ("django>=99", "wanted is >=99")],
)
def test_a_requirement_that_the_lock_does_not_meet_is_named(
    locks: ModuleType, wanted: str, told: str
) -> None:
    faults: Callable[[dict[str, object]], list[str]] = locks.lock_faults
    assert any(told in fault for fault in faults(project(wanted)))


def test_a_package_without_a_digest_is_named(locks: ModuleType) -> None:
    assert list(locks.undigested("one==1 \\\n    --hash=sha256:00\ntwo==2\n")) == ["two"]


def test_another_dependency_gives_another_digest(locks: ModuleType) -> None:
    assert locks.inputs_digest(project("one")) != locks.inputs_digest(project("two"))
