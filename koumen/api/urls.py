"""The addresses of the API."""

from django.urls import path
from ninja import NinjaAPI
from ninja.errors import ValidationError

from koumen.api import health, merchants, wallet
from koumen.api.problems import problem, unreadable
from koumen.kit.errors import Refusal

# No page of documentation: it would load scripts from elsewhere.
api = NinjaAPI(title="Koumen", version="1", urls_namespace="api", docs_url=None)
api.add_router("/wallet", wallet.router)
api.add_router("/merchants", merchants.router)
api.add_router("", health.router)
api.exception_handler(Refusal)(problem)
api.exception_handler(ValidationError)(unreadable)

urlpatterns = [path("api/", api.urls)]
