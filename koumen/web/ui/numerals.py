"""Whole numbers as Chinese says them; num2words writes 二 for 两 and leaves out zeros, so this is our own."""

_DIGITS = "零一二三四五六七八九"
_SMALL = ("千", 1000), ("百", 100), ("十", 10), ("", 1)
_LARGE = {"hans": ("", "万", "亿", "万亿"), "hant": ("", "萬", "億", "兆")}
TEN_THOUSAND = 10_000
_TEN, _TWENTY = 10, 20


def spoken(number: int, *, script: str) -> str:
    """A number from 0 as it is said aloud: 12 → 十二, 2 050 → 两千零五十; ``script`` is hans or hant.

    Taiwan says 兩百 where the mainland says 二百; 两 stands before 千 and 万 in both.
    """
    if number == 0:
        return "零"
    groups: list[int] = []
    while number:
        number, group = divmod(number, TEN_THOUSAND)
        groups.append(group)
    parts: list[str] = []
    for power in reversed(range(len(groups))):
        group = groups[power]
        if not group:
            continue
        if parts and (group < TEN_THOUSAND // 10 or not groups[power + 1]):
            parts.append("零")
        parts.append(
            _group(group, script=script, first=not parts, counts_more=power > 0) + _LARGE[script][power]
        )
    return "".join(parts)


def _group(group: int, *, script: str, first: bool, counts_more: bool) -> str:
    """One group of four digits."""
    if group == 2 and counts_more:  # noqa: PLR2004  (两万, never 二万)
        return "两" if script == "hans" else "兩"
    if first and _TEN <= group < _TWENTY:
        return "十" + (_DIGITS[group - _TEN] if group > _TEN else "")
    said, gap = "", False
    for unit, size in _SMALL:
        digit, group = divmod(group, size)
        if not digit:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + _digit(digit, unit, script) + unit
        gap = False
    return said


def _digit(digit: int, unit: str, script: str) -> str:
    """The digit before its unit: 两千, 二百 (兩百), 二十, 二."""
    if digit == 2 and (unit == "千" or (unit == "百" and script == "hant")):  # noqa: PLR2004
        return "两" if script == "hans" else "兩"
    return _DIGITS[digit]
