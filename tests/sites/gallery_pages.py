"""Every part of the look on a few pages, answered to the browser without a server."""

from contextvars import copy_context
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, clear_url_caches, path, set_urlconf
from playwright.sync_api import Page, Route
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

from koumen.kit.errors import Conflict
from koumen.kit.money import Money
from koumen.kit.pictures import PICTURES
from koumen.web.ui.choice import Choice
from koumen.web.ui.middleware import (
    PreferenceMiddleware,
    SecurityHeadersMiddleware,
    SiteCsrfMiddleware,
    SiteMiddleware,
    SiteSessionMiddleware,
)
from koumen.web.ui.problem_pages import refusal_page
from koumen.web.ui.states import VISIT_SIGNS
from koumen.web.ui.urls import site_urls
from tests.conftest import NOON

FOLDER = Path(__file__).parent / "gallery"
ORIGIN = "http://localhost"  # a name that browsers trust without TLS
ADDRESSES = {
    "customer_home": "/",
    "customer_book": "/book/",
    "customer_door": "/door/",
    "customer_number": "/sign-in/",
    "customer_code": "/sign-in/code/",
    "refusal": "/refused/",
    "parts": "/public/parts/",
    "pictures": "/public/pictures/",
    "agent_tender": "/agent/tender/",
    "staff_name": "/console/sign-in/",
    "staff_second": "/console/sign-in/second/",
    "console_finance": "/console/finance/",
    "fault": "/fault/",
}
SIGN_IN = {
    "customer_number": "account/request_login_code.html",
    "customer_code": "account/confirm_login_code.html",
    "staff_name": "account/login.html",
    "staff_second": "mfa/authenticate.html",
    "fault": "500.html",
}


class GalleryForm(forms.Form):
    """One field of each kind, wrong on purpose."""

    slot = forms.ChoiceField(
        label="星期二 12月8日",
        widget=forms.RadioSelect,
        choices=[
            ("a", Choice("上午十点到十一点", "10:00–11:00 · 陈先生，上次也是他")),
            ("b", Choice("下午两点到三点", "14:00–15:00 · 王女士，会说闽南话", "¥ 1,286.40")),
            ("c", "都不合适"),
        ],
    )
    amount = forms.CharField(label="别的金额", help_text="写数字就可以，比如 300。")
    note = forms.CharField(
        label="要告诉来的人什么？", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    copy = forms.BooleanField(label="请把收据也寄给我女儿", required=False)


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label="手机号码", widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )


class CodeForm(forms.Form):
    code = forms.CharField(label="六位数字")


class NameForm(forms.Form):
    login = forms.CharField(label="用户名", widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


urlpatterns: list[URLPattern | URLResolver] = []


def _view(request: HttpRequest) -> HttpResponse:
    name = next(key for key, address in ADDRESSES.items() if address == request.path)
    site = request.site.key  # type: ignore[attr-defined]
    urlpatterns[:] = site_urls(site, [path("", lambda _request: HttpResponse(), name="home")])
    clear_url_caches()  # each site has other names
    set_urlconf(__name__)
    try:
        if name == "refusal":
            return refusal_page(request, Conflict("visit-cannot-cancel"))
        if name in SIGN_IN:
            template = engines["django"].get_template(SIGN_IN[name])
        else:
            template = engines["django"].from_string((FOLDER / f"{name}.html").read_text())
        return HttpResponse(template.render(_facts(name), request))
    finally:
        set_urlconf(None)


def _facts(name: str) -> dict[str, Any]:
    form = GalleryForm({"slot": "a", "amount": ""})
    facts: dict[str, Any] = {
        "at": NOON - timedelta(hours=2),
        "later": NOON - timedelta(hours=1),
        "bill": Money(128640, "CNY"),
        "minimum": Money(12864, "CNY"),
        "everything": Money(294015, "CNY"),
        "states": list(VISIT_SIGNS),
        "pairs": list(zip(PICTURES[::2], PICTURES[1::2], strict=True)),
        "form": GalleryForm() if name.startswith("console") else form,
        "phone": "+8613812345678",
        "can_resend": True,
        "PASSKEY_LOGIN_ENABLED": True,
        "console_nav": [
            {"url": "#main", "word": "调度", "current": False},
            {"url": "#main", "word": "资金", "current": True},
            {"url": "#main", "word": "电话台", "current": False},
        ],
    }
    if name == "customer_number":
        facts["form"] = PhoneForm()
    if name == "staff_name":
        facts["form"] = NameForm()
    if name in {"customer_code", "staff_second"}:
        facts |= {"verify_form": CodeForm(), "form": CodeForm()}
    return facts


def _with_user(get_response: Any) -> Any:
    def answer(request: HttpRequest) -> Any:
        request.user = AnonymousUser()
        return get_response(request)

    return answer


@cache
def _chain() -> Any:
    """The product's own order of middleware, around the gallery."""
    protected: Any = SiteCsrfMiddleware(_view)
    chain = _with_user(PreferenceMiddleware(protected))
    return SecurityHeadersMiddleware(WhiteNoiseMiddleware(SiteMiddleware(SiteSessionMiddleware(chain))))


def answer(address: str, cookies: dict[str, str]) -> Any:
    """What the product answers for a page of the gallery or a static file."""
    factory = RequestFactory()
    factory.cookies.load(cookies)
    return _chain()(factory.get(address, headers={"host": "localhost"}))


def serve(page: Page) -> Page:
    """Let the browser's requests be answered here."""

    here = copy_context()  # Playwright calls back in a context without the test's database connection

    def fulfil(route: Route) -> None:
        sent = route.request.headers.get("cookie", "")
        cookies = dict(pair.split("=", 1) for pair in sent.split("; ") if "=" in pair)
        address = route.request.url.removeprefix(ORIGIN).split("#")[0]
        response = here.copy().run(answer, address, cookies)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        response.close()
        route.fulfill(status=response.status_code, headers=dict(response.items()), body=body)

    page.route(f"{ORIGIN}/**", fulfil)
    return page
