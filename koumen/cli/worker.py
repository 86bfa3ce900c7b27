"""``koumen worker``: run the jobs, and seal the facts."""

from typing import Annotated

import typer

from koumen.cli.saying import refuse, say

QUEUES = ("now", "normal", "heavy")
POLL_S = 2.0  # LISTEN/NOTIFY is a hint and absent in a cluster: the table is looked at anyway
PATIENCE_S = 5.0  # for running jobs at the end; what is cut off is taken up again as stalled


def worker(
    queues: Annotated[str, typer.Option(help="Which queues, with commas.")] = ",".join(QUEUES),
    jobs: Annotated[int, typer.Option(min=1, max=32, help="How many jobs at once.")] = 2,
) -> None:
    """Run jobs until told to stop. One process may do all queues; planning and imports can have their own."""
    chosen = [name.strip() for name in queues.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in QUEUES]
    if unknown or not chosen:
        refuse(f"there is no queue {', '.join(unknown) or '(none named)'}: choose from {', '.join(QUEUES)}")
    from koumen.cli import ready

    with ready.database(say):
        ready.start_django()
        _work(chosen, jobs)


def _work(queues: list[str], jobs: int) -> None:
    """Work and, beside it, seal: where the queue "now" is served, facts are sealed too."""
    import threading

    from procrastinate.contrib.django import app

    from koumen.audit.jobs import keep_sealing

    stop = threading.Event()
    sealer = threading.Thread(target=keep_sealing, args=[stop], name="sealer", daemon=True)
    if "now" in queues:
        sealer.start()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # Django's connector has it
    try:
        with app.replace_connector(connector) as working:
            working.run_worker(
                queues=queues,
                concurrency=jobs,
                fetch_job_polling_interval=POLL_S,
                shutdown_graceful_timeout=PATIENCE_S,
                delete_jobs="successful",
                listen_notify=True,
            )
    finally:
        stop.set()
