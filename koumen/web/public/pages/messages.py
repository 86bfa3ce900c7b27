"""The messages that the demonstration sent, since it has no telephone network."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from koumen.messages import queries

NEWEST = 60


@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """The newest messages, with their words; there is no such page outside the demonstration."""
    if not settings.IS_DEMO:
        raise Http404
    return render(request, "public/messages.html", {"sent": queries.sent_messages(limit=NEWEST)})
