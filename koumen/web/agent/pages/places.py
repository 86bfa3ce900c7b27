"""The place that a form of the agent's telephone carries, if the telephone gave one."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from koumen.kit.actor import Actor
from koumen.kit.errors import Refusal
from koumen.kit.place import Place
from koumen.visits import commands as visits
from koumen.visits.rules.points import Moment, Point


def prove_place_in(
    request: HttpRequest, visit_id: UUID, moment: Moment, *, actor: Actor, at: datetime
) -> None:
    """Keep the place of a form. None, or one that cannot be kept, stops nothing: the visit goes on without it."""
    try:
        latitude, longitude, accuracy = (
            float(request.POST[name]) for name in ("latitude", "longitude", "accuracy")
        )
        point = Point(
            place=Place(latitude, longitude), accuracy_m=int(accuracy), is_mock="is_mock" in request.POST
        )
        visits.prove_place(visit_id=visit_id, moment=moment, point=point, actor=actor, at=at)
    except (KeyError, ValueError, OverflowError, Refusal):
        return
