"""How a message handed to the SMS provider proves that it comes from us."""

import json
from datetime import datetime
from uuid import UUID

from koumen.kit.signed import SIGNATURE, signature


def signed_request(
    key: bytes, *, message_id: UUID, phone: str, text: str, at: datetime
) -> tuple[bytes, dict[str, str]]:
    """The body and headers of one delivery; the id lets the provider send a repeated one only once."""
    body = json.dumps(
        {"id": str(message_id), "to": phone, "text": text}, ensure_ascii=False, separators=(",", ":")
    ).encode()
    moment = str(int(at.timestamp()))
    return body, {
        "Content-Type": "application/json; charset=utf-8",
        "Koumen-Time": moment,
        SIGNATURE: f"sha256={signature(key, moment, body)}",
    }
