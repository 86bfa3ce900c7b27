"""What the environment says, read once and named."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MODES = ("demo", "production", "test")


def read(name: str, default: str = "") -> str:
    """One setting from the environment."""
    return os.environ.get(name, default).strip()


def mode() -> str:
    """demo, production or test."""
    chosen = read("KOUMEN_MODE", "demo")
    if chosen not in MODES:
        raise ImproperlyConfigured(f"KOUMEN_MODE is {chosen!r}: it must be one of {', '.join(MODES)}")
    return chosen


def data_folder() -> Path:
    """Where the embedded database, keys and stored files of this machine lie."""
    return Path(read("KOUMEN_DATA", ".data")).resolve()


def key(name: str, folder: Path) -> bytes:
    """A 32-byte key: from the environment (hex), or outside production made once and kept in a file.

    Production has no default: a start without the key is refused by its name.
    """
    given = read(name)
    if given:
        try:
            value = bytes.fromhex(given)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be 64 hexadecimal digits") from None
        if len(value) != 32:  # noqa: PLR2004  (AES-256 and HMAC-SHA-256)
            raise ImproperlyConfigured(f"{name} must be 64 hexadecimal digits")
        return value
    if mode() == "production":
        raise ImproperlyConfigured(f"{name} is not set: production needs a key of its own")
    return _kept_key(folder / "keys" / f"{name.lower()}.key")


def _kept_key(file: Path) -> bytes:
    """Read the key file, or make it; two first starts at once agree on one."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = secrets.token_bytes(32)
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_bytes(fresh)
    try:
        os.link(temporary, file)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return file.read_bytes()
