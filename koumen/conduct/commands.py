"""Storing packs and asking them; taking complaints and disputes."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.conduct.events import (
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintNearsItsEnd,
    ComplaintOpened,
    DisputeClosed,
    DisputeOpened,
    PackStored,
    RulingGiven,
)
from koumen.conduct.models import Complaint, Dispute, PolicyPack, Ruling
from koumen.conduct.permissions import (
    complaints_visible_to,
    may_answer_complaints,
    may_complain,
    may_open_dispute,
    may_store_packs,
)
from koumen.conduct.queries import complaint_rules, pack_row_on, words_place
from koumen.conduct.rules.acts import Act, Circumstances
from koumen.conduct.rules.ask import decide
from koumen.conduct.rules.complaints import LONGEST_WORDS, ComplaintKind, Ground, Outcome, Via, warn_at
from koumen.conduct.rules.pack import read_pack
from koumen.conduct.states import COMPLAINT, ComplaintState
from koumen.kit.actor import Actor, Role
from koumen.kit.canonical import digest
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.people import queries as people
from koumen.people.models import Customer

PACKS = Path(__file__).resolve().parent / "packs"


@command
def store_pack(*, content: Mapping[str, Any], actor: Actor, at: datetime) -> PolicyPack:
    """Store a policy pack for good; the same version with the same content is the one already there.

    Records PackStored. Raises Denied("packs-not-yours"), Invalid("pack-…"), or Conflict("pack-version-taken")
    when the version exists with other content: a change is a new version.
    """
    require(may_store_packs(actor), "packs-not-yours")
    pack, wanted = read_pack(content), digest(content)
    known = PolicyPack.objects.filter(name=pack.name, version=pack.version).first()
    if known is not None:
        if bytes(known.digest) != wanted:
            raise Conflict("pack-version-taken", name=pack.name, version=pack.version)
        return known
    row = PolicyPack.objects.create(
        name=pack.name,
        version=pack.version,
        content=dict(content),
        digest=wanted,
        effective_from=pack.effective_from,
        effective_to=pack.effective_to,
    )
    record(PackStored(subject_id=row.id, pack=pack.name, version=pack.version), actor=actor, at=at)
    return row


@command
def store_base_pack(*, actor: Actor, at: datetime) -> PolicyPack:
    """Store the pack that comes with the product: an example, to be checked by the lender's lawyer."""
    return store_pack(content=json.loads((PACKS / "base.json").read_text("utf-8")), actor=actor, at=at)


@command
def ask(
    *, act: Act, subject_id: UUID, moment: datetime, circumstances: Circumstances, actor: Actor, at: datetime
) -> Ruling:
    """Ask the pack of that day whether an act may happen; the answer is stored, a DENY too.

    The caller must not act on a DENY, and must return it as an outcome so that the evidence stays.
    Records RulingGiven. Raises Missing("pack-not-found").
    """
    row, pack = pack_row_on(date=local_date(moment, circumstances.zone))
    decision = decide(pack, act, moment, circumstances)
    ruling = Ruling.objects.create(
        act=act,
        subject_id=subject_id,
        verdict=decision.verdict,
        reasons=[str(reason) for reason in decision.reasons],
        pack=row,
        at=moment,
        asked_at=at,
    )
    record(RulingGiven(subject_id=ruling.id, act=act, verdict=decision.verdict), actor=actor, at=at)
    return ruling


@command
def open_complaint(  # noqa: PLR0913  (five of its own, besides who and when)
    *,
    customer_id: UUID,
    kind: ComplaintKind,
    words: str = "",
    visit_id: UUID | None = None,
    via: Via = Via.PAGE,
    actor: Actor,
    at: datetime,
) -> Complaint:
    """Take a complaint: it gets a number, and its clock runs by the pack of today.

    Records ComplaintOpened. Raises Denied("complaint-not-yours"), Missing("customer-not-found" | "pack-not-found") or
    Invalid("words-too-long").
    """
    require(may_complain(actor, customer_id), "complaint-not-yours")
    if len(words) > LONGEST_WORDS:
        raise Invalid("words-too-long", field="words", limit=LONGEST_WORDS)
    customer = Customer.objects.filter(id=customer_id).first()
    if customer is None:
        raise Missing("customer-not-found")
    rules, complaint_id = complaint_rules(at=at), new_id()
    complaint = Complaint.objects.create(
        id=complaint_id,
        number=_next_number(),
        customer=customer,
        subject_id=visit_id,
        kind=kind,
        via=via,
        words=_sealed(customer, words, complaint_id, "words"),
        state=COMPLAINT.move(None, "open"),
        opened_at=at,
        acknowledge_by=at + rules.acknowledge,
        answer_by=at + rules.answer,
    )
    record(
        ComplaintOpened(
            subject_id=complaint.id, customer_id=customer_id, about=kind, via=via, visit_id=visit_id
        ),
        actor=actor,
        at=at,
    )
    return complaint


