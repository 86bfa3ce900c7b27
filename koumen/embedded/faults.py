"""What can keep the embedded database from running, said in one line with the way out."""


class CannotRun(Exception):
    """The embedded database cannot run here; the message names the cause and what to do about it."""
