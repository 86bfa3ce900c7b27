"""Money, days and times are put into words that an 80-year-old would use."""

from datetime import date, datetime, time

import pytest

from koumen.kit.money import Money
from koumen.web.ui import wording
from koumen.web.ui.numerals import spoken

ALL = ("zh-hans", "zh-hant", "en")


@pytest.mark.parametrize(
    ("number", "hans", "hant"),
    [
        (0, "零", "零"),
        (2, "二", "二"),
        (10, "十", "十"),
        (12, "十二", "十二"),
        (20, "二十", "二十"),
        (110, "一百一十", "一百一十"),
        (200, "二百", "兩百"),
        (205, "二百零五", "兩百零五"),
        (1010, "一千零一十", "一千零一十"),
        (2000, "两千", "兩千"),
        (2002, "两千零二", "兩千零二"),
        (2222, "两千二百二十二", "兩千兩百二十二"),
        (10_000, "一万", "一萬"),
        (10_010, "一万零一十", "一萬零一十"),
        (20_000, "两万", "兩萬"),
        (120_000, "十二万", "十二萬"),
        (100_200, "十万零二百", "十萬零兩百"),
        (1_000_500, "一百万零五百", "一百萬零五百"),
        (100_000_001, "一亿零一", "一億零一"),
    ],
)
def test_numbers_are_said_as_chinese_says_them(number: int, hans: str, hant: str) -> None:
    assert spoken(number, script="hans") == hans
    assert spoken(number, script="hant") == hant


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Money(128640, "CNY"), "¥ 1,286.40"),
        (Money(1286, "TWD"), "NT$ 1,286"),
        (Money(0, "CNY"), "¥ 0.00"),
        (Money(0, "TWD"), "NT$ 0"),
        (Money(-5, "CNY"), "−¥ 0.05"),
        (Money(100_000_000_00, "HKD"), "HK$ 100,000,000.00"),
    ],
)
def test_an_amount_always_carries_its_currency_and_never_breaks(amount: Money, shown: str) -> None:
    assert wording.money(amount).replace("\u00a0", " ") == shown
    assert " " not in wording.money(amount)


@pytest.mark.parametrize(
    ("amount", "hans", "hant", "english"),
    [
        (Money(30000, "CNY"), "三百元", "三百元", "three hundred yuan"),
        (
            Money(128640, "CNY"),
            "一千二百八十六元四角",
            "一千兩百八十六元四角",
            "one thousand two hundred and eighty-six yuan and forty fen",
        ),
        (Money(105, "CNY"), "一元零五分", "一元零五分", "one yuan and five fen"),
        (Money(5, "CNY"), "五分", "五分", "five fen"),
        (Money(25, "CNY"), "二角五分", "二角五分", "twenty-five fen"),
        (Money(0, "CNY"), "零元", "零元", "zero yuan"),
        (Money(-20000, "CNY"), "负二百元", "負兩百元", "minus two hundred yuan"),
        (Money(0, "TWD"), "零元", "零元", "zero New Taiwan dollars"),
        (Money(1, "TWD"), "一元", "一元", "one New Taiwan dollar"),
        (
            Money(2200, "TWD"),
            "两千二百元",
            "兩千兩百元",
            "two thousand two hundred New Taiwan dollars",
        ),
        (Money(101, "HKD"), "一元零一分", "一元零一分", "one Hong Kong dollar and one cent"),
    ],
)
def test_an_amount_is_read_back_in_words(amount: Money, hans: str, hant: str, english: str) -> None:
    assert [wording.money_words(amount, language) for language in ALL] == [hans, hant, english]


def test_a_day_has_its_weekday_and_another_year_is_written_out() -> None:
    on = date(2026, 12, 8)
    assert wording.day(on, "zh-hans") == "12月8日 星期二"
    assert wording.day(on, "en") == "Tuesday 8 December"
    assert wording.day(on, "zh-hant", today=date(2027, 1, 2)) == "2026年12月8日 星期二"
    assert wording.day(on, "en", today=date(2027, 1, 2)) == "Tuesday 8 December 2026"
    assert wording.day(date(2026, 12, 13), "zh-hans") == "12月13日 星期日"


def test_a_close_day_is_named_as_people_name_it() -> None:
    today = date(2026, 12, 31)
    assert wording.near_day(today, "zh-hans", today=today) == "今天 12月31日 星期四"
    assert wording.near_day(date(2027, 1, 1), "en", today=today) == "tomorrow, Friday 1 January 2027"
    assert wording.near_day(date(2027, 1, 2), "zh-hant", today=today) == "後天 2027年1月2日 星期六"
    assert wording.near_day(date(2027, 1, 2), "en", today=today) == "Saturday 2 January 2027"
    assert wording.near_day(date(2026, 12, 30), "zh-hans", today=today) == "12月30日 星期三"


