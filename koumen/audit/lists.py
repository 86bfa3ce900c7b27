"""The chain of facts as compliance looks at it: how far it is sealed, and fact by fact."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Sum

from koumen.audit.command import require
from koumen.audit.models import Fact, Seal
from koumen.audit.permissions import may_read_chain
from koumen.kit.actor import Actor


@dataclass(frozen=True)
class ChainState:
    """How far the chain reaches."""

    blocks: int
    sealed_facts: int
    sealed_until: datetime | None


@dataclass(frozen=True)
class FactPage:
    """Some facts, newest first; ``older`` is where the next page begins. They are not counted: there are too many."""

    facts: list[Fact]
    older: int | None


def chain_state(*, actor: Actor) -> ChainState:
    """How many blocks and facts are sealed, and until when; one query. Raises Denied("facts-not-yours")."""
    require(may_read_chain(actor), "facts-not-yours")
    sums = Seal.objects.aggregate(blocks=Count("no"), facts=Sum("n"), until=Max("at"))
    return ChainState(sums["blocks"], sums["facts"] or 0, sums["until"])


def facts_found(
    *,
    actor: Actor,
    kind: str = "",
    subject_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
) -> FactPage:
    """A page of facts, of one kind or about one subject if asked; one query. Raises Denied("facts-not-yours")."""
    require(may_read_chain(actor), "facts-not-yours")
    facts = Fact.objects.all()
    if kind:
        facts = facts.filter(kind=kind)
    if subject_id:
        facts = facts.filter(subject_id=subject_id)
    if before:
        facts = facts.filter(id__lt=before)
    rows = list(facts.order_by("-id")[: limit + 1])
    return FactPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
