"""Make "Koumen Sans", the one font of the printed documents, from Debian's fonts-noto-cjk.

Run by ``make font``. Writes three files into koumen/documents/fonts: the font, the code points it covers, and the
licence it stays under. The same input gives the same bytes: the digest printed at the end can be compared.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
TARGET = Path(__file__).resolve().parent.parent / "koumen" / "documents" / "fonts"
FACE = "Noto Sans CJK TC"
NAME = "Koumen Sans"
LIMIT_BYTES = 12_000_000

# Hangul is a quarter of the source's glyphs and no language of the product is written with it; private use characters
# have no meaning that a reader could know, and PDF/UA refuses them. Everything else of the face stays.
LEFT_OUT = (
    range(0x1100, 0x1200),  # Hangul Jamo
    range(0x3130, 0x3190),  # Hangul Compatibility Jamo
    range(0xA960, 0xA980),  # Hangul Jamo Extended-A
    range(0xAC00, 0xD800),  # Hangul Syllables and Jamo Extended-B
    range(0xE000, 0xF900),  # Private use
    range(0xFFA0, 0xFFE0),  # Halfwidth Hangul
)
# Zero-width characters have a glyph in the source, but nothing to show: `printable` takes them out by itself.
# Variation selectors are not in the character map proper.

# locl: one file serves the shapes of Taiwan (default), the mainland, Hong Kong and Japan by the document's language.
# pwid: the quotation marks and apostrophe of Latin text, which are full-width otherwise (O’Brien).
FEATURES = ["locl", "ccmp", "kern", "liga", "pwid"]


def main() -> int:
    """Make the font, its coverage and its licence; 1 when the source is missing or the result is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--source", type=Path, default=SOURCE, help="NotoSansCJK-Regular.ttc (Debian: fonts-noto-cjk)"
    )
    parser.add_argument("--target", type=Path, default=TARGET, help="folder that receives the three files")
    choice = parser.parse_args()
    if not choice.source.exists():
        print(f"{choice.source} is missing: install Debian's package fonts-noto-cjk", file=sys.stderr)
        return 1
    choice.target.mkdir(parents=True, exist_ok=True)
    font = face(choice.source)
    kept = sorted(code for code in font.getBestCmap() if not any(code in block for block in LEFT_OUT))
    cut(font, kept)
    rename(font)
    path = choice.target / "KoumenSans-Regular.otf"
    font.save(path, reorderTables=True)
    coverage = sorted(TTFont(path, lazy=True).getBestCmap())
    (choice.target / "coverage.txt").write_text(coverage_text(coverage), encoding="ascii")
    return report(path, len(coverage))


def face(source: Path) -> TTFont:
    """The Traditional Chinese face of the collection."""
    for font in TTCollection(source, lazy=True).fonts:
        if font["name"].getDebugName(1) == FACE:
            return font
    raise SystemExit(f"{source} has no face named {FACE}")


def cut(font: TTFont, codes: Iterable[int]) -> None:
    """Keep the characters, the alternative shapes by language, and nothing else."""
    options = Options(
        layout_features=FEATURES,
        layout_scripts=["*"],
        hinting=False,  # 18 pt and print need none, and it is a sixth of the file
        desubroutinize=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14],
        name_languages=[0x409],
        notdef_outline=True,
        drop_tables=["vhea", "vmtx", "VORG", "BASE"],  # vertical writing: no document uses it
        recalc_timestamp=False,
        canonical_order=True,
    )
    subsetter = Subsetter(options=options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def rename(font: TTFont) -> None:
    """Give the modified font a name of its own, as the licence asks (OFL 1.1, 3: reserved names)."""
    font.recalcTimestamp = False
    postscript = NAME.replace(" ", "") + "-Regular"
    names = font["name"]
    version = str(names.getDebugName(5)).split(";")[0]
    for number, text in {
        1: NAME,
        2: "Regular",
        3: f"{version};{postscript}",
        4: NAME,
        5: version,
        6: postscript,
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    names.removeNames(nameID=7)  # the trademark is of the name that was given up
    compact = font["CFF "].cff
    compact.fontNames = [postscript]
    top = compact.topDictIndex[0]
    top.FullName, top.FamilyName, top.Weight = NAME, NAME, "Regular"
    for part in top.FDArray:
        part.FontName = f"{postscript}-{part.FontName.rsplit('-', 1)[-1]}"


def coverage_text(codes: Iterable[int]) -> str:
    """The code points as hexadecimal ranges, one a line."""
    lines = (f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ranges(codes))
    return "\n".join(["# Made by scripts/make_font.py: the characters Koumen Sans has.", *lines, ""])


def ranges(codes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive numbers of an ascending sequence."""
    first = last = None
    for code in codes:
        if first is None or last is None:
            first = last = code
        elif code == last + 1:
            last = code
        else:
            yield first, last
            first = last = code
    if first is not None and last is not None:
        yield first, last


def report(path: Path, characters: int) -> int:
    """Print size and digest; 1 when the file is larger than a repository should carry."""
    content = path.read_bytes()
    print(f"{path.name}: {len(content):,} bytes, {characters:,} characters")
    print(f"sha256 {hashlib.sha256(content).hexdigest()}")
    if len(content) > LIMIT_BYTES:
        print(f"larger than {LIMIT_BYTES:,} bytes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
