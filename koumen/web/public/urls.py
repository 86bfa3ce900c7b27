"""The addresses of the public site; nobody signs in here."""

from django.urls import path

from koumen.web.public.pages import afterwards, carried, genuine, home, messages, receipt, visitor
from koumen.web.ui.urls import site_urls

urlpatterns = site_urls(
    "public",
    [
        path("", home.home, name="home"),
        path("r/<slug:token>/", receipt.show, name="public_receipt"),
        path("r/<slug:token>.pdf", receipt.pdf, name="public_receipt_pdf"),
        path("a/<str:packed>/", carried.show, name="carried_receipt"),
        path("devices.json", carried.certificates, name="device_certificates"),
        path("receipt/", receipt.find, name="find_receipt"),
        path("visit/", genuine.genuine, name="genuine"),
        path("badge/", genuine.badge, name="badge"),
        path("visitor/<str:token>/", visitor.visitor, name="visitor"),
        path("rate/<str:token>/", afterwards.rate, name="rate"),
        path("rate/<str:token>/complain/", afterwards.complain, name="complain"),
        path("handed-over/<str:token>/", afterwards.handed_over, name="handed_over"),
        path("messages/", messages.sent, name="messages_sent"),
    ],
)
