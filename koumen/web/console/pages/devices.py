"""The phones of agents: enrolled, how far they have told, what is missing, what waits for a person."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.devices import commands, queries
from koumen.devices.commands.enrolling import LABEL_LENGTH
from koumen.devices.permissions import may_decide_money, may_manage_devices, may_review_acts
from koumen.devices.rules.alarms import AlarmKind, DismissReason, RevokeReason
from koumen.devices.rules.bodies import read_card, read_cash
from koumen.devices.rules.envelope import MONEY, Kind
from koumen.devices.rules.moments import ENROLMENT_LIVES
from koumen.kit import clock
from koumen.kit.errors import Invalid
from koumen.kit.money import Money
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import Words, word
from koumen.web.ui.act_words import KINDS
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.devices.models import DeviceAct

ALARMS: Words = {
    AlarmKind.NUMBER_USED_TWICE: _("Two different acts with one number: a copied phone?"),
    AlarmKind.CHAIN_BROKEN: _("An act that does not follow the one before it"),
    AlarmKind.FORGED: _("An act that this phone did not sign"),
    AlarmKind.GAP: _("Acts have been missing for two hours"),
    AlarmKind.RECEIPT_GAP: _("A receipt number is missing"),
    AlarmKind.RECEIPT_USED_TWICE: _("One receipt number for two payments"),
    AlarmKind.REVOKED: _("A blocked phone, or one whose agent has left, has sent something"),
    AlarmKind.CLOCK: _("The phone's clock says what cannot be"),
    AlarmKind.TOLD_LATE: _("Told so late that only the phone knows when it was done"),
    AlarmKind.OLD_PACK: _("Done with the day of an earlier day"),
    AlarmKind.MONEY_ASIDE: _("Money that is not in the books yet"),
}
ACT_STATES: Words = {
    "received": _("Received, waits for the act before it"),
    "posted": _("Booked"),
    "quarantined": _("Set aside"),
    "dismissed": _("Nothing to do"),
}
SET_ASIDE: Words = {
    "may-not-knock": _("The rules of conduct did not allow the knock."),
    "customer-not-proven": _("The year of birth was not the right one."),
    "code-not-right": _("The code of the door card was not the right one."),
    "sign-not-known": _("The number was none of the agent's two."),
    "certificate-over": _("The phone's certificate was over."),
    "device-revoked": _("The phone was blocked when it came."),
    "agent-inactive": _("The agent does not work here any more."),
    "act-fault": _("Our own program failed on it. Please tell whoever looks after the system."),
}
REVOKE_REASONS: Words = {
    RevokeReason.LOST: _("Lost"),
    RevokeReason.STOLEN: _("Stolen"),
    RevokeReason.BROKEN: _("Broken"),
    RevokeReason.REPLACED: _("Replaced by another"),
    RevokeReason.AGENT_LEFT: _("The agent left"),
}
DISMISS_REASONS: Words = {
    DismissReason.DONE_OTHERWISE: _("Entered in another way"),
    DismissReason.NOT_OURS: _("Not from a phone of ours"),
    DismissReason.OVERTAKEN: _("Overtaken by what came later"),
}


class EnrolForm(forms.Form):
    """For whom a phone is enrolled, and how the office tells it apart."""

    agent = forms.ChoiceField(label=_("Agent"))
    label = forms.CharField(
        label=_("Sticker or colour of the phone"), max_length=LABEL_LENGTH, required=False
    )


class RevokeForm(forms.Form):
    """Why, and the last receipt number on its screen, when somebody can read it."""

    reason = forms.ChoiceField(label=_("Why"), choices=list(REVOKE_REASONS.items()))
    stated_receipt = forms.IntegerField(
        label=_("Last receipt number on its screen (empty if nobody can read it)"),
        required=False,
        min_value=0,
    )


class DismissForm(forms.Form):
    """Why there is nothing to do."""

    reason = forms.ChoiceField(label=_("Why"), choices=list(DISMISS_REASONS.items()))


class VersionForm(forms.Form):
    """The oldest app that still gets a day."""

    least = forms.IntegerField(label=_("Oldest app that gets a day"), min_value=0, max_value=10**6)


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every phone, what is missing, alarms, and what waits for a person."""
    actor = actor_of(request)
    may_review = may_review_acts(actor) or may_manage_devices(actor)
    waiting = queries.acts_set_aside(actor=actor) if may_review else []
    context: dict[str, Any] = {
        "rows": queries.devices(actor=actor),
        "alarms": [{"row": row, "word": word(ALARMS, row.kind)} for row in queries.open_alarms(actor=actor)],
        "may_review": may_review,
        "waiting": [_act(row) for row in waiting],
        "may_manage": may_manage_devices(actor),
    }
    if may_manage_devices(actor):
        form = EnrolForm()
        form.fields["agent"].choices = _agents(request)  # type: ignore[attr-defined]  # a choice field
        context |= {"form": form, "version": VersionForm(initial={"least": queries.least_app_version()})}
    return page(request, "devices", "devices", context)


