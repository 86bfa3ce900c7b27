"""The bank over HTTP: pay somebody out, ask what became of it.

Called by jobs between two commands, never while a transaction is open. Whatever is not a clear answer is BankSilent,
and then nothing is assumed: the same payout is asked for again.
"""

import json
from uuid import UUID

import httpx
from django.conf import settings

from koumen.audit.command import in_transaction
from koumen.credit.rules.bank_account import BankDetails
from koumen.credit.rules.payout import BankAnswer, read_answer
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.kit.signed import signed_headers

PATIENCE_S = 10.0  # nobody waits on a page for it


class BankSilentError(Exception):
    """The bank gave no clear answer; the payout may or may not be known there."""


def pay_out(*, payout_id: UUID, amount: Money, to: BankDetails) -> BankAnswer:
    """Ask the bank to pay somebody, or hear what became of it when it was asked before. Raises BankSilentError."""
    body: dict[str, object] = {
        "payout": str(payout_id),
        "amount_minor": amount.minor,
        "currency": amount.currency,
        **to.plain(),
    }
    return _send("POST", "/payouts", body)


def ask_payout(*, payout_id: UUID) -> BankAnswer:
    """What became of a payout. Raises BankSilentError."""
    return _send("GET", f"/payouts/{payout_id}")


def _send(method: str, path: str, body: dict[str, object] | None = None) -> BankAnswer:
    if in_transaction():
        raise RuntimeError("the bank is never asked while a transaction is open")
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    headers = {
        "Content-Type": "application/json",
        **signed_headers(settings.KOUMEN_BANK_KEY, content, clock.now()),
    }
    try:
        answer = httpx.request(
            method,
            f"{settings.KOUMEN_BANK_URL}{path}",
            content=content,
            headers=headers,
            timeout=PATIENCE_S,
            trust_env=False,  # the bank's address is a setting; a proxy from the environment is not
        )
    except httpx.HTTPError as failure:
        raise BankSilentError(type(failure).__name__) from failure
    if not answer.is_success:
        raise BankSilentError(f"status {answer.status_code}")
    try:
        return read_answer(answer.content)
    except Invalid as unreadable:
        raise BankSilentError("unreadable") from unreadable
