"""Money, days and times in words and digits, in three languages; pure functions of what is shown.

Grammar differs too much between the languages for message catalogues ("half past ten" against 十点半),
so these few shapes are written out here, each beside the others, and everything else goes through gettext.
"""

from datetime import date, datetime, time

import phonenumbers
from num2words import num2words

from koumen.kit.money import CURRENCIES, Money
from koumen.web.ui.numerals import spoken

NO_BREAK = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"

_MAJOR = {"CNY": "yuan", "TWD": "New Taiwan dollars", "HKD": "Hong Kong dollars"}
_MINOR = {"CNY": "fen", "HKD": "cents"}
_ONE_MAJOR = {"TWD": "New Taiwan dollar", "HKD": "Hong Kong dollar"}
_ONE_MINOR = {"HKD": "cent"}
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS_ZH = "一二三四五六日"
_NEAR = {
    "hans": ("今天", "明天", "后天"),
    "hant": ("今天", "明天", "後天"),
    "en": ("today", "tomorrow"),
}
# From which hour each part of the day is said, latest first.
_PARTS_ZH = ((18, "晚上"), (13, "下午"), (12, "中午"), (8, "上午"), (5, "早上"), (0, "凌晨"))
_PARTS_EN = (
    (21, "at night"),
    (18, "in the evening"),
    (12, "in the afternoon"),
    (5, "in the morning"),
    (0, "at night"),
)
PARTS_OF_DAY = ("morning", "midday", "afternoon", "evening")
_PART_WORDS = {
    "hans": ("上午", "中午", "下午", "晚上"),
    "hant": ("上午", "中午", "下午", "晚上"),
    "en": ("morning", "midday", "afternoon", "evening"),
}
_HALF, _QUARTER, _THREE_QUARTERS = 30, 15, 45
_NOON, _AFTERNOON, _EVENING = 12, 13, 18
_SHOWN_AT_END = 4  # the digits people know their number by


def script_of(language: str) -> str:
    """Which wording a language code takes: hans, hant or en."""
    code = language.lower()
    if code.startswith("zh"):
        return "hant" if any(part in code for part in ("hant", "tw", "hk", "mo")) else "hans"
    return "en"


def money(amount: Money) -> str:
    """The amount in digits with its currency, never broken over two lines: ¥ 1,286.40, NT$ 1,286."""
    symbol = CURRENCIES[amount.currency].symbol
    return f"{MINUS if amount.minor < 0 else ''}{symbol}{NO_BREAK}{digits(amount)}"


def digits(amount: Money) -> str:
    """The bare digits of an amount, without sign and currency: 1,286.40."""
    places = CURRENCIES[amount.currency].minor_units
    return f"{abs(amount.decimal):,.{places}f}"


def money_words(amount: Money, language: str) -> str:
    """The amount as one would say it: 三百元, three hundred yuan; a negative one says so first."""
    script = script_of(language)
    places = CURRENCIES[amount.currency].minor_units
    whole, rest = divmod(abs(amount.minor), 10**places)
    said = _words_en(amount.currency, whole, rest) if script == "en" else _words_zh(whole, rest, script)
    if amount.minor >= 0:
        return said
    return f"minus {said}" if script == "en" else f"{'负' if script == 'hans' else '負'}{said}"


def _words_zh(whole: int, rest: int, script: str) -> str:
    tenths, hundredths = divmod(rest, 10)
    parts = [f"{spoken(whole, script=script)}元"] if whole or not rest else []
    if tenths:
        parts.append(f"{spoken(tenths, script=script)}角")
    elif hundredths and whole:
        parts.append("零")
    if hundredths:
        parts.append(f"{spoken(hundredths, script=script)}分")
    return "".join(parts)


def _words_en(currency: str, whole: int, rest: int) -> str:
    parts = []
    if whole or not rest:
        unit = _ONE_MAJOR.get(currency, _MAJOR[currency]) if whole == 1 else _MAJOR[currency]
        parts.append(f"{_spoken_en(whole)} {unit}")
    if rest:
        unit = _ONE_MINOR.get(currency, _MINOR[currency]) if rest == 1 else _MINOR[currency]
        parts.append(f"{_spoken_en(rest)} {unit}")
    return " and ".join(parts)


def _spoken_en(number: int) -> str:
    return str(num2words(number, lang="en")).replace(",", "")


def day(on: date, language: str, *, today: date | None = None) -> str:
    """A date with its weekday; the year is written when it is not this year's."""
    same_year = today is None or today.year == on.year
    if script_of(language) == "en":
        year = "" if same_year else f" {on.year}"
        return f"{_WEEKDAYS_EN[on.weekday()]} {on.day} {_MONTHS_EN[on.month - 1]}{year}"
    year = "" if same_year else f"{on.year}年"
    return f"{year}{on.month}月{on.day}日 星期{_WEEKDAYS_ZH[on.weekday()]}"


def month(of: date, language: str) -> str:
    """A month with its year: 2026年11月, November 2026."""
    if script_of(language) == "en":
        return f"{_MONTHS_EN[of.month - 1]} {of.year}"
    return f"{of.year}年{of.month}月"


