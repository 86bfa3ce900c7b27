"""Canonical JSON (RFC 8785) and its digest: the same content, the same bytes."""

import hashlib
from collections.abc import Mapping

import rfc8785


def canonical(value: Mapping[str, object]) -> str:
    """The one way to write a mapping as JSON."""
    return rfc8785.dumps(dict(value)).decode()  # type: ignore[arg-type]  # rfc8785 checks the values itself


def digest(value: Mapping[str, object]) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(value).encode()).digest()
