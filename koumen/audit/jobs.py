"""The sealer: a loop beside the worker, since a job a second would be more rows than the facts."""

import threading

import structlog
from django.db import connection

from koumen.audit.commands import seal_facts

logger = structlog.get_logger()

EVERY_S = 1.0


def keep_sealing(stop: threading.Event) -> None:
    """Seal once a second until told to stop; a failure is logged and tried again."""
    while not stop.wait(EVERY_S):
        try:
            seal_facts()
        except Exception:  # the sealer must outlive a database restart
            logger.exception("sealing_failed")
            connection.close()
