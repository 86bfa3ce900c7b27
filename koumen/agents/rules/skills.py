"""What an agent can do at a visit, and which languages they speak."""

from collections.abc import Iterable
from enum import StrEnum

from koumen.kit.errors import Invalid


class Skill(StrEnum):
    """One thing that a visit may need."""

    REPAYMENT = "repayment"
    CASH = "cash"
    CONSULTATION = "consultation"


# ISO 639-3 where it tells the Chinese languages apart, which "zh" does not.
SPOKEN = frozenset({"cmn", "nan", "hak", "yue", "en"})


def known_skills(skills: Iterable[str]) -> list[str]:
    """The skills in a fixed order, once each; raises Invalid("skill-unknown")."""
    wanted = set(skills)
    unknown = wanted - {str(skill) for skill in Skill}
    if unknown:
        raise Invalid("skill-unknown", field="skills", value=min(unknown))
    return sorted(wanted)


def spoken_languages(languages: Iterable[str]) -> list[str]:
    """The languages in a fixed order, once each; raises Invalid("language-unknown")."""
    wanted = set(languages)
    if wanted - SPOKEN:
        raise Invalid("language-unknown", field="languages", value=min(wanted - SPOKEN))
    return sorted(wanted)
