"""One number, however it is written."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koumen.kit.errors import Invalid
from koumen.people.rules.phone import normalise_phone

chinese = st.integers(13_000_000_000, 19_999_999_999).map(str)
taiwanese = st.integers(900_000_000, 999_999_999).map(lambda n: f"0{n}")
separators = st.sampled_from(["", " ", "-", " - ", "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}"])
FULL_WIDTH = str.maketrans("0123456789+", "0123456789+")


@given(chinese, separators, st.booleans())
def test_blanks_dashes_and_wide_digits_make_no_difference(number: str, gap: str, wide: bool) -> None:
    written = gap.join((number[:3], number[3:7], number[7:]))
    written = written.translate(FULL_WIDTH) if wide else written
    assert normalise_phone(written, region="CN") == f"+86{number}"


@given(chinese)
def test_with_or_without_the_country_it_is_the_same_number(number: str) -> None:
    plain = normalise_phone(number, region="CN")
    assert {
        normalise_phone(f"{code}{number}", region="TW") for code in ("+86", "+86 ", "+86-", "002 86 ")
    } == {plain}


@given(taiwanese)
def test_the_leading_zero_of_a_taiwanese_mobile_is_no_part_of_it(number: str) -> None:
    assert normalise_phone(number, region="TW") == f"+886{number[1:]}"
    assert normalise_phone(f"+886 (0){number[1:]}", region="CN") == f"+886{number[1:]}"


@given(st.one_of(chinese, taiwanese), st.sampled_from(["CN", "TW"]))
def test_normalising_twice_changes_nothing(number: str, region: str) -> None:
    try:
        once = normalise_phone(number, region=region)
    except Invalid:
        return  # some number of the one country cannot be one of the other
    assert normalise_phone(once, region="US") == once


@given(st.text(max_size=60))
def test_whatever_is_typed_becomes_a_number_or_a_refusal_that_names_the_field(text: str) -> None:
    try:
        number = normalise_phone(text, region="CN")
    except Invalid as refusal:
        assert (refusal.code, refusal.field) == ("phone-unreadable", "phone")  # noqa: PT017  (either may come)
    else:
        assert number.startswith("+")
        assert number[1:].isascii()
        assert number[1:].isdigit()
        assert phonenumbers.is_possible_number(phonenumbers.parse(number))


@pytest.mark.parametrize("text", ["", "12", "abc", "+", "138 0000 0001 ext. 5", "9" * 40, "+999 1234567"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="phone-unreadable"):
        normalise_phone(text, region="CN")
