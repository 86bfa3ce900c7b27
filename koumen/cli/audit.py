"""``koumen audit``: prove the chain of facts."""

import typer

from koumen.cli.saying import out, refuse, say

app = typer.Typer(help="Prove the chain of facts.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Prove the chain of facts."""


@app.command("verify")
def verify() -> None:
    """Compute every sealed block again from the facts it names; ends with code 1 when one is wrong."""
    from koumen.cli import ready

    with ready.database(say):
        ready.start_django()
        from koumen.audit.queries import verify_chain

        report = verify_chain()
    for fault in report.faults:
        out.print(fault, markup=False)
    out.print(
        f"{report.blocks} blocks, {report.facts} facts, {report.unsealed} not yet sealed; head {report.head}"
    )
    if not report.is_whole:
        refuse(f"the chain is not whole: {len(report.faults)} faults")