def test_a_moment_is_short() -> None:
    at = datetime(2026, 12, 8, 10, 6)  # noqa: DTZ001  (wording takes local times)
    assert wording.moment(at, "zh-hans") == "12月8日 10:06"
    assert wording.moment(at, "en", today=date(2027, 1, 1)) == "8 December 2026, 10:06"


@pytest.mark.parametrize(
    ("at", "hans", "hant", "english"),
    [
        (time(0), "半夜十二点", "半夜十二點", "midnight"),
        (time(0, 30), "凌晨零点半", "凌晨零點半", "half past 12 at night"),
        (time(2), "凌晨两点", "凌晨兩點", "2 at night"),
        (time(7), "早上七点", "早上七點", "7 in the morning"),
        (time(10, 30), "上午十点半", "上午十點半", "half past 10 in the morning"),
        (time(10, 5), "上午十点零五分", "上午十點零五分", "10:05 in the morning"),
        (time(12), "中午十二点", "中午十二點", "12 noon"),
        (time(12, 30), "中午十二点半", "中午十二點半", "half past 12 in the afternoon"),
        (time(14), "下午两点", "下午兩點", "2 in the afternoon"),
        (time(14, 45), "下午两点四十五分", "下午兩點四十五分", "quarter to 3 in the afternoon"),
        (time(19, 15), "晚上七点十五分", "晚上七點十五分", "quarter past 7 in the evening"),
        (time(23), "晚上十一点", "晚上十一點", "11 at night"),
    ],
)
def test_a_time_is_said_in_words(at: time, hans: str, hant: str, english: str) -> None:
    assert [wording.clock_time(at, language) for language in ALL] == [hans, hant, english]


@pytest.mark.parametrize(
    ("start", "end", "hans", "hant", "english"),
    [
        (
            time(10),
            time(11),
            "上午十点到十一点 10:00–11:00",
            "上午十點到十一點 10:00–11:00",
            "10 to 11 in the morning, 10:00–11:00",
        ),
        (
            time(11, 30),
            time(12, 30),
            "上午十一点半到中午十二点半 11:30–12:30",
            "上午十一點半到中午十二點半 11:30–12:30",
            "half past 11 in the morning to half past 12 in the afternoon, 11:30–12:30",
        ),
        (
            time(11),
            time(12),
            "上午十一点到中午十二点 11:00–12:00",
            "上午十一點到中午十二點 11:00–12:00",
            "11 in the morning to 12 noon, 11:00–12:00",
        ),
        (
            time(12),
            time(13),
            "中午十二点到下午一点 12:00–13:00",
            "中午十二點到下午一點 12:00–13:00",
            "12 noon to 1 in the afternoon, 12:00–13:00",
        ),
        (
            time(23),
            time(0),
            "晚上十一点到半夜十二点 23:00–00:00",
            "晚上十一點到半夜十二點 23:00–00:00",
            "11 at night to midnight, 23:00–00:00",
        ),
    ],
)
def test_a_window_is_in_words_and_digits(start: time, end: time, hans: str, hant: str, english: str) -> None:
    said = [wording.window(start, end, language) for language in ALL]
    assert said == [hans, hant, english]


def test_parts_of_the_day() -> None:
    parts = [wording.part_of_day(time(hour)) for hour in (0, 8, 11, 12, 13, 17, 18, 23)]
    assert parts == [
        "morning",
        "morning",
        "morning",
        "midday",
        "afternoon",
        "afternoon",
        "evening",
        "evening",
    ]
    assert [wording.part_word("afternoon", language) for language in ALL] == ["下午", "下午", "afternoon"]


def test_a_phone_number_is_masked_and_a_code_is_spaced() -> None:
    assert wording.masked_phone("+8613812345678").replace("\u00a0", " ") == "138 **** 5678"
    assert wording.masked_phone("0912345678").replace("\u00a0", " ") == "091 **** 5678"
    assert wording.masked_phone("+886912345678").replace("\u00a0", " ") == "091 **** 5678"
    assert wording.masked_phone("12345") == "****"
    assert wording.spaced_code("482913").replace("\u00a0", " ") == "482 913"


@pytest.mark.parametrize(
    ("code", "script"),
    [
        ("zh-hans", "hans"),
        ("zh-Hant", "hant"),
        ("zh-tw", "hant"),
        ("zh", "hans"),
        ("zh-HK", "hant"),
        ("en-gb", "en"),
    ],
)
def test_language_codes_find_their_wording(code: str, script: str) -> None:
    assert wording.script_of(code) == script
