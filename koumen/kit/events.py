"""Events: what happened, in the past tense, with plain values only."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

Plain = str | int | bool | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """A thing that happened to one subject; never a name, phone, address, code or free text."""

    subject_id: UUID

    @classmethod
    def kind(cls) -> str:
        """The name under which the fact is stored."""
        return cls.__name__

    def body(self) -> dict[str, Plain]:
        """The values besides the subject, ready for canonical JSON."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name != "subject_id"}


def plain(value: object) -> Plain:
    """A value as canonical JSON holds it; raises TypeError for anything that is not plain."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, StrEnum | UUID | str):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"an event carries plain values only, not {type(value).__name__}")
