"""What is told about an account: a repayment plan, from its agreement to its end; another limit; loans and payouts."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings

from koumen.audit.models import Fact
from koumen.branch.models import Branch
from koumen.branch.queries import this_branch
from koumen.credit.events import (
    LimitChanged,
    RepaymentPlanAgreed,
    RepaymentPlanEnded,
    RepaymentPlanPaused,
    RepaymentPlanRestored,
    RepaymentReviewDue,
)
from koumen.credit.events.lending import LoanRequestEnded, PayoutReturned, PayoutSent
from koumen.credit.models import CreditAccount, RepaymentPlan
from koumen.credit.rules.repayment_plan import Ending
from koumen.credit.states import LoanRequestState
from koumen.kit.money import Money
from koumen.messages.rules.letter import Channel, Letter, Template

_ENDED = {
    Ending.PAID: Template.PLAN_FINISHED,
    Ending.MISSED: Template.PLAN_BROKEN,
    Ending.WISHED: Template.PLAN_STOPPED,
}


def account_letters(fact: Fact) -> list[Letter]:
    """What a fact about an account tells its customer; one query, two for a plan that ended."""
    body: dict[str, Any] = json.loads(fact.body)
    template = _template(fact, body)
    if template is None:
        return []
    accounts = CreditAccount.objects.select_related("customer__person")
    account = accounts.get(id=body.get("credit_account_id", fact.subject_id))
    person, branch = account.customer.person, this_branch()
    return [
        Letter(
            person_id=person.id,
            language=person.language,
            channel=Channel.SMS,
            template=template,
            subject_id=fact.subject_id,
            figures=_figures(branch, person.language, fact, body),
        )
    ]


def _template(fact: Fact, body: Mapping[str, Any]) -> Template | None:
    if fact.kind == RepaymentPlanEnded.kind():
        return _ended(fact, body)
    if fact.kind == LoanRequestEnded.kind() and body["state"] != LoanRequestState.REFUSED:
        return None  # who took it back knows it
    return _TEMPLATES[fact.kind]


def _ended(fact: Fact, body: Mapping[str, Any]) -> Template | None:
    """Nothing ended where nothing was agreed."""
    was_agreed = RepaymentPlan.objects.filter(id=fact.subject_id, agreed_at__isnull=False).exists()
    return _ENDED.get(body["how"]) if was_agreed else None


_TEMPLATES: Mapping[str, Template] = {
    RepaymentPlanAgreed.kind(): Template.PLAN_AGREED,
    RepaymentPlanPaused.kind(): Template.PLAN_RESTS,
    RepaymentPlanRestored.kind(): Template.PLAN_KEPT,
    RepaymentReviewDue.kind(): Template.PLAN_REVIEW,
    LimitChanged.kind(): Template.LIMIT_CHANGED,
    LoanRequestEnded.kind(): Template.LOAN_REFUSED,
    PayoutSent.kind(): Template.PAYOUT_SENT,
    PayoutReturned.kind(): Template.PAYOUT_RETURNED,
}


def _figures(branch: Branch, language: str, fact: Fact, body: Mapping[str, Any]) -> dict[str, object]:
    """Who speaks and whom to call; the amounts and days that the fact has."""
    page = "loans" if fact.kind == LoanRequestEnded.kind() else f"repayment-plan/{fact.subject_id}"
    shown: dict[str, object] = {
        "lender": branch.lender.name_en if language == "en" else branch.lender.name,
        "help": branch.help_phone,
        "link": f"{settings.KOUMEN_PUBLIC_URL}/{page}/",
    }
    shown |= {
        name: Money(body[f"{name}_minor"], body["currency"])
        for name in ("pay", "total", "limit", "amount")
        if f"{name}_minor" in body
    }
    return shown | {
        name: date.fromisoformat(body[name]) for name in ("first_due", "last_due", "until") if name in body
    }


ABOUT_ACCOUNTS = frozenset({*_TEMPLATES, RepaymentPlanEnded.kind()})
