"""All agents of a date at once, compiled, against the plain rule agent by agent: they must agree on every day."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from koumen.dispatch.solver.block import Block, Fit, Question, spans_within
from koumen.dispatch.solver.chart import LineChart, Spots
from koumen.dispatch.solver.day import Insertion
from koumen.dispatch.solver.offer import Wanted, chances
from koumen.dispatch.solver.progress import Frame, Phase, Promise, day_at
from koumen.dispatch.solver.rest import Rest
from koumen.dispatch.solver.travel import NEVER, Span, StraightLine, Ways
from koumen.kit.place import Place

LINE = StraightLine(fixed_s=300, first_s=300, s_per_m=0.1872, margin=1.6)
PLACES, END, LONGEST_WAY = 9, 120, 9


class Table:
    """Any ways between numbered places, in any bands; a chart that bounds them by nothing."""

    least_s = apart_s = 0

    def __init__(self, dice: Random, bands: int) -> None:
        self.bands = bands
        ways = [dice.randint(0, LONGEST_WAY) for _ in range(bands * PLACES * PLACES)]
        self.table = np.array(ways, np.int32).reshape(bands, PLACES, PLACES)

    def durations(self, starts: Sequence[Place], ends: Sequence[Place], band: int) -> NDArray[np.int32]:
        numbers = [[int(place.latitude) for place in places] for places in (starts, ends)]
        return np.asarray(self.table[band][np.ix_(*numbers)])

    def chart(self, bands: Sequence[int]) -> "Table":
        assert set(bands) <= set(range(self.bands))
        return self

    def spots(self, places: Sequence[Place]) -> Spots:
        node = np.array([int(place.latitude) for place in places], np.int64)
        nothing = np.zeros(len(places))
        marks = np.zeros((len(places), 1), np.int32)
        return Spots(node.astype(np.float64), nothing, node, nothing, marks)

    @property
    def stretch(self) -> NDArray[np.float64]:
        return np.ones(self.bands)

    def there(self, starts: Spots, here: Spots) -> NDArray[np.int64]:
        return np.asarray(self.table[:, starts.node, here.node[0]].T, np.int64)

    def back(self, here: Spots, ends: Spots) -> NDArray[np.int64]:
        return np.asarray(self.table[:, here.node[0], ends.node].T, np.int64)


def somewhere(dice: Random) -> Place:
    return Place(float(dice.randrange(PLACES)), 0.0)


def a_frame(dice: Random) -> Frame:
    starts = dice.randint(0, 30)
    begins = starts + dice.randint(0, 40)
    rest = Rest(dice.randint(1, 12), begins, begins + dice.randint(0, 25)) if dice.random() < 0.6 else None
    return Frame(starts, dice.randint(starts + 20, END), somewhere(dice), rest)


def some_promises(dice: Random, frame: Frame) -> list[Promise]:
    promises = []
    moments = sorted(dice.randint(frame.starts, frame.ends) for _ in range(dice.randint(0, 5)))
    phases = [dice.choice(list(Phase)) if dice.random() < 0.3 else Phase.AHEAD for _ in moments]
    for moment, phase in zip(moments, sorted(phases, key=lambda phase: phase is Phase.AHEAD), strict=True):
        window = (moment, moment + dice.randint(1, 20))
        promises.append(Promise(somewhere(dice), *window, dice.randint(0, 6), phase, dice.randint(0, moment)))
    return promises


def by_the_rule(
    days: Sequence[tuple[Frame, Sequence[Promise]]], question: Question, ways: Ways
) -> list[Fit | None]:
    """The same question answered by the plain rule."""
    found: list[list[tuple[Insertion, int]]] = [[] for _ in question.windows]
    for agent, (frame, promises) in enumerate(days):
        windows = [
            (number, *window)
            for number, window in enumerate(question.windows)
            if int(question.allowed[agent]) >> number & 1
        ]
        for chance in chances(day_at(frame, promises, question.now, ways), windows, question.wanted):
            found[chance.window].append((chance.fit, agent))
    return [Fit(min(fits)[1], min(fits)[0]) if fits else None for fits in found]


@pytest.mark.parametrize("seed", range(10))
def test_a_block_offers_what_the_rule_offers_on_hundreds_of_random_days(seed: int) -> None:
    """With breaks, bands, agents under way, and days of which promises cannot be kept any more."""
    dice, offered = Random(seed), 0  # noqa: S311  (a test)
    for _ in range(40):
        travel = Table(dice, dice.randint(1, 3))
        changes = sorted(dice.sample(range(1, END), dice.randint(0, 3)))
        spans = [Span(NEVER, 0), *(Span(moment, dice.randrange(travel.bands)) for moment in changes)]
        ways, days = Ways(travel, spans), []
        block = Block(6, ways, (0, END), travel.chart)
        for agent in range(6):
            frame = a_frame(dice)
            days.append((frame, some_promises(dice, frame)))
            block.write(agent, *days[-1])
        for now in sorted(dice.randint(-10, END) for _ in range(4)):
            again = dice.randrange(6)  # somebody's day changes between two questions
            days[again] = (days[again][0], some_promises(dice, days[again][0]))
            block.write(again, *days[again])
            starts = sorted(dice.randint(0, END) for _ in range(5))
            question = Question(
                Wanted(somewhere(dice), dice.randint(0, 6)),
                [(start, start + dice.randint(1, 20)) for start in starts],
                np.array([dice.randrange(1 << 5) for _ in days], np.uint64),
                now,
            )
            found = block.offers(question)
            assert found == by_the_rule(days, question, ways)
            offered += sum(fit is not None for fit in found)
    assert offered > 100


def test_a_block_of_a_hundred_full_days_along_the_line_offers_what_the_rule_offers() -> None:
    dice = Random(20261126)  # noqa: S311  (a test)

    def in_town() -> Place:
        return Place(30 + dice.uniform(-0.05, 0.05), 120 + dice.uniform(-0.05, 0.05))

    hour, ways = 3600, Ways(LINE)
    block = Block(100, ways, (9 * hour, 18 * hour), lambda bands: LineChart(LINE, Place(30, 120)))
    days = []
    for agent in range(100):
        frame = Frame(9 * hour, 18 * hour, in_town(), Rest(1800, 11 * hour, 13 * hour))
        hours = sorted(dice.sample(range(9, 17), dice.randint(0, 6)))
        promises = [Promise(in_town(), at * hour, (at + 1) * hour, 1200) for at in hours]
        days.append((frame, promises))
        block.write(agent, frame, promises)
    windows = [(at * hour, (at + 1) * hour) for at in range(9, 18)]
    everybody = np.full(100, (1 << 9) - 1, np.uint64)
    for place in (*(in_town() for _ in range(10)), days[0][0].home, Place(31, 120)):
        question = Question(Wanted(place, 1200), windows, everybody, 0)
        assert block.offers(question) == by_the_rule(days, question, ways)


def test_the_bound_of_a_straight_way_is_never_above_it_and_seldom_far_below() -> None:
    dice = Random(7)  # noqa: S311  (a test)
    for latitude in (-60.0, 0.0, 31.2):
        about = Place(latitude, 179.99)
        chart = LineChart(LINE, about)
        places = [about, *(Place(latitude + dice.uniform(-0.5, 0.5), 179.5) for _ in range(40))]
        spots = chart.spots(places)
        for p, u in ((dice.randrange(41), dice.randrange(41)) for _ in range(500)):
            further = max(0, *(spots.marks[u] - spots.marks[p]))
            bound = chart.least_s + (chart.apart_s + further // 1000 if further > 0 else 0)
            way = LINE.durations([places[p]], [places[u]], 0)[0, 0]
            assert 0.97 * way - 2 <= bound <= way


def test_only_the_bands_of_the_working_hours_are_looked_at() -> None:
    spans = [Span(NEVER, 3), Span(70, 0), Span(95, 1), Span(165, 2), Span(200, 3)]
    assert spans_within(spans, (90, 180)) == [Span(NEVER, 0), Span(95, 1), Span(165, 2)]
    assert spans_within(spans, (96, 97)) == [Span(NEVER, 1)]
