"""Standing visits as a form and in words; the same for customers and for the desk."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from koumen.branch.queries import this_branch
from koumen.dispatch import commands, queries
from koumen.dispatch.commands import StandingRequest
from koumen.dispatch.rules.standing import StandingRule
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.errors import Invalid
from koumen.web.ui import wording
from koumen.web.ui.preferences import current_language
from koumen.web.ui.wishes import VisitWishForm

if TYPE_CHECKING:
    from django.http import QueryDict

    from koumen.credit.models import CreditAccount
    from koumen.dispatch.models import Standing

WEEKS: dict[int, str | Promise] = {
    1: _("the first"),
    2: _("the second"),
    3: _("the third"),
    4: _("the fourth"),
    5: _("the last"),
}
WEEKDAYS: dict[int, str | Promise] = {
    0: _("Monday"),
    1: _("Tuesday"),
    2: _("Wednesday"),
    3: _("Thursday"),
    4: _("Friday"),
    5: _("Saturday"),
    6: _("Sunday"),
}
AMOUNTS: dict[str, str | Promise] = {
    "minimum": _("The minimum"),
    "bill": _("This bill"),
    "all": _("Everything"),
}
DAYS_BEFORE = (2, 3, 5, 7)
PARTS = ("morning", "midday", "afternoon")
MONTHS = (1, 2, 3, 6)
MONTH_DAYS = 30


class StandingForm(VisitWishForm):
    """On which day of each month, in which part of the day, and for how much."""

    field_order = ("account", "kind", "week", "weekday", "days_before", "part_of_day", "amount")

    account = forms.ChoiceField(label=_("Credit account"))
    kind = forms.ChoiceField(
        label=_("When shall we come each month?"),
        widget=forms.RadioSelect,
        choices=[
            ("weekday", _("On the same weekday")),
            ("before", _("Some days before the bill is due")),
        ],
    )
    week = forms.TypedChoiceField(label=_("Which one?"), coerce=int, choices=list(WEEKS.items()))
    weekday = forms.TypedChoiceField(label=_("Which day?"), coerce=int, choices=list(WEEKDAYS.items()))
    days_before = forms.TypedChoiceField(
        label=_("How many days before?"), coerce=int, choices=[(n, str(n)) for n in DAYS_BEFORE], initial=3
    )
    part_of_day = forms.ChoiceField(label=_("Which part of the day?"), widget=forms.RadioSelect)
    amount = forms.ChoiceField(
        label=_("How much each time?"),
        widget=forms.RadioSelect,
        choices=list(AMOUNTS.items()),
        initial="bill",
    )

    def __init__(self, data: Any, *, accounts: "list[CreditAccount]", **kwargs: Any) -> None:
        """Offer the accounts by number, the parts of the day in words."""
        super().__init__(data, **kwargs)
        choices = [(str(account.id), account.number) for account in accounts]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        parts = [(part, wording.part_word(part, current_language())) for part in PARTS]
        self.fields["part_of_day"].choices = parts  # type: ignore[attr-defined]

    def asked(self, customer_id: UUID) -> StandingRequest:
        """What was agreed to."""
        said = self.cleaned_data
        is_weekday = said["kind"] == "weekday"
        rule = StandingRule(
            part_of_day=said["part_of_day"],
            amount=said["amount"],
            week=said["week"] if is_weekday else None,
            weekday=said["weekday"] if is_weekday else None,
            days_before=None if is_weekday else said["days_before"],
        )
        return StandingRequest(
            customer_id=customer_id, account_id=UUID(said["account"]), rule=rule, wish=self.wish
        )


def rule_words(standing: "Standing") -> str:
    """When it falls: every third Tuesday, in the morning."""
    part = wording.part_word(standing.part_of_day, current_language())
    if standing.days_before is not None:
        said = {"n": standing.days_before, "part": part}
        return gettext("%(n)s days before the bill is due, %(part)s") % said
    return gettext("%(week)s %(weekday)s of each month, %(part)s") % {
        "week": WEEKS[standing.week or 1],
        "weekday": WEEKDAYS[standing.weekday or 0],
        "part": part,
    }


def standing_card(standing: "Standing", *, at: datetime) -> dict[str, Any]:
    """What a page shows of one, with the next day on which it falls."""
    ahead = queries.turns_ahead(standing, at=at) if standing.state != "asked" else []
    return {
        "standing": standing,
        "words": rule_words(standing),
        "amount": AMOUNTS[standing.amount],
        "next": ahead[0] if ahead else None,
        "months": MONTHS,
    }


def change_standing(standing_id: UUID, said: "QueryDict", *, actor: Actor, at: datetime) -> None:
    """Do what a button says: say yes, skip a month, pause for some, go on, end.

    Raises Invalid("form-unreadable") for anything else, and as the commands do.
    """
    given: dict[str, Any] = {"standing_id": standing_id, "actor": actor, "at": at}
    try:
        if said.get("act") == "skip":
            commands.skip_standing(month=date.fromisoformat(said.get("month", "")), **given)
        elif said.get("act") == "pause":
            today = local_date(at, this_branch().zone)
            commands.pause_standing(
                until=today + timedelta(days=MONTH_DAYS * int(said.get("months", ""))), **given
            )
        elif said.get("act") == "agree":
            commands.confirm_standing(**given)
        elif said.get("act") == "resume":
            commands.resume_standing(**given)
        elif said.get("act") == "end":
            commands.end_standing(**given)
        else:
            raise Invalid("form-unreadable", field="act")
    except (ValueError, OverflowError):
        raise Invalid("form-unreadable", field="act") from None
