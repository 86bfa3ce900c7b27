"""Maps: where their pictures come from."""

from django.conf import settings


def tiles() -> dict[str, str]:
    """The address of the pictures and whom to thank; empty without a setting: then roads or plain ground are drawn."""
    return {"url": settings.KOUMEN_TILES_URL, "thanks": settings.KOUMEN_TILES_THANKS}
