"""Sessions in the database, encrypted: whoever reads the table learns neither who nor what."""

import hmac
import json
import os
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

NONCE_BYTES = 12  # NIST SP 800-38D, 8.2


class SessionStore(DatabaseStore):
    """Django's store with its data sealed (AES-GCM) to the row they stand in."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Seal the data for this session's key."""
        nonce = os.urandom(NONCE_BYTES)
        content = json.dumps(session_dict, separators=(",", ":")).encode()
        return (nonce + self._cipher().encrypt(nonce, content, self._place())).hex()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Open the data; what was changed or moved from another row is an empty session: signed out."""
        try:
            sealed = bytes.fromhex(session_data if isinstance(session_data, str) else session_data.decode())
            content = self._cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._place())
        except (ValueError, InvalidTag):
            return {}
        return cast("dict[str, Any]", json.loads(content))

    def _place(self) -> bytes:
        return f"django_session|session_data|{self.session_key}".encode()

    def _cipher(self) -> AESGCM:
        return AESGCM(hmac.digest(settings.KOUMEN_MASTER_KEY, b"sessions", "sha256"))
