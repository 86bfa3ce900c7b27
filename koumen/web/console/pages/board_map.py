"""What the map of the board shows: stops with their state, and each agent's way from stop to stop. No names, no homes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from koumen.dispatch import queries as dispatch
from koumen.dispatch.queries import Lane
from koumen.web.console.pages.board_drawing import SHAPES, look_of


def map_of(lanes: Sequence[Lane], on: date) -> dict[str, Any]:
    """Plain values for the map's module; one query. Where an agent lives is no stop, and is not shown."""
    return {
        "stops": [
            {
                "visit": str(stop.visit_id),
                "person": str(stop.customer_person_id),
                "shift": str(lane.shift_id),
                "staff": lane.staff_number,
                "number": number,
                "at": [stop.place.latitude, stop.place.longitude],
                "look": "late" if stop.late_s else look_of(stop.state),
                "shape": SHAPES[stop.state],
            }
            for lane in lanes
            for number, stop in enumerate(lane.stops, start=1)
        ],
        "ways": [
            {"shift": str(lane.shift_id), "line": line}
            for lane, line in zip(
                lanes,
                dispatch.lines_along(date=on, routes=[[stop.place for stop in lane.stops] for lane in lanes]),
                strict=True,
            )
            if line
        ],
    }
