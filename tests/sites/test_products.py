"""The console's products: who reads them, who stores them, and what the form says while it is written."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from koumen.credit import commands as credit
from koumen.credit.models import ProductVersion
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM, Role
from tests import builders
from tests.sites.doors import as_staff, key_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyday(at: datetime) -> ProductVersion:
    return credit.store_product_version(
        product="everyday", currency="CNY", parameters=Parameters(), actor=SYSTEM, at=at
    )


def office(at: datetime, role: Role = Role.ADMINISTRATOR) -> Client:
    return as_staff(builders.a_person(at, role=role))


def form_in(client: Client, address: str) -> dict[str, Any]:
    """The form as it was opened, ready to be sent back."""
    shown = client.get(address)
    written = {bound.name: bound.value() for bound in shown.context["form"]}
    written["effective_from"] = shown.content.decode().split('name="effective_from" value="')[1][:10]
    return {name: value for name, value in written.items() if value is not None}


def change_of(version: ProductVersion) -> str:
    return f"/console/products/{version.id}/change/"


@pytest.mark.parametrize(
    ("role", "reads", "stores"),
    [
        (Role.DISPATCHER, 403, 403),
        (Role.FINANCE, 200, 403),
        (Role.COMPLIANCE, 200, 403),
        (Role.ADMINISTRATOR, 200, 200),
    ],
)
def test_finance_and_compliance_read_products_and_an_administrator_changes_them(
    role: Role, reads: int, stores: int, everyday: ProductVersion, at: datetime
) -> None:
    client = office(at, role)
    for address in ("", "all.csv", f"{everyday.id}/"):
        assert client.get(f"/console/products/{address}").status_code == reads, address
    for address in ("new/", f"{everyday.id}/change/"):
        assert client.get(f"/console/products/{address}").status_code == stores, address
    assert client.post("/console/products/check/", {}).status_code == stores
    assert ("New version of everyday" in text(client.get("/console/products/"))) == (stores == 200)


def test_the_form_opens_with_what_there_is_and_stores_the_next_version(
    everyday: ProductVersion, at: datetime
) -> None:
    client = office(at)
    sent = form_in(client, change_of(everyday))
    assert (sent["revolving_daily_rate"], sent["minimum_floor_minor"]) == ("0.05", "20.00")
    assert (sent["terms_3"], sent["fee_3"], sent["after"]) == (12, "8.8", 1)
    sent |= {"fee_3": "9.5", "terms_4": "24", "fee_4": "18"}
    answer = client.post(change_of(everyday), sent)
    stored = ProductVersion.objects.get(product="everyday", version=2)
    assert answer.headers["Location"] == f"/console/products/{stored.id}/"
    wanted = {"3": "0.025", "6": "0.045", "9": "0.065", "12": "0.095", "24": "0.18"}
    assert Parameters.of(stored.parameters).meaning() == Parameters(instalment_terms=wanted).meaning()
    client.post(change_of(everyday), sent)
    assert ProductVersion.objects.count() == 2, "the same form sent twice is one version"
    listed = text(client.get("/console/products/"))
    assert "Fee of 12 instalments <del>8.8 %</del> → <ins>9.5 %</ins>" in listed
    assert "In force" in listed


def test_a_price_above_the_cap_is_named_and_nothing_is_stored(everyday: ProductVersion, at: datetime) -> None:
    client = office(at)
    sent = form_in(client, change_of(everyday)) | {"fee_3": "15"}
    answer = client.post(change_of(everyday), sent)
    assert answer.status_code == 422
    shown = text(answer)
    assert "This would cost more than the cap: 26.63 % a year, where at most 24.00 % is allowed." in shown
    assert shown.count("Above the cap</span>") == 3
    assert 'href="#id_fee_3"' in shown
    assert ProductVersion.objects.count() == 1


@pytest.mark.parametrize("address", ["check/", "new/"])
def test_prices_are_reckoned_while_they_are_written_and_by_a_button(address: str, at: datetime) -> None:
    client = office(at)
    sent = form_in(client, "/console/products/new/") | {"product": "easy", "check": "1"}
    shown = text(client.post(f"/console/products/{address}", sent))
    assert "Every price meets the cap of 24 %." in shown
    assert "14.94&nbsp;%" in shown
    assert ("<html" in shown) == (address == "new/")
    sent["apr_cap"] = "12"
    shown = text(client.post(f"/console/products/{address}", sent))
    assert "Above the cap of 12 %: 13. This cannot be stored." in shown
    sent["apr_cap"] = "twelve"
    shown = text(client.post(f"/console/products/{address}", sent))
    assert "We could not read this." in shown
    assert ProductVersion.objects.count() == 0


def test_a_form_that_was_overtaken_is_sent_back_with_what_was_written(
    everyday: ProductVersion, at: datetime
) -> None:
    client = office(at)
    first, second = form_in(client, change_of(everyday)), form_in(client, change_of(everyday))
    client.post(change_of(everyday), first | {"grace_days": "5"})
    answer = client.post(change_of(everyday), second | {"grace_days": "7"})
    assert answer.status_code == 409
    assert "Somebody else has changed this product meanwhile" in text(answer)
    assert 'value="7"' in text(answer)
    assert key_in(answer) == str(second["once"])


def test_two_versions_are_compared_line_by_line(everyday: ProductVersion, at: datetime) -> None:
    later = credit.store_product_version(
        product="everyday",
        currency="CNY",
        parameters=Parameters(late_mode="none", due_days=(8, 10)),
        actor=SYSTEM,
        at=at,
    )
    client = office(at, Role.COMPLIANCE)
    shown = text(client.get(f"/console/products/{later.id}/?against=1"))
    assert "for each day, on what is overdue</td><td><b>none</b>" in shown
    assert "8, 9, 10, 15, 20</td><td><b>8, 10</b>" in shown
    assert "Nothing differs" not in shown


def test_a_loan_shows_its_interest_and_no_instalments(at: datetime) -> None:
    loan = credit.store_product_version(
        product="home",
        currency="CNY",
        parameters=Parameters(kind="loan", loan_terms=(6, 12), loan_annual_rate="0.12"),
        actor=SYSTEM,
        at=at,
    )
    shown = text(office(at).get(f"/console/products/{loan.id}/"))
    assert "Interest of a loan for a year" in shown
    assert "Fee of 12 instalments" not in shown