def _agents(request: HttpRequest) -> list[tuple[str, str]]:
    found = queries.agents_to_equip(actor=actor_of(request))
    return [(str(agent.id), agent.staff_number) for agent in found]


def _act(row: "DeviceAct") -> dict[str, Any]:
    amount = None
    if row.kind in MONEY and row.is_genuine:
        try:
            act = queries.signed_act(row)
            said = read_cash(act.body) if row.kind == Kind.CASH else read_card(act.body)
            amount = Money(said.amount_minor, said.currency)
        except Invalid:
            amount = None
    return {
        "row": row,
        "kind": word(KINDS, row.kind),
        "state": word(ACT_STATES, row.state),
        "why": word(SET_ASIDE, row.code) if row.code in SET_ASIDE else words(row.code) if row.code else "",
        "amount": amount,
    }


@signed_in
@require_POST
def enrol(request: HttpRequest) -> HttpResponse:
    """Open an enrolment and show the picture to scan, this once."""
    actor, at = actor_of(request), clock.now()
    form = EnrolForm(request.POST)
    form.fields["agent"].choices = _agents(request)  # type: ignore[attr-defined]  # a choice field
    if not form.is_valid():
        raise Invalid("form-unreadable", field="agent")
    opened = commands.open_enrolment(
        agent_id=UUID(form.cleaned_data["agent"]), label=form.cleaned_data["label"], actor=actor, at=at
    )
    context = {
        "enrolment": opened.enrolment,
        "url": f"{settings.KOUMEN_PUBLIC_URL}/agent/device/#{opened.token}",
        "minutes": int(ENROLMENT_LIVES.total_seconds() // 60),
    }
    return page(request, "device_enrol", "devices", context)


@signed_in
@require_GET
def show(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """One phone, its acts, its certificate."""
    actor = actor_of(request)
    context = {
        "one": queries.device_row(actor=actor, device_id=device_id),
        "acts": [_act(row) for row in queries.acts_of(actor=actor, device_id=device_id)],
        "form": RevokeForm(),
        "may_manage": may_manage_devices(actor),
    }
    return page(request, "device", "devices", context)


@signed_in
@require_POST
def revoke(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Block a phone."""
    form = RevokeForm(request.POST)
    if not form.is_valid():
        raise Invalid("number-unreadable", field="stated_receipt")
    commands.revoke_device(
        device_id=device_id,
        reason=RevokeReason(form.cleaned_data["reason"]),
        stated_receipt=form.cleaned_data["stated_receipt"],
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("device", device_id=device_id)


@signed_in
@require_POST
def require_version(request: HttpRequest) -> HttpResponse:
    """Say which app is too old."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Invalid("number-unreadable", field="least")
    commands.require_app_version(least=form.cleaned_data["least"], actor=actor_of(request), at=clock.now())
    return redirect("devices")


@signed_in
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """One act as it was signed; what was set aside is booked or dismissed here."""
    actor, at = actor_of(request), clock.now()
    if request.method == "POST":
        if request.POST.get("decision") == "post":
            commands.post_set_aside(act_id=act_id, actor=actor, at=at)
        else:
            form = DismissForm(request.POST)
            if not form.is_valid():
                raise Invalid("form-unreadable", field="reason")
            reason = DismissReason(form.cleaned_data["reason"])
            commands.dismiss_act(act_id=act_id, reason=reason, actor=actor, at=at)
        return redirect("device_act", act_id=act_id)
    row = queries.device_act(actor=actor, act_id=act_id)
    is_money = row.kind in MONEY
    context = {
        "one": _act(row),
        "is_open": row.state == "quarantined",
        "may_post": row.is_genuine and (may_decide_money(actor) if is_money else may_review_acts(actor)),
        "may_dismiss": may_review_acts(actor) and not (is_money and row.is_genuine),
        "form": DismissForm(),
    }
    return page(request, "device_act", "devices", context)


@signed_in
@require_POST
def take(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Say that one looks after an alarm."""
    commands.take_device_alarm(alarm_id=alarm_id, actor=actor_of(request), at=clock.now())
    return redirect(reverse("devices"))


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """The phones as a file."""
    return csv_file(
        "devices",
        (
            *("code", "staff_number", "enrolled_at", "revoked_at", "app_version", "last_seen_at"),
            *("last_act", "missing_acts", "last_receipt", "missing_receipts", "set_aside", "waiting"),
        ),
        (
            (
                *(one.device.code, one.device.agent.staff_number, one.device.enrolled_at.isoformat()),
                *(one.device.revoked_at or "", one.device.app_version, one.device.last_seen_at or ""),
                *(one.last.sequence, one.missing_acts, one.last.receipt),
                *(" ".join(map(str, one.missing_receipts)), one.set_aside, one.waiting),
            )
            for one in queries.devices(actor=actor_of(request))
        ),
    )
