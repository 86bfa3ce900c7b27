"""Rulings as compliance looks through them."""

from dataclasses import dataclass
from uuid import UUID

from koumen.conduct.models import Ruling
from koumen.conduct.permissions import visible_to
from koumen.kit.actor import Actor


@dataclass(frozen=True)
class RulingPage:
    """Some rulings with their packs, newest first, and how many match; ``older``: where the next page begins."""

    count: int
    rulings: list[Ruling]
    older: UUID | None


def rulings_found(
    *, actor: Actor, act: str = "", verdict: str = "", before: UUID | None = None, limit: int = 50
) -> RulingPage:
    """A page of rulings, of one act or with one verdict if asked; two queries."""
    wanted = {name: value for name, value in {"act": act, "verdict": verdict}.items() if value}
    matching = visible_to(actor).filter(**wanted)
    page = matching.filter(id__lt=before) if before else matching  # ids are UUIDv7: in the order of time
    rows = list(page.select_related("pack").order_by("-id")[: limit + 1])
    return RulingPage(matching.count(), rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
