"""The one document that says who somebody is; it exists in clear only while it is being used."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, kw_only=True)
class PersonalDetails:
    """A person's data; ``given_name`` is how one speaks to them (李阿姨, Ms Li), ``phone`` is E.164 or empty."""

    name: str
    given_name: str
    phone: str = ""
    address: str = ""
    district: str = ""
    birth_year: int | None = None
    identity_number: str = ""

    @property
    def spoken(self) -> str:
        """How one speaks of the person; by their whole name where nobody said how."""
        return self.given_name or self.name

    def __repr__(self) -> str:
        """No data: a representation ends in logs and error reports."""
        return "PersonalDetails(…)"

    def plain(self) -> dict[str, str | int | None]:
        """As a plain dictionary."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, str | int | None]) -> "PersonalDetails":
        """From a plain dictionary; what it does not name stays empty."""
        year = plain.get("birth_year")
        return cls(
            birth_year=int(year) if year is not None else None,
            **{field: str(plain.get(field) or "") for field in _TEXTS},
        )

    def only_name(self) -> "PersonalDetails":
        """What somebody may know who has to speak to the person and no more."""
        return PersonalDetails(name=self.name, given_name=self.given_name)

    def for_the_road(self) -> "PersonalDetails":
        """What an agent needs to get there: not the birth year and identity number, which prove who opens."""
        return replace(self, birth_year=None, identity_number="")


_TEXTS = ("name", "given_name", "phone", "address", "district", "identity_number")
ERASED = PersonalDetails(name="", given_name="")  # the key is destroyed: nobody can read this person any more
