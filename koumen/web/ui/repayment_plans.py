"""Repayment plans on every site: the five questions, the choice of a pace, and the plan as a card."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from koumen.credit import queries
from koumen.credit.queries import PlanNow, PlanOffer
from koumen.credit.queries.plan_relief import let_go_minor
from koumen.credit.rules.affordable import Answers
from koumen.credit.rules.parameters import PlanWaiver
from koumen.credit.rules.plan_relief import Relief
from koumen.credit.rules.repayment_plan import Ending, Pace, PlanOption
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.web.ui.amounts import LONGEST_AMOUNT
from koumen.web.ui.choice import Choice
from koumen.web.ui.preferences import current_language
from koumen.web.ui.refusals import words
from koumen.web.ui.states import Sign
from koumen.web.ui.wording import day, money

if TYPE_CHECKING:
    from koumen.credit.models import RepaymentPlan

# In this order they are asked: each its name, the question, and what belongs to it.
QUESTIONS: tuple[tuple[str, Any, Any], ...] = (
    (
        "income_minor",
        gettext_lazy("How much money comes in every month?"),
        gettext_lazy("Pension, wages, help from your family: everything together, after taxes."),
    ),
    (
        "housing_minor",
        gettext_lazy("How much goes to your home every month?"),
        gettext_lazy("Rent, heating, water, electricity."),
    ),
    (
        "daily_minor",
        gettext_lazy("How much do you need for food and daily life?"),
        gettext_lazy("In a month, for everybody who lives on this money."),
    ),
    (
        "care_minor",
        gettext_lazy("How much goes to medicine and care every month?"),
        gettext_lazy("Medicine, doctors, somebody who helps you. If nothing, write 0."),
    ),
    (
        "others_minor",
        gettext_lazy("What else must be paid every month?"),
        gettext_lazy("Other debts, telephone, insurance. If nothing, write 0."),
    ),
)
PACES: Mapping[Pace, str | Promise] = {
    Pace.QUICK: gettext_lazy("Quick"),
    Pace.STEADY: gettext_lazy("Steady"),
    Pace.GENTLE: gettext_lazy("Gentle"),
}
SIGNS: Mapping[str, Sign] = {
    "proposed": Sign(gettext_lazy("Waits for a yes"), "clock", "wait"),
    "running": Sign(gettext_lazy("Goes well"), "check", "ok"),
    "behind": Sign(gettext_lazy("A payment is open"), "clock", "wait"),
    "paused": Sign(gettext_lazy("Rests"), "clock", "info"),
    "finished": Sign(gettext_lazy("All paid"), "check", "ok"),
    "broken": Sign(gettext_lazy("Has ended"), "close", "plain"),
    "withdrawn": Sign(gettext_lazy("Taken back"), "close", "plain"),
}
ENDINGS: Mapping[str, str | Promise] = {
    Ending.PAID: gettext_lazy("Everything is paid. Well done."),
    Ending.WISHED: gettext_lazy("The plan was ended as wished."),
    Ending.MISSED: gettext_lazy(
        "A payment did not come, so the plan has ended. That can happen. We can make another."
    ),
    Ending.LAPSED: gettext_lazy(
        "Nobody answered this proposal, so it has ended. A new one can be made at any time."
    ),
    Ending.REPLACED: gettext_lazy("Another plan was made in its place."),
}
PAUSES = (14, 30, 60, 90)


class AnswersForm(forms.Form):
    """Some of the five questions, or all; after is_valid() ``answered`` holds the amounts."""

    def __init__(
        self, data: Any, *, currency: str, names: Sequence[str] | None = None, **kwargs: Any
    ) -> None:
        """One field for each question."""
        super().__init__(data, **kwargs)
        self.currency = currency
        self.answered: dict[str, int] = {}
        for name, question, hint in QUESTIONS:
            if names is None or name in names:
                self.fields[name] = forms.CharField(
                    label=question,
                    help_text=hint,
                    max_length=LONGEST_AMOUNT,
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                    error_messages={"required": _("Please write an amount. If nothing, write 0.")},
                )

    def clean(self) -> dict[str, Any]:
        """Turn what was written into amounts; what cannot be read is said at its field."""
        data = super().clean() or {}
        for name, said in list(data.items()):
            try:
                self.answered[name] = Money.parse(said, self.currency).minor
            except Invalid as refusal:
                self.add_error(name, words(refusal.code, **refusal.params))
        return data

    @property
    def answers(self) -> Answers:
        """All five. Raises Invalid("parameter-out-of-range") for what nobody earns."""
        return Answers(**self.answered)


class PaceForm(forms.Form):
    """Which of the plans on offer."""

    pace = forms.ChoiceField(
        label=gettext_lazy("Which plan suits you?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one of the plans.")},
    )

    def __init__(self, data: Any, *, offer: PlanOffer, **kwargs: Any) -> None:
        """Each plan as a card."""
        super().__init__(data, **kwargs)
        choices = [(one.pace.value, _choice(one, offer.currency)) for one in offer.options]
        self.fields["pace"].choices = choices  # type: ignore[attr-defined]  # a choice field

    @property
    def pace_chosen(self) -> Pace:
        """The pace."""
        return Pace(self.cleaned_data["pace"])


class PauseForm(forms.Form):
    """For how long a plan rests."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose how many days the plan should rest.")},
    )

    def __init__(self, data: Any, *, days_left: int, **kwargs: Any) -> None:
        """The lengths that are still possible."""
        super().__init__(data, **kwargs)
        choices = [(n, _("%(n)s days") % {"n": n}) for n in PAUSES if n <= days_left]
        self.fields["days"].choices = choices  # type: ignore[attr-defined]  # a choice field
        self.is_possible = bool(choices)


