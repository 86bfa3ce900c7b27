"""Two of yesterday's payments that were told twice: one was taken back by two people, one waits for the second."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model

from koumen.credit import commands as credit
from koumen.credit.queries.proposals import ProposalSearch, proposals_found
from koumen.credit.rules.mending import Act
from koumen.kit.actor import Actor, Role
from koumen.kit.ids import new_id
from koumen.payments.queries import PaymentSearch, payments_found
from koumen.people.queries import actor_for
from koumen.simulation.logins import SECOND_FINANCE


def mend_some(*, opened_before: datetime, at: datetime) -> None:
    """Propose to take two old payments back, and agree to one of them; nothing where somebody has proposed before."""
    first, second = (finance(name) for name in (SECOND_FINANCE, str(Role.FINANCE)))
    if proposals_found(actor=first, search=ProposalSearch(), limit=1).count:
        return
    search = PaymentSearch(state="paid", opened_to=opened_before)
    paid = payments_found(actor=first, search=search, limit=2).payments
    proposals = [_propose(payment.account_id, payment.id, first, at) for payment in paid]
    if proposals:
        credit.decide_proposal(proposal_id=proposals[-1], is_approved=True, key=new_id(), actor=second, at=at)


def _propose(account_id: UUID, activity_id: UUID, actor: Actor, at: datetime) -> UUID:
    proposed = credit.Proposed(
        account_id=account_id, act=Act.REVERSAL, reason="told_twice", activity_id=activity_id
    )
    return credit.propose(proposed=proposed, key=new_id(), actor=actor, at=at).id


def finance(username: str) -> Actor:
    """One of the people of finance."""
    return actor_for(get_user_model().objects.get(username=username), Role.FINANCE)
