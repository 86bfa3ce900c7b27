"""The room branch."""

from django.apps import AppConfig


class BranchConfig(AppConfig):
    """Lenders, branches, holidays."""

    name = "koumen.branch"
    label = "branch"