def near_day(on: date, language: str, *, today: date) -> str:
    """A date as people say it when it is close: 今天 12月8日 星期二, today, Tuesday 8 December."""
    script = script_of(language)
    written = day(on, language, today=today)
    away = (on - today).days
    if not 0 <= away < len(_NEAR[script]):
        return written
    near = _NEAR[script][away]
    return f"{near}, {written}" if script == "en" else f"{near} {written}"


def moment(at: datetime, language: str, *, today: date | None = None) -> str:
    """A point in time in few characters: 12月8日 10:06, 8 December, 10:06."""
    same_year = today is None or today.year == at.year
    if script_of(language) == "en":
        year = "" if same_year else f" {at.year}"
        return f"{at.day} {_MONTHS_EN[at.month - 1]}{year}, {at:%H:%M}"
    year = "" if same_year else f"{at.year}年"
    return f"{year}{at.month}月{at.day}日 {at:%H:%M}"


def clock_time(at: time, language: str) -> str:
    """A time in words: 上午十点半, half past 10 in the morning, 12 noon, midnight."""
    script = script_of(language)
    if script == "en":
        return _with_part_en(at)
    return _part_zh(at) + _hour_zh(at, script)


def window(start: time, end: time, language: str) -> str:
    """An arrival window in words and digits: 上午十点到十一点 10:00–11:00."""
    script = script_of(language)
    in_digits = f"{start:%H:%M}{EN_DASH}{end:%H:%M}"
    if script == "en":
        return f"{_window_en(start, end)}, {in_digits}"
    return f"{window_words(start, end, language)} {in_digits}"


def window_words(start: time, end: time, language: str) -> str:
    """The words of an arrival window alone: 上午十点到十一点, 10 to 11 in the morning."""
    script = script_of(language)
    if script == "en":
        return _window_en(start, end)
    first, second = _part_zh(start), _part_zh(end)
    second = "" if second == first else second
    return f"{first}{_hour_zh(start, script)}到{second}{_hour_zh(end, script)}"


def _part_zh(at: time) -> str:
    if at == time(0):
        return "半夜"
    return next(word for hour, word in _PARTS_ZH if at.hour >= hour)


def _hour_zh(at: time, script: str) -> str:
    point, two = ("点", "两") if script == "hans" else ("點", "兩")
    hour = 0 if at.hour == 0 and at.minute else (at.hour % 12) or 12
    said = two if hour == 2 else spoken(hour, script=script)  # noqa: PLR2004  (两点, never 二点)
    if not at.minute:
        return f"{said}{point}"
    if at.minute == _HALF:
        return f"{said}{point}半"
    zero = "零" if at.minute < 10 else ""  # noqa: PLR2004  (十点零五分)
    return f"{said}{point}{zero}{spoken(at.minute, script=script)}分"


def _hour_en(at: time) -> str:
    hour, following = (at.hour % 12) or 12, ((at.hour + 1) % 12) or 12
    spoken_minutes = {
        0: str(hour),
        _QUARTER: f"quarter past {hour}",
        _HALF: f"half past {hour}",
        _THREE_QUARTERS: f"quarter to {following}",
    }
    return spoken_minutes.get(at.minute, f"{hour}:{at.minute:02}")


def _part_en(at: time) -> str:
    return next(word for hour, word in _PARTS_EN if at.hour >= hour)


def _is_round(at: time) -> bool:
    """Noon and midnight have a word of their own in English."""
    return at in {time(0), time(_NOON)}


def _with_part_en(at: time) -> str:
    if at == time(0):
        return "midnight"
    if at == time(_NOON):
        return "12 noon"
    return f"{_hour_en(at)} {_part_en(at)}"


def _window_en(start: time, end: time) -> str:
    alike = _part_en(start) == _part_en(end) and not _is_round(start) and not _is_round(end)
    first = _hour_en(start) if alike else _with_part_en(start)
    return f"{first} to {_with_part_en(end)}"


def part_of_day(at: time) -> str:
    """Which part of the day a time belongs to: morning, midday, afternoon or evening."""
    if at.hour < _NOON:
        return "morning"
    if at.hour < _AFTERNOON:
        return "midday"
    return "afternoon" if at.hour < _EVENING else "evening"


def part_word(part: str, language: str) -> str:
    """The word of a part of the day: 上午, morning."""
    return _PART_WORDS[script_of(language)][PARTS_OF_DAY.index(part)]


def masked_phone(phone: str) -> str:
    """Enough of a number to know one's own by, without the country's code: 138 **** 5678."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        national = phone
    else:
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    only = "".join(c for c in national if c.isdigit())
    if len(only) <= 2 * _SHOWN_AT_END:
        return "****"
    return f"{only[:3]}{NO_BREAK}****{NO_BREAK}{only[-_SHOWN_AT_END:]}"


def spaced_code(code: str) -> str:
    """A six-digit code in two groups of three: 482 913."""
    middle = len(code) // 2
    return f"{code[:middle]}{NO_BREAK}{code[middle:]}" if len(code) > 4 else code  # noqa: PLR2004
