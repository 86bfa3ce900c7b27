"""A policy pack: dated rules of contact, read strictly when stored and never changed after.

Source: the field's parameter matrix; every number is an example until a lawyer of the lender has checked it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from koumen.conduct.rules.complaints import CLOCKS_UNSAID, ComplaintRules
from koumen.conduct.rules.keeping import KEEPING_UNSAID, EvidenceRules
from koumen.kit.errors import Invalid
from koumen.kit.money import CURRENCIES

# A team is two; more at a door frighten whoever opens it.
MOST_STAFF = 2
PARTS = frozenset(
    {"pack", "version", "status", "effective_from", "effective_to"}
    | {
        "hours",
        "knock",
        "staff",
        "cash",
        "custody",
        "living",
        "stop",
        "door",
        "complaint",
        "evidence",
        "sources",
    }
)


@dataclass(frozen=True)
class CashLimits:
    """Ceilings in minor units of one currency; a ceiling never refuses cash, it offers another way."""

    currency: str
    per_visit_max: int
    two_agents_over: int
    in_hand_max: int


class WillCheck(StrEnum):
    """Whether the agent asks the customer, alone if it can be, whether they understand and pay of their own will."""

    NO = "no"
    ASKED = "asked"  # the agent's page asks; a visit goes on without an answer
    REQUIRED = "required"  # no amount is agreed before


@dataclass(frozen=True)
class DoorRules:
    """What holds while an agent is at a door, and how long the traces of the way there are kept."""

    will_check: WillCheck = WillCheck.NO
    check_in: timedelta = timedelta(minutes=30)  # without a sign of life the console is alarmed
    outcome: timedelta = timedelta(hours=2)  # after arrival, without an ending: a receipt may be missing
    location_kept: timedelta = timedelta(days=30)


@dataclass(frozen=True)
class CustodyRules:
    """When an agent is told to hand in: at this share of the ceiling in hand, and after holding cash for so long."""

    warn_percent: int
    too_old_after: timedelta


# Packs from before there was custody: four fifths leave room for one more visit, and what was taken on one day is
# handed in on the next.
CUSTODY_UNSAID = CustodyRules(warn_percent=80, too_old_after=timedelta(hours=30))


@dataclass(frozen=True)
class Pack:
    """What the rulings are made from; hours are wall times where the customer lives, [opens, closes).

    ``living_minor``: what a repayment plan leaves alone every month, by currency, beside what is needed to live.
    """

    name: str
    version: int
    effective_from: date
    effective_to: date | None
    opens: time
    closes: time
    knock_before: timedelta
    knock_after: timedelta
    certificate: str | None
    first_cash_staff: int  # how many come to the first visit at which a customer pays in cash
    cash: Mapping[str, CashLimits]
    custody: CustodyRules
    living_minor: Mapping[str, int]
    stop_reasons: tuple[str, ...]
    door: DoorRules = DoorRules()
    complaint: ComplaintRules = CLOCKS_UNSAID
    evidence: EvidenceRules = KEEPING_UNSAID

    def staff_for_cash(self, currency: str, amount_minor: int, *, is_first: bool) -> int:
        """How many come when a customer pays so much in cash."""
        limits = self.cash.get(currency)
        is_much = limits is not None and amount_minor > limits.two_agents_over
        return max(MOST_STAFF if is_much else 1, self.first_cash_staff if is_first else 1)

    def is_effective(self, day: date) -> bool:
        """Whether the pack holds on a day, [from, to)."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


def pack_on(packs: Iterable[Pack], day: date) -> Pack | None:
    """The pack that holds on a day: the one that came into force last, and of those the newest version."""
    held = [pack for pack in packs if pack.is_effective(day)]
    return max(held, key=lambda pack: (pack.effective_from, pack.version), default=None)


def read_pack(content: Mapping[str, Any]) -> Pack:
    """Understand a stored pack; raises Invalid("pack-…") naming the part that is wrong."""
    unknown = set(content) - PARTS
    if unknown:
        raise Invalid("pack-part-unknown", field=min(unknown))
    opens, closes = _hours(content)
    knock = _part(content, "knock")
    starts = _day(content, "effective_from")
    ends = _day(content, "effective_to") if content.get("effective_to") is not None else None
    if ends is not None and ends <= starts:
        raise Invalid("pack-never-effective", field="effective_to")
    return Pack(
        name=_text(content, "pack"),
        version=_count(content, "version", least=1),
        effective_from=starts,
        effective_to=ends,
        opens=opens,
        closes=closes,
        knock_before=timedelta(minutes=_count(knock, "before_min")),
        knock_after=timedelta(minutes=_count(knock, "after_min")),
        certificate=_part(content, "staff").get("certificate"),
        first_cash_staff=_first_cash_staff(_part(content, "staff")),
        cash={code: _limits(code, limits) for code, limits in _part(content, "cash").items()},
        custody=_custody(content),
        living_minor=_living(content),
        stop_reasons=_reasons(content),
        door=_door(content),
        complaint=_complaint(content),
        evidence=_evidence(content),
    )


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    if not isinstance(part, Mapping):
        raise Invalid("pack-part-missing", field=name)
    return part


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid("pack-text-missing", field=name)
    return value


