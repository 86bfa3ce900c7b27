"""What a borrowing costs, on the pages of every site: the whole sheet, or one line."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template

from koumen.credit.queries import cost_sheet_content
from koumen.credit.rules.cost_sheet import Sheet
from koumen.documents.rules.cost_page import cost_page, one_line
from koumen.documents.rules.receipt import Language, language_of
from koumen.kit.money import Money
from koumen.web.ui.preferences import current_language

if TYPE_CHECKING:
    from koumen.credit.models import CostSheet

register = template.Library()


@register.inclusion_tag("ui/parts/cost_sheet.html")
def cost_sheet(sheet: "CostSheet") -> dict[str, Any]:
    """A sheet as it was shown, in the words of its PDF; the year's rate is the largest figure."""
    return {"costs": cost_page(cost_sheet_content(sheet, _language()))}


@register.filter
def cost_line(sheet: Sheet) -> str:
    """What it costs in one sentence, for choosing between several."""
    principal, total = (Money(minor, sheet.currency) for minor in (sheet.principal_minor, sheet.total_minor))
    return one_line(_language(), sheet.purpose, principal, total, Decimal(sheet.annual))


def _language() -> Language:
    return language_of(current_language())
