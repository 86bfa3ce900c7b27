"""A page on which somebody counts notes: the same for the agent's bag and for the cash office."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from koumen.branch.queries import this_branch
from koumen.kit.errors import Refusal
from koumen.kit.ids import new_id
from koumen.web.ui.amounts import read_id
from koumen.web.ui.notes import note_rows, read_notes, worth
from koumen.web.ui.refusals import words

Act = Callable[[dict[int, int], UUID], object]
Frame = Callable[[dict[str, Any], int], HttpResponse]


def count_page(request: HttpRequest, act: Act, frame: Frame, *, done: tuple[Any, ...]) -> HttpResponse:
    """Adding up changes nothing, the other button acts and leads on; ``frame`` shows the count with a status."""
    data, currency = request.POST, this_branch().currency
    counted: dict[int, int] = {}
    fault, status = "", 200
    if request.method == "POST":
        try:
            counted = read_notes(data, "n", currency)
            if "act" in data:
                act(counted, read_id(data.get("once", "")))
                return redirect(*done)
        except Refusal as refusal:
            fault, status = words(refusal.code, **refusal.params), refusal.status
    shown = {
        "rows": note_rows(counted, currency),
        "counted_now": worth(counted, currency),
        "once": data.get("once") or str(new_id()),
        "fault": fault,
    }
    return frame(shown, status)
