"""清河市 (Qinghe), a town that does not exist: districts, streets, customers and agents from a seed.

Pure: the same seed and year give the same town on every machine, and nothing is read from outside.
The telephone numbers have the form of Chinese mobile numbers in a block of zeros, so that software takes
them as valid while a demonstration, which never sends anything outside, cannot ring anybody by design.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, radians
from random import Random

from koumen.simulation.names import full_name, listed, salutation

NAME, NAME_EN = "清河市", "Qinghe"
LATITUDE, LONGITUDE = 30.0, 120.0  # hills and reservoirs: no city stands here that could be mistaken for ours
CUSTOMERS, AGENTS = 300, 12
ELDERS = CUSTOMERS // 5
STREETS_A_DISTRICT = 6
CELL_M = 2_800  # one district: half an hour on foot from side to side
_M_A_DEGREE = 111_320

Point = tuple[float, float]  # latitude, longitude

_DISTRICTS = (
    *(("柳湾街道", "Liuwan"), ("北塔街道", "Beita"), ("文庙街道", "Wenmiao"), ("新城街道", "Xincheng")),
    *(("桥西街道", "Qiaoxi"), ("中山街道", "Zhongshan"), ("桥东街道", "Qiaodong"), ("东湖街道", "Donghu")),
    *(("西岭街道", "Xiling"), ("南关街道", "Nanguan"), ("渡口街道", "Dukou"), ("荷塘街道", "Hetang")),
)
_COLUMNS, _ROWS = 4, 3
_STREET_NAMES = listed(
    "槐荫 柳荫 平安 和平 幸福 光明 建设 学府 文化 青年 健康 向阳 朝阳 望江 临江 滨河 长乐 永安 永宁 福寿 安居 桂花"
    " 梅花 荷花 海棠 银杏 梧桐 香樟 石榴 竹林 枫林 桃园 杏花 紫藤 丁香 玉兰 粮仓 书院 码头 钟楼"
)
_STREET_KINDS = ("路", "街", "巷")


@dataclass(frozen=True, kw_only=True)
class Street:
    """A street as a line of points."""

    name: str
    line: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class District:
    """A part of the town: its outline (corners in order, not closed) and its streets."""

    name: str
    name_en: str
    outline: tuple[Point, ...]
    streets: tuple[Street, ...]


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody who lives in the town."""

    surname: str
    given: str
    is_woman: bool
    birth_year: int
    age: int
    phone: str
    district: str
    address: str
    at: Point
    language: str = "zh-hans"

    @property
    def name(self) -> str:
        """Surname and given name, as written."""
        return self.surname + self.given

    @property
    def salutation(self) -> str:
        """How one speaks to them."""
        return salutation(self.surname, age=self.age, is_woman=self.is_woman)


@dataclass(frozen=True, kw_only=True)
class Worker:
    """An agent: the person, the number on the badge, what they can do and speak, and when they work."""

    resident: Resident
    staff_number: str
    skills: frozenset[str]
    languages: frozenset[str]
    is_late: bool
    is_on_saturdays: bool
    is_on_sundays: bool


@dataclass(frozen=True, kw_only=True)
class Town:
    """The whole town."""

    seed: int
    districts: tuple[District, ...]
    customers: tuple[Resident, ...]
    workers: tuple[Worker, ...]
    relative: Resident  # the daughter of the first elder
    staff: tuple[
        Resident, ...
    ]  # who work in the branch: dispatcher, finance, compliance, administrator, finance again


def make_town(*, seed: int, year: int) -> Town:
    """Everything that stands and lives in the town, with ages as of a year."""
    random = Random(f"koumen.town.{seed}")  # noqa: S311  (an invented town, no secret)
    districts = _districts(random)
    phones = iter(f"+8619900{number:06}" for number in range(1, 1_000))
    people = _People(random, districts, phones, year)
    customers = tuple(people.customer(place) for place in range(CUSTOMERS))
    workers = tuple(_worker(people, place) for place in range(AGENTS))
    relative = people.one(age=random.randint(40, 55), is_woman=True, surname=first_elder(customers).surname)
    staff = tuple(people.one(age=random.randint(28, 58), is_woman=place % 2 == 0) for place in range(5))
    return Town(
        seed=seed, districts=districts, customers=customers, workers=workers, relative=relative, staff=staff
    )


def first_elder(customers: tuple[Resident, ...]) -> Resident:
    """The first customer over 70: a woman, who shows the elder mode."""
    return customers[4]


