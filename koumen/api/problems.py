"""Refusals as problem details (RFC 9457)."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from ninja.errors import ValidationError

from koumen.kit.errors import Invalid, Refusal

MEDIA_TYPE = "application/problem+json"
# Codes are documented; the URN says which one without claiming a page that may move.
TYPE = "urn:koumen:refusal:{code}"


def problem(request: HttpRequest, refusal: Refusal) -> JsonResponse:
    """A refusal: type, title, status and its code; an Invalid names the field. Parameters are never echoed:

    what a refusal knows (an amount owed) may be more than the caller may know.
    """
    del request
    body: dict[str, object] = {
        "type": TYPE.format(code=refusal.code),
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "code": refusal.code,
    }
    if isinstance(refusal, Invalid):
        body["field"] = refusal.field
    return JsonResponse(body, status=refusal.status, content_type=MEDIA_TYPE)


def unreadable(request: HttpRequest, fault: ValidationError) -> JsonResponse:
    """A request that is not as the description asks: the first part that is wrong, by its name."""
    place = fault.errors[0]["loc"] if fault.errors else ("body",)
    return problem(request, Invalid("form-unreadable", field=str(place[-1])))
