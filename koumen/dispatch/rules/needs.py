"""What a visit needs and what a shift brings: one test for offering, taking, moving and planning.

Every need is a bit, so that one shift is tested by two operations and a thousand by two operations on an array.
The judge (``solver/check.py``) compares the same words in its own way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from koumen.agents.rules.equipment import Equipment
from koumen.agents.rules.skills import Skill
from koumen.kit.spoken import SPOKEN

# Two at a door are seen, three are a crowd (GB/T 45251: two collectors at least, none says three).
TEAM = 2


class Purpose(StrEnum):
    """What a visit is for."""

    REPAYMENT = "repayment"
    CONSULTATION = "consultation"  # a repayment plan, questions about money


class Lack(StrEnum):
    """What a shift does not bring; the same words as the judge's."""

    SKILL = "skill"
    EQUIPMENT = "equipment"
    LANGUAGE = "language"
    STAFF = "staff"


_CODES = (
    *(f"skill {skill}" for skill in Skill),
    *(f"equipment {kind}" for kind in Equipment),
    *(f"language {code}" for code in SPOKEN),
    "team",
)
_BITS = {code: 1 << place for place, code in enumerate(_CODES)}


def _mask(kind: str, codes: Iterable[str]) -> int:
    return sum(_BITS[f"{kind} {code}"] for code in set(codes))


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a visit needs; of ``languages`` one is enough, none means any."""

    skills: frozenset[str]
    equipment: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    staff: int = 1

    @cached_property
    def every(self) -> int:
        """The bits that must all be brought."""
        team = _BITS["team"] if self.staff >= TEAM else 0
        return _mask("skill", self.skills) | _mask("equipment", self.equipment) | team

    @cached_property
    def one_of(self) -> int:
        """The bits of which one must be brought; 0: none."""
        return _mask("language", self.languages)


@dataclass(frozen=True, kw_only=True)
class Brings:
    """What a shift brings: of a team what either can do, carries or speaks."""

    skills: frozenset[str]
    equipment: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    staff: int = 1

    @cached_property
    def mask(self) -> int:
        """Everything as bits."""
        team = _BITS["team"] if self.staff >= TEAM else 0
        skills = self.skills & {str(skill) for skill in Skill}
        return (
            _mask("skill", skills)
            | _mask("equipment", self.equipment)
            | _mask("language", self.languages)
            | team
        )


def can_serve(needs: Needs, brings: Brings) -> bool:
    """Whether a shift brings all that a visit needs."""
    return masks_fit(needs.every, needs.one_of, brings.mask)


@overload
def masks_fit(every: int, one_of: int, brought: int) -> bool: ...
@overload
def masks_fit(every: int, one_of: int, brought: NDArray[np.int64]) -> NDArray[np.bool_]: ...
def masks_fit(every: int, one_of: int, brought: int | NDArray[np.int64]) -> bool | NDArray[np.bool_]:
    """The test itself, for one mask or for an array of them: whether ``brought`` is enough."""
    fits: bool | NDArray[np.bool_] = ((brought & every) == every) & (
        (one_of == 0) | ((brought & one_of) != 0)
    )
    return fits


def lacking(needs: Needs, brings: Brings) -> tuple[Lack, ...]:
    """What is not brought, in a fixed order; nothing exactly when ``can_serve``."""
    missing = {
        Lack.SKILL: not needs.skills <= brings.skills,
        Lack.EQUIPMENT: not needs.equipment <= brings.equipment,
        Lack.LANGUAGE: bool(needs.languages) and not needs.languages & brings.languages,
        Lack.STAFF: needs.staff > brings.staff,
    }
    return tuple(lack for lack, applies in missing.items() if applies)


def skills_for(*, wants_cash: bool, purpose: Purpose = Purpose.REPAYMENT) -> frozenset[str]:
    """What a visit takes: every visit may end with a repayment; cash needs one who may carry money."""
    skills = {Skill.REPAYMENT}
    if wants_cash:
        skills.add(Skill.CASH)
    if purpose is Purpose.CONSULTATION:
        skills.add(Skill.CONSULTATION)
    return frozenset(str(skill) for skill in skills)
