"""Which characters the one font of the documents has."""

from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"


@cache
def covered() -> frozenset[int]:
    """Every code point of Koumen Sans, from the list that `make font` wrote beside it."""
    found: set[int] = set()
    for line in (FONTS / "coverage.txt").read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            first, _, last = line.partition("-")
            found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)
