"""What each of the 64 pictures is called; short, and no two alike in any language."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from koumen.kit.pictures import PICTURES

# The context keeps "bell", "key" or "comb" apart from other uses of the words.
_WORDS: dict[str, str | Promise] = {
    "teapot": pgettext_lazy("picture", "teapot"),
    "umbrella": pgettext_lazy("picture", "umbrella"),
    "fish": pgettext_lazy("picture", "fish"),
    "apple": pgettext_lazy("picture", "apple"),
    "bicycle": pgettext_lazy("picture", "bicycle"),
    "clock": pgettext_lazy("picture", "alarm clock"),
    "key": pgettext_lazy("picture", "key"),
    "scissors": pgettext_lazy("picture", "scissors"),
    "glasses": pgettext_lazy("picture", "glasses"),
    "lantern": pgettext_lazy("picture", "lantern"),
    "fan": pgettext_lazy("picture", "fan"),
    "kite": pgettext_lazy("picture", "kite"),
    "drum": pgettext_lazy("picture", "drum"),
    "bell": pgettext_lazy("picture", "bell"),
    "boat": pgettext_lazy("picture", "sailing boat"),
    "bus": pgettext_lazy("picture", "bus"),
    "house": pgettext_lazy("picture", "house"),
    "tree": pgettext_lazy("picture", "tree"),
    "flower": pgettext_lazy("picture", "flower"),
    "leaf": pgettext_lazy("picture", "leaf"),
    "sun": pgettext_lazy("picture", "sun"),
    "moon": pgettext_lazy("picture", "moon"),
    "star": pgettext_lazy("picture", "star"),
    "cloud": pgettext_lazy("picture", "cloud"),
    "mountain": pgettext_lazy("picture", "mountains"),
    "bridge": pgettext_lazy("picture", "bridge"),
    "cat": pgettext_lazy("picture", "cat"),
    "rabbit": pgettext_lazy("picture", "rabbit"),
    "duck": pgettext_lazy("picture", "duck"),
    "butterfly": pgettext_lazy("picture", "butterfly"),
    "turtle": pgettext_lazy("picture", "turtle"),
    "snail": pgettext_lazy("picture", "snail"),
    "panda": pgettext_lazy("picture", "panda"),
    "banana": pgettext_lazy("picture", "banana"),
    "grapes": pgettext_lazy("picture", "grapes"),
    "watermelon": pgettext_lazy("picture", "watermelon"),
    "carrot": pgettext_lazy("picture", "carrot"),
    "corn": pgettext_lazy("picture", "corn"),
    "bowl": pgettext_lazy("picture", "bowl and chopsticks"),
    "spoon": pgettext_lazy("picture", "spoon"),
    "cup": pgettext_lazy("picture", "cup"),
    "gourd": pgettext_lazy("picture", "gourd"),
    "shoe": pgettext_lazy("picture", "shoe"),
    "hat": pgettext_lazy("picture", "hat"),
    "shirt": pgettext_lazy("picture", "shirt"),
    "glove": pgettext_lazy("picture", "glove"),
    "chair": pgettext_lazy("picture", "chair"),
    "bed": pgettext_lazy("picture", "bed"),
    "lamp": pgettext_lazy("picture", "desk lamp"),
    "broom": pgettext_lazy("picture", "broom"),
    "bucket": pgettext_lazy("picture", "bucket"),
    "hammer": pgettext_lazy("picture", "hammer"),
    "ladder": pgettext_lazy("picture", "ladder"),
    "lock": pgettext_lazy("picture", "padlock"),
    "envelope": pgettext_lazy("picture", "letter"),
    "book": pgettext_lazy("picture", "book"),
    "pencil": pgettext_lazy("picture", "pencil"),
    "telephone": pgettext_lazy("picture", "telephone"),
    "camera": pgettext_lazy("picture", "camera"),
    "radio": pgettext_lazy("picture", "radio"),
    "television": pgettext_lazy("picture", "television"),
    "comb": pgettext_lazy("picture", "comb"),
    "candle": pgettext_lazy("picture", "candle"),
    "balloon": pgettext_lazy("picture", "balloon"),
}
assert tuple(_WORDS) == PICTURES  # noqa: S101  (one word for each picture, in their order)


def picture_word(key: str) -> str:
    """The picture's name in the active language."""
    return str(_WORDS[key])
