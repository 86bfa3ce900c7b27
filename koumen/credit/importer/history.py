"""Writing the history of many accounts as one batch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.credit.models import ProductVersion
from koumen.credit.rules.history import HistoricAccount
from koumen.kit.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a batch wrote."""

    batch_id: UUID
    accounts: int
    statements: int


def write_history(
    *,
    accounts: Iterable[HistoricAccount],
    product: ProductVersion,
    source_digest: str,
    on_progress: Callable[[int], None] = lambda accounts: None,
    actor: Actor,
    at: datetime,
) -> Written:
    """Take over accounts with persons, customers, purchases, statements, dues and entries, in one transaction.

    ``source_digest`` names where they came from (hexadecimal SHA-256 of a file, or of a seed); a source
    taken over before is refused with Conflict("batch-known"). Streams: memory does not grow with the
    number of accounts. Records one AccountsImported. Raises Invalid("history-does-not-add-up").
    """
    raise NotImplementedError
