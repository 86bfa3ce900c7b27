"""Receipt tokens, the short code that a person can type, and what a customer writes as the purpose of a transfer."""

import hashlib
import re
import secrets
from base64 import b32encode

# 128 bits: nobody finds a receipt by trying.
TOKEN_BYTES = 16
# 60 bits: unguessable among a million receipts, and three groups of four are read out without a slip.
SHORT_LENGTH = 12
# 45 bits: nobody hits another's code by a slip of the pen, and ten signs fit every bank's field.
TRANSFER_BYTES = 6
_TRANSFER = re.compile(r"T[A-Z2-7]{9}", re.ASCII)


def new_token() -> str:
    """A token for the QR of a receipt, 22 letters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def short_code(token: str) -> str:
    """Twelve letters and digits in groups of four, for typing."""
    digest = hashlib.sha256(f"koumen.receipt.short.1:{token}".encode()).digest()
    return _grouped(b32encode(digest[:10]).decode()[:SHORT_LENGTH])


def transfer_code() -> str:
    """A new code for a transfer: T and nine letters or digits."""
    return f"T{b32encode(secrets.token_bytes(TRANSFER_BYTES)).decode()[:9]}"


def is_transfer_code(code: str) -> bool:
    """Whether a phone without a signal made it as we do."""
    return _TRANSFER.fullmatch(code) is not None


def plain_code(typed: str) -> str:
    """A code as somebody typed it, written as it is stored; base 32 has no 0, 1 or 8, so those mean letters."""
    letters = "".join(c for c in typed.upper() if c.isalnum()).translate(_LOOKALIKES)
    return _grouped(letters[:SHORT_LENGTH]) if len(letters) == SHORT_LENGTH else ""


def _grouped(letters: str) -> str:
    return "-".join(letters[i : i + 4] for i in range(0, SHORT_LENGTH, 4))


_LOOKALIKES = str.maketrans("018", "OIB")
