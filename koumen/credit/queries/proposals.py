"""Reading what one person proposed about an account and a second one decides."""

from dataclasses import dataclass
from uuid import UUID

from koumen.audit.command import require
from koumen.credit.models import Proposal
from koumen.credit.permissions import may_follow_accounts, visible_to
from koumen.credit.states import ProposalState
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing


@dataclass(frozen=True, kw_only=True)
class ProposalSearch:
    """What is looked for; empty means any."""

    state: str = ""
    act: str = ""


@dataclass(frozen=True)
class ProposalPage:
    """Some proposals, newest first, and how many match in all; ``older`` is where the next page begins."""

    count: int
    proposals: list[Proposal]
    older: UUID | None


def proposals_found(
    *, actor: Actor, search: ProposalSearch, before: UUID | None = None, limit: int = 50
) -> ProposalPage:
    """A page of the proposals that match, each with its account and activity; two queries.

    Raises Denied("credit-not-yours").
    """
    require(may_follow_accounts(actor), "credit-not-yours")
    wanted = {"state": search.state, "act": search.act}
    rows = Proposal.objects.filter(account__in=visible_to(actor))
    matching = rows.filter(**{name: value for name, value in wanted.items() if value})
    # ids are in the order of time
    page = matching.filter(id__lt=before) if before else matching
    found = list(page.select_related("account__product", "activity").order_by("-id")[: limit + 1])
    return ProposalPage(matching.count(), found[:limit], found[limit - 1].id if len(found) > limit else None)


def proposal(*, actor: Actor, proposal_id: UUID) -> Proposal:
    """One proposal with its account and activity; one query.

    Raises Denied("credit-not-yours") or Missing("proposal-not-found").
    """
    require(may_follow_accounts(actor), "credit-not-yours")
    rows = Proposal.objects.filter(account__in=visible_to(actor))
    found = rows.select_related("account__product", "activity").filter(id=proposal_id).first()
    if found is None:
        raise Missing("proposal-not-found")
    return found


def waiting_proposals(*, actor: Actor, account_id: UUID | None = None) -> int:
    """How many wait for a second person, on one account or on all; one query. Raises Denied("credit-not-yours")."""
    require(may_follow_accounts(actor), "credit-not-yours")
    rows = Proposal.objects.filter(account__in=visible_to(actor), state=ProposalState.PROPOSED)
    return (rows.filter(account_id=account_id) if account_id else rows).count()
