"""Refusals: a stable code, and nothing has changed."""


class Refusal(Exception):
    """A command said no; ``code`` is put into words by each site, ``params`` fill the sentence."""

    status = 400

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class Denied(Refusal):
    """This actor may not do this (403)."""

    status = 403


class Missing(Refusal):
    """There is no such thing, or the actor may not know of it: the same answer (404)."""

    status = 404


class Conflict(Refusal):
    """The thing is not in a state for this (409)."""

    status = 409


class Invalid(Refusal):
    """What was given cannot be understood; ``field`` names where (422)."""

    status = 422

    def __init__(self, code: str, /, *, field: str, **params: object) -> None:
        super().__init__(code, field=field, **params)
        self.field = field
