"""What the night needs to know of a product and of a day, so that its SQL needs no calendar and no defaults. Pure."""

from datetime import date
from typing import Any
from uuid import UUID

from koumen.credit.rules.allocation import Bucket, order_named
from koumen.credit.rules.calendar import due_on, next_day
from koumen.credit.rules.parameters import LAST_BILL_DAY, LateMode, Parameters, RevolvingBase


def terms_of_turn(product_id: UUID, currency: str, parameters: Parameters, turn: date) -> dict[str, Any]:
    """A product's terms on the day of a turn, by the names that sql/night.sql reads."""
    order = order_named(parameters.allocation)
    return {
        "id": str(product_id),
        "currency": currency,
        "grace_days": parameters.grace_days,
        "minimum_share": str(parameters.minimum_share),
        "floor_minor": parameters.minimum_floor_minor,
        "from_posting": parameters.revolving_base == RevolvingBase.ALL_FROM_POSTING,
        "is_daily": parameters.late_mode == LateMode.DAILY_ON_OVERDUE,
        "late_share": str(parameters.late_share)
        if parameters.late_mode == LateMode.PCT_OF_UNPAID_MIN
        else None,
        "daily_interest": str(parameters.daily_interest),
        "daily_late": str(parameters.daily_late),
        "cap_minor": parameters.late_cap_minor,
        "places": [order.place(bucket) for bucket in Bucket],
        "is_by_bill": order.is_by_bill,
        "is_bill_day": turn.day == parameters.bill_day,
        "next_bill": next_day(turn, parameters.bill_day).isoformat(),
    }


def due_dates(turn: date) -> list[date]:
    """For each due day of a month, from the first, the date on which a bill made on a day is due."""
    return [due_on(turn, day) for day in range(1, LAST_BILL_DAY + 1)]
