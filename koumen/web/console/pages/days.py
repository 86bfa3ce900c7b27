"""The days of a report, filtered by its address."""

from datetime import date, datetime

from django import forms
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from koumen.branch.queries import this_branch
from koumen.documents.rules.book import BookHead
from koumen.documents.rules.receipt import Language
from koumen.kit.actor import Actor
from koumen.ledger import queries as ledger

_DATE = {"type": "date"}
_LANGUAGES = {"zh-hans": Language.HANS, "zh-hant": Language.HANT}


class Through(forms.Form):
    """The last day that counts; empty for all."""

    day_to = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs=_DATE))

    @property
    def through(self) -> date | None:
        """The day; one that cannot be read filters nothing."""
        return self._day("day_to")

    def _day(self, name: str) -> date | None:
        self.is_valid()
        day: date | None = self.cleaned_data.get(name)
        return day


class Days(Through):
    """The first and the last day, both included; either may be empty."""

    day_from = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=_DATE))
    field_order = ("day_from", "day_to")

    @property
    def first(self) -> date | None:
        """The first day."""
        return self._day("day_from")


def language() -> Language:
    """The language of the page, for a paper made from it."""
    return _LANGUAGES.get(get_language() or "", Language.EN)


def head(form: Through, actor: Actor, at: datetime) -> BookHead:
    """What stands above a report on paper, in the language of the page."""
    branch = this_branch()
    is_english = language() is Language.EN
    return BookHead(
        language=language(),
        lender=branch.lender.name_en if is_english else branch.lender.name,
        branch=branch.name_en if is_english else branch.name,
        zone=branch.zone,
        made_at=at,
        from_date=form.first if isinstance(form, Days) else None,
        through=form.through,
        open_from=ledger.first_open_date(actor=actor),
    )


def pdf_file(name: str, pdf: bytes) -> HttpResponse:
    """A report to read in the browser or to keep."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
