"""What pages at the door need: QR codes, reasons in words."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from koumen.web.ui import reasons

register = template.Library()
register.filter("stop_words", reasons.stop_words)
register.filter("knock_words", reasons.knock_words)


@register.simple_tag
def qr(text: str) -> SafeString:
    """A QR code as a picture inside the page; the text stands beside it for whoever cannot scan."""
    drawing = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=2, svgclass=None, lineclass=None, omitsize=True, title=_("QR code")
    )
    return mark_safe(drawing)  # noqa: S308  (segno draws squares; the text is never part of the markup)
