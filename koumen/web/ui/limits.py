"""How often somebody may come without signing in, by address or by a key; allauth counts, for all processes together."""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse


def is_allowed(request: HttpRequest, action: str, *, key: str | None = None) -> bool:
    """Count this request, also a GET that brings something; False when there were too many."""
    limits = settings.KOUMEN_OPEN_LIMITS
    used = ratelimit.consume(request, app="koumen", action=action, config=limits, key=key, limit_get=True)
    return bool(used)


def too_many(request: HttpRequest, action: str) -> HttpResponse:
    """The page of refusal 429, which says when to come again."""
    response: HttpResponse = ratelimit.respond_429(request)
    return come_again(response, action)


def come_again(response: HttpResponse, action: str) -> HttpResponse:
    """Write after how many seconds at the latest another try is counted anew."""
    rates = ratelimit.get_rates(app="koumen", action=action, config=settings.KOUMEN_OPEN_LIMITS)
    response["Retry-After"] = str(max(int(rate.duration) for rate in rates))
    return response


def address_of(request: HttpRequest) -> str:
    """The address by which requests are counted."""
    return str(ratelimit.get_ip(request))
