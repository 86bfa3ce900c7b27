"""A bank for demonstrations and tests: it pays customers out over HTTP, and gives money back when asked to.

It answers in the wallet simulator's process under ``/bank``, keeps its own book, and knows nothing of Koumen but the
shared key. What real banks do can be had by asking:

    POST /faults?mode=lost_answer          the next payout is sent, but its answer is lost
    POST /payouts/ID/give-back?reason=…    the money comes back: account_closed, name_differs …
"""

import hmac
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import randbelow
from typing import Any
from urllib.parse import parse_qs

from koumen.kit import clock

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Environ = dict[str, Any]
Answer = tuple[str, dict[str, object]]

LARGEST_BODY = 64 * 1024
_TABLE = """
create table if not exists payout (
  payout text primary key,
  reference text not null unique,
  amount_minor integer not null,
  currency text not null,
  holder text not null,
  state text not null check (state in ('sent', 'returned')),
  reason text not null default '',
  at text not null
)
"""


class Bank:
    """The WSGI application."""

    def __init__(self, *, file: Path, key: bytes) -> None:
        """Open the book, making it if there is none."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file, self._key, self._fault = file, key, ""
        with self._change() as book:
            book.execute(_TABLE)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), LARGEST_BODY))
        status, told = self._answer(environ, body)
        content = json.dumps(told).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
        return [content]

    def _answer(self, environ: Environ, body: bytes) -> Answer:
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        match [environ["REQUEST_METHOD"], *environ.get("PATH_INFO", "").strip("/").split("/")]:
            case ["POST", "faults"]:
                self._fault = asked.get("mode", [""])[0]
                return "200 OK", {"fault": self._fault}
            case ["POST", "payouts", payout, "give-back"]:
                return self._give_back(payout, asked.get("reason", ["account_closed"])[0])
            case [_, "payouts", *_] if not self._is_signed(environ, body):
                return "401 Unauthorized", {"error": "signature"}
            case ["POST", "payouts"]:
                return self._send(body)
            case ["GET", "payouts", payout]:
                return self._found(payout)
        return "404 Not Found", {"error": "not-found"}

    def _is_signed(self, environ: Environ, body: bytes) -> bool:
        """Written again and not imported: the two sides of a contract are tested against each other."""
        timestamp = environ.get("HTTP_KOUMEN_TIMESTAMP", "")
        wanted = hmac.digest(self._key, timestamp.encode() + b"." + body, "sha256").hex()
        return hmac.compare_digest(environ.get("HTTP_KOUMEN_SIGNATURE", "").encode(), wanted.encode())

    def _send(self, body: bytes) -> Answer:
        """Pay somebody out; asked again it is the same payout."""
        try:
            said = json.loads(body)
            row = (str(said["payout"]), int(said["amount_minor"]), str(said["currency"]), str(said["holder"]))
        except (ValueError, KeyError, TypeError):
            return "422 Unprocessable Content", {"error": "unreadable"}
        payout, amount, currency, holder = row
        with self._change() as book:
            book.execute(
                "insert into payout values (?, ?, ?, ?, ?, 'sent', '', ?) on conflict do nothing",
                (payout, f"B{randbelow(10**15):015d}", amount, currency, holder, clock.now().isoformat()),
            )
        fault, self._fault = self._fault, ""
        return ("504 Gateway Timeout", {"error": "lost"}) if fault == "lost_answer" else self._found(payout)

    def _give_back(self, payout: str, reason: str) -> Answer:
        with self._change() as book:
            book.execute(
                "update payout set state = 'returned', reason = ?, at = ? where payout = ? and state = 'sent'",
                (reason, clock.now().isoformat(), payout),
            )
        return self._found(payout)

    def _found(self, payout: str) -> Answer:
        with self._change() as book:
            row = book.execute("select * from payout where payout = ?", (payout,)).fetchone()
        if row is None:
            return "404 Not Found", {"error": "payout-not-found"}
        names = ("payout", "reference", "amount_minor", "currency", "state", "reason", "at")
        return "200 OK", {name: row[name] for name in names}

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=5)) as book, book:
            book.row_factory = sqlite3.Row
            yield book
