"""Letters about a day that goes otherwise: to the customer, and to the agents whose list changes under their feet."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from koumen.agents.models import Agent
from koumen.agents.queries import who_comes
from koumen.audit.models import Fact
from koumen.branch.queries import this_branch
from koumen.kit.clock import local_date
from koumen.kit.money import Money
from koumen.messages.queries.letters import lender_name, letter
from koumen.messages.rules.letter import Channel, Clock, Letter, Template, Window
from koumen.visits.events import AgentChanged, CustomerNotified, VisitCancelled, VisitMoved, WantedLowered
from koumen.visits.models import Visit, VisitMove
from koumen.visits.rules.notices import NoticeKind
from koumen.visits.rules.reasons import CancelReason
from koumen.visits.states import VisitState

_NOTICES = {
    NoticeKind.DAY_BEFORE: Template.VISIT_TOMORROW,
    NoticeKind.HOURS_BEFORE: Template.VISIT_SOON,
    NoticeKind.NEAR: Template.AGENT_NEAR,
    NoticeKind.LATE: Template.VISIT_LATE,
    NoticeKind.REBOOK: Template.REBOOKING_OFFERED,
}


def _notified(visit: Visit, fact: Fact) -> list[Letter]:
    """What the clock had to say, unless the promise is another by now."""
    said = json.loads(fact.body)
    is_same = datetime.fromisoformat(said["window_from"]) == visit.window_from
    if not is_same or visit.state not in {VisitState.BOOKED, VisitState.ON_THE_WAY}:
        return []
    template, expected = _NOTICES[NoticeKind(said["notice"])], said["expected_at"]
    if expected is None:
        template = Template.NOBODY_CAN_COME if template is Template.REBOOKING_OFFERED else template
        return [letter(visit, this_branch(), template)]
    return [letter(visit, this_branch(), template, time=Clock(datetime.fromisoformat(expected)))]


def _moved(visit: Visit, fact: Fact) -> list[Letter]:
    if visit.state == VisitState.CANCELLED:
        return []
    told = [letter(visit, this_branch(), Template.VISIT_MOVED)]
    left = VisitMove.objects.filter(visit=visit, moved_at=fact.at).order_by("-id").first()
    if left is None or left.agent_id == visit.agent_id or not _is_today(left.window_from, fact):
        return told
    window = Window(left.window_from, left.window_to)
    return [*told, *_to_agents(visit, Template.STOP_TAKEN_OVER, [left.agent_id], window)]


def _other_agent(visit: Visit, fact: Fact) -> list[Letter]:
    """The customer learns who comes; the agents learn it only of the day that runs, of others from their list."""
    if visit.state != VisitState.BOOKED:
        return []
    told = [letter(visit, this_branch(), Template.AGENT_CHANGED)]
    said = json.loads(fact.body)
    if _is_today(visit.window_from, fact) and UUID(said["agent_id"]) == visit.agent_id:
        told += _to_agents(visit, Template.STOP_ADDED, who_comes(shift_id=visit.shift_id))
        told += _to_agents(visit, Template.STOP_TAKEN_OVER, [UUID(said["instead_of_id"])])
    return told


def _cancelled(visit: Visit, fact: Fact) -> list[Letter]:
    is_paid = visit.end_reason == CancelReason.PAID_ELSEWHERE
    template = Template.VISIT_NOT_NEEDED if is_paid else Template.VISIT_CANCELLED
    told = [letter(visit, this_branch(), template)]
    if visit.booked_at and (is_paid or _is_today(visit.window_from, fact)):
        told += _to_agents(visit, Template.STOP_CALLED_OFF, who_comes(shift_id=visit.shift_id))
    return told


def _lowered(visit: Visit, fact: Fact) -> list[Letter]:
    said = json.loads(fact.body)
    if visit.state not in {VisitState.REQUESTED, VisitState.BOOKED, VisitState.ON_THE_WAY}:
        return []
    amount = Money(said["wanted_minor"], said["currency"])
    told = [letter(visit, this_branch(), Template.VISIT_FOR_LESS, amount=amount)]
    if visit.booked_at:
        told += _to_agents(visit, Template.STOP_FOR_LESS, who_comes(shift_id=visit.shift_id))
    return told


ABOUT_THE_DAY: Mapping[str, Callable[[Visit, Fact], list[Letter]]] = {
    CustomerNotified.kind(): _notified,
    VisitMoved.kind(): _moved,
    AgentChanged.kind(): _other_agent,
    VisitCancelled.kind(): _cancelled,
    WantedLowered.kind(): _lowered,
}


def _to_agents(
    visit: Visit, template: Template, agent_ids: Collection[UUID], window: Window | None = None
) -> list[Letter]:
    branch = this_branch()
    return [
        Letter(
            person_id=agent.person_id,
            language=agent.person.language,
            channel=Channel.SMS,
            template=template,
            subject_id=visit.id,
            figures={
                "lender": lender_name(branch, agent.person.language),
                "number": visit.number,
                "window": window or Window(visit.window_from, visit.window_to),
                "day": _day(visit, window),
                "help": branch.help_phone,
            },
        )
        for agent in Agent.objects.filter(id__in=agent_ids).select_related("person").order_by("id")
    ]


def _day(visit: Visit, window: Window | None) -> date:
    return local_date(window.start, this_branch().zone) if window else visit.date


def _is_today(moment: datetime, fact: Fact) -> bool:
    zone = this_branch().zone
    return local_date(moment, zone) == local_date(fact.at, zone)
