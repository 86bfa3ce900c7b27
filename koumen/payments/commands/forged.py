"""A note that looks forged is written down; it pays nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.payments.commands.numbering import next_number
from koumen.payments.commands.tendering import lock_visit_of_money
from koumen.payments.events import ForgedNoteSeen
from koumen.payments.models import ForgedNote
from koumen.payments.rules.forged import Outcome, known_note, known_outcome, note_serial
from koumen.visits.states import AT_DOOR_STATES


@dataclass(frozen=True, kw_only=True)
class SeenNote:
    """What is known of the note, as it was typed."""

    denomination_minor: int
    serial: str
    outcome: str


@command
def write_forged_note(*, visit_id: UUID, seen: SeenNote, key: UUID, actor: Actor, at: datetime) -> ForgedNote:
    """Write down a note that looks forged; one that is kept has a numbered slip, which the customer holds.

    The same key gives the same note. Records ForgedNoteSeen. Raises Missing("visit-not-found"),
    Denied("visit-not-yours"), Invalid("note-unknown" | "serial-unreadable" | "form-unreadable") or
    Conflict("visit-not-at-the-door" | "key-reused").
    """
    inputs = {
        "visit": visit_id,
        "denomination": seen.denomination_minor,
        "serial": seen.serial,
        "outcome": seen.outcome,
    }
    memory = remember("write_forged_note", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return ForgedNote.objects.get(id=memory.answer["note"])
    visit = lock_visit_of_money(visit_id, actor)
    if visit.state not in AT_DOOR_STATES:
        raise Conflict("visit-not-at-the-door")
    value, serial = known_note(seen.denomination_minor, visit.currency), note_serial(seen.serial)
    outcome = known_outcome(seen.outcome)
    is_kept = outcome is Outcome.KEPT
    series, number = next_number(f"{this_branch().schema.upper()}-F") if is_kept else (None, None)
    note = ForgedNote.objects.create(
        visit=visit,
        agent_id=visit.agent_id,
        currency=visit.currency,
        denomination_minor=value,
        serial=serial,
        outcome=outcome,
        series=series,
        number=number,
        at=at,
    )
    event = ForgedNoteSeen(
        subject_id=note.id,
        visit_id=visit.id,
        denomination_minor=value,
        currency=visit.currency,
        outcome=outcome,
    )
    record(event, actor=actor, at=at)
    memory.keep(note=note.id)
    return note
