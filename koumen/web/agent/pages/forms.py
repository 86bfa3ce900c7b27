"""What the agent types at the door."""

from django import forms
from django.utils.translation import gettext_lazy


class BirthYearForm(forms.Form):
    """The year that the customer says; the right one is compared elsewhere and never shown."""

    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth, said by the customer"),
        min_value=1880,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}),
        error_messages={
            "required": gettext_lazy("Please write the year."),
            "invalid": gettext_lazy("Please write the year with four digits."),
            "min_value": gettext_lazy("Please write the year with four digits."),
            "max_value": gettext_lazy("Please write the year with four digits."),
        },
    )


class CodeForm(forms.Form):
    """The customer's six digits, spaces or not."""

    code = forms.RegexField(
        r"^\s*[0-9]{3}\s?[0-9]{3}\s*$",
        label=gettext_lazy("Six digits"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 9}),
        error_messages={
            "required": gettext_lazy("Please write the code."),
            "invalid": gettext_lazy("The code has six digits."),
        },
    )


ASSISTED_REASONS = {
    "cannot_see": gettext_lazy("They cannot see the screen well"),
    "cannot_touch": gettext_lazy("Their hands cannot use the screen"),
    "cannot_read": gettext_lazy("They cannot read the words"),
    "screen_broken": gettext_lazy("The screen does not work"),
}
