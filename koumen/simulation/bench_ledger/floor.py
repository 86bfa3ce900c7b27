"""The floor: pgbench sends the statements of the real command, with a document of the same size."""

import os
import re
import resource
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from koumen.embedded import supervisor
from koumen.simulation.bench_ledger.accounts import FIRST, PREFIX
from koumen.simulation.bench_ledger.clients import Spurt

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PROCESSED = re.compile(r"transactions actually processed: (\d+)")
_FAILED = re.compile(r"failed transactions: (\d+)")

Statement = tuple[str, Sequence[Any]]


@dataclass(frozen=True)
class Script:
    """A file for pgbench, and the values that it is told on the command line: it takes colons in texts for names."""

    text: str
    values: Mapping[str, str]


def overhear(pay: Callable[[], object]) -> list[Statement]:
    """The statements of the second of two payments as they reach the database, without BEGIN and COMMIT.

    The first one also asks what a process asks once.
    """
    heard: list[Statement] = []
    pay()

    def listen(execute: Any, text: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        heard.append((text, list(params)))
        return execute(text, params, many, context)

    with connection.execute_wrapper(listen):
        pay()
    return heard


def script(statements: Sequence[Statement], *, accounts: int, money_ids: range) -> Script:
    """The same statements for any account: a random one, other money and fresh ids each time.

    ``statements`` paid to the first account, into the first of ``money_ids``.
    """
    (hold, told), (keep, (document,)) = statements
    arguments, values = [], {"document": _any_payment(document, money_ids[0])}
    for place, value in enumerate(told):
        if value == money_ids[0]:
            arguments.append(":money")
        elif str(value).startswith(PREFIX):
            arguments.append(f"('{PREFIX}' || :account)::uuid")
        elif isinstance(value, UUID):
            arguments.append("uuidv7()")
        else:
            values[f"value_{place}"] = f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
            arguments.append(f":value_{place}")
    replaced = ":document"
    for name, fresh in (("account", ":account"), ("new", "uuidv7()"), ("money", ":money")):
        replaced = f"replace({replaced}, '@{name}', {fresh}::text)"
    lines = [
        f"\\set account random({FIRST + 1}, {FIRST + accounts})",
        f"\\set money random({money_ids[0]}, {money_ids[-1]})",
        "begin;",
        f"{hold % tuple(arguments)} \\gset",
        f"{keep % f'{replaced}::jsonb'};",
        "commit;",
    ]
    return Script("\n".join([*lines, ""]), values)


def _any_payment(document: str, money_id: int) -> str:
    """The document with names where another payment has other ids."""
    document = _UUID.sub("@new", document.replace(str(FIRST + 1), "@account"))
    named = f'"money_id":{money_id}'
    if named not in document:  # else all of the floor's money would go to one account, and wait for it
        raise ValueError(f"the document does not name its money: {document}")
    return document.replace(named, '"money_id":@money')


@dataclass(frozen=True, kw_only=True)
class Floor:
    """pgbench on one database."""

    folder: Path
    database: str
    role: str
    socket: Path
    script: Script
    clients: int

    def pay(self, seconds: float) -> Spurt:
        """Run for whole seconds; prepared statements, as many connections as the others have."""
        file = self.folder / f"{self.database}.pgbench"
        file.write_text(self.script.text, encoding="utf-8")
        defined = [f"--define={name}={value}" for name, value in self.script.values.items()]
        before = _children_cpu()
        done = subprocess.run(  # noqa: S603  (PostgreSQL's own program)
            [
                program(), "--no-vacuum", "--protocol=prepared", f"--client={self.clients}", "--jobs=2",
                f"--time={round(seconds)}", f"--file={file}", *defined,
                f"--host={self.socket}", f"--port={supervisor.PORT}", f"--username={self.role}", self.database,
            ],
            capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        processed, failed = _PROCESSED.search(done.stdout), _FAILED.search(done.stdout)
        if done.returncode or not processed or (failed and int(failed.group(1))):
            raise RuntimeError(f"pgbench: {done.stderr.strip()[-500:] or done.stdout.strip()[-500:]}")
        return Spurt(int(processed.group(1)), float(round(seconds)), _children_cpu() - before)


def program() -> Path:
    """Where pgbench is: beside the server's programs."""
    found = supervisor.binaries() / "pgbench"
    if not found.is_file():
        raise supervisor.CannotRun(
            f"there is no pgbench in {found.parent}: Debian has it in the package postgresql-contrib"
        )
    return found


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
