"""``koumen credit``: the night, in a process of its own."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from koumen.credit.models import Merchant, Statement
from koumen.credit.queries.merchants import key_of
from tests.credit.stories import a_line

ROOT = Path(__file__).resolve().parents[2]


def koumen(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What ``koumen credit`` answers on this test's own database."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    ours = {
        "KOUMEN_DATA": str(settings.KOUMEN_DATA),
        "KOUMEN_DATABASE": str(connection.settings_dict["NAME"]),
        "KOUMEN_BRANCH": settings.KOUMEN_BRANCH,
        "KOUMEN_MODE": "test",
        "COLUMNS": "200",
    }
    return subprocess.run(
        [sys.executable, "-m", "koumen.cli", "credit", *arguments],
        cwd=ROOT,
        env=environment | ours,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("committed")
@pytest.mark.slow
def test_a_night_is_kept_once_and_none_that_is_still_to_come() -> None:
    began = datetime(2025, 10, 2, 4, tzinfo=UTC)
    line = a_line(began, opened=date(2025, 10, 2))
    line.buys(300_00, began)

    kept = koumen("night", "--date", "2025-11-01")
    assert kept.stdout.startswith("1 accounts brought to 2025-11-01: 1 bills made, 0 judged, in "), (
        kept.stderr
    )
    assert Statement.objects.get().balance_minor == 300_00
    again = koumen("night", "--date", "2025-11-01", "--workers", "1")
    assert again.stdout.startswith("0 accounts brought to 2025-11-01: 0 bills made, 0 judged, in "), (
        again.stderr
    )

    early = koumen("night", "--date", "2999-01-01")
    assert (early.returncode, early.stderr.splitlines()[-1]) == (
        *(1, "koumen: night-in-the-future: This day has not begun yet: bills are made on their day."),
    )


@pytest.mark.usefixtures("committed")
@pytest.mark.slow
def test_a_merchant_is_let_in_with_a_key_that_can_be_renewed_and_ended() -> None:
    first = koumen("merchant", "电器城")
    assert first.stdout.startswith("电器城: "), first.stderr
    merchant = Merchant.objects.get()
    assert f"key: {key_of(merchant).hex()}" in first.stdout
    assert "merchant-known" in koumen("merchant", "电器城").stderr
    renewed = koumen("merchant", "电器城", "--renew")
    merchant.refresh_from_db()
    assert f"key: {key_of(merchant).hex()}" in renewed.stdout
    assert "key" not in koumen("merchant", "电器城", "--end").stdout
    assert not Merchant.objects.get().is_active
    assert "merchant-not-found" in koumen("merchant", "nobody", "--renew").stderr
