"""What happens in conduct."""

from dataclasses import dataclass

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PackStored(Event):
    """A policy pack was stored; the subject is the pack."""

    pack: str
    version: int


@dataclass(frozen=True, kw_only=True)
class RulingGiven(Event):
    """A pack answered whether an act may happen; the subject is the ruling."""

    act: str
    verdict: str
