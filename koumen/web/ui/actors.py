"""From a request to the actor of its commands: the person, in the role of the site they came through."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from koumen.agents import queries as agents
from koumen.kit.actor import STAFF_ROLES, Actor, Role
from koumen.kit.errors import Denied
from koumen.people import queries as people
from koumen.people.commands import reveal
from koumen.web.ui.sites import AGENT, CONSOLE, CUSTOMER, Site, site_of

if TYPE_CHECKING:
    from koumen.people.models import Person

View = Callable[..., HttpResponseBase]

# In this order: somebody who owes and also helps a relative is first of all a customer.
ROLES_OF_SITE: dict[str, tuple[Role, ...]] = {
    CUSTOMER.key: (Role.CUSTOMER, Role.RELATIVE),
    AGENT.key: (Role.AGENT,),
    CONSOLE.key: tuple(role for role in Role if role in STAFF_ROLES),
}


def roles_on(site: Site, person: "Person") -> tuple[Role, ...]:
    """The roles in which a person may come through a site; none: they do not belong there."""
    return tuple(role for role in ROLES_OF_SITE.get(site.key, ()) if role in person.roles)


def signed_in(view: View) -> View:
    """Send whoever is not signed in to the site's own entrance, and back afterwards."""
    return login_required(view)


def actor_of(request: HttpRequest, *, role: Role | None = None) -> Actor:
    """Who acts in this request; at most one query, once a request.

    ``role`` chooses among the site's roles, for a customer who also acts for a relative. Raises
    Denied("sign-in-first") or Denied("role-not-of-this-site").
    """
    if not request.user.is_authenticated:
        raise Denied("sign-in-first")
    person = request.user
    possible = roles_on(site_of(request), person)
    if not possible or (role is not None and role not in possible):
        raise Denied("role-not-of-this-site")
    chosen = role or possible[0]
    known: dict[Role, Actor] = request.__dict__.setdefault("koumen_actors", {})
    if chosen not in known:
        known[chosen] = _actor(person, chosen)
    return known[chosen]


def _actor(person: "Person", role: Role) -> Actor:
    actor = people.actor_for(person, role)
    if role is Role.AGENT:
        return replace(actor, agent_id=agents.agent_id_of(person_id=person.id))
    return actor


def own_name(actor: Actor, *, at: datetime) -> str:
    """How one speaks to whoever acts."""
    if actor.person_id is None:
        return ""
    details: Any = reveal(person_ids=[actor.person_id], purpose="own-name", actor=actor, at=at)
    return str(details[actor.person_id].given_name)
