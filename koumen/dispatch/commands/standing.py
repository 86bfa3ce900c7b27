"""Standing visits: agreed once, booked each month under the usual test, skipped, paused and ended at any time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.credit.models import CreditAccount
from koumen.credit.rules.mending import is_same_person
from koumen.dispatch.commands.taking import Taken, TakeRequest, take_place
from koumen.dispatch.commands.wishing import make_wish
from koumen.dispatch.events import StandingAgreed, StandingAsked, StandingChanged, StandingTurned
from koumen.dispatch.models import Standing, StandingTurn
from koumen.dispatch.permissions import (
    may_ask_for_customer,
    may_keep_standing,
    may_plan,
    may_say_yes,
    standing_visible_to,
)
from koumen.dispatch.queries.standing import (
    Turn,
    has_visit_near,
    places_on,
    rule_of,
    turns_ahead,
    wanted_minor,
)
from koumen.dispatch.rules.standing import GIVEN_UP, LONGEST_PAUSE, Outcome, StandingRule
from koumen.dispatch.rules.wish import VisitWish
from koumen.dispatch.states import OPEN_STANDING, STANDING, STANDS, StandingState
from koumen.kit.actor import Actor, Role
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Invalid

# A bill that comes late is still met: "nothing is owed" is said on the last day before only.
LAST_LOOK = timedelta(days=1)
# As many places are tried as an hour of bookings could take away meanwhile.
MOST_TRIED = 5


class AgreedHow(StrEnum):
    """How the customer said yes."""

    OWN_PAGE = "own_page"
    CALL = "call"  # the desk called the number on file and read it back


@dataclass(frozen=True, kw_only=True)
class StandingRequest:
    """What a customer agrees to: on which day of each month, and what for."""

    customer_id: UUID
    account_id: UUID
    rule: StandingRule
    wish: VisitWish


@command
def agree_standing(*, request: StandingRequest, actor: Actor, at: datetime) -> Standing:
    """Agree to a visit each month, on one's own page.

    Records StandingAgreed. Raises Denied("visit-not-yours-to-book"), Missing("credit-account-not-found"),
    Conflict("standing-exists").
    """
    require(may_say_yes(actor, request.customer_id), "visit-not-yours-to-book")
    standing = _written(request, at)
    return _agree(standing, AgreedHow.OWN_PAGE, actor, at)


@command
def ask_standing(*, request: StandingRequest, actor: Actor, at: datetime) -> Standing:
    """Write down what a caller wants; nothing is booked before the customer, or a call by somebody else, says yes.

    Records StandingAsked. Raises Denied("visit-not-yours-to-book"), Missing("credit-account-not-found"),
    Conflict("standing-exists").
    """
    require(may_ask_for_customer(actor), "visit-not-yours-to-book")
    standing = _written(request, at)
    standing.state, standing.asked_by = STANDING.move(None, "ask"), actor.key
    standing.save(force_insert=True)
    record(StandingAsked(subject_id=standing.id, customer_id=standing.customer_id), actor=actor, at=at)
    return standing


@command
def confirm_standing(*, standing_id: UUID, actor: Actor, at: datetime) -> Standing:
    """Say yes to what the desk wrote down: the customer, or the desk, which called the number on file and read it back.

    Never by the person who wrote it down. Records StandingAgreed. Raises Missing("standing-not-found"),
    Denied("visit-not-yours-to-book" | "second-person-needed") or Conflict("standing-cannot-agree").
    """
    standing = _lock(standing_id, actor)
    is_own = may_say_yes(actor, standing.customer_id)
    require(is_own or may_ask_for_customer(actor), "visit-not-yours-to-book")
    STANDING.move(StandingState(standing.state), "agree")
    require(not is_same_person(standing.asked_by, actor.key), "second-person-needed")
    return _agree(standing, AgreedHow.OWN_PAGE if is_own else AgreedHow.CALL, actor, at)


def _agree(standing: Standing, how: AgreedHow, actor: Actor, at: datetime) -> Standing:
    before = StandingState(standing.state) if standing.state else None
    standing.state = STANDING.move(before, "agree")
    standing.agreed_how, standing.agreed_by, standing.agreed_at = how, actor.key, at
    standing.save()
    agreed = StandingAgreed(subject_id=standing.id, customer_id=standing.customer_id, how=how)
    record(agreed, actor=actor, at=at)
    return standing


def _written(request: StandingRequest, at: datetime) -> Standing:
    """What is wanted, on an account that has no such agreement yet; the account is the lock."""
    accounts = CreditAccount.objects.filter(customer_id=request.customer_id)
    account = lock(accounts, missing="credit-account-not-found", id=request.account_id)
    if Standing.objects.filter(account=account, state__in=OPEN_STANDING).exists():
        raise Conflict("standing-exists")
    return Standing(
        customer_id=request.customer_id,
        account=account,
        week=request.rule.week,
        weekday=request.rule.weekday,
        days_before=request.rule.days_before,
        part_of_day=request.rule.part_of_day,
        amount=request.rule.amount,
        wish=request.wish.plain(),
        asked_at=at,
    )


@command
def pause_standing(*, standing_id: UUID, until: date, actor: Actor, at: datetime) -> Standing:
    """Book nothing for days before a date; what is booked already stays until it is called off.

    Records StandingChanged. Raises Missing("standing-not-found"), Denied("visit-not-yours-to-book"),
    Conflict("standing-cannot-pause") or Invalid("pause-wrong").
    """
    standing = _lock(standing_id, actor)
    standing.state = STANDING.move(StandingState(standing.state), "pause")
    today = local_date(at, this_branch().zone)
    if not today < until <= today + LONGEST_PAUSE:
        raise Invalid("pause-wrong", field="until")
    standing.paused_until = until
    return _changed(standing, "pause", actor, at)


@command
def resume_standing(*, standing_id: UUID, actor: Actor, at: datetime) -> Standing:
    """Let a paused standing visit go on.

    Records StandingChanged. Raises Missing("standing-not-found"), Denied("visit-not-yours-to-book") or
    Conflict("standing-cannot-resume").
    """
    standing = _lock(standing_id, actor)
    standing.state = STANDING.move(StandingState(standing.state), "resume")
    standing.paused_until = None
    return _changed(standing, "resume", actor, at)


@command
def end_standing(*, standing_id: UUID, actor: Actor, at: datetime) -> Standing:
    """End a standing visit; what is booked already stays until it is called off.

    Records StandingChanged. Raises Missing("standing-not-found"), Denied("visit-not-yours-to-book") or
    Conflict("standing-cannot-end").
    """
    standing = _lock(standing_id, actor)
    standing.state = STANDING.move(StandingState(standing.state), "end")
    standing.paused_until, standing.ended_at = None, at
    return _changed(standing, "end", actor, at)


@command
def skip_standing(*, standing_id: UUID, month: date, actor: Actor, at: datetime) -> StandingTurn:
    """Leave one month out, before it is booked; a visit that is booked is called off on its own page.

    Records StandingChanged. Raises Missing("standing-not-found"), Denied("visit-not-yours-to-book") or
    Conflict("standing-cannot-skip").
    """
    standing = _lock(standing_id, actor)
    turn = next((turn for turn in turns_ahead(standing, at=at) if turn.month == month), None)
    if turn is None or standing.state not in STANDS:
        raise Conflict("standing-cannot-skip")
    row = _keep(turn, Outcome.SKIPPED, None, at)
    _changed(standing, "skip", actor, at)
    return row


def _lock(standing_id: UUID, actor: Actor) -> Standing:
    rows = standing_visible_to(actor).select_related("account")
    standing = lock(rows, missing="standing-not-found", id=standing_id)
    is_theirs = may_keep_standing(actor, standing.customer_id) or actor.role is Role.SYSTEM
    require(is_theirs, "visit-not-yours-to-book")
    return standing


def _changed(standing: Standing, change: str, actor: Actor, at: datetime) -> Standing:
    standing.save(update_fields=["state", "paused_until", "ended_at"])
    changed = StandingChanged(
        subject_id=standing.id,
        customer_id=standing.customer_id,
        change=change,
        until=standing.paused_until,
    )
    record(changed, actor=actor, at=at)
    return standing


@command
def book_turn(*, turn: Turn, actor: Actor, at: datetime) -> StandingTurn | None:
    """Book one month ahead, by the test by which every slot is taken; None when it is not to be decided yet.

    The right day first, then the nearest; in the agreed part of the day only. Nothing is booked where nothing is owed
    or a visit is booked about that day. Where no place is found until four days before, the wish is noted and the
    customer told. Records StandingTurned and what ``take`` records. Raises Denied("plan-not-yours"),
    Missing("standing-not-found").
    """
    require(may_plan(actor), "plan-not-yours")
    standing = _lock(turn.standing_id, actor)
    if standing.state != StandingState.ACTIVE or turn not in turns_ahead(standing, at=at):
        return None
    left = turn.date - local_date(at, this_branch().zone)
    minor = wanted_minor(standing, at=at)
    if minor <= 0:
        return _turned(standing, turn, Outcome.NOTHING_OWED, None, actor, at) if left <= LAST_LOOK else None
    if has_visit_near(standing, turn.date):
        return _turned(standing, turn, Outcome.VISITED, None, actor, at)
    visit_id = _booked(standing, turn, minor, actor, at)
    if visit_id is not None:
        return _turned(standing, turn, Outcome.BOOKED, visit_id, actor, at)
    if left > GIVEN_UP:
        return None
    make_wish(
        customer_id=standing.customer_id,
        date=turn.date,
        part_of_day=standing.part_of_day,
        actor=actor,
        at=at,
    )
    return _turned(standing, turn, Outcome.NO_PLACE, None, actor, at)


def _booked(standing: Standing, turn: Turn, minor: int, actor: Actor, at: datetime) -> UUID | None:
    days = rule_of(standing).days_for(turn.date)
    for number, slot in enumerate(places_on(standing, days, minor, at=at)[:MOST_TRIED]):
        booking = TakeRequest(
            customer_id=standing.customer_id,
            account_id=standing.account_id,
            slot=slot,
            wanted_minor=minor,
            currency=this_branch().currency,
            wish=VisitWish.read(standing.wish),
            is_agreed=True,
        )
        key = uuid5(standing.id, f"{turn.month.isoformat()} {number} {slot.key}")
        taken = take_place(booking=booking, key=key, actor=actor, at=at)
        if isinstance(taken, Taken):
            return taken.visit.id
    return None


def _turned(
    standing: Standing, turn: Turn, outcome: Outcome, visit_id: UUID | None, actor: Actor, at: datetime
) -> StandingTurn:
    row = _keep(turn, outcome, visit_id, at)
    turned = StandingTurned(
        subject_id=standing.id,
        customer_id=standing.customer_id,
        month=turn.month,
        date=turn.date,
        outcome=outcome,
        visit_id=visit_id,
    )
    record(turned, actor=actor, at=at)
    return row


def _keep(turn: Turn, outcome: Outcome, visit_id: UUID | None, at: datetime) -> StandingTurn:
    return StandingTurn.objects.create(
        standing_id=turn.standing_id,
        month=turn.month,
        date=turn.date,
        outcome=outcome,
        visit_id=visit_id,
        made_at=at,
    )
