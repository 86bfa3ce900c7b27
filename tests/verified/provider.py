"""The wallet simulator and our callback address, each over real HTTP on this machine, at a stopped clock."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from koumen.kit import clock

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass
class Moment:
    """The present, for threads that do not inherit the test's stopped clock."""

    at: datetime
    seen: list[tuple[str, int]] = field(default_factory=list)  # method and path, status


@dataclass
class Served:
    """Where an application is served; it may be set after its address is known."""

    application: Application | None
    url: str = ""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
        """Nothing in the test's output."""


@contextmanager
def served(application: Application | None, moment: Moment) -> Iterator[Served]:
    """Serve on a free port until the test is over."""
    holder = Served(application)

    def at_the_moment(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def noted(status: str, headers: list[tuple[str, str]], *more: object) -> object:
            place = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            moment.seen.append((place, int(status.split(maxsplit=1)[0])))
            return start_response(status, headers)

        assert holder.application is not None
        with clock.stopped_at(moment.at):
            return list(holder.application(environ, noted))

    server = make_server("127.0.0.1", 0, at_the_moment, server_class=_Server, handler_class=_Quiet)
    holder.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield holder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
