"""What is looked at."""

from dataclasses import dataclass

from django.test import Client


@dataclass(frozen=True)
class Sight:
    """One page: its name, in whose browser, and its address."""

    name: str
    browser: Client
    address: str
