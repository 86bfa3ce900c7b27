"""What happens to persons."""

from dataclasses import dataclass
from uuid import UUID

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Event):
    """A person was entered; the subject is the person."""

    data_version: int


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    """A person became a customer; the subject is the customer."""

    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class DelegateNamed(Event):
    """A customer named somebody who may ask for visits; the subject is the customer."""

    delegate_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonalDataChanged(Event):
    """A person's document has a new version; the subject is the person."""

    data_version: int


@dataclass(frozen=True, kw_only=True)
class PersonalDataRevealed(Event):
    """Somebody read the data of ``count`` persons; the subject is the first of them, rows in people_reveal."""

    purpose: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Event):
    """A person chose a language or large text; the subject is the person."""

    language: str
    elder_mode: bool


@dataclass(frozen=True, kw_only=True)
class PhoneVerified(Event):
    """A person answered with the code sent to their telephone; the subject is the person."""

    data_version: int


@dataclass(frozen=True, kw_only=True)
class SpokenLanguagesChosen(Event):
    """A customer said in which languages visits are to be held; the subject is the customer."""

    languages: str  # codes, with blanks between them


@dataclass(frozen=True, kw_only=True)
class TrustedContactNamed(Event):
    """A customer named somebody who is told when they pay; the subject is the customer."""

    contact_id: UUID


@dataclass(frozen=True, kw_only=True)
class TrustedContactRemoved(Event):
    """A customer no longer wants somebody to be told; the subject is the customer."""

    contact_id: UUID
