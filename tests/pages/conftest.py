"""What photographing needs: a browser and its pages."""

from tests.browser import chromium, page_for

__all__ = ["chromium", "page_for"]
