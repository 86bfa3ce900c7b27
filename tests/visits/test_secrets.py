from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koumen.kit.pictures import PICTURES
from koumen.visits.rules.band import amount_band
from koumen.visits.rules.numbers import visit_number
from koumen.visits.rules.secrets import CodeBinding, is_same_code, picture_pair, release_code

KEY = bytes(range(32))
BINDING = CodeBinding(
    visit_id=UUID(int=1),
    agent_id=UUID(int=2),
    quote_id=UUID(int=3),
    amount_minor=30000,
    currency="CNY",
    generation=1,
    code_generation=1,
)


@given(st.uuids(), st.integers(1, 9))
def test_a_pair_is_two_different_pictures_and_always_the_same(visit_id: UUID, generation: int) -> None:
    pair = picture_pair(KEY, visit_id=visit_id, generation=generation)
    assert len(set(pair)) == 2
    assert set(pair) <= set(PICTURES)
    assert pair == picture_pair(KEY, visit_id=visit_id, generation=generation)


def test_every_picture_is_used_about_equally_often() -> None:
    shown = [picture for _ in range(3200) for picture in picture_pair(KEY, visit_id=uuid4(), generation=1)]
    counts = [shown.count(picture) for picture in PICTURES]
    assert min(counts) > 50  # 100 expected, standard deviation 10
    assert max(counts) < 150


@pytest.mark.parametrize(
    "change",
    [
        {"visit_id": UUID(int=9)},
        {"agent_id": UUID(int=9)},
        {"quote_id": UUID(int=9)},
        {"amount_minor": 30001},
        {"currency": "TWD"},
        {"generation": 2},
        {"code_generation": 2},
    ],
)
def test_a_code_is_bound_to_visit_agent_quote_amount_and_generation(change: dict[str, object]) -> None:
    assert release_code(KEY, BINDING) != release_code(KEY, replace(BINDING, **change))  # type: ignore[arg-type]


def test_a_code_has_six_digits_and_depends_on_the_key() -> None:
    code = release_code(KEY, BINDING)
    assert len(code) == 6
    assert code.isdecimal()
    assert code != release_code(bytes(32), BINDING)


@pytest.mark.parametrize("typed", ["482913", "482 913", "４８２９１３", " 482-913 "])
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert is_same_code(typed, "482913")


@pytest.mark.parametrize("typed", ["", "48291", "4829133", "482914", "abcdef"])
def test_another_code_is_another_code(typed: str) -> None:
    assert not is_same_code(typed, "482913")


def test_two_swapped_digits_name_no_other_visit() -> None:
    numbers = {visit_number(serial) for serial in range(10001, 11001)}
    assert len(numbers) == 1000
    for number in list(numbers)[:200]:
        for place in range(len(number) - 1):
            a, b = number[place], number[place + 1]
            if a != b and {a, b} != {"0", "9"}:  # Luhn's one blind pair
                assert number[:place] + b + a + number[place + 2 :] not in numbers


@pytest.mark.parametrize(
    ("amount", "band"),
    [(19999, (0, 20000)), (20000, (20000, 50000)), (2_000_000, (1_000_000, None))],
)
def test_an_agent_knows_a_band_and_not_the_amount(amount: int, band: tuple[int, int | None]) -> None:
    assert amount_band(amount, 2) == band
