"""Reactions of the room to what happened elsewhere, and what it does by itself."""

import json
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from koumen.agents.events import ShiftDelayed, ShiftEndedEarly, ShiftPlanned, ShiftResumed
from koumen.audit.models import Fact
from koumen.audit.reactions import reaction
from koumen.branch.queries import this_branch
from koumen.dispatch.events import PlaceAnswered, SlotTaken, StopDropped, VisitOverridden, WaitingJoined
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict, Refusal
from koumen.visits.commands import notify_customer
from koumen.visits.events import AgentTurnedBack, NobodyAnswered, VisitBrokenOff, VisitCancelled
from koumen.visits.models import Visit
from koumen.visits.queries import told
from koumen.visits.rules.notices import NoticeKind, is_near, lateness_due

logger = structlog.get_logger()

PLAN = "koumen.dispatch.jobs.plan_one_day"
IMPROVE = "koumen.dispatch.jobs.improve_repair"
# Tomorrow is planned when hardly anybody books any more, and agents see their day before they sleep.
EVENING_HOUR, EVENING_S = 20, 30.0
# Most of what a booking makes possible is found in two seconds (warm start); a minute gathers bookings that come together.
AFTER_A_CHANGE_S, GATHER_S = 2.0, 60
# A dispatcher reads the first repair for longer than this.
IMPROVE_S = 2.0


@reaction(VisitCancelled, VisitBrokenOff, NobodyAnswered)
def reopen_route(fact_id: UUID) -> None:
    """A visit ended before its time: its place in the route can be promised again."""
    from koumen.dispatch.commands import drop_stop

    fact = Fact.objects.get(fact_id=fact_id)
    drop_stop(visit_id=fact.subject_id, actor=SYSTEM, at=clock.now())


@app.periodic(cron="0 19 1 * *")
@app.task(name="koumen.dispatch.jobs.correct_travel_times", queue="heavy")
def correct_travel_times(timestamp: int) -> None:
    """Once a month let logged trips correct the travel times of days on which nothing is promised yet."""
    from koumen.dispatch.commands import refit_travel

    del timestamp
    stored = refit_travel(actor=SYSTEM, at=clock.now())
    logger.info("travel_times_corrected", version=stored.version if stored else None)


@app.task(name=PLAN, queue="heavy")
def plan_one_day(day: str, seconds: float) -> None:
    """Plan a day in so many seconds."""
    from koumen.dispatch.commands import plan_day

    planned = plan_day(
        date=date.fromisoformat(day),
        seconds=seconds,
        on_progress=lambda share, cost: None,
        actor=SYSTEM,
        at=clock.now(),
    )
    logger.info(
        "day_planned",
        date=day,
        changed=planned.changed,
        dropped=planned.dropped,
        proposed=planned.proposed,
        saved_s=planned.before_s - planned.after_s,
        at_risk=len(planned.at_risk),
    )


@app.periodic(cron="0 * * * *")
@app.task(name="koumen.dispatch.jobs.plan_tomorrow", queue="heavy")
def plan_tomorrow(timestamp: int) -> None:
    """In the evening of the branch, plan its next day."""
    del timestamp
    here = clock.now().astimezone(this_branch().zone)
    if here.hour == EVENING_HOUR:
        plan_one_day(day=(here.date() + timedelta(days=1)).isoformat(), seconds=EVENING_S)


@reaction(SlotTaken, StopDropped, queue="heavy")
def plan_again(fact_id: UUID) -> None:
    """A route changed: its day is planned again soon, once for all changes of a minute; one that runs, only proposed."""
    from koumen.agents.queries import working_day

    body = json.loads(Fact.objects.get(fact_id=fact_id).body)
    day = working_day(shift_id=UUID(body["shift_id"])).date.isoformat()
    soon = app.configure_task(name=PLAN, queueing_lock=f"plan {day}", schedule_in={"seconds": GATHER_S})
    try:
        with transaction.atomic():
            soon.defer(day=day, seconds=AFTER_A_CHANGE_S)
    except AlreadyEnqueued:
        logger.debug("day_waits_to_be_planned", date=day)


@reaction(StopDropped, ShiftPlanned, PlaceAnswered, WaitingJoined, queue="normal")
def offer_what_is_free(fact_id: UUID) -> None:
    """Something came free in a shift, or somebody began to wait for a day: ask the next in line."""
    from koumen.dispatch.commands import offer_places

    fact = Fact.objects.get(fact_id=fact_id)
    body = json.loads(fact.body)
    if fact.kind == WaitingJoined.kind():
        asked = offer_places(date=date.fromisoformat(body["date"]), actor=SYSTEM, at=clock.now())
    else:
        shift_id = UUID(body.get("shift_id", str(fact.subject_id)))
        asked = offer_places(shift_id=shift_id, actor=SYSTEM, at=clock.now())
    logger.info("places_offered", fact=str(fact_id), asked=asked)


