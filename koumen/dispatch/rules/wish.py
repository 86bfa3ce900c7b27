"""What somebody asks of a visit, beside when, where and how much."""

from dataclasses import dataclass

from koumen.agents.rules.equipment import known_equipment
from koumen.dispatch.rules.needs import Purpose
from koumen.kit.errors import Invalid
from koumen.kit.spoken import spoken_languages


@dataclass(frozen=True, kw_only=True)
class VisitWish:
    """The options of a booking; ``languages`` empty: as the customer chose for all visits.

    Raises Invalid("purpose-unknown" | "equipment-unknown" | "language-unknown").
    """

    purpose: Purpose = Purpose.REPAYMENT
    wants_cash: bool = False
    two_people: bool = False
    same_person: bool = False
    equipment: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known_equipment(self.equipment)
        spoken_languages(self.languages)

    @classmethod
    def read(cls, kept: dict[str, object]) -> "VisitWish":
        """From what ``plain`` kept; what is missing is as if nobody had asked for it."""
        purpose, equipment, languages = (
            kept.get("purpose"),
            kept.get("equipment"),
            kept.get("languages"),
        )
        return cls(
            purpose=read_purpose(str(purpose or Purpose.REPAYMENT)),
            wants_cash=bool(kept.get("wants_cash")),
            two_people=bool(kept.get("two_people")),
            same_person=bool(kept.get("same_person")),
            equipment=tuple(str(kind) for kind in equipment) if isinstance(equipment, list | tuple) else (),
            languages=tuple(str(code) for code in languages) if isinstance(languages, list | tuple) else (),
        )

    def plain(self) -> dict[str, object]:
        """As plain values, for a key or for keeping."""
        return {
            "purpose": str(self.purpose),
            "wants_cash": self.wants_cash,
            "two_people": self.two_people,
            "same_person": self.same_person,
            "equipment": sorted(self.equipment),
            "languages": sorted(self.languages),
        }


def read_purpose(code: str) -> Purpose:
    """A purpose by its code; raises Invalid("purpose-unknown")."""
    try:
        return Purpose(code)
    except ValueError:
        raise Invalid("purpose-unknown", field="purpose", value=code[:40]) from None
