"""A wallet provider for demonstrations and tests: charges over HTTP, a page to pay on, signed callbacks.

It runs as a process of its own, keeps its own book, and knows nothing of Koumen but the shared key and the address
of the callback. Faults that real providers have can be had by asking:

    POST /faults?mode=lost_answer        the next charge or close is done, but its answer is lost
    POST /pay/ID?mode=late               paid although closed
    POST /pay/ID?mode=double             the callback comes twice
    POST /pay/ID?mode=wrong_signature    the callback is signed with another key
    POST /pay/ID?mode=no_callback        the callback never comes
"""

import hmac
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextvars import copy_context
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import structlog

from koumen.kit import clock
from koumen.simulation.bank import Bank
from koumen.simulation.wallet_book import StoredCharge, WalletBook
from koumen.simulation.wallet_page import language_of, page

logger = structlog.get_logger()

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Environ = dict[str, Any]

# As providers do: at once, then ever more slowly; after that the merchant must ask.
RETRY_AFTER_S = (0.0, 1.0, 3.0, 10.0, 30.0)
LARGEST_BODY = 64 * 1024
JSON = "application/json"
HTML = "text/html; charset=utf-8"


class WalletProvider:
    """The WSGI application."""

    def __init__(self, *, book: WalletBook, key: bytes, own_url: str, callback_url: str) -> None:
        """Keep the shared key and the two addresses."""
        self._book, self._key = book, key
        self._own_url, self._callback_url = own_url, callback_url
        self._fault = ""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), LARGEST_BODY))
        status, media_type, content = self._answer(environ, body)
        start_response(
            status,
            [
                ("Content-Type", media_type),
                ("Content-Length", str(len(content))),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        return [content]

    def _answer(self, environ: Environ, body: bytes) -> tuple[str, str, bytes]:
        method, asked = environ["REQUEST_METHOD"], parse_qs(environ.get("QUERY_STRING", ""))
        match [method, *environ.get("PATH_INFO", "").strip("/").split("/")]:
            case ["GET" | "POST", "pay", reference]:
                return self._pay_page(environ, reference, asked, body if method == "POST" else b"")
            case ["POST", "faults"]:
                self._fault = asked.get("mode", [""])[0]
                return _json("200 OK", {"fault": self._fault})
            case ["GET", ""]:
                return _json("200 OK", {"wallet": "simulated"})
            case [_, "charges", *_] if not self._is_signed(environ, body):
                return _json("401 Unauthorized", {"error": "signature"})
            case ["POST", "charges"]:
                return self._create(body)
            case ["GET", "charges", reference]:
                return self._found(self._book.find(reference))
            case ["POST", "charges", reference, "close"]:
                return self._unless_lost(self._book.close(reference, clock.now()))
        return _json("404 Not Found", {"error": "not-found"})

    def _is_signed(self, environ: Environ, body: bytes) -> bool:
        timestamp = environ.get("HTTP_KOUMEN_TIMESTAMP", "")
        given = environ.get("HTTP_KOUMEN_SIGNATURE", "")
        return hmac.compare_digest(given.encode(), _sign(self._key, timestamp, body).encode())

    def _create(self, body: bytes) -> tuple[str, str, bytes]:
        try:
            said = json.loads(body)
            charge = self._book.create(
                str(said["merchant_reference"]),
                amount_minor=int(said["amount_minor"]),
                currency=str(said["currency"]),
                description=str(said["description"]),
                expires_at=datetime.fromisoformat(said["expires_at"]).astimezone(UTC).isoformat(),
            )
        except (ValueError, KeyError, TypeError):
            return _json("422 Unprocessable Content", {"error": "unreadable"})
        return self._unless_lost(charge)

    def _unless_lost(self, charge: StoredCharge) -> tuple[str, str, bytes]:
        fault, self._fault = self._fault, ""
        if fault == "lost_answer":
            return _json("504 Gateway Timeout", {"error": "lost"})
        return self._found(charge)

    def _found(self, charge: StoredCharge | None) -> tuple[str, str, bytes]:
        if charge is None:
            return _json("404 Not Found", {"error": "charge-not-found"})
        return _json("200 OK", self._told(charge))

    def _told(self, charge: StoredCharge) -> dict[str, object]:
        return {
            "merchant_reference": charge.merchant_reference,
            "reference": charge.reference,
            "amount_minor": charge.amount_minor,
            "currency": charge.currency,
            "state": charge.state,
            "paid_at": charge.paid_at,
            "qr_text": f"{self._own_url}/pay/{charge.merchant_reference}",
        }

    def _pay_page(
        self, environ: Environ, reference: str, asked: dict[str, list[str]], body: bytes
    ) -> tuple[str, str, bytes]:
        language = language_of(asked.get("lang", [""])[0], environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        answer = parse_qs(body.decode(errors="replace")).get("answer", [""])[0]
        mode = asked.get("mode", [""])[0]
        charge = self._book.find(reference)
        if charge and answer == "pay":
            paid = self._book.pay(reference, clock.now(), late=mode == "late")
            if paid and paid.state == "paid" and charge.state != "paid":
                self._call_back(paid, mode)
            charge = paid
        elif charge and answer == "refuse":
            refused = self._book.close(reference, clock.now())
            if refused.state != charge.state:
                self._call_back(refused, mode)
            charge = refused
        is_over = charge is not None and charge.is_over(clock.now())
        shown = page(charge, is_over=is_over, language=language, action=f"/pay/{reference}?lang={language}")
        return ("200 OK" if charge else "404 Not Found"), HTML, shown.encode()

    def _call_back(self, charge: StoredCharge, mode: str) -> None:
        """Tell the merchant, beside the customer's answer: the customer never waits for it."""
        if mode == "no_callback":
            return
        key = bytes(32) if mode == "wrong_signature" else self._key
        for _ in range(2 if mode == "double" else 1):
            # the thread keeps the caller's clock, which stands still in tests and runs ahead in simulated days
            told = (self._deliver, self._told(charge), key)
            threading.Thread(target=copy_context().run, args=told, daemon=True).start()

    def _deliver(self, told: dict[str, object], key: bytes) -> None:
        body = json.dumps(told).encode()
        for pause_s in RETRY_AFTER_S:
            time.sleep(pause_s)
            timestamp = str(int(clock.now().timestamp()))
            headers = {
                "Content-Type": JSON,
                "Koumen-Timestamp": timestamp,
                "Koumen-Signature": _sign(key, timestamp, body),
            }
            try:
                answer = httpx.post(
                    self._callback_url, content=body, headers=headers, timeout=5.0, trust_env=False
                )
            except httpx.HTTPError as failure:
                logger.info("callback_failed", error=type(failure).__name__)
                continue
            if answer.is_success:
                return
            logger.info("callback_refused", status=answer.status_code)


def _sign(key: bytes, timestamp: str, body: bytes) -> str:
    """Written again and not imported: the two sides of a contract are tested against each other."""
    return hmac.digest(key, timestamp.encode() + b"." + body, "sha256").hex()


def _json(status: str, value: dict[str, object]) -> tuple[str, str, bytes]:
    return status, JSON, json.dumps(value).encode()


@cache
def _provider() -> WalletProvider:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "koumen.config.settings")
    from django.conf import settings

    return WalletProvider(
        book=WalletBook(Path(settings.KOUMEN_DATA) / "wallet.sqlite3"),
        key=settings.KOUMEN_WALLET_KEY,
        own_url=settings.KOUMEN_WALLET_URL,
        callback_url=f"http://127.0.0.1:{settings.KOUMEN_PORT}/api/wallet/callback",
    )


@cache
def _bank() -> Bank:
    _provider()  # reads the settings
    from django.conf import settings

    return Bank(file=Path(settings.KOUMEN_DATA) / "bank.sqlite3", key=settings.KOUMEN_BANK_KEY)


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """The provider with this machine's settings, made at the first request; under /bank the bank."""
    if environ.get("PATH_INFO", "").startswith("/bank/"):
        return _bank()(environ | {"PATH_INFO": environ["PATH_INFO"].removeprefix("/bank")}, start_response)
    return _provider()(environ, start_response)
