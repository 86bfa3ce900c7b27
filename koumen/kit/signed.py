"""How two programs prove to each other who speaks: an HMAC over the moment and the body, and no old messages."""

import hmac
from datetime import datetime, timedelta

# Longer than any honest retry on the way, too short to keep a signed message for later.
REPLAY_WINDOW = timedelta(minutes=5)
TIMESTAMP, SIGNATURE = "Koumen-Timestamp", "Koumen-Signature"  # the headers they stand in


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """HMAC-SHA-256 over timestamp and body, hexadecimal."""
    return hmac.digest(key, timestamp.encode() + b"." + body, "sha256").hex()


def signed_headers(key: bytes, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that prove who sends a body, and when."""
    timestamp = str(int(at.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: signature(key, timestamp, body)}


def is_signed(key: bytes, *, timestamp: str, signed: str, body: bytes) -> bool:
    """Whether a message was signed with the key, compared in constant time."""
    return hmac.compare_digest(signed.encode(), signature(key, timestamp, body).encode())


def is_fresh(timestamp: str, at: datetime) -> bool:
    """Whether a message's moment (whole seconds) is about now."""
    is_moment = timestamp.isascii() and timestamp.isdecimal()
    return is_moment and abs(at.timestamp() - int(timestamp)) <= REPLAY_WINDOW.total_seconds()
