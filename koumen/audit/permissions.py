"""Who reads the chain of facts."""

from koumen.kit.actor import Actor, Role


def may_read_chain(actor: Actor) -> bool:
    """Compliance and the administrator; a page about one subject shows that subject's facts to whoever sees it."""
    return actor.has(Role.COMPLIANCE, Role.ADMINISTRATOR, Role.SYSTEM)
