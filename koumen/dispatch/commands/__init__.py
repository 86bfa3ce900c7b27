"""Taking and moving slots, dropping stops, wishes."""

from koumen.dispatch.commands.route import drop_stop
from koumen.dispatch.commands.taking import NextBest, Taken, TakeRequest, move, take
from koumen.dispatch.commands.wishing import make_wish

__all__ = ["NextBest", "TakeRequest", "Taken", "drop_stop", "make_wish", "move", "take"]
