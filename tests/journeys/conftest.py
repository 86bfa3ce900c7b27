"""What a journey is given besides browser, pages and product: a wallet, a town whose clock stands, an agent's phone."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser

from koumen.kit import clock
from koumen.kit.actor import Role
from koumen.simulation.wallet import WalletProvider
from koumen.simulation.wallet_book import WalletBook
from koumen.visits import commands as visits
from koumen.visits.rules.cards import CardWay
from tests import builders
from tests.browser import PageFor
from tests.conftest import NOON
from tests.journeys.offline import Carrier
from tests.journeys.town import Town, TownClock
from tests.visits.stories import a_visit


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


@pytest.fixture
def codes() -> dict[int, str]:
    """The codes on the customer's paper, once there is one."""
    return {}


@pytest.fixture
def carrier(
    town_clock: TownClock, server: str, page_for: PageFor, codes: dict[int, str]
) -> Iterator[Carrier]:
    """An enrolled phone with its day, five minutes before the window; the customer has a door card."""
    story = a_visit(town_clock.at)
    issued = visits.issue_door_card(
        customer_id=story.home.id,
        way=CardWay.COUNTER,
        actor=builders.staff(Role.DISPATCHER),
        at=town_clock.at,
    )
    codes.update({line.number: line.code for line in issued.lines})
    town_clock.goes_to(story.visit.window_from - timedelta(minutes=5))
    page = page_for(390, language="en", address=server)
    found = Carrier(story, town_clock, server, page.context, page)
    yield found.signs_in().enrols().has_a_day()
    found.context.set_offline(False)


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
