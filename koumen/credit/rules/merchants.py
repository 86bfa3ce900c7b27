"""How a merchant's program proves who it is."""

import hmac
from uuid import UUID


def merchant_key(master: bytes, merchant_id: UUID, generation: int) -> bytes:
    """The key of a merchant, derived and never stored; another generation is another key."""
    return hmac.digest(master, f"koumen.merchant|{merchant_id}|{generation}".encode(), "sha256")


def signed_text(method: str, path: str, once: str, body: bytes) -> bytes:
    """What a merchant signs: a request and its key of idempotency, so that no signature serves for another one."""
    return f"{method} {path}\n{once}\n".encode() + body
