"""Compiling the translations: with Babel, since ``msgfmt`` may be missing."""

import os
import tempfile
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(folder: Path = LOCALE) -> int:
    """Compile each catalogue that is newer than its compiled file; tells how many there were.

    Done aside and renamed, so that a running site never reads half a catalogue. A folder that may not
    be written (an installed package brings its compiled files) is left as it is.
    """
    stale = [source for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]
    done = 0
    for source in stale:
        if os.access(source.parent, os.W_OK):
            _compile(source)
            done += 1
    return done


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> None:
    """Write one compiled file; entries marked fuzzy are guesses and stay out."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalogue = read_po(file)
    with tempfile.NamedTemporaryFile(dir=source.parent, suffix=".tmp", delete=False) as aside:
        write_mo(aside, catalogue)
    Path(aside.name).chmod(0o644)
    Path(aside.name).replace(source.with_suffix(".mo"))
