"""What the reference says is what the code does."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "scripts" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["states.md", "events.md", "settings.md", "chart.md"])
def test_a_page_of_the_reference_is_as_the_code_is_now(reference: ModuleType, name: str) -> None:
    kept = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert kept == reference.pages()[name], "make reference"


def test_every_setting_that_is_read_is_described(reference: ModuleType) -> None:
    assert set(reference.settings_read()) == set(reference.SETTINGS)
