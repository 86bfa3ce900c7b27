"""The room people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Persons, customers and those who help them; their personal data, encrypted."""

    name = "koumen.people"
    label = "people"
