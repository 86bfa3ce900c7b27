"""Envelope encryption of a stored file: its own key, wrapped by the master key, bound to table, column and row."""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TABLE = "documents_document"
NONCE_BYTES = 12  # NIST SP 800-38D, 8.2: 96 bits, random, one for each use of a key


@dataclass(frozen=True)
class Sealed:
    """A file's key, wrapped, and its bytes, encrypted; both begin with their nonce."""

    key: bytes
    content: bytes


def seal(content: bytes, *, row: UUID, master: bytes) -> Sealed:
    """Encrypt a file under a fresh key of its own; a new master key re-wraps the key and leaves the bytes alone."""
    key = AESGCM.generate_key(bit_length=256)
    return Sealed(
        key=_encrypt(master, key, _place("sealed_key", row)),
        content=_encrypt(key, content, _place("sealed", row)),
    )


def unseal(sealed: Sealed, *, row: UUID, master: bytes) -> bytes:
    """The bytes again; raises cryptography's InvalidTag when a byte, the row or the master key is another."""
    key = _decrypt(master, sealed.key, _place("sealed_key", row))
    return _decrypt(key, sealed.content, _place("sealed", row))


def _place(column: str, row: UUID) -> bytes:
    """Where a ciphertext belongs: moved to another column or row it no longer opens."""
    return f"{TABLE}|{column}|{row}".encode()


def _encrypt(key: bytes, content: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place)


def _decrypt(key: bytes, content: bytes, place: bytes) -> bytes:
    return AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place)
