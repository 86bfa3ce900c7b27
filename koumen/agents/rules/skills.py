"""What an agent can do at a visit."""

from collections.abc import Iterable
from enum import StrEnum

from koumen.kit.errors import Invalid


class Skill(StrEnum):
    """One thing that a visit may need."""

    REPAYMENT = "repayment"
    CASH = "cash"
    CONSULTATION = "consultation"


def known_skills(skills: Iterable[str]) -> list[str]:
    """The skills in a fixed order, once each; raises Invalid("skill-unknown")."""
    wanted = set(skills)
    unknown = wanted - {str(skill) for skill in Skill}
    if unknown:
        raise Invalid("skill-unknown", field="skills", value=min(unknown))
    return sorted(wanted)
