"""Reading portraits: the one that customers are shown, and those that the office looks at."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from koumen.agents.models import Portrait
from koumen.agents.permissions import visible_to
from koumen.documents.queries import read_document
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing


def portraits_shown(*, agent_ids: Iterable[UUID], today: date) -> Mapping[UUID, Portrait]:
    """The approved portrait of each of these agents who has one that is not too old; one query.

    For pages that ask first whom the agent visits.
    """
    shown = Portrait.objects.filter(
        agent_id__in=list(agent_ids), approved_at__isnull=False, ended_at=None, shown_until__gt=today
    )
    return {portrait.agent_id: portrait for portrait in shown}


def portrait_bytes(portrait: Portrait) -> bytes:
    """The picture, as JPEG; one query. Raises Missing("portrait-not-found") when it is no longer kept."""
    if portrait.document_id is None:
        raise Missing("portrait-not-found")
    return read_document(portrait.document_id)


def portraits_of(*, actor: Actor, agent_id: UUID) -> list[Portrait]:
    """An agent's portraits that are kept, approved or waiting, newest first; one query."""
    kept = Portrait.objects.filter(agent__in=visible_to(actor), agent_id=agent_id, ended_at=None)
    return list(kept.select_related("agent").order_by("-uploaded_at"))


def portrait(*, actor: Actor, portrait_id: UUID) -> Portrait:
    """One portrait that is kept; one query. Raises Missing("portrait-not-found")."""
    found = Portrait.objects.filter(agent__in=visible_to(actor), id=portrait_id, ended_at=None).first()
    if found is None:
        raise Missing("portrait-not-found")
    return found
