"""Writing messages, handing over codes, and noting what a channel took."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from koumen.audit.command import command, lock
from koumen.audit.commands import record
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.kit.actor import SYSTEM, Actor
from koumen.kit.ids import new_id
from koumen.messages.events import MessageSent
from koumen.messages.models import Message
from koumen.messages.permissions import keeps_words
from koumen.messages.queries import letters_about
from koumen.messages.rules.letter import Channel, Content, Letter, Outgoing
from koumen.messages.rules.sealing import seal_content
from koumen.messages.words import words_of
from koumen.people.commands import reveal
from koumen.people.rules.details import PersonalDetails

DELIVERY = "koumen.messages.jobs.deliver_sealed"


@command
def write_messages(*, fact_id: UUID, actor: Actor, at: datetime) -> list[Outgoing]:
    """Write what a fact has to tell, and give back what its channels have not taken yet.

    Safe to run again after any interruption: one fact tells one person one thing by one channel once. The
    names that are needed are read once, which is recorded. Raises Fact.DoesNotExist for an unknown fact.
    """
    letters = letters_about(Fact.objects.get(fact_id=fact_id))
    ids = {
        person_id
        for letter in letters
        for person_id in (letter.person_id, letter.agent_person_id, letter.partner_person_id)
    }
    known = reveal(
        person_ids=sorted(person_id for person_id in ids if person_id), purpose="message", actor=actor, at=at
    )
    written = [_write(letter, known, fact_id, at) for letter in letters]
    return [outgoing for outgoing in written if outgoing]


def _write(
    letter: Letter, known: Mapping[UUID, PersonalDetails], fact_id: UUID, at: datetime
) -> Outgoing | None:
    """One row for a letter; None when its channel took it before."""
    message_id, reader = new_id(), known[letter.person_id]
    come = [letter.agent_person_id, letter.partner_person_id]
    names = [known[person_id].given_name for person_id in come if person_id]
    message, _ = Message.objects.get_or_create(
        fact_id=fact_id,
        template=letter.template,
        person_id=letter.person_id,
        channel=letter.channel,
        defaults={"id": message_id, "subject_id": letter.subject_id, "sent_at": at},
    )
    if message.delivered_at:
        return None
    text = words_of(letter, agents=names, zone=this_branch().zone)
    content = Content(name=reader.name, phone=reader.phone, text=text, pictures=letter.pictures)
    if keeps_words():
        message.sealed_text = seal_content(settings.KOUMEN_MASTER_KEY, message.id, content)
        message.save(update_fields=["sealed_text"])
    return Outgoing(message.id, letter.channel, letter.template, content)


@command
def send_secret(
    *,
    person_id: UUID,
    template: str,
    text: str,
    channel: str = Channel.SMS,
    actor: Actor = SYSTEM,
    at: datetime,
) -> Message:
    """Send words that only their reader may know, such as a code for signing in.

    They wait sealed for their channel, never in clear and never in a job, and are gone once it took them
    (the demonstration keeps them, sealed). Records MessageSent when the channel took them. Raises
    Missing("person-not-found").
    """
    reader = reveal(person_ids=[person_id], purpose="message", actor=actor, at=at)[person_id]
    content = Content(name=reader.name, phone=reader.phone, text=text)
    message = Message(
        id=new_id(), person_id=person_id, channel=Channel(channel), template=template, sent_at=at
    )
    message.sealed_text = seal_content(settings.KOUMEN_MASTER_KEY, message.id, content)
    message.save(force_insert=True)
    app.configure_task(name=DELIVERY, allow_unknown=False).defer(message_id=str(message.id))
    return message


@command
def note_delivery(*, message_id: UUID, actor: Actor, at: datetime) -> Message:
    """A channel took a message: its words are forgotten, unless this is a demonstration.

    A second time changes nothing. Records MessageSent. Raises Missing("message-not-found").
    """
    message = lock(Message.objects.all(), missing="message-not-found", id=message_id)
    if message.delivered_at:
        return message
    message.delivered_at = at
    if not keeps_words():
        message.sealed_text = None
    message.save(update_fields=["delivered_at", "sealed_text"])
    record(
        MessageSent(
            subject_id=message.person_id,
            message_id=message.id,
            channel=message.channel,
            template=message.template,
        ),
        actor=actor,
        at=at,
    )
    return message
