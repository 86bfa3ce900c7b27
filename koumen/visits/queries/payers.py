"""Reading who paid for a customer, where somebody did."""

from datetime import datetime
from uuid import UUID

from koumen.people import queries as people
from koumen.visits.models import Visit


def payer_name(visit: Visit, *, at: datetime) -> str:
    """Who was said to pay, as of the moment of a payment; empty for the customer themselves. Two queries at most.

    For papers alone: whoever shows it asks first who may see the paper.
    """
    said = visit.will_checks.filter(asked_at__lte=at).order_by("-id").first()
    if said is None or not said.payer_name:
        return ""
    return people.open_note(visit.customer.person_id, bytes(said.payer_name), place=name_place(visit.id))


def name_place(visit_id: UUID) -> str:
    """Table, column and visit of a name: read from elsewhere it does not open."""
    return f"visits_willcheck.payer_name.{visit_id}"
