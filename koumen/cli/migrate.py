"""``koumen migrate``: bring the branch's tables up to date."""

from koumen.cli.saying import say


def migrate() -> None:
    """Make or update the branch's tables; does nothing when they are up to date."""
    from koumen.cli import ready

    with ready.database(say):
        ready.start_django()
        changed = ready.bring_up_to_date(lambda step: say(f"  {step}"))
    say("The tables are up to date now." if changed else "The tables are up to date.")
