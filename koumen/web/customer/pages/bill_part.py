"""What of the newest bill is to be split: all of it, some purchases, or an amount."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from koumen.branch.queries import this_branch
from koumen.credit import queries
from koumen.credit.queries.plans import BillPurchase, is_bill_splittable, purchases_of_bill
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.plan import PlanKind, there_minor
from koumen.kit import clock
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.money import Money
from koumen.web.customer.pages.accounts import chosen_account
from koumen.web.ui.actors import actor_of
from koumen.web.ui.amounts import LONGEST_AMOUNT
from koumen.web.ui.choice import Choice
from koumen.web.ui.preferences import current_language
from koumen.web.ui.refusals import words
from koumen.web.ui.templatetags.koumen import money
from koumen.web.ui.wording import day


class PartForm(forms.Form):
    """All, some purchases, or another amount. After is_valid() ``wanted`` is what the address of the next page says."""

    part = forms.ChoiceField(
        label=gettext_lazy("What of this bill?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    chosen = forms.MultipleChoiceField(
        label=gettext_lazy("Which purchases?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(
        label=gettext_lazy("Another amount"),
        required=False,
        max_length=LONGEST_AMOUNT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, held: HeldAccount, bought: list[BillPurchase]) -> None:
        """Offer what there is."""
        super().__init__(data, initial={"part": "all"})
        self.currency = held.currency
        self.there = Money(there_minor(PlanKind.BILL, held.position), held.currency)
        self.wanted: list[tuple[str, str]] = []
        parts = [("all", Choice(_("All of it"), "", money(self.there)))]
        if bought:
            parts.append(("some", Choice(_("Some purchases"), _("Choose them below."))))
        parts.append(("other", Choice(_("Another amount"), _("Write it below."))))
        self.fields["part"].choices = parts  # type: ignore[attr-defined]  # a choice field
        self.fields["chosen"].choices = [  # type: ignore[attr-defined]
            (str(one.purchase_id), _purchase(one, held.currency)) for one in bought
        ]

    def clean(self) -> dict[str, Any]:
        """What the next page is asked for; what cannot be read is said at its field."""
        data = super().clean() or {}
        if data.get("part") == "some":
            self.wanted = [("chosen", one) for one in data.get("chosen", [])]
            if not self.wanted:
                self.add_error("chosen", _("Please choose at least one purchase."))
        elif data.get("part") == "other":
            self._read_amount(data.get("other", ""))
        return data

    def _read_amount(self, written: str) -> None:
        try:
            amount = Money.parse(written, self.currency)
        except Invalid as refusal:
            self.add_error("other", words(refusal.code, **refusal.params))
            return
        if amount.minor <= 0:
            self.add_error("other", words("amount-not-positive"))
        elif amount.minor > self.there.minor:
            self.add_error("other", words("plan-too-large"))
        self.wanted = [("amount", str(amount.minor))]


def _purchase(one: BillPurchase, currency: str) -> Choice:
    zone = this_branch().zone
    return Choice(
        one.description,
        day(clock.local_date(one.purchased_at, zone), current_language()),
        money(Money(one.left_minor, currency)),
    )


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponseBase:
    """What of the newest bill; the number of months comes next. Nothing is agreed by it."""
    actor, at = actor_of(request), clock.now()
    account, _accounts = chosen_account(request, actor)
    held = queries.position_at(actor=actor, account_id=account.id, at=at)
    if not is_bill_splittable(held, clock.local_date(at, this_branch().zone)):
        raise Conflict("plan-too-late")
    form = PartForm(request.POST or None, held=held, bought=purchases_of_bill(held))
    if request.method == "POST" and form.is_valid():
        wanted = [("account", str(account.id)), *form.wanted]
        return redirect(f"{reverse('instalments')}?{urlencode(wanted)}")
    return render(request, "customer/bill_part.html", {"form": form, "account": account})


def asked_amount(text: str) -> int:
    """An amount in minor units from an address, 0 where there is none. Raises Invalid("form-unreadable")."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_AMOUNT):
        raise Invalid("form-unreadable", field="amount", value=text[:40])
    return int(text)


def asked_purchases(values: list[str]) -> tuple[UUID, ...]:
    """Purchases from an address. Raises Invalid("form-unreadable")."""
    try:
        return tuple(UUID(one) for one in values)
    except ValueError:
        raise Invalid("form-unreadable", field="chosen") from None
