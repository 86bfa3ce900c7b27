"""What a check of the books says."""

from collections.abc import Iterable
from dataclasses import dataclass

# Enough to see what is wrong, not enough to bury it.
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Check:
    """One promise of the books: how many things were looked at, how many break it, the first of them."""

    name: str
    counted: int
    faults: int = 0
    first: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing breaks the promise."""
        return self.faults == 0


@dataclass(frozen=True)
class BooksReport:
    """All promises of the books."""

    checks: tuple[Check, ...]

    @property
    def is_right(self) -> bool:
        """Whether every promise holds."""
        return all(check.holds for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 when the books are right, 1 otherwise."""
        return 0 if self.is_right else 1

    def __add__(self, other: "BooksReport") -> "BooksReport":
        return BooksReport(self.checks + other.checks)


def check_of(name: str, counted: int, offenders: Iterable[str], *, faults: int) -> Check:
    """A check with the first offenders only."""
    return Check(name=name, counted=counted, faults=faults, first=tuple(offenders)[:SHOWN])
