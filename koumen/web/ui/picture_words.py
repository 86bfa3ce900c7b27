"""What each of the 64 pictures is called; short, and no two alike in any language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from koumen.kit.pictures import PICTURES

# In small letters, which no button or heading has: so "key" or "bell" means nothing else in the catalogues.
_WORDS: dict[str, str | Promise] = {
    "teapot": _("teapot"),
    "umbrella": _("umbrella"),
    "fish": _("fish"),
    "apple": _("apple"),
    "bicycle": _("bicycle"),
    "clock": _("alarm clock"),
    "key": _("key"),
    "scissors": _("scissors"),
    "glasses": _("glasses"),
    "lantern": _("lantern"),
    "fan": _("fan"),
    "kite": _("kite"),
    "drum": _("drum"),
    "bell": _("bell"),
    "boat": _("sailing boat"),
    "bus": _("bus"),
    "house": _("house"),
    "tree": _("tree"),
    "flower": _("flower"),
    "leaf": _("leaf"),
    "sun": _("sun"),
    "moon": _("moon"),
    "star": _("star"),
    "cloud": _("cloud"),
    "mountain": _("mountains"),
    "bridge": _("bridge"),
    "cat": _("cat"),
    "rabbit": _("rabbit"),
    "duck": _("duck"),
    "butterfly": _("butterfly"),
    "turtle": _("turtle"),
    "snail": _("snail"),
    "panda": _("panda"),
    "banana": _("banana"),
    "grapes": _("grapes"),
    "watermelon": _("watermelon"),
    "carrot": _("carrot"),
    "corn": _("corn"),
    "bowl": _("bowl and chopsticks"),
    "spoon": _("spoon"),
    "cup": _("cup"),
    "gourd": _("gourd"),
    "shoe": _("shoe"),
    "hat": _("hat"),
    "shirt": _("shirt"),
    "glove": _("glove"),
    "chair": _("chair"),
    "bed": _("bed"),
    "lamp": _("desk lamp"),
    "broom": _("broom"),
    "bucket": _("bucket"),
    "hammer": _("hammer"),
    "ladder": _("ladder"),
    "lock": _("padlock"),
    "envelope": _("letter"),
    "book": _("book"),
    "pencil": _("pencil"),
    "telephone": _("telephone"),
    "camera": _("camera"),
    "radio": _("radio"),
    "television": _("television"),
    "comb": _("comb"),
    "candle": _("candle"),
    "balloon": _("balloon"),
}
assert tuple(_WORDS) == PICTURES  # noqa: S101  (one word for each picture, in their order)


def picture_word(key: str) -> str:
    """The picture's name in the active language."""
    return str(_WORDS[key])
