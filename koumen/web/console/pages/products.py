"""Products: what each costs, version by version, and making the next version under the cap."""

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from koumen.audit.command import require
from koumen.branch.queries import this_branch
from koumen.credit import commands as credit
from koumen.credit.permissions import may_store_products
from koumen.credit.queries import product_versions
from koumen.credit.rules.cap import Cell, cells, percent
from koumen.credit.rules.parameters import Parameters
from koumen.kit import clock
from koumen.kit.errors import Invalid, Missing, Refusal
from koumen.kit.money import Money
from koumen.people.commands import reveal
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.product_form import ProductForm, opened_form
from koumen.web.console.pages.product_words import CHOICES, changes, name_words, percent_words, rows_of
from koumen.web.console.pages.words import word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.csv_files import csv_file
from koumen.web.ui.refusals import words

if TYPE_CHECKING:
    from koumen.credit.models import ProductVersion


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every product with its versions, what each changed, and who stored it."""
    actor, at = actor_of(request), clock.now()
    versions = product_versions(actor=actor)
    people = {one.stored_by_id for one in versions if one.stored_by_id}
    named = reveal(person_ids=list(people), purpose="console-products", actor=actor, at=at)
    names = {person: details.name for person, details in named.items()}
    today = clock.local_date(at, this_branch().zone)
    products = [
        _product(name, list(of_it), names, today)
        for name, of_it in groupby(versions, key=lambda one: one.product)
    ]
    return page(
        request, "products", "products", {"products": products, "may_store": may_store_products(actor)}
    )


def _product(
    name: str, versions: "list[ProductVersion]", names: dict[UUID, str], today: date
) -> dict[str, Any]:
    """One product, its newest version first; the newest whose day has come is in force."""
    in_force = next((one for one in versions if (one.effective_from or date.min) <= today), None)
    rows = []
    for no, one in enumerate(versions):
        parameters = Parameters.of(one.parameters)
        before = Parameters.of(versions[no + 1].parameters) if no + 1 < len(versions) else None
        rows.append(
            {
                "version": one,
                "sign": _sign(one, in_force, today),
                "who": names.get(one.stored_by_id) if one.stored_by_id else None,
                "changes": changes(before, parameters, one.currency) if before else [],
                "is_first": before is None,
            }
        )
    newest = versions[0]
    kind = word(CHOICES["kind"], Parameters.of(newest.parameters).kind)
    return {"name": name, "kind": kind, "currency": newest.currency, "newest": newest, "rows": rows}


def _sign(one: "ProductVersion", in_force: "ProductVersion | None", today: date) -> str:
    """In force, to come, or over."""
    if one is in_force:
        return "now"
    return "coming" if one.effective_from and one.effective_from > today else "over"


@signed_in
@require_GET
def version(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """One version: every parameter, what it costs in a year, and what differs from another."""
    actor = actor_of(request)
    versions = product_versions(actor=actor)
    shown = _one(versions, version_id)
    siblings = [one for one in versions if one.product == shown.product and one.id != shown.id]
    against = next((one for one in siblings if str(one.version) == request.GET.get("against")), None)
    parameters = Parameters.of(shown.parameters)
    context = {
        "version": shown,
        "siblings": siblings,
        "against": against,
        "changes": changes(Parameters.of(against.parameters), parameters, shown.currency) if against else [],
        "rows": rows_of(parameters, shown.currency),
        "cap": cap_table(cells(parameters), parameters, shown.currency),
        "may_store": may_store_products(actor) and all(one.version < shown.version for one in siblings),
    }
    return page(request, "product_version", "products", context)


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, version_id: UUID | None = None) -> HttpResponseBase:
    """Make a product, or the next version of one; "check" only reckons."""
    actor, at = actor_of(request), clock.now()
    require(may_store_products(actor), "products-not-yours")
    base = _one(product_versions(actor=actor), version_id) if version_id else None
    if request.method != "POST":
        return _form_page(request, _opened(base, clock.local_date(at, this_branch().zone)), base)
    form = ProductForm(request.POST)
    if not form.is_valid() or form.wanted is None or "check" in request.POST:
        return _form_page(request, form, base, status=200 if "check" in request.POST else 422)
    try:
        stored = credit.add_product_version(wanted=form.wanted, key=form.key, actor=actor, at=at)
    except Refusal as refusal:
        where = refusal.field if isinstance(refusal, Invalid) and refusal.field in form.fields else None
        form.add_error(where, words(refusal.code, **refusal.params))
        return _form_page(request, form, base, status=refusal.status)
    return redirect("product_version", version_id=stored.id)


@signed_in
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """The cap table of a form as it stands, while it is written."""
    require(may_store_products(actor_of(request)), "products-not-yours")
    form = ProductForm(request.POST)
    form.is_valid()
    return render(request, "console/parts/cap.html", {"cap": _cap_of(form), "form": form})


def _opened(base: "ProductVersion | None", today: date) -> ProductForm:
    if base is None:
        return opened_form(Parameters(), product="", currency=this_branch().currency, after=0, today=today)
    return opened_form(
        Parameters.of(base.parameters),
        product=base.product,
        currency=base.currency,
        after=base.version,
        today=today,
    )


def _form_page(
    request: HttpRequest, form: ProductForm, base: "ProductVersion | None", *, status: int = 200
) -> HttpResponse:
    if base is not None:
        form.fields["product"].widget.attrs["readonly"] = True
    context = {"form": form, "base": base, "cap": _cap_of(form)}
    return page(request, "product_new", "products", context, status=status)


def _cap_of(form: ProductForm) -> dict[str, Any] | None:
    """What the prices of a form cost, unless they cannot be read."""
    if form.parameters is None:
        return None
    return cap_table(cells(form.parameters), form.parameters, form.counted_in)


def cap_table(prices: tuple[Cell, ...], parameters: Parameters, currency: str) -> dict[str, Any]:
    """Every price with what it costs in a year, beside the cap."""
    rows = [
        {
            "name": name_words(cell.field),
            "months": cell.terms if cell.field == "loan_annual_rate" else None,
            "amount": Money(cell.amount_minor, currency) if cell.amount_minor else None,
            "annual": cell.percent,
            "effective": percent(cell.effective),
            "is_above": cell.is_above,
            "most": percent_words(cell.most),
        }
        for cell in prices
    ]
    above = sum(cell.is_above for cell in prices)
    return {"rows": rows, "limit": percent_words(parameters.cap), "above": above}


def _one(versions: "list[ProductVersion]", version_id: UUID) -> "ProductVersion":
    found = next((one for one in versions if one.id == version_id), None)
    if found is None:
        raise Missing("product-not-found")
    return found


@signed_in
@require_GET
def all_csv(request: HttpRequest) -> HttpResponseBase:
    """Every parameter of every version as a file."""
    return csv_file(
        "products",
        ("product", "version", "currency", "effective_from", "accounts", "parameter", "value"),
        (
            (one.product, one.version, one.currency, one.effective_from, one.accounts, name, str(value))  # type: ignore[attr-defined]  # the query counts them
            for one in product_versions(actor=actor_of(request))
            for name, value in Parameters.of(one.parameters).plain().items()
        ),
    )
