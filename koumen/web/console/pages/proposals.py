"""Taking back, letting go, writing off: one person proposes with the effect in view, a second one decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.audit.command import require
from koumen.credit import commands
from koumen.credit import queries as credit
from koumen.credit.permissions import may_mend_accounts
from koumen.credit.queries.effects import effect_of_limit, effect_of_mending
from koumen.credit.queries.proposals import ProposalSearch, proposal, proposals_found
from koumen.credit.rules.activity import ActivityKind
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.mending import REASONS, WAIVABLE, Act, is_same_person
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid, Missing, Refusal
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.web.console.pages import account_words
from koumen.web.console.pages.effect_words import custody_words, effect_rows, limit_rows
from koumen.web.console.pages.frame import page, without
from koumen.web.console.pages.who import told_who
from koumen.web.console.pages.words import word
from koumen.web.ui import wording
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.amounts import LONGEST_AMOUNT
from koumen.web.ui.csv_files import csv_file, every_page
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.credit.models import CreditAccount, Proposal

A_FILE_PAGE = 1000
ASKS_AMOUNT = {Act.WAIVER: _("How much"), Act.LIMIT: _("The new limit")}


class ProposeForm(forms.Form):
    """Why; of a waiver also what and how much. After is_valid() ``amount`` is money."""

    reason = forms.ChoiceField(label=_("Why"))
    once = forms.UUIDField(widget=forms.HiddenInput)
    activity = forms.UUIDField(widget=forms.HiddenInput, required=False)

    amount = Money(0, "CNY")

    def __init__(
        self, data: Any, *, act: Act, currency: str, charges: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        """The reasons of the act; a waiver also asks which charge and how much, another limit which."""
        super().__init__(data, **kwargs)
        self.currency, self.amount = currency, Money(0, currency)
        reasons = [(code, account_words.REASONS[code]) for code in REASONS[act]]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]  # a choice field
        if act is Act.WAIVER:
            self.fields["bucket"] = forms.ChoiceField(label=_("Which charge"), choices=charges)
        if act in ASKS_AMOUNT:
            self.fields["amount"] = forms.CharField(
                label=ASKS_AMOUNT[act],
                max_length=LONGEST_AMOUNT,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
            self.order_fields(["bucket", "amount", "reason"])

    def clean_amount(self) -> str:
        """An amount as people write it."""
        try:
            self.amount = Money.parse(self.cleaned_data["amount"], self.currency)
        except Invalid as refusal:
            raise forms.ValidationError(words(refusal.code, **refusal.params)) from None
        return str(self.cleaned_data["amount"])


@dataclass(frozen=True)
class Wanted:
    """What somebody is about to propose, or has proposed."""

    account: "CreditAccount"
    act: Act
    activity_id: UUID | None = None
    bucket: Bucket | None = None
    amount_minor: int = 0

    def effect(self, actor: Actor, at: datetime) -> dict[str, Any]:
        """What it would do today, or why it cannot be done."""
        try:
            if self.act is Act.LIMIT:
                found = effect_of_limit(
                    actor=actor, account_id=self.account.id, limit_minor=self.amount_minor, at=at
                )
                return {"effect": limit_rows(found)}
            mended = effect_of_mending(
                actor=actor,
                account_id=self.account.id,
                act=self.act,
                activity_id=self.activity_id,
                bucket=self.bucket,
                amount_minor=self.amount_minor,
                at=at,
            )
        except Refusal as refusal:
            return {"problem": words(refusal.code, **refusal.params)}
        return {"effect": effect_rows(mended)}


@signed_in
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, account_id: UUID, act: str) -> HttpResponse:
    """Write a proposal; "check" only reckons. A reversal and a write-off show their effect from the beginning."""
    actor, at = actor_of(request), clock.now()
    require(may_mend_accounts(actor), "credit-not-yours")
    if act not in set(Act):
        raise Missing("account-not-found")
    wanted = Act(act)
    account = credit.credit_account(actor=actor, account_id=account_id)
    start = {"once": new_id(), "activity": request.GET.get("activity")}
    form = ProposeForm(
        request.POST if request.method == "POST" else None,
        act=wanted,
        currency=account.product.currency,
        charges=_charges(actor, account_id, at) if wanted is Act.WAIVER else (),
        initial=start,
    )
    is_ready = form.is_valid()
    if is_ready and "check" not in request.POST:
        try:
            row = commands.propose(
                proposed=_proposed(account, wanted, form), key=form.cleaned_data["once"], actor=actor, at=at
            )
        except Refusal as refusal:
            form.add_error(None, words(refusal.code, **refusal.params))
        else:
            return redirect("proposal", proposal_id=row.id)
    return _form_page(request, form, account, wanted, is_ready=is_ready)


def _charges(actor: Actor, account_id: UUID, at: datetime) -> list[tuple[str, str]]:
    """What can be let go, each with how much of it is owed."""
    held = credit.position_at(actor=actor, account_id=account_id, at=at)
    owed = {
        bucket: sum(bill.unpaid.get(bucket, 0) for bill in held.position.every_bill) for bucket in WAIVABLE
    }
    return [
        (bucket.value, f"{account_words.BUCKETS[bucket]} {wording.money(Money(minor, held.currency))}")
        for bucket, minor in owed.items()
    ]


def _proposed(account: "CreditAccount", act: Act, form: ProposeForm) -> commands.Proposed:
    said = form.cleaned_data
    return commands.Proposed(
        account_id=account.id,
        act=act,
        reason=said["reason"],
        activity_id=said["activity"] if act is Act.REVERSAL else None,
        bucket=Bucket(said["bucket"]) if act is Act.WAIVER else None,
        amount_minor=form.amount.minor if act in ASKS_AMOUNT else 0,
    )


def _form_page(
    request: HttpRequest, form: ProposeForm, account: "CreditAccount", act: Act, *, is_ready: bool
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    context: dict[str, Any] = {
        "form": form,
        "account": account,
        "act": act,
        "asks_amount": act in ASKS_AMOUNT,
        "title": account_words.ACTS[act],
    }
    if act in ASKS_AMOUNT:
        if is_ready:
            bucket = Bucket(form.cleaned_data["bucket"]) if act is Act.WAIVER else None
            context |= Wanted(account, act, None, bucket, form.amount.minor).effect(actor, at)
    else:
        activity_id = _id(str(form["activity"].value() or "")) if act is Act.REVERSAL else None
        context |= Wanted(account, act, activity_id).effect(actor, at)
        context |= _meant(actor, account, activity_id)
    is_refused = bool(form.errors) and "check" not in request.POST
    return page(request, "propose", "customers", context, status=422 if is_refused else 200)


def _meant(actor: Actor, account: "CreditAccount", activity_id: UUID | None) -> dict[str, Any]:
    """The thing that is to be taken back, and where its money is."""
    if activity_id is None:
        return {}
    activity = credit.activity(actor=actor, activity_id=activity_id)
    amount = Money(activity.amount_minor, account.product.currency)
    said: dict[str, Any] = {
        "meant": {
            "kind": word(account_words.KIND_WORDS, activity.kind),
            "at": activity.effective_at,
            "amount": amount,
        }
    }
    if activity.kind == ActivityKind.REPAYMENT:
        said["custody"] = custody_words(actor, activity_id, wording.money(amount))
    return said


class ProposalFilter(forms.Form):
    """Which proposals; all of it may be left empty."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *account_words.PROPOSALS.items()]
    )
    act = forms.ChoiceField(
        label=_("What is asked"), required=False, choices=[("", _("All")), *account_words.ACTS.items()]
    )

    @property
    def search(self) -> ProposalSearch:
        """What the room is asked. A field that cannot be read filters nothing."""
        self.is_valid()
        said = self.cleaned_data
        return ProposalSearch(state=said.get("state", ""), act=said.get("act", ""))


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A page of proposals, newest first, and how many there are."""
    actor, form = actor_of(request), ProposalFilter(request.GET)
    found = proposals_found(actor=actor, search=form.search, before=_id(request.GET.get("before", "")))
    who = _who(found.proposals, actor)
    context = {
        "form": form,
        "count": found.count,
        "older": found.older,
        "kept": without(request, "before"),
        "is_first": "before" not in request.GET,
        "proposals": [_shown(row, who) for row in found.proposals],
    }
    return page(request, "proposals", "customers", context)


def _who(rows: "list[Proposal]", actor: Actor) -> Any:
    keys = [key for row in rows for key in (row.proposed_by, row.decided_by or "")]
    return told_who(keys, purpose="console-proposals", actor=actor, at=clock.now())


def _shown(row: "Proposal", who: Any) -> dict[str, Any]:
    return {
        "row": row,
        "act": word(account_words.ACTS, row.act),
        "meant": word(account_words.KIND_WORDS, row.activity.kind) if row.activity else "",
        "bucket": word(account_words.BUCKETS, row.bucket) if row.bucket else "",
        "amount": Money(row.amount_minor, row.account.product.currency) if row.amount_minor else None,
        "reason": word(account_words.REASONS, row.reason),
        "state": word(account_words.PROPOSALS, row.state),
        "proposed_by": who.get(row.proposed_by, ""),
        "decided_by": who.get(row.decided_by or "", ""),
    }


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """All that match, as a file; who, as a key and without a name."""
    actor, search = actor_of(request), ProposalFilter(request.GET).search
    proposals_found(actor=actor, search=search, limit=1)  # a refusal must be a page, not half a file
    return csv_file(
        "proposals",
        (
            *("proposal", "account", "act", "state", "currency", "amount", "bucket", "activity", "reason"),
            *("proposed_by", "proposed_at", "decided_by", "decided_at"),
        ),
        (
            (
                *(row.id, row.account.number, row.act, row.state, row.account.product.currency),
                *(Money(row.amount_minor, row.account.product.currency).decimal, row.bucket, row.activity_id),
                *(row.reason, row.proposed_by, row.proposed_at.isoformat(), row.decided_by),
                row.decided_at.isoformat() if row.decided_at else "",
            )
            for row in _all(actor, search)
        ),
    )


def _all(actor: Actor, search: ProposalSearch) -> "Iterator[Proposal]":
    for found in every_page(
        lambda before: proposals_found(actor=actor, search=search, before=before, limit=A_FILE_PAGE)
    ):
        yield from found.proposals


@signed_in
@require_GET
def show(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal with its effect as of now; a second person can decide."""
    return _proposal_page(request, proposal_id)


