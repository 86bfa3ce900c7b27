"""Two questions before an amount: do you understand, and do you want to?"""

from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Invalid
from koumen.people import queries as people
from koumen.visits.events import WillChecked
from koumen.visits.models import Alert, Visit, WillCheck
from koumen.visits.permissions import is_own_agent, visible_to
from koumen.visits.queries.payers import name_place
from koumen.visits.rules.outcomes import AlertKind, WillResult
from koumen.visits.rules.will import LONGEST_NAME, Payer, WillAnswers, may_go_on
from koumen.visits.states import VisitState


@command
def check_will(*, visit_id: UUID, answers: WillAnswers, actor: Actor, at: datetime) -> WillResult:
    """Write down what the customer answered; may be asked again, the newest counts.

    A no is an outcome: no amount is agreed while it is the newest answer, and the visit ends with a reason that
    touches neither debt nor score. Somebody who does not pay of their own will alarms the console. Records
    WillChecked. Raises Missing("visit-not-found"), Denied("visit-not-yours"), Conflict("visit-cannot-agree") or
    Invalid("payer-name-unreadable") for a name of the customer's own money, or one that is too long.
    """
    visit = lock(visible_to(actor), missing="visit-not-found", id=visit_id)
    require(is_own_agent(actor, visit), "visit-not-yours")
    if visit.state not in {VisitState.PROVEN, VisitState.AGREED}:
        raise Conflict("visit-cannot-agree", state=visit.state)
    WillCheck.objects.create(
        visit=visit,
        company=answers.company,
        understands=answers.understands,
        is_free=answers.is_free,
        payer=answers.payer,
        payer_name=_sealed_name(visit, answers),
        asked_at=at,
    )
    if not answers.is_free:
        Alert.objects.create(visit=visit, kind=AlertKind.PRESSURE, raised_at=at)
    record(
        WillChecked(
            subject_id=visit.id,
            company=answers.company,
            understands=answers.understands,
            is_free=answers.is_free,
            payer=answers.payer,
        ),
        actor=actor,
        at=at,
    )
    return may_go_on(answers)


def _sealed_name(visit: Visit, answers: WillAnswers) -> bytes | None:
    name = " ".join(answers.payer_name.split())
    if not name:
        return None
    if answers.payer is Payer.THEMSELVES or len(name) > LONGEST_NAME:
        raise Invalid("payer-name-unreadable", field="payer_name", limit=LONGEST_NAME)
    return people.seal_note(visit.customer.person_id, name, place=name_place(visit.id))
