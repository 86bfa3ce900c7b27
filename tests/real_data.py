"""Real data that belongs to others: never kept here, found through one setting, left out where there is none."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
REAL = Path(os.environ.get("KOUMEN_REAL_DATA", "") or _BESIDE)


def needs(*parts: str) -> pytest.MarkDecorator:
    """Leave a test out, saying so, where a file or folder of the real data is absent."""
    wanted = REAL.joinpath(*parts)
    return pytest.mark.skipif(
        not wanted.exists(), reason=f"needs {'/'.join(parts)} of the real data (KOUMEN_REAL_DATA)"
    )
