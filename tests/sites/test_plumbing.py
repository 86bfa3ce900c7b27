"""What each request passes through: the site, its cookies, language and large text, headers, refusals."""

from datetime import datetime

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from koumen.kit.errors import Missing
from koumen.web.ui.middleware import SecurityHeadersMiddleware, SiteMiddleware
from koumen.web.ui.preferences import language_of
from koumen.web.ui.problem_pages import refusal_page
from koumen.web.ui.safe_next import safe_next
from koumen.web.ui.sites import site_of_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(at: datetime) -> Client:
    return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", "customer"),
        ("/book/", "customer"),
        ("/agent/", "agent"),
        ("/agents-are-kind/", "customer"),
        ("/console/finance/", "console"),
        ("/public/receipt/", "public"),
    ],
)
def test_a_path_belongs_to_one_site(path: str, key: str) -> None:
    assert site_of_path(path).key == key


def test_a_site_without_its_last_stroke_is_led_to_its_first_page() -> None:
    answered = SiteMiddleware(lambda _request: HttpResponse())(RequestFactory().get("/agent"))
    assert (answered.status_code, answered["Location"]) == (301, "/agent/")


def test_the_policy_allows_no_inline_script_or_style() -> None:
    answered = SecurityHeadersMiddleware(lambda _request: HttpResponse())(RequestFactory().get("/"))
    policy = answered["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answered["X-Content-Type-Options"] == "nosniff"
    assert answered["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answered["Permissions-Policy"]
    assert answered["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("", "", "zh-hans"),
        ("", "zh-TW,zh;q=0.9", "zh-hant"),
        ("", "zh-CN", "zh-hans"),
        ("", "fr,en;q=0.5", "en"),
        ("en", "zh-TW", "en"),
        ("klingon", "zh-HK", "zh-hant"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(cookie: str, accepted: str, language: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": accepted})
    if cookie:
        request.COOKIES["koumen_language"] = cookie
    assert language_of(None, request) == language


@pytest.mark.parametrize(
    "away", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "javascript:1"]
)
def test_a_form_sends_nobody_to_another_place(away: str) -> None:
    request = RequestFactory().post("/", {"next": away})
    assert safe_next(request, "/home/") == "/home/"


def test_a_form_leads_back_to_its_own_page() -> None:
    assert safe_next(RequestFactory().post("/", {"next": "/bills/?page=2"}), "/") == "/bills/?page=2"


def _switch(client: Client, address: str, **data: str) -> HttpResponseBase:
    """Send a switch's form as its page would: with that site's own secret."""
    client.get("/public/")
    secret = client.cookies["koumen_public_form"].value
    return client.post(address, {"csrfmiddlewaretoken": secret, "next": "/public/", **data})


def test_one_tap_changes_language_and_size_for_whoever_is_not_signed_in(client: Client) -> None:
    answered = _switch(client, "/public/settings/language/", language="zh-hant")
    assert (answered.status_code, answered["Location"]) == (302, "/public/")
    assert _switch(client, "/public/settings/large-text/", elder="1").status_code == 302
    page = client.get("/public/").content.decode()
    assert '<html lang="zh-Hant"' in page
    assert " data-elder" in page


def test_the_secret_of_one_site_opens_no_form_of_another(client: Client) -> None:
    client.get("/public/")
    secret = client.cookies["koumen_public_form"].value
    refused = client.post("/settings/language/", {"csrfmiddlewaretoken": secret, "language": "en"})
    assert refused.status_code == 403
    assert "too long" in refused.content.decode()


def test_a_page_that_is_not_there_is_answered_in_the_look(client: Client) -> None:
    answered = client.get("/public/nothing-here/")
    assert answered.status_code == 404
    assert "We cannot find this page" in answered.content.decode()
    assert 'rel="stylesheet"' in answered.content.decode()


def test_a_refusal_becomes_a_page_with_its_status_and_its_code(client: Client) -> None:
    def refused(request: HttpRequest) -> HttpResponse:
        return refusal_page(request, Missing("visit-not-found"))

    request = RequestFactory().get("/public/")
    request.urlconf = "koumen.web.public.urls"
    request.htmx = True  # type: ignore[attr-defined]
    answered = refused(request)
    assert (answered.status_code, answered["Koumen-Refusal"]) == (404, "visit-not-found")
    assert "<html" not in answered.content.decode()
