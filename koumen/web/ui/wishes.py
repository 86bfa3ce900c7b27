"""What somebody asks of a visit, as fields and in words: purpose, two people, what we bring, languages."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from koumen.dispatch.rules.needs import Lack, Purpose
from koumen.dispatch.rules.wish import VisitWish

PURPOSES: dict[str, str | Promise] = {
    Purpose.REPAYMENT: _("To pay"),
    Purpose.CONSULTATION: _("To talk about paying in small steps"),
}
# What a customer may ask for; the office may plan the rest of the catalogue too.
BROUGHT: dict[str, str | Promise] = {
    "printer": _("A receipt on paper at the door"),
    "large_print": _("Papers in large letters"),
    "hearing_kit": _("Help because I hear badly"),
    "access_kit": _("Help because I use a wheelchair"),
}
EQUIPMENT: dict[str, str | Promise] = {
    "printer": _("Receipt printer"),
    "card_terminal": _("Card terminal"),
    "change": _("Extra change"),
    "large_print": _("Large print"),
    "hearing_kit": _("Hearing kit"),
    "access_kit": _("Wheelchair kit"),
}
SPOKEN: dict[str, str | Promise] = {
    "cmn": _("Mandarin"),
    "nan": _("Taiwanese"),
    "hak": _("Hakka"),
    "yue": _("Cantonese"),
    "en": _("English"),
}
LACKS: dict[str, str | Promise] = {
    Lack.SKILL: _("Nobody who works on these days can do this kind of visit."),
    Lack.EQUIPMENT: _("Nobody who works on these days carries what you asked for."),
    Lack.LANGUAGE: _("Nobody who works on these days speaks this language."),
    Lack.STAFF: _("No two visitors go together on these days."),
}


class VisitWishForm(forms.Form):
    """The options of a booking."""

    wants_cash = forms.BooleanField(label=_("I would like to pay in cash"), required=False)
    consultation = forms.BooleanField(
        label=_("I would also like to talk about paying in small steps"), required=False
    )
    two_people = forms.BooleanField(label=_("Two people please"), required=False)
    same_person = forms.BooleanField(label=_("The same visitor as last time, if possible"), required=False)
    equipment = forms.MultipleChoiceField(
        label=_("Please bring"),
        required=False,
        choices=list(BROUGHT.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def wish(self) -> VisitWish:
        """What was asked for."""
        return wish_of(self.cleaned_data)


def wish_of(answers: dict[str, Any], languages: Sequence[str] = ()) -> VisitWish:
    """The options from the answers of a form."""
    return VisitWish(
        purpose=Purpose.CONSULTATION if answers.get("consultation") else Purpose.REPAYMENT,
        wants_cash=bool(answers.get("wants_cash")),
        two_people=bool(answers.get("two_people")),
        same_person=bool(answers.get("same_person")),
        equipment=tuple(answers.get("equipment") or ()),
        languages=tuple(languages),
    )


def equipment_words(kinds: Iterable[str]) -> list[str]:
    """What is carried, in words."""
    return [str(EQUIPMENT.get(kind, kind)) for kind in kinds]


def brought_words(kinds: Iterable[str]) -> list[str]:
    """What a customer asked for, in their words."""
    return [str(BROUGHT.get(kind, EQUIPMENT.get(kind, kind))) for kind in kinds]


def language_words(codes: Iterable[str]) -> list[str]:
    """Languages and dialects in words."""
    return [str(SPOKEN.get(code, code)) for code in codes]


def lack_words(lacks: Iterable[str]) -> list[str]:
    """Why nobody can come, in words."""
    return [str(LACKS[lack]) for lack in lacks]
