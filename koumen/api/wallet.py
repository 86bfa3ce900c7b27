"""The wallet provider tells us what became of a charge."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.signed import SIGNATURE, TIMESTAMP
from koumen.payments.commands import close_wallet, settle_wallet
from koumen.payments.rules.wallet import ChargeState, check_callback

router = Router()

NO_CONTENT = 204


@router.post("/callback", response={NO_CONTENT: None}, include_in_schema=False)
def callback(request: HttpRequest) -> HttpResponse:
    """A signed callback; the same one twice changes nothing and is answered the same.

    Refused (403) when not signed or older than five minutes. Whatever it says of a charge that is neither paid nor
    closed is only noted: pending is what we believe anyway.
    """
    at = clock.now()
    charge = check_callback(
        settings.KOUMEN_WALLET_KEY,
        timestamp=request.headers.get(TIMESTAMP, ""),
        signed=request.headers.get(SIGNATURE, ""),
        body=request.body,
        at=at,
    )
    if charge.state is ChargeState.PAID:
        settle_wallet(charge=charge, actor=SYSTEM, at=at)
    elif charge.state is ChargeState.CLOSED:
        close_wallet(payment_id=charge.payment_id, reason="closed_at_provider", actor=SYSTEM, at=at)
    return HttpResponse(status=NO_CONTENT)
