"""The 64 pictures of a picture pair: everyday things that an 80-year-old names at once.

The order is fixed for ever: a pair is derived as two indexes into this tuple, so a picture that moves
would change the proof of a visit already promised. What a picture looks like and how it is called in
three languages is known to ``koumen.web.ui`` only.
"""

PICTURES: tuple[str, ...] = (
    *("teapot", "umbrella", "fish", "apple", "bicycle", "clock", "key", "scissors"),
    *("glasses", "lantern", "fan", "kite", "drum", "bell", "boat", "bus"),
    *("house", "tree", "flower", "leaf", "sun", "moon", "star", "cloud"),
    *("mountain", "bridge", "cat", "rabbit", "duck", "butterfly", "turtle", "snail"),
    *("panda", "banana", "grapes", "watermelon", "carrot", "corn", "bowl", "spoon"),
    *("cup", "gourd", "shoe", "hat", "shirt", "glove", "chair", "bed"),
    *("lamp", "broom", "bucket", "hammer", "ladder", "lock", "envelope", "book"),
    *("pencil", "telephone", "camera", "radio", "television", "comb", "candle", "balloon"),
)
