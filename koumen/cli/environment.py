"""What the command line needs to know before Django's settings are read."""

import os
from pathlib import Path

DEFAULT_PORT = 8765


def port() -> int:
    """Where the sites answer (KOUMEN_PORT)."""
    return int(os.environ.get("KOUMEN_PORT", "").strip() or DEFAULT_PORT)


def data() -> Path:
    """The folder of this machine's data (KOUMEN_DATA)."""
    return Path(os.environ.get("KOUMEN_DATA", "").strip() or ".data").resolve()


def listen() -> str:
    """The address to listen on; a demonstration shows its codes, so by default only this machine."""
    return os.environ.get("KOUMEN_LISTEN", "").strip() or "127.0.0.1"


def branch() -> str:
    """The branch of this process (KOUMEN_BRANCH)."""
    return os.environ.get("KOUMEN_BRANCH", "").strip() or "demo"


def is_demo() -> bool:
    """Whether this is a demonstration (KOUMEN_MODE, the default)."""
    return (os.environ.get("KOUMEN_MODE", "").strip() or "demo") == "demo"


def database() -> str:
    """The database on the embedded server (KOUMEN_DATABASE)."""
    return os.environ.get("KOUMEN_DATABASE", "").strip() or "koumen"


def database_url() -> str:
    """The database server that was named, or nothing: then the embedded one is used."""
    return os.environ.get("DATABASE_URL", "").strip()
