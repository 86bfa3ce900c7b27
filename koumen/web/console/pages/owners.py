"""Whose an account of the books is: a credit account by its number, an agent by their staff number; no names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from koumen.agents import queries as agents
from koumen.credit import books
from koumen.kit.actor import Actor
from koumen.ledger.rules.chart import AccountKind

OF_AGENTS = frozenset({AccountKind.AGENT_CASH, AccountKind.AGENT_SHORT})


@dataclass(frozen=True)
class Owner:
    """How an owner is written, and where there is more about them."""

    number: str
    url: str = ""


def owners(actor: Actor, wanted: Iterable[tuple[AccountKind, UUID | None]]) -> Mapping[UUID, Owner]:
    """The owners of these accounts; two queries. One that nobody knows is written by the end of the id."""
    of_agents, of_customers = set[UUID](), set[UUID]()
    for kind, owner_id in wanted:
        if owner_id:
            (of_agents if kind in OF_AGENTS else of_customers).add(owner_id)
    found = {owner_id: Owner(f"…{str(owner_id)[-8:]}") for owner_id in of_agents | of_customers}
    for agent_id, card in agents.agent_cards(agent_ids=of_agents).items():
        found[agent_id] = Owner(card.staff_number)
    for account_id, account in books.owners(actor=actor, account_ids=of_customers).items():
        found[account_id] = Owner(account.number, reverse("customer", args=[account.customer_id]))
    return found