def written(answers: Answers | None, currency: str) -> dict[str, str]:
    """Answers as they stand in the form again."""
    plain = answers.plain() if answers else {}
    return {name: f"{Money(minor, currency).decimal:f}" for name, minor in plain.items()}


def _choice(option: PlanOption, currency: str) -> Choice:
    total, cost, nothing = (
        money(Money(minor, currency))
        for minor in (option.total_minor, option.cost_minor, option.nothing_cost_minor)
    )
    told = {
        "n": option.months,
        "day": day(option.dues[-1].due, current_language()),
        "total": total,
        "cost": cost,
        "nothing": nothing,
    }
    if option.relief.late_minor:
        hint = _(
            "%(n)s payments, the last on %(day)s. In all %(total)s, of it %(cost)s interest."
            " Without a plan it would be %(nothing)s more by then, and everything would still be owed."
        )
    elif not option.nothing_cost_minor:
        hint = _("%(n)s payments, the last on %(day)s. Nothing more than is owed today.")
    else:
        hint = _(
            "%(n)s payments, the last on %(day)s. In all %(total)s: %(cost)s more than is owed today."
            " Without a plan it would be %(nothing)s more by then, and everything would still be owed."
        )
    named = {"pace": PACES[option.pace], "amount": money(Money(option.pay_minor, currency))}
    said = (hint % told, *_let_go(option.relief, currency))
    return Choice(_("%(pace)s: %(amount)s a month") % named, " ".join(said))


def _let_go(relief: Relief, currency: str) -> Iterator[str]:
    """What the plan lets go, in a sentence each."""
    if relief.late_minor:
        told = {"late": money(Money(relief.late_minor, currency))}
        if relief.when == PlanWaiver.AT_AGREEMENT:
            yield _("Late charges of %(late)s are let go at once.") % told
        else:
            yield _("When the plan is kept, late charges of %(late)s are let go.") % told
    if not relief.interest_part:
        yield _("While the plan is kept no interest is charged.")
    elif relief.interest_part < 1:
        part = f"{relief.interest_part * 100:f}".rstrip("0").rstrip(".")
        yield _("While the plan is kept only %(part)s%% of the interest is charged.") % {"part": part}


def plan_card(plan: "RepaymentPlan", *, at: datetime) -> dict[str, Any]:
    """A plan as every site shows it: the next payment, what is left, each payment, what may be done."""
    currency = plan.account.product.currency
    now = queries.plan_now(plan, at=at)
    card: dict[str, Any] = {
        "plan": plan,
        "pay": Money(plan.pay_minor, currency),
        "pace": PACES[Pace(plan.pace)],
        "sign": SIGNS[plan.state],
        "is_agreed": now is not None,
        "is_open": plan.ended_at is None,
        "ending": ENDINGS.get(plan.ended_how or ""),
    }
    return card | (_standing(now, currency) if now else {})


def _standing(now: PlanNow, currency: str) -> dict[str, Any]:
    stands = now.standing
    is_behind = bool(stands.behind_minor) and now.plan.state == "running"
    reached = list(accumulate(one.amount_minor for one in now.dues))
    return {
        "sign": SIGNS["behind"] if is_behind else SIGNS[now.plan.state],
        "verbs": now.verbs,
        "pause_days_left": now.pause_days_left,
        "next_day": stands.next.due if stands.next else None,
        "next": Money(stands.next.amount_minor, currency) if stands.next else None,
        "left": Money(stands.left_minor, currency),
        "total": Money(stands.total_minor, currency),
        "paid": Money(min(stands.paid_minor, stands.total_minor), currency),
        "behind": Money(stands.behind_minor, currency) if is_behind else None,
        "ahead": Money(stands.ahead_minor, currency) if stands.ahead_minor else None,
        "dues": [
            {
                "due": one.due,
                "amount": Money(one.amount_minor, currency),
                "is_paid": so_far <= stands.paid_minor,
            }
            for one, so_far in zip(now.dues, reached, strict=True)
        ],
        "sheet_id": now.sheet_id,
        "let_go": Money(let_go_minor(now.plan.id), currency),
    }


def open_plan_card(*, actor: Actor, customer_id: UUID, at: datetime) -> dict[str, Any] | None:
    """The plan that goes on, or waits for a yes; None without one. Three queries."""
    plans = queries.repayment_plans_of(actor=actor, customer_id=customer_id)
    found = next((plan for plan in plans if plan.ended_at is None), None)
    return plan_card(found, at=at) if found else None
