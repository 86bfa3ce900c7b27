"""Somebody for whom paying is hard, and the plan that is made with them; all by the commands."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from koumen.credit import commands, queries
from koumen.credit.commands import ConfirmedHow, PlanWish, ShownPlan
from koumen.credit.models import CreditAccount, RepaymentPlan
from koumen.credit.queries import PlanNow
from koumen.credit.rules.affordable import Answers
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.repayment_plan import Channel, Pace
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.stories import Line, a_line

ZONE = ZoneInfo("Asia/Shanghai")
READ = timedelta(seconds=10)
# 5,000 come in, 3,500 are needed, 500 are left alone: half of 1,000 can be paid.
FIVE = Answers(
    income_minor=5_000_00,
    housing_minor=1_500_00,
    daily_minor=1_500_00,
    care_minor=300_00,
    others_minor=200_00,
)


def noon(month: int, number: int, year: int = 2026) -> datetime:
    return datetime(year, month, number, 12, tzinfo=ZONE)


@dataclass
class PlanStory:
    """One account, its plan once there is one, and the present moment."""

    line: Line
    now: datetime
    plan_id: UUID = field(default_factory=new_id)

    @property
    def customer(self) -> Actor:
        account = CreditAccount.objects.select_related("customer").get(id=self.line.account_id)
        return Actor(Role.CUSTOMER, account.customer.person_id, customer_id=account.customer_id)

    @property
    def plan_owner(self) -> UUID:
        """The person who owes."""
        person_id = self.customer.person_id
        assert person_id is not None
        return person_id

    @property
    def plan(self) -> RepaymentPlan:
        """As it stands in the database."""
        return queries.repayment_plan(actor=SYSTEM, plan_id=self.plan_id)

    @property
    def stands(self) -> PlanNow:
        now = queries.plan_now(self.plan, at=self.now)
        assert now is not None
        return now

    def on(self, moment: datetime) -> "PlanStory":
        self.now = moment
        return self

    def proposes(self, pace: Pace = Pace.QUICK, *, by: Actor | None = None) -> RepaymentPlan:
        plan = commands.propose_plan(
            account_id=self.line.account_id,
            wish=wish(pace),
            key=new_id(),
            actor=by or self.customer,
            at=self.now,
        )
        self.plan_id = plan.id
        return plan

    def sees(self, *, by: Actor | None = None, mended: PlanWish | None = None) -> ShownPlan:
        return commands.show_plan(plan_id=self.plan_id, wish=mended, actor=by or self.customer, at=self.now)

    def confirms(
        self, shown: ShownPlan, *, by: Actor | None = None, how: ConfirmedHow = ConfirmedHow.TAP
    ) -> UUID:
        self.now += READ
        sheet = commands.confirm_cost_sheet(
            sheet_id=shown.sheet.id, how=how, key=new_id(), actor=by or self.customer, at=self.now
        )
        return sheet.id

    def agrees(self, *, by: Actor | None = None, how: ConfirmedHow = ConfirmedHow.TAP) -> "PlanStory":
        sheet_id = self.confirms(self.sees(by=by), by=by, how=how)
        commands.agree_plan(
            plan_id=self.plan_id, sheet_id=sheet_id, key=new_id(), actor=by or self.customer, at=self.now
        )
        return self

    def pauses(self, days: int, *, by: Actor | None = None) -> RepaymentPlan:
        return commands.pause_plan(
            plan_id=self.plan_id, days=days, key=new_id(), actor=by or self.customer, at=self.now
        )

    def mends(self, pace: Pace = Pace.GENTLE, answers: Answers = FIVE) -> RepaymentPlan:
        other = PlanWish(answers=answers, pace=pace, channel=Channel.OWN)
        sheet_id = self.confirms(self.sees(mended=other))
        return commands.mend_plan(
            plan_id=self.plan_id,
            wish=other,
            sheet_id=sheet_id,
            key=new_id(),
            actor=self.customer,
            at=self.now,
        )

    def breaks(self, *, by: Actor | None = None) -> RepaymentPlan:
        return commands.break_plan(plan_id=self.plan_id, key=new_id(), actor=by or self.customer, at=self.now)

    def takes_back(self) -> RepaymentPlan:
        return commands.withdraw_plan(plan_id=self.plan_id, actor=self.customer, at=self.now)

    def night(self) -> RepaymentPlan:
        return commands.check_plan(plan_id=self.plan_id, actor=SYSTEM, at=self.now)


def wish(pace: Pace = Pace.QUICK, answers: Answers = FIVE, channel: Channel = Channel.OWN) -> PlanWish:
    return PlanWish(answers=answers, pace=pace, channel=channel)


def somebody_behind(
    *, owed_minor: int = 3_000_00, parameters: Parameters | None = None, now: datetime | None = None
) -> PlanStory:
    """Bought in August, billed in September, and nothing paid until the 24th of November."""
    began = noon(8, 5)
    builders.the_base_pack(began)
    line = a_line(began, parameters=parameters or Parameters(), opened=date(2026, 8, 1))
    line.buys(owed_minor, began)
    return PlanStory(line, now or noon(11, 24))
