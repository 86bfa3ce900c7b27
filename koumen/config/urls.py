"""The addresses for requests that belong to no site: the API, with the customer's pages for reversing names."""

from koumen.api.urls import urlpatterns as api
from koumen.web.customer.urls import urlpatterns as customer

urlpatterns = [*api, *customer]
