"""The pages of a repayment plan: made alone, read out at the desk, made at the table; kept, resting, ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.test import Client

from koumen.credit import commands
from koumen.credit.commands import PlanWish
from koumen.credit.rules.affordable import Answers
from koumen.credit.rules.repayment_plan import Channel, Pace
from koumen.kit.actor import Role
from koumen.kit.ids import new_id
from tests import builders
from tests.pages.sight import Sight
from tests.sites import doors
from tests.visits.stories import Story, a_visit

SAID = {
    "income_minor": "5000",
    "housing_minor": "1500",
    "daily_minor": "1500",
    "care_minor": "300",
    "others_minor": "200",
}
FIVE = Answers(**{name: int(amount) * 100 for name, amount in SAID.items()})


def plan_sights(at: datetime) -> Iterator[Sight]:
    """Each page of a plan once."""
    story = a_visit(at)
    home = doors.as_customer(story.home.person_id)
    desk = doors.as_staff(builders.a_person(at, role=Role.DISPATCHER))
    yield from _alone(home)
    yield from _with_a_caller(story, desk)
    plan_id = _proposed(story)
    yield Sight("customer-repayment-6-costs", home, f"/repayment-plan/{plan_id}/")
    yield Sight("console-plan-costs", desk, f"/console/plans/{plan_id}/")
    _agreed(story, plan_id)
    yield Sight("customer-home-with-plan", home, "/")
    for name, path in (("running", ""), ("pause", "pause/"), ("end", "end/")):
        yield Sight(f"customer-repayment-{name}", home, f"/repayment-plan/{plan_id}/{path}")
    yield Sight("console-plan-running", desk, f"/console/plans/{plan_id}/")
    yield Sight("console-plans", desk, "/console/plans/")
    commands.break_plan(plan_id=plan_id, key=new_id(), actor=story.customer, at=story.now)
    yield Sight("customer-repayment-ended", home, f"/repayment-plan/{plan_id}/")
    yield from _at_the_table(story)


def _alone(home: Client) -> Iterator[Sight]:
    yield Sight("customer-repayment-0-begin", home, "/repayment-plan/")
    home.post("/repayment-plan/")
    yield Sight("customer-repayment-1-question", home, "/repayment-plan/1/")
    for no, (name, amount) in enumerate(SAID.items(), start=1):
        home.post(f"/repayment-plan/{no}/", {name: amount})
    yield Sight("customer-repayment-2-options", home, "/repayment-plan/options/")
    home.post("/repayment-plan/1/", {"income_minor": "3000"})
    yield Sight("customer-repayment-3-none", home, "/repayment-plan/options/")


def _with_a_caller(story: Story, desk: Client) -> Iterator[Sight]:
    yield Sight("console-plan-new", desk, f"/console/plans/new/{story.account_id}/")


def _proposed(story: Story) -> UUID:
    wish = PlanWish(answers=FIVE, pace=Pace.GENTLE, channel=Channel.OWN)
    made = commands.propose_plan(
        account_id=story.account_id, wish=wish, key=new_id(), actor=story.customer, at=story.now
    )
    return made.id


def _agreed(story: Story, plan_id: UUID) -> None:
    sheet = commands.show_plan(plan_id=plan_id, actor=story.customer, at=story.now).sheet
    consent = commands.Consent(sheet_id=sheet.id, how=commands.ConfirmedHow.TAP)
    commands.accept_plan(
        plan_id=plan_id,
        consent=consent,
        key=new_id(),
        actor=story.customer,
        at=story.now + timedelta(seconds=10),
    )


def _at_the_table(story: Story) -> Iterator[Sight]:
    story.proven()
    phone = doors.as_agent(story.agent.person_id)
    here = f"/agent/visits/{story.visit_id}/plan/"
    yield Sight("agent-plan-new", phone, f"{here}new/")
    yield Sight("agent-visit-proven-with-plan", phone, f"/agent/visits/{story.visit_id}/")
    wish = PlanWish(answers=FIVE, pace=Pace.QUICK, channel=Channel.VISIT, visit_id=story.visit_id)
    commands.propose_plan(
        account_id=story.account_id, wish=wish, key=new_id(), actor=story.visitor, at=story.now
    )
    yield Sight("agent-plan-costs", phone, here)
