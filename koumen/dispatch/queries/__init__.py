"""Slots that can be kept, the routes of a day, the board, travel times."""

from koumen.dispatch.queries.board import BoardRow, BoardStop, board, todays_route
from koumen.dispatch.queries.decisions import overrides_on
from koumen.dispatch.queries.ground import Line, district_of, districts, large_roads, lines_along
from koumen.dispatch.queries.lanes import Lane, LaneStop, lane_for, lanes
from koumen.dispatch.queries.live import Expectation, at_risk, expectations, expected_of, expected_visit
from koumen.dispatch.queries.live_line import LiveLine, live_line
from koumen.dispatch.queries.moving import Spot, spots
from koumen.dispatch.queries.needs import Asked, brings_of, lacks, needs_of, no_goes_in_force, request_for
from koumen.dispatch.queries.planning import Situation, judge, situation
from koumen.dispatch.queries.repairs import OpenRepair, RepairStep, is_asked_about, open_repair, repairs_on
from koumen.dispatch.queries.slots import (
    OFFER_LEAD,
    TAKE_LEAD,
    Plan,
    Routed,
    asking_again,
    book_circumstances,
    chances_of,
    frame_of,
    may_serve,
    plan_for,
    same_window,
    same_window_to_move,
    slots,
    slots_to_move,
)
from koumen.dispatch.queries.standing import Turn, rule_of, standing, standings_of, turns_ahead, turns_to_book
from koumen.dispatch.queries.travel import TravelInForce, travel_in_force, ways_on
from koumen.dispatch.queries.urgent import MovedVisit, Tight, UrgentWay, urgent_ways
from koumen.dispatch.queries.version import board_version
from koumen.dispatch.queries.waiting import (
    MissingSlots,
    missing_slots,
    place_offer,
    waiting,
    waitings_of,
    wish_of,
)
from koumen.dispatch.solver.check import FROZEN_S

__all__ = [
    "FROZEN_S",
    "OFFER_LEAD",
    "TAKE_LEAD",
    "Asked",
    "BoardRow",
    "BoardStop",
    "Expectation",
    "Lane",
    "LaneStop",
    "Line",
    "LiveLine",
    "MissingSlots",
    "MovedVisit",
    "OpenRepair",
    "Plan",
    "RepairStep",
    "Routed",
    "Situation",
    "Spot",
    "Tight",
    "TravelInForce",
    "Turn",
    "UrgentWay",
    "asking_again",
    "at_risk",
    "board",
    "board_version",
    "book_circumstances",
    "brings_of",
    "chances_of",
    "district_of",
    "districts",
    "expectations",
    "expected_of",
    "expected_visit",
    "frame_of",
    "is_asked_about",
    "judge",
    "lacks",
    "lane_for",
    "lanes",
    "large_roads",
    "lines_along",
    "live_line",
    "may_serve",
    "missing_slots",
    "needs_of",
    "no_goes_in_force",
    "open_repair",
    "overrides_on",
    "place_offer",
    "plan_for",
    "repairs_on",
    "request_for",
    "rule_of",
    "same_window",
    "same_window_to_move",
    "situation",
    "slots",
    "slots_to_move",
    "spots",
    "standing",
    "standings_of",
    "todays_route",
    "travel_in_force",
    "turns_ahead",
    "turns_to_book",
    "urgent_ways",
    "waiting",
    "waitings_of",
    "ways_on",
    "wish_of",
]
