"""Photos and signatures, and the faces of agents."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from koumen.agents import commands as agents
from koumen.kit.actor import Actor, Role
from koumen.kit.ids import new_id
from koumen.visits import commands as visits
from koumen.visits.rules.evidence import Purpose
from koumen.visits.rules.links import Purpose as For
from koumen.visits.rules.links import make_token
from tests import builders
from tests.documents.snapshots import a_photo
from tests.pages.sight import Sight
from tests.sites import doors
from tests.visits.stories import a_visit


def evidence_sights(at: datetime) -> Iterator[Sight]:
    """An agent gets a face; a photo is taken, listed, and objected to."""
    story = a_visit(at)
    home, phone = doors.as_customer(story.home.person_id), doors.as_agent(story.agent.person_id)
    persons = [builders.a_person(at, role=Role.ADMINISTRATOR) for _ in range(2)]
    one, other = (
        Actor(Role.ADMINISTRATOR, person, staff_roles=frozenset({Role.ADMINISTRATOR})) for person in persons
    )
    portrait = agents.upload_portrait(agent_id=story.agent.id, content=a_photo(), actor=one, at=at)
    office, faces = doors.as_staff(persons[1]), f"/console/staff/agents/{story.agent.id}/photo/"
    yield Sight("console-portrait-waits", office, faces)
    agents.approve_portrait(portrait_id=portrait.id, actor=other, at=at)
    yield Sight("console-portrait", office, faces)
    yield Sight("customer-visit-with-face", home, f"/visits/{story.visit_id}/")
    story.at_the_door()
    yield Sight("customer-door-with-face", home, f"/visits/{story.visit_id}/")
    token = make_token(settings.KOUMEN_DOOR_KEY, visit_id=story.visit_id, purpose=For.VISITOR)
    yield Sight("public-visitor", doors.nobody(), f"/public/visitor/{token}/")
    there = f"/agent/visits/{story.visit_id}/"
    yield Sight("agent-evidence-none", phone, f"{there}evidence/")
    yield Sight("agent-photo", phone, f"{there}photo/")
    story.compares()
    visits.vouch_for_customer(visit_id=story.visit_id, actor=builders.staff(Role.DISPATCHER), at=story.now)
    yield Sight("agent-signature", phone, f"{there}signature/")
    piece = visits.keep_photo(
        visit_id=story.visit_id,
        purpose=Purpose.INCIDENT,
        content=a_photo(),
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    yield Sight("agent-evidence", phone, f"{there}evidence/")
    yield Sight("customer-evidence", home, "/evidence/")
    complaint = visits.object_to_evidence(evidence_id=piece.id, actor=story.customer, at=story.now)
    yield Sight("console-complaint-with-evidence", office, f"/console/complaints/{complaint.id}/")
    yield Sight("console-genuine-with-face", office, f"/console/genuine/?q={story.home.number}")
    yield Sight("customer-evidence-objected", home, "/evidence/")
    yield Sight("console-visit-with-evidence", office, f"/console/visits/{story.visit_id}/")
