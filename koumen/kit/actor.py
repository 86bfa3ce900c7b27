"""Who does something: carried into every command and written into every fact."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person may be at this lender; a person may have several."""

    CUSTOMER = "customer"
    RELATIVE = "relative"
    AGENT = "agent"
    DISPATCHER = "dispatcher"
    FINANCE = "finance"
    COMPLIANCE = "compliance"
    ADMINISTRATOR = "administrator"
    MERCHANT = "merchant"  # a shop's program; its id stands in the person's place
    SYSTEM = "system"


STAFF_ROLES = frozenset({Role.DISPATCHER, Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Actor:
    """The person (or the system) that acts, in the role of the site they came through."""

    role: Role
    person_id: UUID | None = None
    customer_id: UUID | None = None
    agent_id: UUID | None = None
    staff_roles: frozenset[Role] = frozenset()

    @property
    def key(self) -> str:
        """How facts name the actor: the role and an id, never a name."""
        return f"{self.role}:{self.person_id}" if self.person_id else str(self.role)

    @property
    def is_staff(self) -> bool:
        """Whether the actor came through the console."""
        return self.role in STAFF_ROLES

    def has(self, *roles: Role) -> bool:
        """Whether the actor acts in, or as staff also holds, one of the roles."""
        return self.role in roles or bool(self.staff_roles & set(roles))


SYSTEM = Actor(Role.SYSTEM)
