"""Canonical JSON: what we write ourselves is what the library of RFC 8785 writes."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from koumen.kit.canonical import canonical

PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()


@given(st.dictionaries(st.text(), PLAIN | st.lists(PLAIN, max_size=3), max_size=6))
def test_the_short_way_writes_the_same_bytes(value: dict[str, object]) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(
    st.dictionaries(
        st.sampled_from(["b", "a", "Z", '"', "\\", "\x1f", "\x7f", "/"]),
        st.text(st.characters(max_codepoint=127)),
    )
)
def test_escapes_are_the_same_too(value: dict[str, object]) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_a_number_that_others_would_round_is_refused(number: int) -> None:
    with pytest.raises(rfc8785.IntegerDomainError):
        canonical({"amount_minor": number})
