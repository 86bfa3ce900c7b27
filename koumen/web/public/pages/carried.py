"""A receipt that a phone gave without a signal: whoever opens its picture brings the signed act to us."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from koumen.devices import jobs, queries
from koumen.devices.rules.bodies import Card, Cash, read_card, read_cash
from koumen.devices.rules.carried import unpack_act
from koumen.devices.rules.envelope import MONEY, Kind, SignedAct, item_of
from koumen.devices.rules.signing import point_of, to_text
from koumen.documents.queries import signing_key
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Missing
from koumen.kit.money import Money
from koumen.payments import queries as payments
from koumen.web.ui.limits import is_allowed, too_many


@require_GET
def show(request: HttpRequest, packed: str) -> HttpResponse:
    """Is it signed by a phone of ours, and is it in our books? Opening it twice changes nothing."""
    if not is_allowed(request, "carried"):
        return too_many(request, "carried")
    at = clock.now()
    act = unpack_act(packed)
    if act.kind not in MONEY:
        raise Missing("receipt-not-found")
    device = queries.device_of_act(device_id=act.device_id)
    if not act.is_signed_by(bytes(device.public_key)):
        return render(request, "public/carried.html", {"is_genuine": False}, status=409)
    answer = jobs.take_upload([item_of(act.text, act.signature)], carried_by="customer", actor=SYSTEM, at=at)[
        0
    ]
    token = _booked_as(act, device.code) if answer.state == "posted" else None
    if token is not None:  # our own receipt by now: it also says if the payment was taken back since
        return redirect("public_receipt", token=token)
    return render(request, "public/carried.html", _told(act, device.code, answer.state, at))


def _booked_as(act: SignedAct, code: str) -> str | None:
    """The token of the receipt that the act became; None when its number was another payment's."""
    if act.visit_id is None:
        return None
    number = _number(act, code)
    of_visit = payments.receipts_of_visit(actor=SYSTEM, visit_id=act.visit_id)
    return next((receipt.token for receipt in of_visit if receipt.number == number), None)


def _number(act: SignedAct, code: str) -> str:
    return f"{code}-{_said(act).receipt_number:07d}"


def _said(act: SignedAct) -> Cash | Card:
    return read_cash(act.body) if act.kind is Kind.CASH else read_card(act.body)


def _told(act: SignedAct, code: str, state: str, at: datetime) -> dict[str, Any]:
    said = _said(act)
    return {
        "is_genuine": True,
        "is_booked": state == "posted",
        "is_looked_at": state in {"quarantined", "dismissed"},
        "amount": Money(said.amount_minor, said.currency),
        "number": _number(act, code),
        "visit_number": said.visit_number,
        "given_at": min(act.said_at, at),
        "staff_number": queries.device_of_act(device_id=act.device_id).agent.staff_number,
    }


@require_GET
def certificates(request: HttpRequest) -> JsonResponse:
    """The lender's word about every phone that ever signed, for whoever checks a receipt with other tools."""
    del request
    return JsonResponse(
        {
            "lender_public_key": to_text(point_of(signing_key().public_key())),
            "devices": [
                {
                    "certificate": device.certificate,
                    "signature": to_text(bytes(device.certificate_signature)),
                    "revoked_at": device.revoked_at,
                }
                for device in queries.published_certificates()
            ],
        }
    )
