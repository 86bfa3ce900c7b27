"""Photos and signatures of a visit: for a purpose, until a day, looked at for a reason, and gone in time."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, transaction
from pytest_django import DjangoAssertNumQueries

from koumen.audit.models import Fact, Once
from koumen.conduct.commands import answer_complaint, close_dispute, open_complaint, open_dispute
from koumen.conduct.models import Complaint
from koumen.conduct.rules.complaints import ComplaintKind, Ground, Outcome
from koumen.documents.models import Document
from koumen.documents.queries import read_document
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing, Refusal
from koumen.kit.ids import new_id
from koumen.visits import commands
from koumen.visits.jobs import delete_old_evidence
from koumen.visits.models import Evidence
from koumen.visits.queries.evidence import evidence_of_customer, evidence_of_visit, is_held
from koumen.visits.queries.payers import payer_name
from koumen.visits.queries.visitors import portraits_for
from koumen.visits.rules.evidence import MOST_PIECES, Deleted, Purpose, Reason, Signature, Way
from koumen.visits.rules.will import Company, Payer, WillAnswers
from tests import builders
from tests.documents.snapshots import a_bomb, a_photo, a_signature
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db

DRAWN = Signature(way=Way.DRAWN, picture=a_signature())
DAY = timedelta(days=1)


def compliance() -> Actor:
    return builders.staff(Role.COMPLIANCE)


def keeps(story: Story, purpose: Purpose = Purpose.DOOR_CARD, **said: Any) -> Evidence:
    given: dict[str, Any] = {"content": a_photo(), "key": new_id(), "actor": story.visitor, "at": story.now}
    return commands.keep_photo(visit_id=story.visit_id, purpose=purpose, **(given | said))


def signs(story: Story, signature: Signature = DRAWN, **said: Any) -> Evidence:
    given: dict[str, Any] = {"key": new_id(), "actor": story.visitor, "at": story.now}
    return commands.keep_signature(
        visit_id=story.visit_id, purpose=Purpose.VISIT, signature=signature, **(given | said)
    )


def night(at: datetime) -> None:
    with clock.stopped_at(at):
        delete_old_evidence(timestamp=0)


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Evidence, Document, Fact, Once, Complaint))


# --- keeping --------------------------------------------------------------------------------------------


def test_a_photo_is_kept_sealed_and_the_fact_holds_its_digest_and_day_and_no_picture(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    piece = keeps(story)
    assert piece.document is not None
    assert read_document(piece.document.id).startswith(b"\xff\xd8\xff")
    assert b"Exif" not in bytes(piece.document.sealed)
    (fact,) = Fact.objects.filter(kind="EvidenceKept")
    assert json.loads(fact.body) == {
        "evidence_id": str(piece.id),
        "document_id": str(piece.document.id),
        "purpose": "door_card",
        "way": "photo",
        "sha256": piece.digest,
        "delete_on": (story.visit.date + 30 * DAY).isoformat(),
        "witness_id": None,
    }
    assert piece.digest == bytes(piece.document.sha256).hex()


def test_the_same_form_sent_twice_keeps_one_piece_and_another_picture_under_its_key_is_refused(
    at: datetime,
) -> None:
    story, key = a_visit(at).at_the_door(), new_id()
    assert keeps(story, key=key) == keeps(story, key=key)
    with pytest.raises(Conflict, match="key-reused"):
        keeps(story, key=key, content=a_photo((640, 480)))
    assert Evidence.objects.count() == 1


def test_each_purpose_has_its_own_time_by_the_policy_pack(at: datetime) -> None:
    story = a_visit(at).proven()
    kept = {purpose: keeps(story, purpose) for purpose in (Purpose.FORGED_NOTE, Purpose.MEETING_PLACE)}
    kept[Purpose.VISIT] = signs(story)
    days = {purpose: (piece.delete_on - story.visit.date).days for purpose, piece in kept.items()}
    assert days == {Purpose.FORGED_NOTE: 180, Purpose.MEETING_PLACE: 30, Purpose.VISIT: 365}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"content": b"no picture"}, "picture-unreadable"),
        ({"content": a_bomb(60_000)}, "picture-too-large"),
        ({"content": bytes(9_000_000)}, "picture-too-large"),
        ({"purpose": Purpose.VISIT}, "evidence-purpose-unknown"),
        ({"purpose": "the_home"}, "evidence-purpose-unknown"),
    ],
)
def test_a_bad_photo_is_refused_and_nothing_is_written(at: datetime, said: dict[str, Any], code: str) -> None:
    story = a_visit(at).at_the_door()
    before = rows()
    with pytest.raises(Invalid, match=code), transaction.atomic():
        keeps(story, **said)
    assert rows() == before


def test_nobody_else_keeps_anything_and_nothing_before_the_door_or_after_leaving(at: datetime) -> None:
    story, other = a_visit(at), a_visit(at)
    refused: list[tuple[Actor, type[Refusal], str]] = [
        (other.visitor, Missing, "visit-not-found"),
        (story.customer, Denied, "visit-not-yours"),
        (builders.staff(Role.DISPATCHER), Denied, "visit-not-yours"),
    ]
    with pytest.raises(Conflict, match="visit-not-at-the-door"):
        keeps(story)
    story.proven()
    before = rows()
    for actor, kind, code in refused:
        with pytest.raises(kind, match=code), transaction.atomic():
            keeps(story, actor=actor)
        with pytest.raises(kind, match=code), transaction.atomic():
            signs(story, actor=actor)
    assert rows() == before
    commands.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    with pytest.raises(Conflict, match="visit-not-at-the-door"):
        keeps(story)
    with pytest.raises(Conflict, match="visit-not-proven"):
        signs(story)


def test_a_home_is_not_photographed_piece_by_piece(at: datetime) -> None:
    story = a_visit(at).proven()
    for _ in range(MOST_PIECES):
        signs(story)
    with pytest.raises(Conflict, match="evidence-too-much"):
        keeps(story)


# --- signing --------------------------------------------------------------------------------------------


def test_a_customer_signs_with_a_finger_or_on_paper_once_both_sides_are_proven(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    with pytest.raises(Conflict, match="visit-not-proven"):
        signs(story)
    story.compares()
    commands.vouch_for_customer(visit_id=story.visit_id, actor=builders.staff(Role.DISPATCHER), at=story.now)
    assert signs(story).way == Way.DRAWN
    assert signs(story, Signature(way=Way.ON_PAPER, picture=a_photo())).way == Way.ON_PAPER


def test_a_typed_name_counts_only_before_the_two_agents_of_a_team(at: datetime) -> None:
    story = a_visit(at).proven()
    typed = Signature(way=Way.TYPED, name=" 李  秀英 ")
    with pytest.raises(Conflict, match="two-witnesses-needed"):
        signs(story, typed)
    shift = builders.with_partner(story.visit.shift, at)
    piece = signs(story, typed)
    assert piece.document is not None
    assert read_document(piece.document.id).decode() == "李 秀英"
    (fact,) = Fact.objects.filter(kind="EvidenceKept")
    assert json.loads(fact.body)["witness_id"] == str(shift.partner.agent_id)
    assert "李" not in fact.body


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Signature(way=Way.DRAWN, picture=a_signature(ink=False)), "signature-empty"),
        (Signature(way=Way.DRAWN, picture=b"data"), "picture-unreadable"),
        (Signature(way=Way.TYPED, name="  "), "signature-empty"),
        (Signature(way=Way.PHOTO, picture=a_photo()), "signature-way-unknown"),
    ],
)
def test_what_is_no_signature_is_refused(at: datetime, given: Signature, code: str) -> None:
    story = a_visit(at).proven()
    with pytest.raises(Invalid, match=code):
        signs(story, given)
    assert not Evidence.objects.exists()


def test_whoever_may_not_understand_signs_nothing(at: datetime) -> None:
    story = a_visit(at).proven()
    doubt = WillAnswers(company=Company.ALONE, understands=False, is_free=True, payer=Payer.THEMSELVES)
    commands.check_will(visit_id=story.visit_id, answers=doubt, actor=story.visitor, at=story.now)
    with pytest.raises(Conflict, match="will-in-doubt"):
        signs(story)


# --- looking --------------------------------------------------------------------------------------------


def test_compliance_looks_for_a_reason_and_every_look_is_on_record_and_counted_for_the_customer(
    at: datetime,
) -> None:
    story = a_visit(at).at_the_door()
    piece, clerk = keeps(story), compliance()
    commands.look_at_evidence(evidence_id=piece.id, reason=Reason.COMPLAINT, actor=clerk, at=story.now)
    seen = commands.look_at_evidence(evidence_id=piece.id, reason=Reason.SAFETY, actor=clerk, at=story.now)
    assert (seen.media_type, seen.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    facts = Fact.objects.filter(kind="EvidenceSeen").order_by("id")
    assert [(fact.actor, json.loads(fact.body)["why"]) for fact in facts] == [
        (clerk.key, "complaint"),
        (clerk.key, "safety"),
    ]
    (kept,) = evidence_of_customer(actor=story.customer, customer_id=story.home.id)
    assert (kept.evidence, kept.looks) == (piece, 2)


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FINANCE, Role.AGENT, Role.CUSTOMER])
def test_nobody_else_looks_not_even_who_took_it(at: datetime, role: Role) -> None:
    story = a_visit(at).at_the_door()
    piece = keeps(story)
    actors = {Role.AGENT: story.visitor, Role.CUSTOMER: story.customer}
    with pytest.raises(Denied, match="evidence-not-yours"):
        commands.look_at_evidence(
            evidence_id=piece.id,
            reason=Reason.SAFETY,
            actor=actors.get(role, builders.staff(role)),
            at=story.now,
        )
    assert not Fact.objects.filter(kind="EvidenceSeen").exists()


def test_a_stranger_and_a_relative_do_not_know_that_there_is_anything(at: datetime) -> None:
    story, other = a_visit(at).at_the_door(), a_visit(at)
    keeps(story)
    for actor in (other.customer, other.visitor, Actor(Role.RELATIVE, new_id())):
        assert evidence_of_visit(actor=actor, visit_id=story.visit_id) == []
    with pytest.raises(Missing, match="evidence-not-found"):
        commands.look_at_evidence(evidence_id=uuid4(), reason=Reason.SAFETY, actor=compliance(), at=story.now)


def test_lists_take_as_many_queries_as_they_say(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    story = a_visit(at).at_the_door()
    piece, *_others = [keeps(story) for _ in range(3)]
    visit = story.visit
    with django_assert_num_queries(2):
        assert len(evidence_of_visit(actor=story.customer, visit_id=story.visit_id)) == 3
    with django_assert_num_queries(2):
        evidence_of_customer(actor=story.customer, customer_id=story.home.id)
    with django_assert_num_queries(3):
        assert not is_held(piece, at=story.now)
    with django_assert_num_queries(3):
        assert portraits_for(actor=story.customer, visit=visit, at=story.now) == {}
    with django_assert_num_queries(1):
        assert payer_name(visit, at=story.now) == ""


# --- deleting -------------------------------------------------------------------------------------------


def test_the_night_deletes_what_has_come_to_its_day_and_row_and_digest_stay(at: datetime) -> None:
    story = a_visit(at).proven()
    piece, longer = keeps(story), keeps(story, Purpose.FORGED_NOTE)
    night(story.now + 29 * DAY)
    assert Document.objects.filter(kind="evidence").count() == 2
    night(story.now + 30 * DAY)
    night(story.now + 31 * DAY)
    gone = Evidence.objects.get(id=piece.id)
    assert (gone.document, gone.deleted_why, gone.digest) == (None, Deleted.DUE, piece.digest)
    assert Document.objects.filter(kind="evidence").get() == longer.document
    (fact,) = Fact.objects.filter(kind="EvidenceDeleted")
    assert json.loads(fact.body) == {
        "evidence_id": str(piece.id),
        "purpose": "door_card",
        "why": "due",
    }
    with pytest.raises(Conflict, match="evidence-deleted"):
        commands.look_at_evidence(
            evidence_id=piece.id, reason=Reason.SAFETY, actor=compliance(), at=story.now
        )


def test_an_open_complaint_about_the_visit_holds_it_until_some_time_after_the_answer(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    piece = keeps(story)
    complaint = open_complaint(
        customer_id=story.home.id,
        kind=ComplaintKind.VISITOR,
        visit_id=story.visit_id,
        actor=story.customer,
        at=story.now,
    )
    night(story.now + 40 * DAY)
    answer_complaint(
        complaint_id=complaint.id,
        outcome=Outcome.UPHELD,
        words="对不起",
        actor=compliance(),
        at=story.now + 41 * DAY,
    )
    night(story.now + 100 * DAY)
    assert Evidence.objects.get(id=piece.id).deleted_at is None
    night(story.now + 102 * DAY)
    assert Evidence.objects.get(id=piece.id).deleted_at is not None


def test_a_dispute_holds_it_too_and_somebody_elses_holds_nothing(at: datetime) -> None:
    story, other = a_visit(at).at_the_door(), a_visit(at).at_the_door()
    held, free = keeps(story), keeps(other)
    dispute = open_dispute(
        customer_id=story.home.id, ground=Ground.NOT_ME, actor=story.customer, at=story.now
    )
    night(story.now + 31 * DAY)
    assert Evidence.objects.get(id=held.id).deleted_at is None
    assert Evidence.objects.get(id=free.id).deleted_at is not None
    close_dispute(dispute_id=dispute.id, actor=compliance(), at=story.now + 31 * DAY)
    night(story.now + 92 * DAY)
    assert Evidence.objects.get(id=held.id).deleted_at is not None


def test_only_the_system_deletes_on_the_day_and_not_before(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    piece = keeps(story)
    with pytest.raises(Denied, match="evidence-not-yours"):
        commands.delete_due_evidence(evidence_id=piece.id, actor=compliance(), at=story.now + 31 * DAY)
    with pytest.raises(Conflict, match="evidence-not-due"):
        commands.delete_due_evidence(evidence_id=piece.id, actor=SYSTEM, at=story.now)


# --- objecting ------------------------------------------------------------------------------------------


def test_a_customer_objects_and_compliance_deletes_it_before_its_day(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    piece, clerk = keeps(story), compliance()
    with pytest.raises(Conflict, match="evidence-not-objected"):
        commands.remove_evidence(evidence_id=piece.id, actor=clerk, at=story.now)
    complaint = commands.object_to_evidence(evidence_id=piece.id, actor=story.customer, at=story.now)
    assert (complaint.kind, complaint.subject_id) == (ComplaintKind.PRIVACY, story.visit_id)
    with pytest.raises(Conflict, match="evidence-objected"):
        commands.object_to_evidence(evidence_id=piece.id, actor=story.customer, at=story.now)
    removed = commands.remove_evidence(evidence_id=piece.id, actor=clerk, at=story.now)
    assert removed.deleted_why == Deleted.OBJECTION
    assert not Document.objects.filter(kind="evidence").exists()


def test_what_another_quarrel_needs_is_not_removed_by_an_objection(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    piece = keeps(story)
    open_complaint(customer_id=story.home.id, kind=ComplaintKind.VISITOR, actor=story.customer, at=story.now)
    commands.object_to_evidence(evidence_id=piece.id, actor=story.customer, at=story.now)
    with pytest.raises(Conflict, match="evidence-held"):
        commands.remove_evidence(evidence_id=piece.id, actor=compliance(), at=story.now)


def test_only_the_customer_of_the_visit_objects(at: datetime) -> None:
    story, other = a_visit(at).at_the_door(), a_visit(at)
    piece = keeps(story)
    with pytest.raises(Missing, match="evidence-not-found"):
        commands.object_to_evidence(evidence_id=piece.id, actor=other.customer, at=story.now)
    with pytest.raises(Denied, match="evidence-not-yours"):
        commands.object_to_evidence(evidence_id=piece.id, actor=story.visitor, at=story.now)
    assert not Complaint.objects.exists()


def test_the_database_refuses_to_change_what_was_kept(at: datetime) -> None:
    story = a_visit(at).at_the_door()
    piece = keeps(story)
    for changed in ({"purpose": "incident"}, {"digest": "0" * 64}, {"delete_on": story.visit.date}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Evidence.objects.filter(id=piece.id).update(**changed)
