"""The board asked as a browser asks it, in this process: a session of its own, the whole way through the product."""

import logging
from importlib import import_module
from typing import Any
from uuid import UUID

from koumen.simulation.bench_board import QUICK_SIZE, SIZE, Ask, measure
from koumen.simulation.measuring import Measurement


def bench_board(branch: str, *, quick: bool) -> Measurement:
    """Make a day, sit down at its board, and measure; the clock stands at noon."""
    from koumen.kit import clock
    from koumen.simulation.board_day import DAY, NOON, make_day
    from koumen.web.console.pages import board

    agents, visits_each = QUICK_SIZE if quick else SIZE
    desk = make_day(branch, how_many=agents, visits_each=visits_each)
    with clock.stopped_at(NOON):
        return measure(
            _asking(_session(desk)),
            board.forget,
            board=f"/console/board/lanes/?date={DAY.isoformat()}",
            floor="/console/settings/language/",
            quick=quick,
        )


def _session(person_id: UUID) -> str:
    """A session at the console, with the second factor shown; how people sign in is no part of this."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model

    from koumen.web.ui.second_factor import PASSED
    from koumen.web.ui.sign_in import SITE
    from koumen.web.ui.sites import CONSOLE

    person: Any = get_user_model().objects.get(id=person_id)
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store[SITE], store[PASSED] = CONSOLE.key, True
    store.create()
    return f"{CONSOLE.session_cookie}={store.session_key}"


def _asking(cookie: str) -> Ask:
    """A request through the whole product, as the web server hands it over."""
    from django.test import RequestFactory

    from koumen.config.wsgi import application

    logging.getLogger("django.request").setLevel(
        logging.ERROR
    )  # the empty request is a 405, told as a warning
    factory = RequestFactory()

    def ask(address: str, etag: str) -> tuple[int, str, bytes]:
        told: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], problem: object = None, /) -> Any:
            del problem
            told["status"], told["headers"] = int(status.split(maxsplit=1)[0]), dict(headers)

        environ = factory.get(address).environ | {"HTTP_COOKIE": cookie, "HTTP_ACCEPT_ENCODING": "gzip"}
        if etag:
            environ["HTTP_IF_NONE_MATCH"] = etag
        answer: Any = application(environ, start)
        body = b"".join(answer)
        answer.close()
        return told["status"], told["headers"].get("ETag", ""), body

    return ask
