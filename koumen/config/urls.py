"""The root of all addresses: the API, and the customer's site for whoever reverses a name outside a request.

A request for a site's page is given that site's own addresses by ``SiteMiddleware``.
"""

from django.urls import URLPattern, URLResolver

from koumen.api.urls import urlpatterns as api
from koumen.web.customer.urls import urlpatterns as customer

urlpatterns: list[URLPattern | URLResolver] = [*api, *customer]
