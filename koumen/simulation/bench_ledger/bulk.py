"""A process that posts files of repayments, as ``koumen import repayments`` does, and says how many lines of how long.

    python -m koumen.simulation.bench_ledger.bulk '{"accounts": 10000, "lines": 10000}'

Each file pays for as many accounts of the town, in no order. Writing it is not timed; reading and weighing it is.
"""

import csv
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django

from koumen.kit import clock
from koumen.kit.ids import new_id
from koumen.simulation.bench_ledger.accounts import CURRENCY, FIRST, PAYMENT_MINOR, scattered
from koumen.simulation.bench_ledger.clients import wait_and_pay
from koumen.simulation.bench_ledger.payer import CLERK


def main() -> None:
    """Post a file whenever told."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "koumen.config.settings")
    django.setup()
    task = json.loads(sys.argv[1])
    paid = [f"A{FIRST + place}" for place in scattered(range(1, task["accounts"] + 1))[: task["lines"]]]
    with TemporaryDirectory(prefix="koumen-bench-") as folder:
        file = Path(folder) / "repayments.csv"
        wait_and_pay(lambda: _post(file), most=1, prepare=lambda: _write(file, paid))


def _write(file: Path, accounts: list[str]) -> None:
    at, name = clock.now().isoformat(), new_id()
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["account", "amount_minor", "currency", "tendered_at", "reference"])
        writer.writerows(
            [account, PAYMENT_MINOR, CURRENCY, at, f"{name}-{no}"] for no, account in enumerate(accounts)
        )


def _post(file: Path) -> int:
    from koumen.credit.importer.posting import sessions_here
    from koumen.credit.importer.repayments import RepaymentFile, import_repayments
    from koumen.ledger.rules.chart import AccountKind

    posted = import_repayments(
        repayments=RepaymentFile(file=file, into=AccountKind.BANK),
        sessions=sessions_here(),
        actor=CLERK,
        at=clock.now(),
    )
    return posted.at_once + posted.one_by_one


if __name__ == "__main__":
    main()
