"""The 64 pictures for paper: each cut from the sheet that the pages use, in ink and standing on its own."""

import re
from functools import cache
from pathlib import Path

SHEET = Path(__file__).resolve().parent / "static" / "ui" / "pictures.svg"
SYMBOL = re.compile(r'<symbol id="(?P<key>[a-z]+)" viewBox="0 0 48 48">(?P<drawing>.*?)</symbol>', re.DOTALL)
INK = "#1c2430"  # tokens.css: ink
FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" fill="none" stroke="{ink}" stroke-width="2.6"'
    ' stroke-linecap="round" stroke-linejoin="round">{drawing}</svg>'
)


def picture_svg(key: str) -> str:
    """One picture as a file of its own; raises KeyError for a key that is none."""
    return FRAME.format(ink=INK, drawing=_drawings()[key].replace("currentColor", INK))


@cache
def _drawings() -> dict[str, str]:
    sheet = SHEET.read_text(encoding="utf-8")
    return {found["key"]: found["drawing"] for found in SYMBOL.finditer(sheet)}
