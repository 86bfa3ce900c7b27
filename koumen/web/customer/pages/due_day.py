"""Another day of the month on which bills are due."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from koumen.credit import commands
from koumen.credit.queries.due_day import due_day_choice
from koumen.kit import clock
from koumen.web.customer.pages.accounts import chosen_account
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import read_id
from koumen.web.ui.choice import Choice


class DueDayForm(forms.Form):
    """One of the days that the product offers, besides the one there is."""

    day = forms.TypedChoiceField(
        label=gettext_lazy("Which day of the month suits you?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a day.")},
    )

    def __init__(self, data: Any, *, days: tuple[int, ...]) -> None:
        """Offer the days."""
        super().__init__(data)
        self.fields["day"].choices = [  # type: ignore[attr-defined]  # a choice field
            (day, Choice(_("Day %(day)s of the month") % {"day": day})) for day in days
        ]


@login_required
@require_http_methods(["GET", "POST"])
def due_day(request: HttpRequest) -> HttpResponseBase:
    """Choose another day; counted from the next bill on, once in twelve months."""
    actor, at = actor_of(request), clock.now()
    account, accounts = chosen_account(request, actor)
    choice = due_day_choice(actor=actor, account_id=account.id, at=at)
    form = DueDayForm(request.POST or None, days=choice.others)
    if request.method == "POST" and form.is_valid():
        commands.change_due_day(
            account_id=account.id,
            due_day=form.cleaned_data["day"],
            key=read_id(request.POST.get("once", "")),
            actor=actor,
            at=at,
        )
        return redirect(f"{reverse('due_day')}?account={account.id}")
    context = {"form": form, "choice": choice, "account": account, "accounts": accounts}
    return render(request, "customer/due_day.html", context)
