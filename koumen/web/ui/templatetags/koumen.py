"""The tags and filters of the look; what each draws is listed in docs/reference/ui.md."""

from datetime import date, datetime, time
from typing import Any

from django import template
from django.forms import BoundField
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from koumen.kit import clock
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.messages.words import voiding_words
from koumen.web.ui import wording
from koumen.web.ui.choice import Choice
from koumen.web.ui.picture_words import picture_word as word_of_picture
from koumen.web.ui.preferences import current_language
from koumen.web.ui.states import VISIT_SIGNS

register = template.Library()


def _today() -> date:
    return timezone.localtime(clock.now()).date()


def _date(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _time(value: time | datetime) -> time:
    return _local(value).time().replace(second=0, microsecond=0) if isinstance(value, datetime) else value


@register.filter
def money(value: Money | None) -> str:
    """¥ 1,286.40; a dash where there is no amount."""
    return wording.money(value) if value is not None else "—"


@register.filter
def money_words(value: Money) -> str:
    """The amount read back in words."""
    return wording.money_words(value, current_language())


@register.filter
def day(value: date | datetime) -> str:
    """A date with its weekday."""
    return wording.day(_date(value), current_language(), today=_today())


@register.filter
def near_day(value: date | datetime) -> str:
    """A date with its weekday, and 今天 or 明天 before it."""
    return wording.near_day(_date(value), current_language(), today=_today())


@register.filter
def month(value: date | datetime) -> str:
    """A month with its year."""
    return wording.month(_date(value), current_language())


@register.filter
def clock_time(value: time | datetime) -> str:
    """A time in words."""
    return wording.clock_time(_time(value), current_language())


@register.filter
def digits_time(value: time | datetime) -> str:
    """A time in digits: 10:06."""
    return f"{_time(value):%H:%M}"


@register.filter
def moment(value: datetime) -> str:
    """Date and time, short."""
    return wording.moment(_local(value), current_language(), today=_today())


@register.filter
def part_of_day(value: time | datetime) -> str:
    """上午, afternoon."""
    return wording.part_word(wording.part_of_day(_time(value)), current_language())


@register.filter
def part_word(value: str) -> str:
    """The word of "morning", "midday", "afternoon" or "evening"."""
    return wording.part_word(value, current_language())


@register.filter
def masked_phone(value: str) -> str:
    """138 **** 5678."""
    return wording.masked_phone(value)


@register.filter
def spaced_code(value: str) -> str:
    """482 913."""
    return wording.spaced_code(value)


@register.filter
def picture_word(value: str) -> str:
    """The name of a picture."""
    return word_of_picture(value)


@register.filter
def state_word(value: str) -> str:
    """The word for a visit's state."""
    return str(VISIT_SIGNS[str(value)].word)


@register.filter
def voiding(value: str) -> str:
    """Why a receipt is void."""
    return voiding_words(value)


@register.filter
def first_character(value: str) -> str:
    """What stands in the circle where no photo is."""
    return value.strip()[:1].upper()


@register.filter
def as_choice(value: object) -> Choice:
    """A choice's label as a card's parts."""
    return value if isinstance(value, Choice) else Choice(str(value))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon; a word stands beside it, so readers skip it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("ui/icons.svg"),
        name,
    )


@register.simple_tag
def picture(key: str) -> SafeString:
    """One picture of a picture pair, with its name for readers."""
    return format_html(
        '<svg class="picture" viewBox="0 0 48 48" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
        word_of_picture(key),
        static("ui/pictures.svg"),
        key,
    )


@register.simple_tag
def window(start: time | datetime, end: time | datetime) -> str:
    """An arrival window in words and digits."""
    return wording.window(_time(start), _time(end), current_language())


@register.simple_tag
def window_words(start: time | datetime, end: time | datetime) -> str:
    """An arrival window in words alone."""
    return wording.window_words(_time(start), _time(end), current_language())


@register.simple_tag
def window_digits(start: time | datetime, end: time | datetime) -> str:
    """An arrival window in digits alone."""
    return f"{_time(start):%H:%M}{wording.EN_DASH}{_time(end):%H:%M}"


@register.simple_tag
def once_key() -> SafeString:
    """A fresh key for a form that moves money: the same form sent twice is one act."""
    return format_html('<input type="hidden" name="once" value="{}">', new_id())


@register.inclusion_tag("ui/parts/picture_pair.html")
def picture_pair(first: str, second: str) -> dict[str, Any]:
    """Both pictures, large, with their names."""
    return {"pictures": (first, second)}


