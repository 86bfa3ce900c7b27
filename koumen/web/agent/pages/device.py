"""This phone: enrolled by the administrator's picture to scan, with a key that never leaves it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from koumen.devices import commands, queries
from koumen.devices.rules.signing import from_text, to_text
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.web.ui.actors import actor_of


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """How this phone stands. The script makes the key and sends the form; the secret is behind the # of the address."""
    actor, at = actor_of(request), clock.now()
    if request.method == "POST":
        commands.enrol_device(
            token=request.POST.get("token", ""),
            point=_bytes(request, "public_key"),
            proof=_bytes(request, "proof"),
            actor=actor,
            at=at,
        )
        return redirect("device")
    own = [row.device for row in queries.devices(actor=actor)]
    known = [
        {
            "id": str(device.id),
            "code": device.code,
            "public_key": to_text(bytes(device.public_key)),
            "revoked": device.revoked_at is not None,
        }
        for device in own
    ]
    return render(request, "agent/device.html", {"devices": own, "known": known})


def _bytes(request: HttpRequest, field: str) -> bytes:
    try:
        return from_text(request.POST.get(field, ""), field=field)
    except Invalid:
        raise Invalid("device-key-unreadable", field=field) from None
