"""Sphinx: Markdown by MyST, shown by Furo."""

project = "Koumen"
author = "The Koumen authors"
copyright = "The Koumen authors, Apache License 2.0"  # noqa: A001  (Sphinx's name)
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Koumen 叩門"
html_copy_source = False
nitpicky = True
