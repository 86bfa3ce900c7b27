import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koumen.documents.rules.coverage import covered
from koumen.documents.rules.printable import LONGEST, printable


def test_a_rare_character_that_the_font_has_stays() -> None:
    assert printable("王\U0002cc56").text == "王\U0002cc56"


def test_a_character_the_font_lacks_becomes_a_geta_with_its_code() -> None:
    printed = printable("王\U000323af明")
    assert printed.text == "王〓(U+323AF)明"
    assert printed.replaced == ("\U000323af",)


def test_a_character_newer_than_this_python_is_not_lost() -> None:
    newest = "\U000323b0"  # extension J, Unicode 17
    assert "〓(U+323B0)" in printable(newest).text


def test_emoji_and_private_use_are_told_by_code() -> None:
    assert printable("\U0001f600\ue000").text == "〓(U+1F600)〓(U+E000)"


def test_a_family_of_emoji_loses_its_joiners_only() -> None:
    assert printable("👨\u200d👩").replaced == ("👨", "👩")


def test_controls_and_direction_overrides_go_without_a_trace() -> None:
    assert printable("\x00陈\x1b\u202e国\u2066华\u200b").text == "陈国华"


def test_variation_selectors_are_dropped() -> None:
    assert printable("葛\U000e0100飾\ufe00").text == "葛飾"


def test_spaces_of_all_kinds_become_one() -> None:
    assert printable("  Ann\u2009\u00a0\tLee\n").text == "Ann Lee"


def test_the_full_width_space_of_chinese_letters_stays() -> None:
    assert printable("陈\u3000华").text == "陈\u3000华"


def test_letters_and_their_accents_are_composed() -> None:
    assert printable("Zoe\u0308").text == "Zoë"


def test_right_to_left_letters_are_told_in_the_order_they_were_written() -> None:
    assert printable("אב").text == "〓(U+05D0)〓(U+05D1)"


def test_half_of_a_surrogate_pair_is_told_too() -> None:
    assert printable("\ud800").text == "〓(U+D800)"


def test_a_geta_somebody_wrote_is_not_reported_as_missing() -> None:
    assert printable("〓").replaced == ()


@pytest.mark.parametrize(
    "text", ["陈" * 10_000, "a" * 10_000, "\U000323af" * 10_000, "e\u0301" * 10_000, "\x00" * 10_000]
)
def test_an_endless_name_is_cut_for_the_page(text: str) -> None:
    printed = printable(text)
    assert len(printed.text) <= LONGEST + 1
    assert printed.is_shortened


def test_a_name_of_exactly_the_longest_is_not_cut() -> None:
    assert printable("陈" * LONGEST).text == "陈" * LONGEST


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_whatever_is_given_only_characters_of_the_font_come_out(text: str) -> None:
    assert {ord(character) for character in printable(text).text} <= covered()


@given(st.text(max_size=40))
def test_what_was_made_printable_stays_as_it_is(text: str) -> None:
    once = printable(text)
    assert printable(once.text).text == once.text
    assert unicodedata.is_normalized("NFC", once.text)
