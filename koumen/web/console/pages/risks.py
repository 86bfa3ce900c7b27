"""Promises at risk now, the repair that is proposed, and what agents call in; accepted, or refused with a reason."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from koumen.agents import commands as agents
from koumen.agents.queries import shifts_on
from koumen.agents.rules.shift import OffReason
from koumen.branch.queries import this_branch
from koumen.dispatch import commands as dispatch
from koumen.dispatch import queries
from koumen.dispatch.permissions import may_plan
from koumen.dispatch.queries import Expectation, OpenRepair
from koumen.dispatch.rules.planning import RepairRefusal
from koumen.dispatch.states import RepairState
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.people.commands import reveal
from koumen.people.rules.details import PersonalDetails
from koumen.visits import commands as visits
from koumen.visits.queries import unanswered
from koumen.web.console.pages.board_words import why_at_risk
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import Words, said_by, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import read_id

NO_CONTENT = 204
STATES: Words = {
    "proposed": _("Proposed"),
    "accepted": _("Accepted"),
    "refused": _("Refused"),
    "overtaken": _("Overtaken by the day"),
}
REFUSALS: Words = {
    "local_knowledge": _("I know the place better"),
    "agents_cannot": _("The agents cannot"),
    "customers_mind": _("Customers would mind"),
    "solved_otherwise": _("Solved in another way"),
    "too_many_changes": _("Too many changes"),
    "other": _("Another reason"),
}
# What an agent says on the telephone, as one choice: a delay in minutes, a reason to go home, or on after all.
CALLS: Mapping[str, str | Promise] = {
    "10": _("held up for 10 minutes"),
    "20": _("held up for 20 minutes"),
    "30": _("held up for 30 minutes"),
    "60": _("held up for an hour"),
    "120": _("held up for two hours"),
    "unwell": _("not well, goes home"),
    "vehicle": _("trouble with the vehicle, goes home"),
    "family": _("needed at home, goes home"),
    "other": _("another reason, goes home"),
    "on": _("can go on after all"),
}


@dataclass(frozen=True)
class _Risk:
    """A promise at risk, in words."""

    one: Expectation
    customer: str
    agent: str
    why: str
    is_helped: bool


@signed_in
@require_GET
def risks(request: HttpRequest) -> HttpResponse:
    """Everything about the day that runs and may break; every name by one reading."""
    actor, at = actor_of(request), clock.now()
    today = clock.local_date(at, this_branch().zone)
    at_risk = queries.at_risk(actor=actor, date=today, at=at)
    repair = queries.open_repair(actor=actor, date=today, at=at)
    shifts = shifts_on(actor=actor, date=today)
    silent = unanswered(actor=actor, date=today)
    others = [shift.agent.person_id for shift in shifts] + [visit.customer.person_id for visit in silent]
    named = _named(at_risk, repair, others, actor=actor, at=at)
    helped = repair.helped if repair else frozenset()
    context = {
        "risks": [
            _Risk(
                one=one,
                customer=named[one.customer_person_id].spoken,
                agent=f"{named[one.agent_person_id].spoken} {one.staff_number}",
                why=why_at_risk(one),
                is_helped=one.visit_id in helped,
            )
            for one in at_risk
        ],
        "silent": [(visit, named[visit.customer.person_id].spoken) for visit in silent],
        "repair": repair,
        "minutes": -(-repair.repair.extra_s // 60) if repair else 0,
        "saved": -repair.repair.extra_s // 60 if repair else 0,
        "steps": _steps(repair, named),
        "agents": [
            (shift.id, f"{shift.agent.staff_number} {named[shift.agent.person_id].spoken}")
            for shift in shifts
            if at < shift.ends_at
        ],
        "calls": list(CALLS.items()),
        "refusals": list(REFUSALS.items()),
        "may_plan": may_plan(actor),
        "live_url": f"{reverse('risks_live')}?stamp={stamp(at_risk, repair)}",
    }
    return page(request, "risks", "risks", context | _decided(actor, today))


@signed_in
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Nothing while nothing changed; reading names is recorded, so it happens only when there is news."""
    actor, at = actor_of(request), clock.now()
    today = clock.local_date(at, this_branch().zone)
    at_risk = queries.at_risk(actor=actor, date=today, at=at)
    news = stamp(at_risk, queries.open_repair(actor=actor, date=today, at=at))
    response = HttpResponse(status=NO_CONTENT)
    if news != request.GET.get("stamp"):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
    return response


