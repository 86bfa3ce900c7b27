"""The demonstration branch: the invented town, filled through the rooms' own commands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from koumen.kit import clock
from koumen.simulation.carrying import carry_cash
from koumen.simulation.faces import give_faces
from koumen.simulation.logins import Login, code, logins
from koumen.simulation.mending import mend_some
from koumen.simulation.settling import (
    Enrol,
    Moment,
    Progress,
    draw_districts,
    open_the_branch,
    plan_shifts,
    settle_customers,
    settle_relative,
    settle_staff,
)
from koumen.simulation.town import Town, make_town
from koumen.simulation.visiting import ask_for_elder, at_hour, book_day, live_day
from koumen.simulation.wishing import wish_and_agree

__all__ = ["DemoSummary", "Login", "code", "fill", "logins"]

# Enough that every board has rows, few enough that the day is filled in seconds.
YESTERDAY, TODAY, TOMORROW = 10, 24, 8
ASKED_AT_HOUR = 17  # visits are booked on the afternoon before


@dataclass(frozen=True, kw_only=True)
class DemoSummary:
    """What a demonstration holds."""

    customers: int
    agents: int
    new_visits: int


def fill(*, seed: int, today: date, progress: Progress, enrol: Enrol) -> DemoSummary:
    """Fill the demonstration, or complete and bring up to date what a start before has left.

    ``enrol`` gives a person a second factor (what that is, the sites know). Each part is one transaction or
    asks first what is there: it may be interrupted anywhere, and a second time adds nothing.
    """
    moment = Moment(at=clock.now(), today=today)
    town = make_town(seed=seed, year=today.year)
    progress("branch", 0, 1)
    open_the_branch(moment)
    draw_districts(town, moment)
    progress("branch", 1, 1)
    settle_staff(town, moment, enrol=enrol, progress=progress)
    give_faces(moment)
    settle_customers(town, moment, progress=progress)
    settle_relative(town, moment)
    plan_shifts(town, moment, progress=progress)
    new = _fill_days(town, moment, progress)
    mend_some(opened_before=at_hour(moment.today, 0), at=moment.at)
    return DemoSummary(customers=len(town.customers), agents=len(town.workers), new_visits=new)


def _fill_days(town: Town, moment: Moment, progress: Callable[[str, int, int], None]) -> int:
    new = 0
    for away, most in ((-1, YESTERDAY), (0, TODAY)):
        day = moment.today + timedelta(days=away)
        asked_at = at_hour(day - timedelta(days=1), ASKED_AT_HOUR)
        new += book_day(town, day, asked_at=asked_at, most=most, progress=progress)
        live_day(town, day, now=moment.at, most=most, progress=progress)
        carry_cash(day=day, today=moment.today, now=moment.at)
    tomorrow = moment.today + timedelta(days=1)
    new += book_day(town, tomorrow, asked_at=moment.at, most=TOMORROW, progress=progress)
    ask_for_elder(town, today=moment.today, at=moment.at)
    wish_and_agree(town, today=moment.today, at=moment.at)
    return new
