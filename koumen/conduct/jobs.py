"""What happens to complaints without anybody asking."""

from procrastinate.contrib.django import app

from koumen.conduct.commands import warn_of_complaint
from koumen.conduct.queries import complaints_to_warn_of
from koumen.kit import clock
from koumen.kit.actor import SYSTEM


@app.periodic(cron="*/15 * * * *")
@app.task(name="koumen.conduct.jobs.warn_of_complaints", queue="normal")
def warn_of_complaints(timestamp: int) -> None:
    """Warn of every complaint whose time is nearly over, once."""
    del timestamp
    at = clock.now()
    for complaint_id in complaints_to_warn_of(at=at):
        warn_of_complaint(complaint_id=complaint_id, actor=SYSTEM, at=at)
