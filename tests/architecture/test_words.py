"""Every sentence a person reads exists in all three languages."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[2] / "koumen"
TRANSLATE = re.compile(r"""\{%\s*translate\s+(["'])(.+?)\1|_\((["'])(.+?)\3\)""")
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def sentences() -> set[str]:
    """What the code and the templates say in English; blocks with values are checked by the templates' own tests."""
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for _, text, _, _ in extract_from_file(
            "python", file, keywords={"_": None, "gettext_lazy": None, "now": None}
        ):
            found.add(_first(text))
    for file in PACKAGE.rglob("*.html"):
        for match in TRANSLATE.finditer(file.read_text(encoding="utf-8")):
            found.add(match[2] or match[4])
    return found


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_every_sentence_is_translated_with_all_its_values(language: str) -> None:
    with (PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = {_first(entry.id): _first(entry.string) for entry in read_po(file) if entry.id}
    assert {text for text in sentences() if text and not catalogue.get(text)} == set()
    assert {text for text, said in catalogue.items() if not said} == set()
    differing = {
        text
        for text, said in catalogue.items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(said)) and "%(n)s" not in text
    }
    assert differing == set()


def _first(text: str | tuple[str, ...] | list[str] | None) -> str:
    """A sentence, or the first of its plural forms."""
    return text if isinstance(text, str) else (text or [""])[0]
