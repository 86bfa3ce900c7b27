"""Is everything running? For the machine that watches, and for the person it wakes."""

from datetime import datetime
from typing import Literal

from django.db import DatabaseError, connection
from django.http import HttpRequest
from ninja import Router, Schema, Status
from procrastinate.contrib.django.models import ProcrastinateWorker

from koumen.audit.queries import sealed_until
from koumen.kit import clock

router = Router()

# A worker beats every ten seconds; three missed beats are no accident.
WORKER_SILENT_S = 30

OK, UNAVAILABLE = 200, 503


class Health(Schema):
    """What the parts say. ``sealed_until`` stands still while nothing happens: that is no fault."""

    status: Literal["ok", "degraded"]
    database: Literal["ok", "unreachable"]
    worker_age_s: float | None = None
    sealed_until: datetime | None = None


@router.get("/health", response={OK: Health, UNAVAILABLE: Health})
def health(request: HttpRequest) -> Status[Health]:
    """200 when the database answers and a worker is alive, else 503 with what is missing; three queries."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        beat = (
            ProcrastinateWorker.objects.order_by("-last_heartbeat")
            .values_list("last_heartbeat", flat=True)
            .first()
        )
        sealed = sealed_until()
    except DatabaseError:
        return Status(UNAVAILABLE, Health(status="degraded", database="unreachable"))
    age_s = max(0.0, (clock.now() - beat).total_seconds()) if beat else None
    is_alive = age_s is not None and age_s < WORKER_SILENT_S
    found = Health(
        status="ok" if is_alive else "degraded", database="ok", worker_age_s=age_s, sealed_until=sealed
    )
    return Status(OK if is_alive else UNAVAILABLE, found)
