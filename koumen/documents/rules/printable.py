"""Any text a person may carry as a name, made fit for the page: never an error, nothing silently lost.

The typesetter refuses a whole receipt for one missing glyph (PDF/A 6.2.11, PDF/UA 7.21), so the character map is asked
first. The exact spelling always travels in the attached receipt.json.
"""

import unicodedata
from dataclasses import dataclass

from koumen.documents.rules.coverage import covered

GETA = "〓"  # the printers' mark for a type that is not in the case
ELLIPSIS = "…"

# Longest text that is set in one field; the fullest names that registers hold have some 60 characters.
LONGEST = 160

_VARIATION_SELECTORS = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810)])


@dataclass(frozen=True)
class Printed:
    """A text as the page shows it; ``replaced`` are the characters the font lacks, each once, in order."""

    text: str
    replaced: tuple[str, ...] = ()
    is_shortened: bool = False


def printable(text: str, longest: int = LONGEST) -> Printed:
    """The text in composed form (NFC), without controls and invisible characters, missing ones as 〓(U+323AF).

    Unassigned characters (category Cn) are shown as missing and never dropped: a Python is older than the newest
    Han characters, and a name must not lose one.
    """
    shown: list[str] = []
    replaced: dict[str, None] = {}
    length, is_shortened = 0, False
    # A character decomposes into at most 18; what lies behind cannot reach the page.
    for character in unicodedata.normalize("NFC", text[: longest * 18]):
        piece = _piece(character)
        if not piece or (piece == " " and (not shown or shown[-1] == " ")):
            continue
        if length + len(piece) > longest:
            is_shortened = True
            break
        if piece[0] == GETA and character != GETA:
            replaced[character] = None
        shown.append(piece)
        length += len(piece)
    is_shortened = is_shortened or len(text) > longest * 18
    return Printed("".join(shown).strip() + (ELLIPSIS if is_shortened else ""), tuple(replaced), is_shortened)


def _piece(character: str) -> str:
    """What stands on the page for one character; empty when nothing does."""
    category = unicodedata.category(character)
    if category in {"Zs", "Zl", "Zp"} or character in "\t\n\v\f\r\x85":
        return " " if character != "\u3000" else character
    if category in {"Cc", "Cf"} or ord(character) in _VARIATION_SELECTORS:
        return ""  # Cf holds the direction overrides too, by which a name could be made to read as another
    if ord(character) in covered():
        return character
    return f"{GETA}(U+{ord(character):04X})"
