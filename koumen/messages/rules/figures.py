"""Amounts, days and windows as a short message writes them: digits only, nothing that needs a screen."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from koumen.kit.money import CURRENCIES, Money

_LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant", "en": "en_GB"}


def amount(money: Money) -> str:
    """¥1,286.40; a telephone shows no thin or unbreakable blanks, so there are none."""
    currency = CURRENCIES[money.currency]
    return f"{currency.symbol}{money.decimal:,.{currency.minor_units}f}"


def day(on: date, language: str) -> str:
    """A date with its weekday: 12月8日周二, Tuesday 8 December."""
    return str(format_skeleton("MMMMEEEEd", on, locale=_LOCALES.get(language, "en_GB")))


def window(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """An arrival window on the branch's clock: 10:00-11:00."""
    return f"{start.astimezone(zone):%H:%M}-{end.astimezone(zone):%H:%M}"


def moment(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A day and an hour on the branch's clock: 12月8日周二 17:30, Tuesday 8 December 17:30."""
    here = at.astimezone(zone)
    return f"{day(here.date(), language)} {here:%H:%M}"


def about(moment: datetime, zone: ZoneInfo) -> str:
    """A moment on the branch's clock, up to the next five minutes: 11:15."""
    step = timedelta(minutes=5)
    since = moment - datetime.min.replace(tzinfo=moment.tzinfo)
    return f"{(moment + -since % step).astimezone(zone):%H:%M}"
