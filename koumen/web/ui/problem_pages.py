"""Pages for refusals.

The web's own errors (400, 403, 404, 429, 500) are templates of those names, which Django and the sign-in
library find by themselves.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from koumen.kit.errors import Refusal
from koumen.web.ui.refusals import title, words

MISSING = 404


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal in words, with its status and code; a part of a page when htmx asked for one."""
    is_part = bool(getattr(request, "htmx", False))
    response = render(
        request,
        "ui/parts/refusal.html" if is_part else "ui/problem.html",
        {
            "status": refusal.status,
            "problem_title": title(refusal.status),
            "problem_words": words(refusal.code, **refusal.params),
            "code": refusal.code,
        },
        status=refusal.status,
    )
    response["Koumen-Refusal"] = refusal.code
    return response


def closed(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    """A door of the sign-in library that this product does not open: 404, as if it were not there."""
    return render(request, "404.html", status=MISSING)
