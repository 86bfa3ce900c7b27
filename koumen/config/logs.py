"""How every process tells what it does: a line on its error stream for each event, as JSON in production."""

import logging
import sys

import structlog
from django.core.exceptions import ImproperlyConfigured

LEVELS = ("debug", "info", "warning", "error")


def set_up(level: str, *, as_json: bool) -> None:
    """Tell events from this level on. Raises ImproperlyConfigured for a level that does not exist."""
    if level not in LEVELS:
        raise ImproperlyConfigured(f"KOUMEN_LOG is {level!r}: it must be one of {', '.join(LEVELS)}")
    colours = sys.stderr.isatty()
    ending = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=colours)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            ending,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
