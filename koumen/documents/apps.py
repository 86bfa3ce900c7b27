"""The room documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Templates and data to PDF, signature and stored file."""

    name = "koumen.documents"
    label = "documents"
