"""Questions at a visit that the office answers."""

from datetime import datetime

import pytest

from koumen.audit.models import Fact
from koumen.kit.actor import Role
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.visits import commands
from koumen.visits.models import FollowUp
from koumen.visits.queries.follow_ups import open_follow_ups
from koumen.visits.rules.follow_ups import Question
from tests import builders
from tests.sites.doors import as_agent, as_staff, text
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


def asks(story: Story, words: str = "想改还款日") -> FollowUp:
    return commands.note_follow_up(
        visit_id=story.visit_id, about=Question.DUE_DAY, words=words, actor=story.visitor, at=story.now
    )


def test_a_question_is_noted_with_a_proven_customer_sealed_and_answered_once(at: datetime) -> None:
    desk = builders.staff(Role.DISPATCHER)
    story = a_visit(at).at_the_door()
    with pytest.raises(Conflict, match="visit-not-proven"):
        asks(story)
    story.compares()
    commands.vouch_for_customer(visit_id=story.visit_id, actor=desk, at=story.now)
    noted = asks(story)
    assert "还款日".encode() not in bytes(noted.words or b"")
    assert "还款日" not in " ".join(Fact.objects.values_list("body", flat=True))
    assert [one.words for one in open_follow_ups(actor=desk)] == ["想改还款日"]
    assert open_follow_ups(actor=story.visitor) == []
    with pytest.raises(Denied, match="follow-up-not-yours"):
        commands.finish_follow_up(follow_up_id=noted.id, actor=story.visitor, at=story.now)
    with pytest.raises(Missing, match="follow-up-not-found"):
        commands.finish_follow_up(follow_up_id=new_id(), actor=desk, at=story.now)
    commands.finish_follow_up(follow_up_id=noted.id, actor=desk, at=story.now)
    with pytest.raises(Conflict, match="follow-up-done"):
        commands.finish_follow_up(follow_up_id=noted.id, actor=desk, at=story.now)
    assert open_follow_ups(actor=desk) == []


def test_only_the_agent_notes_and_not_at_length(at: datetime) -> None:
    story = a_visit(at).proven()
    with pytest.raises(Denied, match="visit-not-yours"):
        commands.note_follow_up(
            visit_id=story.visit_id, about=Question.OTHER, actor=story.customer, at=story.now
        )
    with pytest.raises(Invalid, match="words-too-long"):
        asks(story, "字" * 501)


def test_the_agent_writes_it_down_and_the_desk_ticks_it_off(at: datetime) -> None:
    story = a_visit(at).proven()
    agent, there = as_agent(story.agent.person_id), f"/agent/visits/{story.visit_id}/"
    assert "A question for the office" in text(agent.get(there))
    assert "id_about-error" in text(agent.post(f"{there}question/", {"words": "x"}))
    agent.post(f"{there}question/", {"about": "costs", "words": "分期多少钱"})
    desk = as_staff(builders.a_person(at, role=Role.DISPATCHER))
    assert "分期多少钱" in text(desk.get("/console/complaints/"))
    desk.post(f"/console/questions/{FollowUp.objects.get().id}/done/")
    assert "No question waits" in text(desk.get("/console/complaints/"))
