"""The public site."""

from django.apps import AppConfig


class PublicSiteConfig(AppConfig):
    """The public site."""

    name = "koumen.web.public"
    label = "web_public"
