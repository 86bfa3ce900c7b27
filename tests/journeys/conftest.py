"""What a journey is given: a browser, pages and a running product."""

from tests.browser import chromium, page_for, server

__all__ = ["chromium", "page_for", "server"]
