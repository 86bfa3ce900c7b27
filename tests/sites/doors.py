"""Coming into a site as somebody who has signed in there; how they sign in is shown in test_sign_in and the journeys."""

from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from koumen.people.models import Person
from koumen.web.ui.second_factor import PASSED
from koumen.web.ui.sign_in import SITE
from koumen.web.ui.sites import AGENT, CONSOLE, CUSTOMER, Site


def as_customer(person_id: UUID) -> Client:
    """A browser in which this customer, or relative, is signed in."""
    return _signed_in(person_id, CUSTOMER)


def as_agent(person_id: UUID) -> Client:
    """A browser in which this agent is signed in, second factor shown."""
    return _signed_in(person_id, AGENT)


def as_staff(person_id: UUID) -> Client:
    """A browser in which this member of staff is signed in at the console, second factor shown."""
    return _signed_in(person_id, CONSOLE)


def nobody() -> Client:
    """A browser that nobody has signed in with."""
    return Client(headers={"accept-language": "en"})


def _signed_in(person_id: UUID, site: Site) -> Client:
    person = Person.objects.get(id=person_id)
    Person.objects.filter(id=person_id).update(language="en")  # tests read English; journeys the others
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store[SITE] = site.key
    store[PASSED] = site != CUSTOMER
    store.create()
    client = nobody()
    client.cookies[site.session_cookie] = store.session_key
    client.cookies[site.session_cookie]["path"] = site.prefix
    return client


def text(response: Any) -> str:
    """What the page says, without its markup's line breaks."""
    return " ".join(response.content.decode().split())


def key_in(response: Any) -> str:
    """The key that the page's form was opened with."""
    return str(response.content.decode().split('name="once" value="')[1].split('"')[0])


def quote_in(response: Any) -> str:
    """The quote that the page shows."""
    return str(response.content.decode().split('name="quote" value="')[1].split('"')[0])


def slot_in(response: Any) -> str:
    """The first window that the page offers."""
    return str(response.content.decode().split('name="slot" value="')[1].split('"')[0])
