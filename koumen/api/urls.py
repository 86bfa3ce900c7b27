"""The addresses of the API."""

from django.urls import path
from ninja import NinjaAPI

from koumen.api import health, wallet
from koumen.api.problems import problem
from koumen.kit.errors import Refusal

# No page of documentation: it would load scripts from elsewhere.
api = NinjaAPI(title="Koumen", version="1", urls_namespace="api", docs_url=None)
api.add_router("/wallet", wallet.router)
api.add_router("", health.router)
api.exception_handler(Refusal)(problem)

urlpatterns = [path("api/", api.urls)]