@command
def acknowledge_complaint(*, complaint_id: UUID, actor: Actor, at: datetime) -> Complaint:
    """Tell the customer that somebody looks after it.

    Records ComplaintAcknowledged. Raises Denied("complaint-not-yours"), Missing("complaint-not-found") or
    Conflict("complaint-cannot-acknowledge").
    """
    require(may_answer_complaints(actor), "complaint-not-yours")
    complaint = lock(complaints_visible_to(actor), missing="complaint-not-found", id=complaint_id)
    complaint.state = COMPLAINT.move(ComplaintState(complaint.state), "acknowledge")
    complaint.acknowledged_at = at
    complaint.save(update_fields=["state", "acknowledged_at"])
    record(ComplaintAcknowledged(subject_id=complaint.id), actor=actor, at=at)
    return complaint


@command
def answer_complaint(
    *, complaint_id: UUID, outcome: Outcome, words: str, actor: Actor, at: datetime
) -> Complaint:
    """Answer a complaint in words that its customer can read; the clock stops.

    Records ComplaintAnswered. Raises Denied("complaint-not-yours"), Missing("complaint-not-found"),
    Conflict("complaint-cannot-answer") or Invalid("words-missing" | "words-too-long").
    """
    require(may_answer_complaints(actor), "complaint-not-yours")
    if not words.strip():
        raise Invalid("words-missing", field="words")
    if len(words) > LONGEST_WORDS:
        raise Invalid("words-too-long", field="words", limit=LONGEST_WORDS)
    complaint = lock(complaints_visible_to(actor), missing="complaint-not-found", id=complaint_id)
    complaint.state = COMPLAINT.move(ComplaintState(complaint.state), "answer")
    complaint.answered_at, complaint.outcome = at, outcome
    complaint.answer = _sealed(complaint.customer, words, complaint.id, "answer")
    complaint.save(update_fields=["state", "answered_at", "outcome", "answer"])
    record(
        ComplaintAnswered(subject_id=complaint.id, outcome=outcome, in_time=at < complaint.answer_by),
        actor=actor,
        at=at,
    )
    return complaint


@command
def warn_of_complaint(*, complaint_id: UUID, actor: Actor, at: datetime) -> Complaint:
    """Say once that four fifths of the time are over (R25); an answered one, or a second time, changes nothing.

    Records ComplaintNearsItsEnd. Raises Denied("complaint-not-yours") unless the system does it, or
    Missing("complaint-not-found").
    """
    require(actor.role is Role.SYSTEM, "complaint-not-yours")
    complaint = lock(complaints_visible_to(actor), missing="complaint-not-found", id=complaint_id)
    is_due = at >= warn_at(complaint.opened_at, complaint.answer_by)
    if is_due and complaint.answered_at is None and complaint.warned_at is None:
        complaint.warned_at = at
        complaint.save(update_fields=["warned_at"])
        record(ComplaintNearsItsEnd(subject_id=complaint.id), actor=actor, at=at)
    return complaint


@command
def open_dispute(*, customer_id: UUID, ground: Ground, actor: Actor, at: datetime) -> Dispute:
    """A customer disputes their debt: from now on nothing is done to recover it (R24).

    Said a second time it is the dispute that is open already. Records DisputeOpened. Raises
    Denied("dispute-not-yours") or Missing("customer-not-found").
    """
    require(may_open_dispute(actor, customer_id), "dispute-not-yours")
    customer = lock(Customer.objects.all(), missing="customer-not-found", id=customer_id)
    known = Dispute.objects.filter(customer=customer, ground=ground, closed_at=None).first()
    if known:
        return known
    dispute = Dispute.objects.create(customer=customer, ground=ground, opened_at=at, opened_by=actor.key)
    record(DisputeOpened(subject_id=customer.id, dispute_id=dispute.id, ground=ground), actor=actor, at=at)
    return dispute


@command
def close_dispute(*, dispute_id: UUID, actor: Actor, at: datetime) -> Dispute:
    """The dispute is settled, by compliance; acts of recovery are asked about as ever again.

    Records DisputeClosed. Raises Denied("dispute-not-yours"), Missing("dispute-not-found") or
    Conflict("dispute-closed").
    """
    require(may_answer_complaints(actor), "dispute-not-yours")
    dispute = lock(Dispute.objects.all(), missing="dispute-not-found", id=dispute_id)
    if dispute.closed_at:
        raise Conflict("dispute-closed")
    dispute.closed_at, dispute.closed_by = at, actor.key
    dispute.save(update_fields=["closed_at", "closed_by"])
    record(DisputeClosed(subject_id=dispute.customer_id, dispute_id=dispute.id), actor=actor, at=at)
    return dispute


def _sealed(customer: Customer, words: str, complaint_id: UUID, column: str) -> bytes | None:
    if not words.strip():
        return None
    return people.seal_note(customer.person_id, words.strip(), place=words_place(complaint_id, column))


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('conduct_complaint_serial')")
        (serial,) = cursor.fetchone()
    return str(serial)
