"""How long photos and signatures of visits are kept, by purpose; and how long after a quarrel about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

# For a purpose of which a pack says nothing: as short as the traces of the way there.
UNSAID = timedelta(days=30)


@dataclass(frozen=True)
class EvidenceRules:
    """By purpose, in days; ``after_quarrel``: a complaint that was answered can still be taken further."""

    days: Mapping[str, int] = field(default_factory=dict)
    after_quarrel: timedelta = timedelta(days=60)

    def kept_for(self, purpose: str) -> timedelta:
        """How long what serves a purpose is kept."""
        days = self.days.get(purpose)
        return UNSAID if days is None else timedelta(days=days)


KEEPING_UNSAID = EvidenceRules()  # of packs from before there was evidence
