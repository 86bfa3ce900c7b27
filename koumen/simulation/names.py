"""Names as people of an age bear them: somebody born in 1944 is called 桂英, not 梓涵."""

from random import Random

SURNAMES = (
    *(
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    ),
    *("欧阳", "上官", "司徒"),
)


def listed(text: str) -> tuple[str, ...]:
    """Words with blanks between them, one by one."""
    return tuple(text.split())


# By the last year of birth the list suits: (women, men).
_GENERATIONS: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        1959,
        listed(
            "桂英 秀英 玉兰 秀兰 淑珍 凤英 玉珍 桂兰 淑兰 素珍 金凤 月娥 翠花 菊香 秀珍 玉梅 惠芳 文英 素芬 兰芳"
        ),
        listed(
            "建国 国强 德福 永福 志明 福生 金水 长根 玉山 宝林 国栋 文斌 守义 明德 树林 广田 学文 家兴 世昌 振华"
        ),
    ),
    (
        1979,
        listed(
            "丽娟 红梅 秀芳 美玲 丽华 海燕 春梅 小红 爱华 建英 月红 雪梅 玉芬 晓燕 丽萍 艳红 桂芳 慧敏 亚萍 敏"
        ),
        listed("建军 志强 建华 国平 卫东 永强 海涛 建平 红军 志刚 文革 立新 新民 东升 跃进 晓明 勇 伟 军 斌"),
    ),
    (
        1994,
        listed("婷婷 静 丹丹 晶晶 雪 倩 莉莉 娜 佳 敏敏 璐 颖 文静 慧 艳 玲玲 媛媛 露 萍 燕"),
        listed("磊 鹏 超 杰 涛 浩 亮 俊杰 明 凯 帅 飞 刚 强 文博 晓东 宇 波 峰 辉"),
    ),
    (
        2100,
        listed("雨欣 思琪 欣怡 雨桐 佳怡 梦洁 诗涵 子涵 若曦 梦瑶 雪莹 可欣 心怡 嘉欣 思雨"),
        listed("浩然 子豪 俊熙 宇轩 天宇 博文 子轩 一鸣 嘉豪 泽宇 文轩 家乐 志远 奕辰 晨阳"),
    ),
)


def full_name(random: Random, *, birth_year: int, is_woman: bool) -> tuple[str, str]:
    """A surname and a given name that somebody of that year and sex may well have."""
    women, men = next((w, m) for last, w, m in _GENERATIONS if birth_year <= last)
    return random.choice(SURNAMES), random.choice(women if is_woman else men)


def salutation(surname: str, *, age: int, is_woman: bool) -> str:
    """How one politely speaks to the person across a door: 李奶奶, 王先生."""
    if age > 70:  # noqa: PLR2004  (from here on neighbours say grandmother and grandfather)
        return f"{surname}{'奶奶' if is_woman else '爷爷'}"
    return f"{surname}{'女士' if is_woman else '先生'}"
