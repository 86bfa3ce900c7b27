"""What a journey is given besides browser, pages and product: a wallet, and a town whose clock stands."""

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser

from koumen.kit import clock
from koumen.simulation.wallet import WalletProvider
from koumen.simulation.wallet_book import WalletBook
from tests.conftest import NOON
from tests.journeys.town import Town, TownClock


@pytest.fixture
def town_clock(monkeypatch: pytest.MonkeyPatch) -> TownClock:
    """A Tuesday noon for every thread: a journey works at night and on Sundays too."""
    stands = TownClock(NOON)
    monkeypatch.setattr(clock, "now", stands.now)
    return stands


@pytest.fixture
def town(chromium: Browser, town_clock: TownClock, server: str, settings: LazySettings) -> Town:
    """People and debts, really committed; the demonstration keeps its messages for everybody to read."""
    settings.IS_DEMO = True
    settings.KOUMEN_PUBLIC_URL = server
    return Town(town_clock)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def wallet(server: str, settings: LazySettings, tmp_path: Path) -> Iterator[str]:
    """The simulated wallet on a port of its own, calling back to the product; its address."""
    web = _Server(("127.0.0.1", 0), _Quiet)
    address = f"http://127.0.0.1:{web.server_port}"
    settings.KOUMEN_WALLET_URL = address
    web.set_app(
        WalletProvider(
            book=WalletBook(tmp_path / "wallet.sqlite3"),
            key=settings.KOUMEN_WALLET_KEY,
            own_url=address,
            callback_url=f"{server.replace('localhost', '127.0.0.1')}/api/wallet/callback",
        )
    )
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield address
    web.shutdown()
    web.server_close()
