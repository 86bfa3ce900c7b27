"""What the file does not say of its people: a name, a phone number, an address; invented from the number alone."""

from collections.abc import Sequence
from random import Random

from koumen.credit.importer.places import Place
from koumen.credit.rules.cells import MOST_ACCOUNTS
from koumen.people.rules.details import PersonalDetails

# The commonest family names of Taiwan, most frequent first: together two of three people.
_SURNAMES = (
    "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁魏孫戴"
)
_WEIGHTS = [1 / (place + 6) for place in range(len(_SURNAMES))]

# Given names by the last year of birth they suit: (women, men).
_GIVEN: tuple[tuple[int, str, str], ...] = (
    (
        1945,
        "玉蘭 秀英 素貞 阿珠 金枝 月嬌 秀琴 寶珠 美玉 春梅 罔市 玉霞 錦雲 秋菊 麗華 碧蓮 瑞香 彩鳳",
        "金水 福生 清水 添財 文雄 正雄 武雄 明德 義雄 水木 國雄 俊雄 榮華 秋田 萬吉 進財 朝枝 坤山",
    ),
    (
        1965,
        "淑芬 美惠 麗珠 秀美 淑貞 美珠 淑惠 麗卿 素珍 玉珍 淑華 惠美 麗娟 碧霞 秋香 月娥 淑真 美雲",
        "志明 文龍 建成 俊傑 明輝 國華 文德 正義 金龍 進發 榮昌 建國 茂松 清輝 文進 添丁 政雄 宏明",
    ),
    (
        1978,
        "淑娟 雅惠 怡君 美玲 淑玲 惠雯 佩君 雅玲 慧玲 麗君 秀玲 婉如 靜宜 淑敏 佳玲 玉婷 曉雯 文玲",
        "俊宏 志偉 建宏 文彬 俊賢 志豪 嘉宏 明哲 建志 家銘 信宏 志宏 世昌 俊男 永昌 振宇 國書 智偉",
    ),
    (
        2100,
        "怡婷 雅婷 佳穎 宜蓁 詩涵 心怡 佩珊 郁婷 欣怡 思穎 雅雯 筱涵 怡如 珮瑜 宛真 家瑜 品妤 筑君",
        "冠宇 家豪 承翰 彥廷 宗翰 柏翰 俊廷 冠廷 信傑 哲瑋 家瑋 育誠 建勳 仁傑 威廷 子豪 聖傑 偉倫",
    ),
)

# Taiwanese mobile numbers are 09 and eight digits; a step without common factor reaches each of them once.
_MOBILES = MOST_ACCOUNTS + 1
_STEP, _START = 48_271_637, 12_345_678


def invent(
    *, number: int, is_woman: bool, birth_year: int, places: Sequence[Place]
) -> tuple[PersonalDetails, Place]:
    """A person for an account, and where they live: a real address. The same number, the same person."""
    random = Random(f"koumen.import.{number}")  # noqa: S311  (an invented name is no secret)
    surname = random.choices(_SURNAMES, _WEIGHTS)[0]
    women, men = next((women, men) for last, women, men in _GIVEN if birth_year <= last)
    place = random.choice(places)
    details = PersonalDetails(
        name=surname + random.choice((women if is_woman else men).split()),
        given_name=f"{surname}{'女士' if is_woman else '先生'}",
        phone=mobile_of(number),
        address=place.address,
        district=place.district,
        birth_year=birth_year,
    )
    return details, place


def mobile_of(number: int) -> str:
    """A mobile number that no other account has."""
    return f"+8869{(number * _STEP + _START) % _MOBILES:08}"
