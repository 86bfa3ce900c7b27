"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from koumen.branch.queries import this_branch
from koumen.kit.errors import Missing
from koumen.web.ui.preferences import HTML_LANGUAGES, LANGUAGE_NAMES, SHORT_NAMES, current_language
from koumen.web.ui.sites import site_of


def shared(request: HttpRequest) -> dict[str, Any]:
    """The site, the branch and its help number, language, text size; no query once the branch is known."""
    try:
        branch = this_branch()
    except Missing:
        branch = None
    language = current_language()
    return {
        "face": site_of(request),
        "layout": site_of(request).layout,
        "branch": branch,
        "language": language,
        "html_lang": HTML_LANGUAGES[language],
        "language_name": SHORT_NAMES[language],
        "language_names": LANGUAGE_NAMES,
        "elder": bool(getattr(request, "elder", False)),
        "demo": settings.KOUMEN_MODE == "demo",
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }
