"""Real addresses with their coordinates, from the files a city publishes: clinics, pharmacies, shops."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from koumen.credit.importer.faults import BadLine, FileFault
from koumen.credit.importer.lines import Cells, read_lines

# How such files name their columns; the first that is there counts.
_ADDRESS = ("地址", "分公司地址", "據點地址", "address")
_DISTRICT = ("鄉鎮市區", "行政區", "區域別", "district")
_CITY = ("縣市", "city")
_STATUS = ("分公司狀態", "status")
_LATITUDE, _LONGITUDE = "lat", "lon"
OPEN = "1"  # of the Ministry of Economic Affairs: 1 is approved and in business

_CITY_AND_DISTRICT = re.compile(r"^(?P<city>[^\d\s]{2}[市縣])?(?P<district>[^\d\s路街]{1,3}[區鎮鄉])?")


@dataclass(frozen=True, slots=True)
class Place:
    """One address."""

    address: str
    district: str
    latitude: float
    longitude: float


def read_places(files: Iterable[Path]) -> list[Place]:
    """Every usable address of the files, each once.

    A shop counts only when its status is open; a line without coordinates is passed over. Raises FileFault
    for a file whose columns are not understood or that has no usable address.
    """
    found: dict[str, Place] = {}
    for file in files:
        own = _read(file)
        if not own:
            raise FileFault(file, "has no usable address")
        found |= {place.address: place for place in own}
    return list(found.values())


def _read(file: Path) -> list[Place]:
    places: list[Place] = []
    columns: _Columns | None = None
    for _, _, cells in read_lines(file, (_LATITUDE, _LONGITUDE)):
        if isinstance(cells, BadLine):
            continue
        columns = columns or _Columns.of(file, cells)
        place = columns.place(cells)
        if place:
            places.append(place)
    return places


@dataclass(frozen=True)
class _Columns:
    """Which columns of this file say what."""

    address: str
    district: str | None
    city: str | None
    status: str | None

    @classmethod
    def of(cls, file: Path, cells: Cells) -> "_Columns":
        address = _first(cells, _ADDRESS)
        if address is None:
            raise FileFault(
                file, f"has no column for addresses ({', '.join(_ADDRESS)}): it has {', '.join(cells)}"
            )
        return cls(address, _first(cells, _DISTRICT), _first(cells, _CITY), _first(cells, _STATUS))

    def place(self, cells: Cells) -> Place | None:
        """The address of one line, whole with city and district; None when it is of no use."""
        if self.status and cells[self.status].strip() != OPEN:
            return None
        try:
            latitude, longitude = float(cells[_LATITUDE]), float(cells[_LONGITUDE])
        except ValueError:
            return None
        if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004
            return None
        # full-width digits are how some offices write; one address is one text
        address = unicodedata.normalize("NFKC", cells[self.address]).strip()
        named = _CITY_AND_DISTRICT.match(address)
        district = cells[self.district].strip() if self.district else (named and named["district"]) or ""
        if not address:
            return None
        if not (named and named["city"]):
            city = cells[self.city].strip() if self.city else ""
            address = f"{city}{district if not address.startswith(district) else ''}{address}"
        return Place(address, district, latitude, longitude)


def _first(cells: Cells, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in cells), None)
