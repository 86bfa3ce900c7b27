"""Photos and signatures at a visit: kept for a purpose, looked at for a reason, deleted on their day."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from koumen.agents.queries import who_comes
from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.conduct.commands import open_complaint
from koumen.conduct.models import Complaint
from koumen.conduct.queries import evidence_rules
from koumen.conduct.rules.complaints import ComplaintKind
from koumen.credit.commands import ConfirmedHow, agree_plan, confirm_cost_sheet
from koumen.credit.models import CostSheet
from koumen.credit.queries import cost_sheet
from koumen.credit.rules.cost_sheet import Sheet
from koumen.credit.rules.repayment_plan import plan_of
from koumen.documents.commands import delete_document, store_document
from koumen.documents.models import Document
from koumen.documents.queries import read_document
from koumen.documents.rules.picture import Picture, photo
from koumen.kit.actor import Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.visits.events import EvidenceDeleted, EvidenceKept, EvidenceObjected, EvidenceSeen
from koumen.visits.models import Evidence, Visit
from koumen.visits.permissions import evidence_visible_to, is_own_agent, may_look_at_evidence, visible_to
from koumen.visits.queries import newest_will
from koumen.visits.queries.evidence import is_held
from koumen.visits.rules.evidence import MOST_PIECES, PHOTOS, Deleted, Purpose, Reason, Signature, Way
from koumen.visits.states import AT_DOOR_STATES, PROVEN_STATES, VisitState


@dataclass(frozen=True)
class Seen:
    """A piece of evidence as somebody looks at it."""

    content: bytes
    media_type: str


@command
def keep_photo(
    *, visit_id: UUID, purpose: Purpose, content: bytes, key: UUID, actor: Actor, at: datetime
) -> Evidence:
    """Keep a photo taken at the door, made anew without its hidden notes, until the day that its purpose gives it.

    The same key gives the same piece. Records EvidenceKept (and DocumentStored). Raises
    Invalid("evidence-purpose-unknown" | "picture-too-large" | "picture-unreadable"), Missing("visit-not-found"),
    Denied("visit-not-yours") or Conflict("visit-not-at-the-door" | "evidence-too-much" | "key-reused").
    """
    if purpose not in PHOTOS:
        raise Invalid("evidence-purpose-unknown", field="purpose")
    inputs = {"visit": visit_id, "purpose": purpose, "sha256": sha256(content).hexdigest()}
    memory = remember("keep_photo", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Evidence.objects.get(id=memory.answer["evidence"], visit__in=visible_to(actor))
    made = photo(content)  # some tenths of a second of one core, before anything is locked
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if VisitState(visit.state) not in AT_DOOR_STATES:
        raise Conflict("visit-not-at-the-door", state=visit.state)
    piece = _keep(visit, Evidence(purpose=purpose, way=Way.PHOTO), made, actor=actor, at=at)
    memory.keep(evidence=piece.id)
    return piece


@command
def keep_signature(
    *, visit_id: UUID, purpose: Purpose, signature: Signature, key: UUID, actor: Actor, at: datetime
) -> Evidence:
    """Keep what the proven customer signed: with a finger, on paper, or by name before the two agents of a team.

    The same key gives the same piece. Records EvidenceKept (and DocumentStored). Raises what keep_photo does,
    Invalid("signature-empty" | "signature-way-unknown") and Conflict("visit-not-proven" | "will-in-doubt" |
    "two-witnesses-needed").
    """
    if purpose in PHOTOS:
        raise Invalid("evidence-purpose-unknown", field="purpose")
    made = signature.made()
    inputs = {"visit": visit_id, "purpose": purpose, "sha256": sha256(made.content).hexdigest()}
    memory = remember("keep_signature", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return Evidence.objects.get(id=memory.answer["evidence"], visit__in=visible_to(actor))
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if VisitState(visit.state) not in PROVEN_STATES:
        raise Conflict("visit-not-proven", state=visit.state)
    will = newest_will(visit)
    if will and not (will.understands and will.is_free):
        raise Conflict("will-in-doubt")
    witness = _witness(visit) if signature.way is Way.TYPED else None
    piece = _keep(
        visit, Evidence(purpose=purpose, way=signature.way), made, witness=witness, actor=actor, at=at
    )
    memory.keep(evidence=piece.id)
    return piece


@command
def sign_costs(
    *,
    visit_id: UUID,
    sheet_id: UUID,
    signature: Signature,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> CostSheet:
    """The customer signs all costs at the table instead of waiting; a repayment plan whose costs they are begins at once.

    One act: signature, costs and plan, or nothing. The digest of the signature stays with the sheet. Raises what
    keep_signature, confirm_cost_sheet and agree_plan do, and Missing("cost-sheet-not-found") for another
    customer's.
    """
    sheet = cost_sheet(actor=actor, sheet_id=sheet_id)
    piece = keep_signature(
        visit_id=visit_id, purpose=Purpose.COSTS, signature=signature, key=key, actor=actor, at=at
    )
    if sheet.account.customer_id != piece.visit.customer_id:
        raise Missing("cost-sheet-not-found")
    confirmed = confirm_cost_sheet(
        sheet_id=sheet_id,
        how=ConfirmedHow.SIGNATURE,
        signature_id=piece.document_id,
        key=key,
        actor=actor,
        at=at,
    )
    plan_id = plan_of(Sheet.of(sheet.content))
    if plan_id:
        agree_plan(plan_id=plan_id, sheet_id=sheet_id, visit_id=visit_id, key=key, actor=actor, at=at)
    return confirmed


@command
def look_at_evidence(*, evidence_id: UUID, reason: Reason, actor: Actor, at: datetime) -> Seen:
    """Open a piece, for a reason; who looked, when and why is kept, and the customer sees how often.

    Records EvidenceSeen. Raises Denied("evidence-not-yours"), Missing("evidence-not-found") or
    Conflict("evidence-deleted").
    """
    require(may_look_at_evidence(actor), "evidence-not-yours")
    piece, document = _there(evidence_id, actor)
    event = EvidenceSeen(subject_id=piece.visit_id, evidence_id=piece.id, why=Reason(reason))
    record(event, actor=actor, at=at)
    return Seen(read_document(document.id), document.media_type)


@command
def object_to_evidence(*, evidence_id: UUID, actor: Actor, at: datetime) -> Complaint:
    """The customer does not want a piece to be kept: a complaint with a number and a clock, for compliance to decide.

    Records EvidenceObjected (and ComplaintOpened). Raises Missing("evidence-not-found"), Denied("evidence-not-yours"),
    Conflict("evidence-deleted" | "evidence-objected") and what open_complaint does.
    """
    piece, _document = _there(evidence_id, actor)
    visit = piece.visit
    require(actor.role is Role.CUSTOMER and actor.customer_id == visit.customer_id, "evidence-not-yours")
    if piece.objection_id:
        raise Conflict("evidence-objected")
    complaint = open_complaint(
        customer_id=visit.customer_id, kind=ComplaintKind.PRIVACY, visit_id=visit.id, actor=actor, at=at
    )
    piece.objection = complaint
    piece.save(update_fields=["objection"])
    event = EvidenceObjected(subject_id=visit.id, evidence_id=piece.id, complaint_id=complaint.id)
    record(event, actor=actor, at=at)
    return complaint


@command
def remove_evidence(*, evidence_id: UUID, actor: Actor, at: datetime) -> Evidence:
    """Delete before its day what the customer objected to, unless another complaint or a dispute needs it.

    Records EvidenceDeleted (and DocumentDeleted). Raises Denied("evidence-not-yours"), Missing("evidence-not-found")
    or Conflict("evidence-deleted" | "evidence-not-objected" | "evidence-held").
    """
    require(may_look_at_evidence(actor), "evidence-not-yours")
    piece, document = _there(evidence_id, actor)
    if piece.objection_id is None:
        raise Conflict("evidence-not-objected")
    if is_held(piece, at=at):
        raise Conflict("evidence-held")
    return _delete(piece, document, Deleted.OBJECTION, actor=actor, at=at)


@command
def delete_due_evidence(*, evidence_id: UUID, actor: Actor, at: datetime) -> Evidence | None:
    """Delete a piece whose day has come; None for one that a complaint or a dispute still needs.

    Records EvidenceDeleted (and DocumentDeleted). Raises Denied("evidence-not-yours") unless the system does it,
    Missing("evidence-not-found") or Conflict("evidence-deleted" | "evidence-not-due").
    """
    require(actor.role is Role.SYSTEM, "evidence-not-yours")
    piece, document = _there(evidence_id, actor)
    if piece.delete_on > local_date(at, this_branch().zone):
        raise Conflict("evidence-not-due")
    if is_held(piece, at=at):
        return None
    return _delete(piece, document, Deleted.DUE, actor=actor, at=at)


def _witness(visit: Visit) -> UUID:
    """The second agent who stands there; a name that is typed before one alone proves nothing."""
    come = who_comes(shift_id=visit.shift_id)
    if len(come) < 2:  # noqa: PLR2004  (two witnesses)
        raise Conflict("two-witnesses-needed")
    return come[1]


def _keep(
    visit: Visit, piece: Evidence, made: Picture, *, witness: UUID | None = None, actor: Actor, at: datetime
) -> Evidence:
    if Evidence.objects.filter(visit=visit).count() >= MOST_PIECES:
        raise Conflict("evidence-too-much", most=MOST_PIECES)
    delete_on = local_date(at, this_branch().zone) + evidence_rules(at=at).kept_for(piece.purpose)
    piece.id, piece.visit, piece.delete_on = new_id(), visit, delete_on
    piece.document = document = store_document(
        kind="evidence",
        media_type=made.media_type,
        content=made.content,
        retain_until=delete_on,
        actor=actor,
        at=at,
    )
    piece.digest = document.sha256.hex()
    piece.taken_at, piece.taken_by = at, actor.key
    piece.save(force_insert=True)
    event = EvidenceKept(
        subject_id=visit.id,
        evidence_id=piece.id,
        document_id=document.id,
        purpose=piece.purpose,
        way=piece.way,
        sha256=piece.digest,
        delete_on=delete_on,
        witness_id=witness,
    )
    record(event, actor=actor, at=at)
    return piece


def _there(evidence_id: UUID, actor: Actor) -> tuple[Evidence, Document]:
    """A piece that is still kept, locked, with its file. Raises Missing("evidence-not-found") or Conflict("evidence-deleted")."""
    rows = evidence_visible_to(actor).select_related("visit", "document")
    piece = lock(rows, missing="evidence-not-found", id=evidence_id)
    if piece.document is None:
        raise Conflict("evidence-deleted")
    return piece, piece.document


def _delete(piece: Evidence, document: Document, why: Deleted, *, actor: Actor, at: datetime) -> Evidence:
    piece.document, piece.deleted_at, piece.deleted_why = None, at, why
    piece.save(update_fields=["document", "deleted_at", "deleted_why"])
    delete_document(document_id=document.id, actor=actor, at=at)
    event = EvidenceDeleted(subject_id=piece.visit_id, evidence_id=piece.id, purpose=piece.purpose, why=why)
    record(event, actor=actor, at=at)
    return piece
