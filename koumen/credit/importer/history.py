"""Writing the history of many accounts as one batch: replayed here, written by COPY, posted by the ledger."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.credit.events import AccountsImported
from koumen.credit.importer.batch import Batch
from koumen.credit.models import ImportBatch, ProductVersion
from koumen.credit.permissions import may_import_accounts
from koumen.credit.rules.history import HistoricAccount
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict

AT_ONCE = 1_000  # accounts in memory: some 12 MB of rows, and the round trips no longer count


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a batch wrote."""

    batch_id: UUID
    accounts: int
    statements: int


def _silently(written: int) -> None:
    """Nobody watches."""
    del written


@command
def write_history(
    *,
    accounts: Iterable[HistoricAccount],
    product: ProductVersion,
    source_digest: str,
    on_progress: Callable[[int], None] = _silently,
    actor: Actor,
    at: datetime,
) -> Written:
    """Take over accounts with persons, customers, purchases, statements, dues and entries, in one transaction.

    ``source_digest`` names where they came from (hexadecimal SHA-256 of a file, or of a seed). Streams:
    memory does not grow with the number of accounts. Records one AccountsImported, and nothing for each
    account: no reactions, no messages. Raises Denied("credit-not-yours"), Conflict("batch-known" |
    "account-number-taken") or Invalid("history-does-not-add-up" | "history-out-of-order" | "history-amount").
    """
    require(may_import_accounts(actor), "credit-not-yours")
    if ImportBatch.objects.filter(file_digest=source_digest).exists():
        raise Conflict("batch-known")
    batch = Batch.begin(product=product, source_digest=source_digest, at=at)
    written = statements = 0
    for part in _parts(accounts):
        statements += batch.write(part)
        written += len(part)
        on_progress(written)
    record(
        AccountsImported(
            subject_id=batch.id, file_digest=source_digest, accounts=written, statements=statements
        ),
        actor=actor,
        at=at,
    )
    return Written(batch_id=batch.id, accounts=written, statements=statements)


def _parts(accounts: Iterable[HistoricAccount]) -> Iterator[list[HistoricAccount]]:
    rest = iter(accounts)
    while part := list(islice(rest, AT_ONCE)):
        yield part
