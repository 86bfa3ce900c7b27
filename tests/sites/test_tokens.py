"""Every pair of colours that the parts use can be read, in the light and in the dark."""

import re
from itertools import product
from pathlib import Path

import pytest

from koumen.web import ui

CSS = (Path(ui.__file__).parent / "static/ui/tokens.css").read_text()
LIGHT_CSS, DARK_CSS = CSS.split("@media (prefers-color-scheme: dark)")
THEMES = {"light": LIGHT_CSS, "dark": LIGHT_CSS + DARK_CSS}

GROUNDS = ("paper", "card", "sunk")
TEXT = [
    *product(("ink", "soft"), GROUNDS),
    *product(("jade", "amber", "vermilion", "indigo"), ("paper", "card")),
    *((hue, f"{hue}-soft") for hue in ("jade", "amber", "vermilion", "indigo")),
    *product(("ink",), ("jade-soft", "amber-soft", "vermilion-soft", "indigo-soft")),
    *((f"on-{hue}", hue) for hue in ("jade", "vermilion", "indigo")),
    ("soft", "jade-soft"),
    ("jade", "sunk"),
]
# What surrounds something to fill in or tap needs 3 : 1 (WCAG 1.4.11).
BORDERS = list(product(("edge", "jade", "vermilion", "focus"), ("paper", "card")))


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(theme: str, first: str, second: str) -> float:
    colours = _colours(THEMES[theme])
    dark, light = sorted((_luminance(colours[first]), _luminance(colours[second])))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "pair"), list(product(THEMES, TEXT)))
def test_text_stands_out_from_its_ground(theme: str, pair: tuple[str, str]) -> None:
    assert _contrast(theme, *pair) >= 4.5


@pytest.mark.parametrize(("theme", "pair"), list(product(THEMES, BORDERS)))
def test_the_edge_of_a_control_is_seen(theme: str, pair: tuple[str, str]) -> None:
    assert _contrast(theme, *pair) >= 3


def test_no_part_has_a_colour_of_its_own() -> None:
    for file in (Path(ui.__file__).parent / "static/ui").glob("*.css"):
        if file.name not in {"tokens.css", "print.css", "receipt-paper.css"}:  # paper is black and white
            assert set(re.findall(r"#[0-9a-f]{3,8}\b", file.read_text())) <= {"#ffffff"}, file.name


def test_no_template_has_a_style_or_a_script_of_its_own() -> None:
    for file in Path(ui.__file__).parent.parent.glob("*/templates/**/*.html"):
        text = file.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|hx-on", text), file
        for attributes, inside in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
            assert "src=" in attributes or 'type="application/json"' in attributes, (file, inside)
