"""The wallet provider over HTTP: make a charge, ask for it, close it.

Called by jobs and edges between two commands, never while a transaction is open: a slow provider must not hold
locks. Whatever is not a clear answer is ProviderSilent, and then nothing is assumed.
"""

import json
from datetime import datetime
from uuid import UUID

import httpx
from django.conf import settings

from koumen.audit.command import in_transaction
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.kit.signed import signed_headers
from koumen.payments.rules.wallet import Charge, ChargeState, read_charge

# The agent stands at a door: four seconds, then the answer is unknown and is asked for again.
TIMEOUT = httpx.Timeout(4.0, connect=2.0)


class ProviderSilentError(Exception):
    """The provider gave no clear answer; the charge may or may not exist, may or may not be paid."""


def create_charge(
    *, payment_id: UUID, amount_minor: int, currency: str, expires_at: datetime, description: str
) -> Charge:
    """Make the charge of a payment, or get the one already made; the payment's id is the provider's key.

    Raises ProviderSilentError.
    """
    body = {
        "merchant_reference": str(payment_id),
        "amount_minor": amount_minor,
        "currency": currency,
        "expires_at": expires_at.isoformat(),
        "description": description,
    }
    return _read(_send("POST", "/charges", body))


def query_charge(*, payment_id: UUID) -> Charge:
    """What became of a charge; UNKNOWN_THERE when the provider never got it. Raises ProviderSilentError."""
    answer = _send("GET", f"/charges/{payment_id}")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return Charge(payment_id=payment_id, state=ChargeState.UNKNOWN_THERE)
    return _read(answer)


def close_charge(*, payment_id: UUID) -> Charge:
    """Close a charge for good; the answer says PAID when the customer was faster. Raises ProviderSilentError.

    A charge that the provider never got is closed as well: one that arrives later finds the door shut.
    """
    return _read(_send("POST", f"/charges/{payment_id}/close", {}))


def _send(method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
    if in_transaction():
        raise RuntimeError("the provider is never asked while a transaction is open")
    content = json.dumps(body).encode() if body is not None else b""
    headers = {
        "Content-Type": "application/json",
        **signed_headers(settings.KOUMEN_WALLET_KEY, content, clock.now()),
    }
    try:
        return httpx.request(
            method,
            f"{settings.KOUMEN_WALLET_URL}{path}",
            content=content,
            headers=headers,
            timeout=TIMEOUT,
            trust_env=False,  # the provider's address is a setting; a proxy from the environment is not
        )
    except httpx.HTTPError as failure:
        raise ProviderSilentError(type(failure).__name__) from failure


def _read(answer: httpx.Response) -> Charge:
    if not answer.is_success:
        raise ProviderSilentError(f"status {answer.status_code}")
    try:
        return read_charge(answer.content)
    except Invalid as unreadable:
        raise ProviderSilentError("unreadable") from unreadable
