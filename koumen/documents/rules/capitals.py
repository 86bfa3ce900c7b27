"""Amounts in the financial capitals of Chinese (大写金额), which cannot be altered by a stroke, and in English words.

Source: 正确填写票据和结算凭证的基本规定 (People's Bank of China, 1997), part one.
"""

from num2words import num2words

from koumen.kit.money import CURRENCIES, Money

_DIGITS = {
    "zh-Hans": "零壹贰叁肆伍陆柒捌玖",
    "zh-Hant": "零壹貳參肆伍陸柒捌玖",
}
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = {"zh-Hans": ("", "万", "亿", "万亿"), "zh-Hant": ("", "萬", "億", "萬億")}
_UNIT = {"zh-Hans": "元", "zh-Hant": "元"}
_NAMES = {
    "CNY": {"zh-Hans": "人民币", "zh-Hant": "人民幣", "en": "renminbi yuan"},
    "TWD": {"zh-Hans": "新台币", "zh-Hant": "新臺幣", "en": "New Taiwan dollars"},
    "HKD": {"zh-Hans": "港币", "zh-Hant": "港幣", "en": "Hong Kong dollars"},
}


def currency_name(currency: str, language: str) -> str:
    """What the currency is called."""
    return _NAMES[currency][language]


def in_words(amount: Money, language: str) -> str:
    """A positive amount in words: 人民币壹仟贰佰捌拾陆元肆角整."""
    decimals = CURRENCIES[amount.currency].minor_units
    whole, part = divmod(amount.minor, 10**decimals)
    if language == "en":
        cents = f" and {part:0{decimals}d}/{10**decimals}" if decimals else ""
        said = num2words(whole, lang="en").replace(",", "")
        return f"{said.capitalize()}{cents} {currency_name(amount.currency, language)}"
    name = currency_name(amount.currency, language)
    return f"{name}{_whole(whole, language)}{_UNIT[language]}{_part(part, decimals, bool(whole), language)}"


def _whole(number: int, language: str) -> str:
    """The part before 元; a run of zeros inside is said once."""
    digits = _DIGITS[language]
    if not number:
        return digits[0]
    said = ""
    for group in reversed(range(4)):
        four = number // 10_000**group % 10_000
        if said and (four < 1000) and not said.endswith(digits[0]):
            said += digits[0]
        if four:
            said += _four(four, digits) + _GROUPS[language][group]
    return said.rstrip(digits[0])


def _four(number: int, digits: str) -> str:
    """Up to four digits with their places."""
    said = ""
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            said += digits[digit] + _PLACES[place]
        elif said and not said.endswith(digits[0]):
            said += digits[0]
    return said.rstrip(digits[0])


def _part(part: int, decimals: int, has_whole: bool, language: str) -> str:  # noqa: FBT001  (private, one caller)
    """角 and 分, or 整 when there are none."""
    if not part:
        return "整"
    digits = _DIGITS[language]
    tenths, hundredths = divmod(part * 10 ** (2 - decimals), 10)
    said = f"{digits[tenths]}角" if tenths else (digits[0] if has_whole else "")
    return said + (f"{digits[hundredths]}分" if hundredths else "整")
