"""Making or changing a repayment plan with somebody, on one page: by telephone, or at their table.

Nothing is kept between the steps: the answers go back and forth in the form, until a plan is made of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from koumen.credit import commands as credit
from koumen.credit import queries
from koumen.credit.commands import ConfirmedHow, Consent, PlanWish
from koumen.credit.queries import PlanOffer
from koumen.credit.rules.repayment_plan import Channel
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.web.ui.amounts import read_id
from koumen.web.ui.refusals import words
from koumen.web.ui.repayment_plans import AnswersForm, PaceForm

if TYPE_CHECKING:
    from django.http import QueryDict

    from koumen.credit.commands import ShownPlan
    from koumen.credit.models import CreditAccount, RepaymentPlan


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What the dialogue is about: whose account, where it takes place, and the plan that is changed, if one is."""

    account: "CreditAccount"
    channel: Channel
    visit_id: UUID | None = None
    mended: "RepaymentPlan | None" = None


@dataclass(kw_only=True)
class Dialogue:
    """Where the dialogue has come to; ``plan`` once there is one."""

    form: AnswersForm
    once: UUID
    offer: PlanOffer | None = None
    paces: PaceForm | None = None
    shown: "ShownPlan | None" = None
    refused: str = ""
    plan: "RepaymentPlan | None" = None


def dialogue(data: "QueryDict | None", talk: Talk, *, actor: Actor, at: datetime) -> Dialogue:
    """The next step: five questions, then the plans, then (when one is changed) all costs, then the plan."""
    form = AnswersForm(data, currency=talk.account.product.currency)
    now = Dialogue(form=form, once=read_id(data.get("once", "")) if data else new_id())
    if data is None or not form.is_valid():
        return now
    now.offer = queries.plan_offer(actor=actor, account_id=talk.account.id, answers=form.answers, at=at)
    now.paces = PaceForm(data if "pace" in data else None, offer=now.offer)
    if "pace" not in data or not now.paces.is_valid():
        return now
    wish = PlanWish(
        answers=form.answers, pace=now.paces.pace_chosen, channel=talk.channel, visit_id=talk.visit_id
    )
    if talk.mended is None:
        now.plan = credit.propose_plan(
            account_id=talk.account.id, wish=wish, key=now.once, actor=actor, at=at
        )
    elif "sheet" in data:
        said = {"plan_id": talk.mended.id, "key": now.once, "wish": wish, "actor": actor, "at": at}
        now.plan, now.refused = accepted(data, talk.channel, visit_id=talk.visit_id, **said)
    if talk.mended is not None and now.plan is None:
        now.shown = credit.show_plan(plan_id=talk.mended.id, wish=wish, actor=actor, at=at)
    return now


def accepted(
    data: "QueryDict", channel: Channel, *, visit_id: UUID | None, **said: Any
) -> "tuple[RepaymentPlan | None, str]":
    """One yes to all costs and to the plan: the plan, or why not in words."""
    how = ConfirmedHow.READ_BACK if channel is Channel.PHONE else ConfirmedHow.TURNED_PHONE
    if data.get("said") != "yes":
        return None, words("yes-not-said")
    try:
        consent = Consent(sheet_id=read_id(data.get("sheet", "")), how=how, visit_id=visit_id)
        return credit.accept_plan(consent=consent, **said), ""
    except Conflict as refusal:
        return None, words(refusal.code, **refusal.params)
