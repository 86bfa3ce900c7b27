"""Files of repayments as tests write and post them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from koumen.credit.importer.repayments import Posted, RepaymentFile, import_repayments
from koumen.credit.rules.repayment_cells import source_named
from koumen.kit.actor import SYSTEM, Actor
from koumen.ledger.rules.chart import AccountKind

HEADER = "account,amount,currency,tendered_at,reference"


@dataclass(frozen=True)
class Paid:
    """One line of a file, in minor units of CNY."""

    number: str
    minor: int
    at: datetime
    reference: str

    def __str__(self) -> str:
        return f"{self.number},{self.minor / 100:.2f},CNY,{self.at.isoformat()},{self.reference}"

    @property
    def payment_id(self) -> UUID:
        """What the file's reference makes of it."""
        return uuid5(source_named("bank"), self.reference)


def written(folder: Path, rows: Iterable[object], *, name: str = "paid.csv", header: str = HEADER) -> Path:
    """A file of such lines."""
    file = folder / name
    file.write_text("\n".join([header, *map(str, rows)]) + "\n", encoding="utf-8")
    return file


def post(
    file: Path,
    at: datetime,
    *,
    rejects: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    actor: Actor = SYSTEM,
    into: AccountKind = AccountKind.BANK,
) -> Posted:
    """Post a file whose money came by bank."""
    return import_repayments(
        repayments=RepaymentFile(file=file, into=into, rejects=rejects),
        on_progress=on_progress,
        actor=actor,
        at=at,
    )