@app.periodic(cron="*/10 * * * *")
@app.task(name="koumen.dispatch.jobs.tend_waiting_list", queue="normal")
def tend_waiting_list(timestamp: int) -> None:
    """Let offers go that nobody answered, end what waits for days that are over, and ask the next in line."""
    from koumen.dispatch.commands import end_waiting, lapse_place, offer_places
    from koumen.dispatch.queries.waiting import offers_to_lapse, waits_to_end

    del timestamp
    at = clock.now()
    for offer_id in offers_to_lapse(at=at):
        try:
            lapse_place(offer_id=offer_id, actor=SYSTEM, at=at)
        except Conflict as refused:
            logger.info("offer_not_lapsed", offer_id=str(offer_id), code=refused.code)
    for waiting_id in waits_to_end(today=clock.local_date(at, this_branch().zone)):
        try:
            end_waiting(waiting_id=waiting_id, actor=SYSTEM, at=at)
        except Conflict as refused:
            logger.info("waiting_not_ended", waiting_id=str(waiting_id), code=refused.code)
    offer_places(actor=SYSTEM, at=at)


@app.periodic(cron="30 * * * *")
@app.task(name="koumen.dispatch.jobs.book_standing_visits", queue="normal")
def book_standing_visits(timestamp: int) -> None:
    """Book standing visits ahead, each a transaction of its own, and let those go on whose pause is over."""
    from koumen.dispatch.commands import book_turn, resume_standing
    from koumen.dispatch.queries.standing import pauses_over, turns_to_book

    del timestamp
    at = clock.now()
    for standing_id in pauses_over(today=clock.local_date(at, this_branch().zone)):
        resume_standing(standing_id=standing_id, actor=SYSTEM, at=at)
    for turn in turns_to_book(at=at):
        try:
            row = book_turn(turn=turn, actor=SYSTEM, at=at)
            outcome = row.outcome if row else "later"
        except Refusal as refused:  # one customer without an address must not keep the others waiting
            outcome = refused.code
        logger.info("standing_turn", standing=str(turn.standing_id), month=str(turn.month), outcome=outcome)


@app.periodic(cron="* * * * *")
@app.task(name="koumen.dispatch.jobs.watch_day", queue="now", queueing_lock="watch_day")
def watch_day(timestamp: int) -> None:
    """Each minute: tell customers who is near or late, and look for a repair where a promise is at risk.

    What was told is told once, so that a run after a killed one goes on where that stopped.
    """
    del timestamp
    at = clock.now()
    today = local_date(at, this_branch().zone)
    tell_customers(today, at)
    look_for_repair(today, at)


def tell_customers(day: date, at: datetime) -> None:
    """Tell each customer of a day what is due at a moment and was not told yet."""
    from koumen.dispatch.queries import expectations

    coming = expectations(actor=SYSTEM, date=day, at=at)
    known = told(visit_ids=[one.visit_id for one in coming])
    for one in coming:
        late = timedelta(seconds=one.late_s)
        due = lateness_due(one.window_from, one.expected_at, late, at)
        if due is None and is_near(one.expected_at, one.set_out_at, at):
            due = NoticeKind.NEAR
        if due and (one.visit_id, due) not in known:
            notify_customer(visit_id=one.visit_id, kind=due, expected_at=one.expected_at, actor=SYSTEM, at=at)


def look_for_repair(day: date, at: datetime) -> None:
    """Propose what can be found at once, and let the optimiser improve on it soon."""
    from koumen.dispatch.commands import propose_repair

    found = propose_repair(date=day, seconds=0, actor=SYSTEM, at=at)
    if found is None or found.made_at != at:
        return
    logger.info("repair_proposed", date=day.isoformat(), helped=len(found.content["helped"]))
    soon = app.configure_task(name=IMPROVE, queueing_lock=f"improve {day}")
    try:
        with transaction.atomic():
            soon.defer(day=day.isoformat())
    except AlreadyEnqueued:
        logger.debug("repair_waits_to_be_improved", date=day.isoformat())


@app.task(name=IMPROVE, queue="heavy")
def improve_repair(day: str) -> None:
    """Look again with time for the optimiser: a better repair takes the place of the first."""
    from koumen.dispatch.commands import propose_repair

    propose_repair(date=date.fromisoformat(day), seconds=IMPROVE_S, actor=SYSTEM, at=clock.now())


@reaction(ShiftEndedEarly, ShiftDelayed, ShiftResumed)
def repair_day_of_shift(fact_id: UUID) -> None:
    """An agent cannot go on, is held up, or goes on after all: a repair is looked for at once."""
    from koumen.agents.queries import working_day

    shift = working_day(shift_id=Fact.objects.get(fact_id=fact_id).subject_id)
    look_for_repair(shift.date, clock.now())


@reaction(AgentTurnedBack, VisitOverridden)
def repair_day_of_visit(fact_id: UUID) -> None:
    """An agent turned back, or a person said who does not go: a repair is looked for at once."""
    visit = Visit.objects.get(id=Fact.objects.get(fact_id=fact_id).subject_id)
    look_for_repair(visit.date, clock.now())
