"""Photos of agents: put in by one administrator, approved by another, and shown no longer than they are true."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from koumen.agents import commands
from koumen.agents.models import Agent, Portrait
from koumen.agents.queries.portraits import portrait_bytes, portraits_of, portraits_shown
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.documents.models import Document
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from tests import builders
from tests.documents.snapshots import a_photo

pytestmark = pytest.mark.django_db


def administrator(at: datetime) -> Actor:
    person = builders.a_person(at, role=Role.ADMINISTRATOR)
    return Actor(Role.ADMINISTRATOR, person, staff_roles=frozenset({Role.ADMINISTRATOR}))


@pytest.fixture
def agent(at: datetime) -> Agent:
    return builders.an_agent(at)


def puts_in(agent: Agent, at: datetime, actor: Actor | None = None) -> Portrait:
    return commands.upload_portrait(
        agent_id=agent.id, content=a_photo(), actor=actor or administrator(at), at=at
    )


def approved(agent: Agent, at: datetime) -> Portrait:
    return commands.approve_portrait(portrait_id=puts_in(agent, at).id, actor=administrator(at), at=at)


def shown(agent: Agent, day: date) -> Portrait | None:
    return portraits_shown(agent_ids=[agent.id], today=day).get(agent.id)


def today(at: datetime) -> date:
    return local_date(at, this_branch().zone)


def test_a_photo_is_shown_once_a_second_person_has_approved_it(agent: Agent, at: datetime) -> None:
    waiting = puts_in(agent, at)
    assert shown(agent, today(at)) is None
    commands.approve_portrait(portrait_id=waiting.id, actor=administrator(at), at=at)
    portrait = shown(agent, today(at))
    assert portrait == waiting
    assert portrait_bytes(portrait).startswith(b"\xff\xd8\xff")
    kinds = Fact.objects.filter(subject_id=agent.id).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["PortraitUploaded", "PortraitApproved"]


def test_nobody_approves_what_they_put_in_nor_does_the_database(agent: Agent, at: datetime) -> None:
    alone = administrator(at)
    portrait = puts_in(agent, at, alone)
    with pytest.raises(Denied, match="second-person-needed"):
        commands.approve_portrait(portrait_id=portrait.id, actor=alone, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Portrait.objects.filter(id=portrait.id).update(approved_at=at, approved_by=alone.person_id)


def test_a_new_photo_takes_the_place_of_the_old_one_whose_file_is_deleted(agent: Agent, at: datetime) -> None:
    old, new = approved(agent, at), approved(agent, at)
    assert shown(agent, today(at)) == new
    assert Portrait.objects.get(id=old.id).document is None
    assert Document.objects.filter(kind="portrait").count() == 1
    with pytest.raises(Conflict, match="portrait-approved"):
        commands.approve_portrait(portrait_id=new.id, actor=administrator(at), at=at)


def test_one_that_waits_is_replaced_or_refused_and_one_that_is_shown_is_taken_away(
    agent: Agent, at: datetime
) -> None:
    first, second = puts_in(agent, at), puts_in(agent, at)
    assert portraits_of(actor=SYSTEM, agent_id=agent.id) == [second]
    with pytest.raises(Missing, match="portrait-not-found"):
        commands.approve_portrait(portrait_id=first.id, actor=administrator(at), at=at)
    commands.withdraw_portrait(portrait_id=second.id, actor=administrator(at), at=at)
    commands.withdraw_portrait(portrait_id=approved(agent, at).id, actor=administrator(at), at=at)
    assert shown(agent, today(at)) is None
    assert not Document.objects.filter(kind="portrait").exists()


def test_a_face_changes_and_an_old_photo_is_not_shown(agent: Agent, at: datetime) -> None:
    portrait = approved(agent, at)
    assert shown(agent, portrait.shown_until - timedelta(days=1)) == portrait
    assert shown(agent, portrait.shown_until) is None


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FINANCE, Role.COMPLIANCE, Role.AGENT, Role.CUSTOMER])
def test_only_administrators_look_after_photos(agent: Agent, at: datetime, role: Role) -> None:
    portrait = puts_in(agent, at)
    actor = Actor(role, builders.a_person(at, role=role), agent_id=agent.id if role is Role.AGENT else None)
    with pytest.raises(Denied, match="portraits-not-yours"):
        puts_in(agent, at, actor)
    with pytest.raises((Denied, Missing), match="portrait"):
        commands.approve_portrait(portrait_id=portrait.id, actor=actor, at=at)
    with pytest.raises((Denied, Missing), match="portrait"):
        commands.withdraw_portrait(portrait_id=portrait.id, actor=actor, at=at)
    assert Portrait.objects.get(id=portrait.id).approved_at is None


def test_what_is_no_picture_is_refused_and_the_one_that_is_shown_stays(agent: Agent, at: datetime) -> None:
    portrait = approved(agent, at)
    with pytest.raises(Invalid, match="picture-unreadable"), transaction.atomic():
        commands.upload_portrait(agent_id=agent.id, content=b"face", actor=administrator(at), at=at)
    assert shown(agent, today(at)) == portrait
