"""Taking over a file of accounts: all of it, or what is good of it, or nothing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from koumen.audit.command import command, require
from koumen.branch.queries import this_branch
from koumen.credit.commands import store_product_version
from koumen.credit.importer import staged
from koumen.credit.importer.faults import FileFault
from koumen.credit.importer.history import write_history
from koumen.credit.importer.places import Place
from koumen.credit.importer.rejects import put_aside
from koumen.credit.importer.taiwan import CURRENCY, PARAMETERS, PRODUCT, history_of
from koumen.credit.models import ImportBatch
from koumen.credit.permissions import may_import_accounts
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class Takeover:
    """Which file, where its people live, and where bad lines go (None: then there may be none)."""

    file: Path
    places: Sequence[Place]
    rejects: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it: new accounts and their statements, accounts that were here already, bad lines."""

    accounts: int = 0
    statements: int = 0
    known: int = 0
    rejected: int = 0
    is_known_file: bool = False


def _silently(done: int, of: int) -> None:
    """Nobody watches."""
    del done, of


@command
def import_accounts(
    *, takeover: Takeover, on_progress: Callable[[int, int], None] = _silently, actor: Actor, at: datetime
) -> Outcome:
    """Take over the accounts of a file with their history, in one transaction; the same file again adds nothing.

    Records one AccountsImported (by write_history). Raises Denied("credit-not-yours"),
    Conflict("branch-currency"), FileFault, or LinesRefused when lines are bad and no place for them was
    given: then nothing of the file is kept.
    """
    require(may_import_accounts(actor), "credit-not-yours")
    if this_branch().currency != CURRENCY:
        raise Conflict("branch-currency", currency=this_branch().currency, wanted=CURRENCY)
    digest = digest_of(takeover.file)
    if ImportBatch.objects.filter(file_digest=digest).exists():
        return Outcome(is_known_file=True)
    with connection.cursor() as cursor:
        # a long file may take longer than a transaction is allowed to; its one fact is recorded at the end
        cursor.execute("set local transaction_timeout = 0")
    known = staged.stage(takeover.file)
    good, bad = staged.count()
    if not good and not bad and not known:
        raise FileFault(takeover.file, "has no accounts")
    if bad:
        put_aside(takeover.file, takeover.rejects, bad)
    if not good:
        return Outcome(known=known, rejected=bad)
    product = store_product_version(
        product=PRODUCT, currency=CURRENCY, parameters=PARAMETERS, actor=actor, at=at
    )
    zone = this_branch().zone
    written = write_history(
        accounts=(history_of(line, places=takeover.places, zone=zone) for line in staged.good_lines()),
        product=product,
        source_digest=digest,
        on_progress=lambda done: on_progress(done, good),
        actor=actor,
        at=at,
    )
    return Outcome(accounts=written.accounts, statements=written.statements, known=known, rejected=bad)


def digest_of(file: Path) -> str:
    """SHA-256 of a file, hexadecimal. Raises FileFault."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as fault:
        raise FileFault(file, f"cannot be read ({fault.strerror})") from None