@register.inclusion_tag("ui/parts/tag.html")
def visit_state(state: str) -> dict[str, Any]:
    """A visit's state: word, shape and colour."""
    sign = VISIT_SIGNS[str(state)]
    return {"kind": sign.kind, "text": sign.word, "icon_name": sign.shape}


@register.inclusion_tag("ui/parts/tag.html")
def tag(kind: str, text: str, icon: str = "") -> dict[str, Any]:
    """Any other tag."""
    return {"kind": kind, "text": text, "icon_name": icon}


@register.inclusion_tag("ui/parts/amount.html")
def amount(value: Money, *, words: bool = False) -> dict[str, Any]:
    """An amount, large."""
    symbol, digits = wording.money(value).split(wording.NO_BREAK)
    return {"symbol": symbol, "digits": digits, "value": value, "words": words}


@register.inclusion_tag("ui/parts/steps.html")
def steps(now: int, total: int) -> dict[str, Any]:
    """How far one is."""
    return {"now": now, "total": total, "all": range(1, total + 1)}


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, *, large: bool = False) -> dict[str, Any]:
    """A form field: label, hint, control, error; the control is told about both."""
    return {"field": bound, "control": _control(bound), "large": large}


@register.inclusion_tag("ui/parts/code_field.html")
def code_field(bound: BoundField) -> dict[str, Any]:
    """A field for a code that was sent: large digits, filled in by the phone itself."""
    asked = {"autocomplete": "one-time-code", "inputmode": "numeric", "placeholder": ""}
    return {"field": bound, "control": _control(bound, **asked)}


@register.inclusion_tag("ui/parts/pick.html")
def pick(bound: BoundField, *, hide_legend: bool = False) -> dict[str, Any]:
    """Choices as cards; the whole card is the target."""
    return {"field": bound, "hide_legend": hide_legend}


def _control(bound: BoundField, **asked: Any) -> SafeString:
    """The control, told by id about its hint and its error; Django's own naming is one id for both."""
    attributes: dict[str, Any] = dict(asked)
    told = [f"{bound.auto_id}-hint"] if bound.help_text else []
    if bound.errors:
        told.append(f"{bound.auto_id}-error")
        attributes["aria-invalid"] = "true"
    if told:
        attributes["aria-describedby"] = " ".join(told)
    if bound.field.required:
        attributes["required"] = True
    return bound.as_widget(attrs=attributes)


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """What is wrong with a form, with links to its fields."""
    return {"form": form, "fields": [bound for bound in form.visible_fields() if bound.errors]}


@register.inclusion_tag("ui/parts/who.html")
def who(name: str, number: str = "", note: str = "", photos: tuple[str, ...] = ()) -> dict[str, Any]:
    """Who it is: faces or first character, name, staff number, a line."""
    return {"name": name, "number": number, "note": note, "photos": photos}


@register.inclusion_tag("ui/parts/code_sentence.html")
def code_sentence(code: str, value: Money, name: str) -> dict[str, Any]:
    """The release code in one sentence with amount and name."""
    return {"code": code, "value": value, "name": name}


@register.inclusion_tag("ui/parts/empty.html")
def empty(icon: str, text: str, hint: str = "") -> dict[str, Any]:
    """Nothing here yet, said kindly."""
    return {"icon_name": icon, "text": text, "hint": hint}


class BoxNode(template.Node):
    """A block that is wrapped in one of the parts."""

    def __init__(
        self, part: str, first: FilterExpression, nodes: NodeList, extra: dict[str, FilterExpression]
    ) -> None:
        """Keep what was parsed."""
        self.part, self.first, self.nodes, self.extra = part, first, nodes, extra

    def render(self, context: Context) -> SafeString:
        """Render the inside, then the box around it."""
        values = {name: value.resolve(context) for name, value in self.extra.items()}
        values |= {"first": self.first.resolve(context), "inside": self.nodes.render(context)}
        return render_to_string(f"ui/parts/{self.part}.html", values)


def _box(parser: Parser, token: Token, part: str) -> BoxNode:
    bits = token.split_contents()[1:]
    first = parser.compile_filter(bits.pop(0))
    extra = token_kwargs(bits, parser)
    nodes = parser.parse((f"end{part}",))
    parser.delete_first_token()
    return BoxNode(part, first, nodes, extra)


@register.tag
def notice(parser: Parser, token: Token) -> BoxNode:
    """A notice box of a kind: info, ok, wait, risk."""
    return _box(parser, token, "notice")


@register.tag
def dialog(parser: Parser, token: Token) -> BoxNode:
    """A dialog that a link to its id opens, without JavaScript."""
    return _box(parser, token, "dialog")
