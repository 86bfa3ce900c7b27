"""A choice that is shown as a card: a title, a line below it, a figure beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """The label of a choice field's option; it reads as one sentence where a plain string is wanted."""

    title: str
    hint: str = ""
    side: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.hint, self.side) if part)
