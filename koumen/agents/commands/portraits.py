"""The photo by which customers know an agent: one person puts it in, another says that it is them."""

from datetime import datetime, timedelta
from uuid import UUID

from koumen.agents.events import PortraitApproved, PortraitEnded, PortraitUploaded
from koumen.agents.models import Agent, Portrait
from koumen.agents.permissions import may_approve_portrait, may_keep_portraits, visible_to
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.documents.commands import delete_document, store_document
from koumen.documents.rules.picture import portrait as clean
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.people.models import Person

# A face changes; five years, as long as many a staff card is good for.
SHOWN_FOR = timedelta(days=5 * 365)


@command
def upload_portrait(*, agent_id: UUID, content: bytes, actor: Actor, at: datetime) -> Portrait:
    """Put in a photo of an agent; nobody outside sees it before a second person has approved it.

    It takes the place of one that still waits. Records PortraitUploaded (and DocumentStored). Raises
    Denied("portraits-not-yours"), Invalid("picture-too-large" | "picture-unreadable") or Missing("agent-not-found").
    """
    require(may_keep_portraits(actor), "portraits-not-yours")
    picture = clean(content)
    agent = lock(visible_to(actor), missing="agent-not-found", id=agent_id)
    _end_those(agent, actor, at, approved_at=None)
    until = local_date(at, this_branch().zone) + SHOWN_FOR
    document = store_document(
        kind="portrait",
        media_type=picture.media_type,
        content=picture.content,
        retain_until=until,
        actor=actor,
        at=at,
    )
    portrait = Portrait.objects.create(
        id=new_id(),
        agent=agent,
        document=document,
        digest=document.sha256.hex(),
        shown_until=until,
        uploaded_at=at,
        uploaded_by=_person(actor),
    )
    event = PortraitUploaded(subject_id=agent.id, portrait_id=portrait.id, sha256=portrait.digest)
    record(event, actor=actor, at=at)
    return portrait


@command
def approve_portrait(*, portrait_id: UUID, actor: Actor, at: datetime) -> Portrait:
    """A second person says that it is this agent: from now on customers see it, and the one before is deleted.

    Records PortraitApproved. Raises Missing("portrait-not-found"), Denied("portraits-not-yours" |
    "second-person-needed") or Conflict("portrait-approved").
    """
    portrait = _locked(portrait_id, actor)
    require(may_keep_portraits(actor), "portraits-not-yours")
    require(may_approve_portrait(actor, portrait), "second-person-needed")
    if portrait.approved_at:
        raise Conflict("portrait-approved")
    _end_those(portrait.agent, actor, at, approved_at__isnull=False)
    portrait.approved_at, portrait.approved_by = at, _person(actor)
    portrait.save(update_fields=["approved_at", "approved_by"])
    record(PortraitApproved(subject_id=portrait.agent_id, portrait_id=portrait.id), actor=actor, at=at)
    return portrait


@command
def withdraw_portrait(*, portrait_id: UUID, actor: Actor, at: datetime) -> Portrait:
    """Refuse a photo that waits, or take one away that is shown; the file is deleted.

    Records PortraitEnded (and DocumentDeleted). Raises Missing("portrait-not-found") or Denied("portraits-not-yours").
    """
    portrait = _locked(portrait_id, actor)
    require(may_keep_portraits(actor), "portraits-not-yours")
    return _end(portrait, actor, at)


def _person(actor: Actor) -> Person:
    """Who it is by name, so that the database sees that they are two."""
    return lock(Person.objects.all(), missing="person-not-found", id=actor.person_id)


def _locked(portrait_id: UUID, actor: Actor) -> Portrait:
    """The agent first, so that two persons at one agent wait for each other."""
    rows = Portrait.objects.filter(agent__in=visible_to(actor), ended_at=None)
    agent_id = rows.filter(id=portrait_id).values_list("agent_id", flat=True).first()
    lock(visible_to(actor), missing="portrait-not-found", id=agent_id)
    return lock(rows.select_related("agent"), missing="portrait-not-found", id=portrait_id)


def _end_those(agent: Agent, actor: Actor, at: datetime, **which: object) -> None:
    for before in Portrait.objects.filter(agent=agent, ended_at=None, **which):
        _end(before, actor, at)


def _end(portrait: Portrait, actor: Actor, at: datetime) -> Portrait:
    document_id = portrait.document_id
    portrait.document, portrait.ended_at = None, at
    portrait.save(update_fields=["document", "ended_at"])
    if document_id:
        delete_document(document_id=document_id, actor=actor, at=at)
    record(PortraitEnded(subject_id=portrait.agent_id, portrait_id=portrait.id), actor=actor, at=at)
    return portrait