@signed_in
@require_POST
def answered(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The customer said on the telephone that they will be there."""
    visits.answer_reminder(visit_id=visit_id, actor=actor_of(request), at=clock.now())
    return redirect("risks")


@signed_in
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look for a repair at once."""
    at = clock.now()
    today = clock.local_date(at, this_branch().zone)
    dispatch.propose_repair(date=today, seconds=0, actor=actor_of(request), at=at)
    return redirect("risks")


@signed_in
@require_POST
def accept(request: HttpRequest, repair_id: UUID) -> HttpResponse:
    """Let the proposal hold; where the day was faster, the list of decisions says so."""
    dispatch.accept_repair(repair_id=repair_id, actor=actor_of(request), at=clock.now())
    return redirect("risks")


@signed_in
@require_POST
def refuse(request: HttpRequest, repair_id: UUID) -> HttpResponse:
    """Say no, with one reason."""
    reason = request.POST.get("reason", "")
    if reason not in set(RepairRefusal):
        raise Invalid("refusal-reason-unknown", field="reason", value=reason[:40])
    dispatch.refuse_repair(
        repair_id=repair_id, reason=RepairRefusal(reason), actor=actor_of(request), at=clock.now()
    )
    return redirect("risks")


@signed_in
@require_POST
def called(request: HttpRequest) -> HttpResponse:
    """An agent called: held up, not on today, or on after all."""
    actor, at, said = actor_of(request), clock.now(), request.POST.get("said", "")
    shift_id = read_id(request.POST.get("shift", ""))
    if said not in CALLS:
        raise Invalid("form-unreadable", field="said", value=said[:40])
    if said == "on":
        agents.resume_shift(shift_id=shift_id, actor=actor, at=at)
    elif said.isdigit():
        agents.delay_shift(shift_id=shift_id, minutes=int(said), actor=actor, at=at)
    else:
        dispatch.give_up_shift(shift_id=shift_id, off_from=at, reason=OffReason(said), actor=actor, at=at)
    return redirect("risks")


def stamp(at_risk: Sequence[Expectation], repair: OpenRepair | None) -> str:
    """A digest of all that the page would show differently, to the minute."""
    parts = [f"{one.visit_id}{one.why}{one.late_min}{one.state}" for one in at_risk]
    parts.append(str(repair.repair.id if repair else ""))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def _named(
    at_risk: Sequence[Expectation],
    repair: OpenRepair | None,
    others: Sequence[UUID],
    *,
    actor: Actor,
    at: datetime,
) -> Mapping[UUID, PersonalDetails]:
    wanted = list(others)
    for one in at_risk:
        wanted += [one.customer_person_id, one.agent_person_id]
    for step in repair.steps if repair else ():
        wanted += [step.customer_person_id, step.from_person_id, step.to_person_id]
    return reveal(person_ids=wanted, purpose="console-risks", actor=actor, at=at)


def _steps(repair: OpenRepair | None, named: Mapping[UUID, PersonalDetails]) -> list[dict[str, object]]:
    return [
        {
            "step": step,
            "customer": named[step.customer_person_id].spoken,
            "giver": f"{named[step.from_person_id].spoken} {step.from_staff_number}",
            "taker": f"{named[step.to_person_id].spoken} {step.to_staff_number}",
        }
        for step in (repair.steps if repair else ())
    ]


def _decided(actor: Actor, today: date) -> dict[str, object]:
    """What was decided today, counted and one by one."""
    rows = [row for row in queries.repairs_on(actor=actor, date=today) if row.state != RepairState.PROPOSED]
    counted = Counter(row.state for row in rows)
    return {
        "counted": [(word(STATES, state), counted[state]) for state in STATES if counted[state]],
        "decided": [
            {
                "row": row,
                "state": word(STATES, row.state),
                "reason": word(REFUSALS, row.reason) if row.reason else "",
                "who": said_by(row.decided_by),
                "helped": len(row.content["helped"]),
                "moved": len(row.content["moved"]),
            }
            for row in rows
        ],
    }
