"""A real browser for tests: the machine's own Chromium, found by name; nothing is downloaded."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Headless, quiet, and without calls to anybody outside; no sandbox, because containers and root have none.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEIGHTS = {320: 568, 390: 844}
LOCALES = {"zh-hans": "zh-CN", "zh-hant": "zh-TW", "en": "en-GB"}
# What axe is asked: WCAG 2.2 AA and its own best practices.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

UNSERVED = "http://localhost"

PageFor = Callable[..., Page]


def chromium_path() -> str | None:
    """Where the browser is, or None."""
    named = os.environ.get("KOUMEN_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; without one the test is left out, or fails where a browser is required."""
    path = chromium_path()
    if path is None:
        reason = "no Chromium found: set KOUMEN_CHROMIUM or install one"
        if os.environ.get("KOUMEN_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright keeps a loop running in this thread, and Django would take every query for an async one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page_for(chromium: Browser) -> Iterator[PageFor]:
    """Open a page as a reader would have it: ``page_for(390, language="en", elder=True, dark=True)``.

    At the end of the test no page may have logged an error or asked for anything that its policy refuses.
    """
    contexts, complaints = [], []

    def open_page(
        width: int = 390,
        *,
        language: str = "zh-hans",
        elder: bool = False,
        dark: bool = False,
        address: str = UNSERVED,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale=LOCALES[language],
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            base_url=address,
            # pages that are answered without a server have none for a worker's program either
            service_workers="block" if address == UNSERVED else "allow",
        )
        context.add_cookies(
            [
                {"name": "koumen_language", "value": language, "url": address},
                {"name": "koumen_elder", "value": "1" if elder else "0", "url": address},
            ]
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A page of status 4xx, or a signal that the test cut, is said in the console; that is the test's own business.
    faults = [text for text in complaints if "status of 4" not in text and "net::ERR_" not in text]
    assert not faults, faults


def axe(page: Page) -> None:
    """Assert that axe finds nothing on the page as it is shown now."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, "\n".join(
        f"{violation['id']}: {violation['help']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for violation in found
        for node in violation["nodes"]
    )


@pytest.fixture
def server(committed: None) -> Iterator[str]:
    """The product answering on a port of this machine, over real commits; its address."""
    thread = LiveServerThread("127.0.0.1", static_handler=lambda application: application)  # type: ignore[arg-type]
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://localhost:{thread.port}"
    thread.terminate()
