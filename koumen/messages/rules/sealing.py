"""A message's words as bytes that only the server opens, bound to the row they belong to."""

import json
from uuid import UUID

from koumen.messages.rules.letter import Content
from koumen.people.rules import vault


def seal_content(master: bytes, message_id: UUID, content: Content) -> bytes:
    """Encrypt the words of one message."""
    plain = {
        "name": content.name,
        "phone": content.phone,
        "text": content.text,
        "pictures": [*content.pictures],
    }
    return vault.seal(master, json.dumps(plain, ensure_ascii=False).encode(), _place(message_id))


def open_content(master: bytes, message_id: UUID, sealed: bytes) -> Content:
    """The words again; raises cryptography's InvalidTag when they belong to another message."""
    plain = json.loads(vault.unseal(master, bytes(sealed), _place(message_id)))
    return Content(
        name=plain["name"], phone=plain["phone"], text=plain["text"], pictures=tuple(plain["pictures"])
    )


def _place(message_id: UUID) -> bytes:
    return vault.place("messages_message", "sealed_text", message_id)
