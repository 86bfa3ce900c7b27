"""Taking and moving slots, dropping stops, wishes, travel times."""

from koumen.dispatch.commands.route import drop_stop
from koumen.dispatch.commands.taking import NextBest, Taken, TakeRequest, move, take
from koumen.dispatch.commands.travelling import RoadsTaken, import_roads, refit_travel, set_travel_times
from koumen.dispatch.commands.wishing import make_wish

__all__ = [
    "NextBest",
    "RoadsTaken",
    "TakeRequest",
    "Taken",
    "drop_stop",
    "import_roads",
    "make_wish",
    "move",
    "refit_travel",
    "set_travel_times",
    "take",
]
