"""Links that only the customer holds: a visit and a purpose under the server's key; nothing is stored.

The agent knows the visit, but not the key: no link can be made from a visit's number or address (threat T18).
"""

import base64
import binascii
import hmac
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

# 96 bits: nobody guesses one, and the link still fits into a text message.
MAC_BYTES = 12
ID_BYTES = 16
# Long enough to think about it, short enough to remember the visit.
RATING_OPEN = timedelta(days=7)


class Purpose(StrEnum):
    """What a link is good for; a link for one thing opens no other."""

    RATING = "rating"
    HANDOVER = "handover"
    VISITOR = "visitor"  # who stands at my door?


def make_token(key: bytes, *, visit_id: UUID, purpose: Purpose) -> str:
    """The part of a link that says which visit, and proves that we made it."""
    return base64.urlsafe_b64encode(visit_id.bytes + _mac(key, visit_id, purpose)).rstrip(b"=").decode()


def visit_of_token(key: bytes, token: str, *, purpose: Purpose) -> UUID | None:
    """The visit that a link names; None for whatever we did not make for this purpose."""
    try:
        plain = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(plain) != ID_BYTES + MAC_BYTES:
        return None
    visit_id = UUID(bytes=plain[:ID_BYTES])
    return visit_id if hmac.compare_digest(plain[ID_BYTES:], _mac(key, visit_id, purpose)) else None


def _mac(key: bytes, visit_id: UUID, purpose: Purpose) -> bytes:
    return hmac.digest(key, f"koumen.link.1|{purpose}|{visit_id}".encode(), "sha256")[:MAC_BYTES]
