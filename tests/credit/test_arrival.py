"""R14: the same things told in any order give the same position and the same books; 1,000 shuffles.

Pure: what the commands do with an activity (forward when it is the newest, else everything again and the books
take the difference) without a database. tests/credit/test_late.py does the same with one.
"""

import random
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest

from koumen.credit.rules.activity import Activity, ActivityKind
from koumen.credit.rules.entering import Entered, Past, enter_forward, enter_late, is_newest, take_back
from koumen.credit.rules.folding import net_by_account
from koumen.credit.rules.parameters import LateMode, Parameters, RevolvingBase
from koumen.credit.rules.position import Move, Position
from koumen.credit.rules.turning import advance
from tests.credit.test_position import HERE, a_year, an_account

STORIES, SHUFFLES = 40, 25
TAKEN_BACK = frozenset({ActivityKind.PURCHASE, ActivityKind.REPAYMENT, ActivityKind.REFUND})


class Told:
    """An account that is told things one after the other."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.position = an_account()
        self.known: dict[UUID, Activity] = {}
        self.entries: dict[UUID, list[Move]] = {}
        self.books: list[Move] = []
        self.latest: datetime | None = None

    def hears(self, activity: Activity) -> None:
        """An activity, newest or late."""
        if is_newest(self.position, self.latest, activity):
            entered = enter_forward(self.position, activity, self.parameters)
        else:
            entered = enter_late(self.past, activity, self.parameters)
        self.known[activity.activity_id] = activity
        self.entries[activity.activity_id] = entered.by_activity
        self.latest = max(self.latest or activity.effective_at, activity.effective_at)
        self._takes(entered)

    def forgets(self, activity: Activity) -> None:
        """That an activity had been a mistake."""
        entry = self.entries.pop(activity.activity_id)
        entered = take_back(self.past, activity.activity_id, entry, self.parameters)
        del self.known[activity.activity_id]
        turned = [Move(move.credit, move.debit, move.amount_minor, move.on) for move in entry]
        self.books += turned
        self._takes(entered)

    def sleeps(self, until: date) -> None:
        """Nights pass."""
        if until > self.position.counted_to:
            self.books += advance(self.position, self.parameters, until).moves

    @property
    def past(self) -> Past:
        return Past(
            baseline=an_account(),
            activities=list(self.known.values()),
            counted_to=self.position.counted_to,
        )

    def _takes(self, entered: Entered) -> None:
        self.position = entered.position
        self.books += [*entered.by_days, *entered.by_activity, *entered.corrections]


def an_end(told: list[tuple[str, Activity]], parameters: Parameters) -> tuple[Position, object]:
    account = Told(parameters)
    for number, (what, activity) in enumerate(told):
        account.hears(activity) if what == "hears" else account.forgets(activity)
        if number % 3 == 2:
            account.sleeps(date(2026, 2 + number % 10, 3))
    account.sleeps(date(2027, 1, 15))
    return account.position, net_by_account(account.books)


def shuffled(
    story: list[Activity], mistakes: list[Activity], chance: random.Random
) -> list[tuple[str, Activity]]:
    """Everything in any order, but that a mistake is known as one only after it was told."""
    told = [("hears", one) for one in chance.sample(story, len(story))]
    for mistake in mistakes:
        place = chance.randint(told.index(("hears", mistake)) + 1, len(told))
        told.insert(place, ("forgets", mistake))
    return told


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(STORIES))
def test_r14_any_order_of_arrival_gives_the_same_position_and_the_same_books(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (a story, not a secret)
    story = a_year(seed)[:9]
    mistakes = [one for one in story if one.kind in TAKEN_BACK][:2]
    parameters = replace(
        HERE,
        late_mode=list(LateMode)[seed % 3],
        revolving_base=list(RevolvingBase)[seed % 2],
        late_cap_minor=(seed % 4) * 5_00,
    )
    in_order = [("hears", one) for one in sorted(story, key=lambda one: one.order) if one not in mistakes]
    expected = an_end(in_order, parameters)
    for _ in range(SHUFFLES):
        assert an_end(shuffled(story, mistakes, chance), parameters) == expected
