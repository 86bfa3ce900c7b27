"""The form of a complaint, the same on every page where one is made."""

from django import forms
from django.utils.translation import gettext_lazy as _

from koumen.conduct.rules.complaints import LONGEST_WORDS, ComplaintKind
from koumen.web.ui.care_words import COMPLAINTS


class ComplaintForm(forms.Form):
    """What it is about, and what happened."""

    about = forms.ChoiceField(
        label=_("What is it about?"),
        choices=list(COMPLAINTS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    words = forms.CharField(
        label=_("What happened?"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    @property
    def kind(self) -> ComplaintKind:
        """What it is about, as a code."""
        return ComplaintKind(self.cleaned_data["about"])
