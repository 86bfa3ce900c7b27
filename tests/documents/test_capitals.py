import pytest

from koumen.documents.rules.capitals import in_words
from koumen.kit.money import Money


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (1286_40, "壹仟贰佰捌拾陆元肆角整"),
        (100, "壹元整"),
        (10_00, "壹拾元整"),
        (1004_00, "壹仟零肆元整"),
        (1040_00, "壹仟零肆拾元整"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (100_070_00, "壹拾万零柒拾元整"),
        (1_0000_0000_00, "壹亿元整"),
        (1_0000_0001_00, "壹亿零壹元整"),
        (2_0500_0300_00, "贰亿零伍佰万零叁佰元整"),
        (1_0500_00, "壹万零伍佰元整"),
        (16409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (50, "零元伍角整"),
        (1, "零元壹分"),
        (9_9999_9999_99, "玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amounts_are_said_as_the_bank_rules_ask(minor: int, said: str) -> None:
    assert in_words(Money(minor, "CNY"), "zh-Hans") == f"人民币{said}"


def test_taiwan_has_its_own_characters_and_no_cents() -> None:
    assert in_words(Money(23_456, "TWD"), "zh-Hant") == "新臺幣貳萬參仟肆佰伍拾陸元整"


def test_english_says_cents_as_a_fraction() -> None:
    assert (
        in_words(Money(1286_40, "CNY"), "en")
        == "One thousand two hundred and eighty-six and 40/100 renminbi yuan"
    )
    assert in_words(Money(21, "TWD"), "en") == "Twenty-one New Taiwan dollars"