class _People:
    """Makes residents, each with a home and a number of their own."""

    def __init__(self, random: Random, districts: tuple[District, ...], phones: "object", year: int) -> None:
        self.random, self.districts, self.phones, self.year = random, districts, phones, year
        self.doors: set[str] = set()

    def customer(self, place: int) -> Resident:
        """Every fifth customer is over 70; the others are of working age or just past it."""
        is_elder = place % 5 == 4  # noqa: PLR2004  (a fifth)
        age = self.random.randint(71, 92) if is_elder else self.random.randint(22, 70)
        # the two customers everybody meets first are fixed in sex, so that texts about them read well
        is_woman = place in {0, 4} or self.random.random() < 0.52  # noqa: PLR2004
        language = {7: "en", 11: "zh-hant", 23: "zh-hant", 52: "en", 104: "zh-hant"}.get(place, "zh-hans")
        return self.one(age=age, is_woman=is_woman, language=language, district=place % len(self.districts))

    def one(
        self,
        *,
        age: int,
        is_woman: bool,
        surname: str = "",
        language: str = "zh-hans",
        district: int | None = None,
    ) -> Resident:
        """One resident at an address nobody else has."""
        born = self.year - age
        family, given = full_name(self.random, birth_year=born, is_woman=is_woman)
        part = self.random.choice(self.districts) if district is None else self.districts[district]
        address, at = self._home(part)
        return Resident(
            surname=surname or family,
            given=given,
            is_woman=is_woman,
            birth_year=born,
            age=age,
            phone=next(self.phones),  # type: ignore[call-overload]
            district=part.name,
            address=address,
            at=at,
            language=language,
        )

    def _home(self, district: District) -> tuple[str, Point]:
        while True:
            street = self.random.choice(district.streets)
            house = self.random.randint(1, 180)
            flat = f"{self.random.randint(1, 4)}单元{self.random.randint(1, 6)}0{self.random.randint(1, 4)}室"
            address = f"{NAME}{district.name}{street.name}{house}号{flat}"
            if address not in self.doors:
                self.doors.add(address)
                return address, _beside(self.random, _along(street.line, house / 180))


def _worker(people: _People, place: int) -> Worker:
    random = people.random
    resident = people.one(age=random.randint(26, 55), is_woman=place % 2 == 1, district=place)
    skills = {"repayment", "cash"} | ({"consultation"} if place % 3 == 0 else set())
    languages = {"cmn"} | ({"yue"} if place % 4 == 1 else set()) | ({"en"} if place % 5 == 0 else set())
    return Worker(
        resident=resident,
        staff_number=str(4821 + 17 * place),
        skills=frozenset(skills),
        languages=frozenset(languages),
        is_late=place % 3 == 1,
        is_on_saturdays=place % 2 == 0,
        is_on_sundays=place % 4 == 0,
    )


def _districts(random: Random) -> tuple[District, ...]:
    """Four by three districts whose borders meet without gap or overlap."""
    corners = {
        (row, column): _off(
            ((_ROWS / 2 - row) * CELL_M + random.uniform(-350, 350)),
            ((column - _COLUMNS / 2) * CELL_M + random.uniform(-350, 350)),
        )
        for row in range(_ROWS + 1)
        for column in range(_COLUMNS + 1)
    }
    names = [name + kind for name in _STREET_NAMES for kind in _STREET_KINDS]
    random.shuffle(names)
    made = []
    for place, (name, name_en) in enumerate(_DISTRICTS):
        row, column = divmod(place, _COLUMNS)
        outline = tuple(
            corners[row + down, column + right] for down, right in ((0, 0), (0, 1), (1, 1), (1, 0))
        )
        streets = tuple(
            Street(name=names.pop(), line=_street(random, outline, number))
            for number in range(STREETS_A_DISTRICT)
        )
        made.append(District(name=name, name_en=name_en, outline=outline, streets=streets))
    return tuple(made)


def _street(random: Random, outline: tuple[Point, ...], number: int) -> tuple[Point, ...]:
    """A slightly bent line across a district: even numbers run east, odd ones south."""
    place = (number // 2 + 1) / (STREETS_A_DISTRICT // 2 + 1)
    line = []
    for step in range(5):
        along, across = 0.08 + 0.84 * step / 4, place + random.uniform(-0.03, 0.03)
        line.append(_inside(outline, along, across) if number % 2 == 0 else _inside(outline, across, along))
    return tuple(line)


def _inside(outline: tuple[Point, ...], right: float, down: float) -> Point:
    """The point at two fractions (0 to 1) between the four corners."""
    a, b, c, d = outline

    def mix(axis: int) -> float:
        top, bottom = a[axis] * (1 - right) + b[axis] * right, d[axis] * (1 - right) + c[axis] * right
        return top * (1 - down) + bottom * down

    return round(mix(0), 6), round(mix(1), 6)


def _along(line: tuple[Point, ...], fraction: float) -> Point:
    place = min(fraction, 0.999) * (len(line) - 1)
    first, rest = int(place), place - int(place)
    (lat, lon), (next_lat, next_lon) = line[first], line[first + 1]
    return lat + (next_lat - lat) * rest, lon + (next_lon - lon) * rest


def _beside(random: Random, point: Point) -> Point:
    """A house stands up to 25 m off its street."""
    shift = 25 / _M_A_DEGREE
    return (
        round(point[0] + random.uniform(-shift, shift), 6),
        round(point[1] + random.uniform(-shift, shift), 6),
    )


def _off(north_m: float, east_m: float) -> Point:
    return (
        round(LATITUDE + north_m / _M_A_DEGREE, 6),
        round(LONGITUDE + east_m / (_M_A_DEGREE * cos(radians(LATITUDE))), 6),
    )


def works_on(worker: Worker, day: date) -> bool:
    """Whether the agent has a shift that day: every weekday, and some weekends."""
    saturday, sunday = 5, 6
    if day.weekday() == saturday:
        return worker.is_on_saturdays
    if day.weekday() == sunday:
        return worker.is_on_sundays
    return True


def shift_days(today: date) -> tuple[date, ...]:
    """The days that a demonstration plans: three past ones and a fortnight to come."""
    return tuple(today + timedelta(days=away) for away in range(-3, 15))
