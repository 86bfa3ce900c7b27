"""The customer site."""

from django.apps import AppConfig


class CustomerSiteConfig(AppConfig):
    """The customer site."""

    name = "koumen.web.customer"
    label = "web_customer"
