"""The languages and dialects that are spoken at doors; ISO 639-3 where it tells apart what "zh" does not."""

from collections.abc import Iterable

from koumen.kit.errors import Invalid

SPOKEN = ("cmn", "nan", "hak", "yue", "en")


def spoken_languages(languages: Iterable[str]) -> list[str]:
    """The languages in a fixed order, once each; raises Invalid("language-unknown")."""
    wanted = set(languages)
    if wanted - set(SPOKEN):
        raise Invalid("language-unknown", field="languages", value=min(wanted - set(SPOKEN))[:40])
    return sorted(wanted)