def _count(content: Mapping[str, Any], name: str, least: int = 0) -> int:
    value = content.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Invalid("pack-number-wrong", field=name)
    return value


def _day(content: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(content[name])
    except (KeyError, TypeError, ValueError):
        raise Invalid("pack-date-wrong", field=name) from None


def _hours(content: Mapping[str, Any]) -> tuple[time, time]:
    hours = _part(content, "hours")
    try:
        opens, closes = (time.fromisoformat(text) for text in hours["visit"])
    except (KeyError, TypeError, ValueError):
        raise Invalid("pack-hours-wrong", field="hours") from None
    if opens >= closes or opens.tzinfo or closes.tzinfo:
        raise Invalid("pack-hours-wrong", field="hours")
    if hours.get("zone") != "customer":
        raise Invalid("pack-zone-unknown", field="hours")
    return opens, closes


def _limits(code: str, limits: Mapping[str, Any]) -> CashLimits:
    if code not in CURRENCIES:
        raise Invalid("currency-unknown", field="cash", value=code)
    return CashLimits(
        currency=code,
        per_visit_max=_count(limits, "per_visit_max", least=1),
        two_agents_over=_count(limits, "two_agents_over", least=1),
        in_hand_max=_count(limits, "in_hand_max", least=1),
    )


def _first_cash_staff(staff: Mapping[str, Any]) -> int:
    """Packs from before there were teams do not say it: one."""
    many = _count(staff, "first_cash_visit", least=1) if "first_cash_visit" in staff else 1
    if many > MOST_STAFF:
        raise Invalid("pack-number-wrong", field="first_cash_visit")
    return many


def _custody(content: Mapping[str, Any]) -> CustodyRules:
    if "custody" not in content:
        return CUSTODY_UNSAID
    said = _part(content, "custody")
    percent = _count(said, "warn_percent", least=1)
    if percent > 100:
        raise Invalid("pack-number-wrong", field="warn_percent")
    return CustodyRules(percent, timedelta(hours=_count(said, "too_old_after_hours", least=1)))


def _living(content: Mapping[str, Any]) -> dict[str, int]:
    """Packs from before there were repayment plans do not say it."""
    amounts = _part(content, "living") if "living" in content else {}
    unknown = amounts.keys() - CURRENCIES.keys()
    if unknown:
        raise Invalid("currency-unknown", field="living", value=min(unknown))
    return {code: _count(amounts, code) for code in amounts}


def _door(content: Mapping[str, Any]) -> DoorRules:
    """Packs from before there were these rules do not say them."""
    if "door" not in content:
        return DoorRules()
    door = _part(content, "door")
    will = door.get("will_check")
    if will not in set(WillCheck):
        raise Invalid("pack-door-wrong", field="will_check")
    return DoorRules(
        will_check=WillCheck(will),
        check_in=timedelta(minutes=_count(door, "check_in_min", least=5)),
        outcome=timedelta(minutes=_count(door, "outcome_min", least=30)),
        location_kept=timedelta(days=_count(door, "location_days")),
    )


def _complaint(content: Mapping[str, Any]) -> ComplaintRules:
    """Packs from before there were complaints do not say them."""
    if "complaint" not in content:
        return CLOCKS_UNSAID
    clock = _part(content, "complaint")
    return ComplaintRules(
        acknowledge=timedelta(hours=_count(clock, "ack_hours", least=1)),
        answer=timedelta(days=_count(clock, "answer_days", least=1)),
    )


def _evidence(content: Mapping[str, Any]) -> EvidenceRules:
    """Packs from before there was evidence do not say it."""
    if "evidence" not in content:
        return KEEPING_UNSAID
    evidence = _part(content, "evidence")
    days = _part(evidence, "days")
    return EvidenceRules(
        days={purpose: _count(days, purpose, least=1) for purpose in days},
        after_quarrel=timedelta(days=_count(evidence, "after_quarrel_days")),
    )


def _reasons(content: Mapping[str, Any]) -> tuple[str, ...]:
    reasons = content.get("stop")
    if (
        not isinstance(reasons, list)
        or not reasons
        or not all(isinstance(code, str) and code for code in reasons)
    ):
        raise Invalid("pack-stop-wrong", field="stop")
    return tuple(dict.fromkeys(reasons))
