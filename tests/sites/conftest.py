"""What tests of the look are given: a browser, its pages and a running product."""

from tests.browser import chromium, page_for, server

__all__ = ["chromium", "page_for", "server"]
