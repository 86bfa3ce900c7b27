"""Taking and moving slots, dropping stops, wishes, teams, travel times, planning, and what persons decide."""

from koumen.dispatch.commands.districts import import_districts, store_districts
from koumen.dispatch.commands.living import give_up_shift
from koumen.dispatch.commands.offering import accept_place, decline_place, lapse_place, offer_places
from koumen.dispatch.commands.overriding import (
    CannotBe,
    Decided,
    pin_visit,
    refuse_agent,
    release_visit,
    swap_visits,
)
from koumen.dispatch.commands.placing import Placing, place_visit
from koumen.dispatch.commands.planning import AtRisk, DayPlan, plan_day
from koumen.dispatch.commands.proposing import accept_repair, refuse_repair
from koumen.dispatch.commands.repairing import propose_repair
from koumen.dispatch.commands.route import drop_stop
from koumen.dispatch.commands.standing import (
    StandingRequest,
    agree_standing,
    ask_standing,
    book_turn,
    confirm_standing,
    end_standing,
    pause_standing,
    resume_standing,
    skip_standing,
)
from koumen.dispatch.commands.taking import NextBest, Taken, TakeRequest, move, take
from koumen.dispatch.commands.teaming import NoGoRequest, form_team, lift_no_go, part_team, set_no_go
from koumen.dispatch.commands.travelling import RoadsTaken, import_roads, refit_travel, set_travel_times
from koumen.dispatch.commands.urgent import UrgentBooking, book_urgent
from koumen.dispatch.commands.wishing import (
    WaitRequest,
    end_waiting,
    join_waiting_list,
    leave_waiting_list,
    make_wish,
)

__all__ = [
    "AtRisk",
    "CannotBe",
    "DayPlan",
    "Decided",
    "NextBest",
    "NoGoRequest",
    "Placing",
    "RoadsTaken",
    "StandingRequest",
    "TakeRequest",
    "Taken",
    "UrgentBooking",
    "WaitRequest",
    "accept_place",
    "accept_repair",
    "agree_standing",
    "ask_standing",
    "book_turn",
    "book_urgent",
    "confirm_standing",
    "decline_place",
    "drop_stop",
    "end_standing",
    "end_waiting",
    "form_team",
    "give_up_shift",
    "import_districts",
    "import_roads",
    "join_waiting_list",
    "lapse_place",
    "leave_waiting_list",
    "lift_no_go",
    "make_wish",
    "move",
    "offer_places",
    "part_team",
    "pause_standing",
    "pin_visit",
    "place_visit",
    "plan_day",
    "propose_repair",
    "refit_travel",
    "refuse_agent",
    "refuse_repair",
    "release_visit",
    "resume_standing",
    "set_no_go",
    "set_travel_times",
    "skip_standing",
    "store_districts",
    "swap_visits",
    "take",
]
