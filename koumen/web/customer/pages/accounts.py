"""Which of a customer's accounts a page is about: the one that the address names, else the first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.http import HttpRequest

from koumen.credit import queries as credit
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.people import queries as people

if TYPE_CHECKING:
    from koumen.credit.models import CreditAccount


def own_accounts(actor: Actor) -> "Sequence[CreditAccount]":
    """The accounts of whoever is signed in; two queries."""
    return credit.accounts_of(actor=actor, customer_id=people.customer_of(actor).id)


def chosen_account(request: HttpRequest, actor: Actor) -> "tuple[CreditAccount, Sequence[CreditAccount]]":
    """The account named by ``?account=``, else the first, and all there are; two queries.

    Raises Missing("account-not-found") for another's, for a word that names none, and where there is none.
    """
    accounts = own_accounts(actor)
    wanted = request.GET.get("account")
    found = [account for account in accounts if wanted in {None, "", str(account.id)}]
    if not found:
        raise Missing("account-not-found")
    return found[0], accounts