@signed_in
@require_POST
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Agree, and it happens at once, or refuse."""
    form = DecideForm(request.POST)
    if not form.is_valid():
        raise Invalid("form-unreadable", field="decision")
    try:
        commands.decide_proposal(
            proposal_id=proposal_id,
            is_approved=form.cleaned_data["decision"] == "approve",
            key=form.cleaned_data["once"],
            actor=actor_of(request),
            at=clock.now(),
        )
    except Missing:
        raise
    except Refusal as refusal:
        return _proposal_page(request, proposal_id, refusal=refusal)
    return redirect("proposal", proposal_id=proposal_id)


class DecideForm(forms.Form):
    """The answer of the second person."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")])
    once = forms.UUIDField()


def _proposal_page(
    request: HttpRequest, proposal_id: UUID, *, refusal: Refusal | None = None
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    row = proposal(actor=actor, proposal_id=proposal_id)
    is_open, is_own = row.state == "proposed", is_same_person(row.proposed_by, actor.key)
    context: dict[str, Any] = {
        **_shown(row, _who([row], actor)),
        "account": row.account,
        "is_open": is_open,
        "is_own": is_own,
        "may_decide": is_open and not is_own and may_mend_accounts(actor),
        "refusal": words(refusal.code, **refusal.params) if refusal else "",
    }
    if is_open:
        bucket = Bucket(row.bucket) if row.bucket else None
        wanted = Wanted(row.account, Act(row.act), row.activity_id, bucket, row.amount_minor)
        context |= wanted.effect(actor, at)
    context |= {"activity": _meant(actor, row.account, row.activity_id)}
    return page(request, "proposal", "customers", context, status=refusal.status if refusal else 200)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
