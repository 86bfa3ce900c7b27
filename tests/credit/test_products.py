"""Products: versions that never change, prices under a cap, and accounts that keep what they were promised."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from koumen.audit.models import Fact
from koumen.credit import commands, queries
from koumen.credit.models import CreditAccount, ProductVersion
from koumen.credit.rules import irr
from koumen.credit.rules.cap import COMPARED, cells, check_cap, highest_flat_fee, is_dearer
from koumen.credit.rules.parameters import FeeMode, Parameters
from koumen.credit.rules.schedule import flat_fee
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied, Invalid
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.stories import a_line

# --- the cap, which needs no database -------------------------------------------------------------------


def dearest(parameters: Parameters, field: str) -> tuple[str, bool]:
    of_it = [cell for cell in cells(parameters) if cell.field == field]
    return max(cell.percent for cell in of_it), any(cell.is_above for cell in of_it)


def refused(parameters: Parameters) -> dict[str, Any]:
    with pytest.raises(Invalid) as refusal:
        check_cap(parameters)
    assert refusal.value.code == "price-above-cap"
    return refusal.value.params


@pytest.mark.parametrize(
    ("cap", "highest"),
    [
        ("0.12", {3: "2.01", 6: "3.53", 9: "5.07", 12: "6.62", 24: "12.98"}),
        ("0.20", {3: "3.35", 6: "5.91", 9: "8.52", 12: "11.16", 24: "22.15"}),
        ("0.24", {3: "4.03", 6: "7.12", 9: "10.26", 12: "13.47", 24: "26.89"}),
    ],
)
def test_the_highest_flat_fee_under_each_cap(cap: str, highest: dict[int, str]) -> None:
    for terms, percent in highest.items():
        exact = highest_flat_fee(terms, Decimal(cap), mode=FeeMode.SPREAD) * 100
        assert str(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)) == percent


def test_the_highest_fee_asked_for_at_once_costs_exactly_the_cap() -> None:
    fee = highest_flat_fee(12, Decimal("0.24"), mode=FeeMode.FIRST)
    plan = flat_fee(10**12, 12, fee, mode=FeeMode.FIRST)
    rate = irr.monthly_irr(10**12, [one.pay_minor for one in plan])
    assert abs(irr.simple_annual(rate) - Decimal("0.24")) < Decimal("1e-9")
    assert fee < highest_flat_fee(12, Decimal("0.24"), mode=FeeMode.SPREAD)


def test_the_example_prices_meet_the_cap_of_24_and_not_that_of_12() -> None:
    check_cap(Parameters())
    said = refused(Parameters(apr_cap="0.12"))
    assert (said["field"], said["apr"], said["cap"]) == ("revolving_daily_rate", "18.25", "12.00")
    said = refused(Parameters(apr_cap="0.12", revolving_daily_rate="0.0003"))
    assert (said["field"], said["term"]) == ("instalment_terms.12", 12)


def test_the_same_fee_is_dearer_when_it_is_asked_for_at_once() -> None:
    terms = {"12": "0.13"}
    check_cap(Parameters(instalment_terms=terms))
    assert refused(Parameters(instalment_terms=terms, instalment_fee_mode="first"))["apr"] == "25.92"


def test_rounding_makes_small_amounts_dearer_and_that_counts() -> None:
    """4.02 % of a large amount in three parts meets 24 %; of a few coins it does not."""
    terms = {"3": "0.0402"}
    check_cap(Parameters(instalment_terms=terms, instalment_minimum_minor=1_000_000))
    said = refused(Parameters(instalment_terms=terms, instalment_minimum_minor=100))
    assert 100 <= said["amount_minor"] < 100 + COMPARED
    assert said["field"] == "instalment_terms.3"


def test_a_price_exactly_at_the_cap_is_allowed_and_one_unit_more_is_not() -> None:
    payments = [10_00] * 11 + [1_010_00]
    assert not is_dearer(1_000_00, payments, Decimal("0.12"))
    assert is_dearer(1_000_00, [*payments[:-1], 1_010_01], Decimal("0.12"))


def test_a_loan_at_the_cap_is_above_it_where_its_interest_is_rounded_up() -> None:
    loan = Parameters(
        kind="loan", loan_method="bullet", loan_terms=(12,), loan_annual_rate="0.12", apr_cap="0.12"
    )
    said = refused(loan)
    assert (said["field"], said["term"]) == ("loan_annual_rate", 12)
    check_cap(replace(loan, loan_annual_rate="0.118"))


def test_a_loan_is_judged_by_its_interest_and_a_line_by_what_it_charges() -> None:
    line, loan = cells(Parameters()), cells(Parameters(kind="loan", loan_terms=(6,), loan_annual_rate="0.1"))
    assert {cell.field for cell in line} == {
        "revolving_daily_rate",
        *(f"instalment_terms.{terms}" for terms in (3, 6, 9, 12)),
    }
    assert {cell.field for cell in loan} == {"loan_annual_rate"}


@settings(deadline=None, max_examples=40)
@given(
    rate=st.decimals("0.001", "0.2", places=4),
    terms=st.integers(2, 24),
    smallest=st.integers(100, 50_000),
    mode=st.sampled_from(FeeMode),
    more=st.integers(0, COMPARED - 1),
    cap=st.sampled_from(["0.12", "0.24"]),
)
def test_when_the_check_passes_no_amount_near_the_smallest_is_above_the_cap(
    rate: Decimal, terms: int, smallest: int, mode: FeeMode, more: int, cap: str
) -> None:
    parameters = Parameters(
        instalment_terms={str(terms): str(rate)},
        instalment_fee_mode=mode,
        instalment_minimum_minor=smallest,
        apr_cap=cap,
    )
    passes = not any(cell.is_above for cell in cells(parameters) if cell.terms)
    plan = flat_fee(smallest + more, terms, rate, mode=mode)
    if passes:
        assert not is_dearer(smallest + more, [one.pay_minor for one in plan], Decimal(cap))


def test_a_price_above_the_cap_is_never_shown_as_if_it_met_it() -> None:
    shown, is_above = dearest(
        Parameters(revolving_daily_rate="0.00065754", instalment_terms={}), "revolving_daily_rate"
    )
    assert is_above
    assert shown == "24.01"  # 24.00021 % is not 24.00 %


# --- versions -------------------------------------------------------------------------------------------


@pytest.fixture
def owner() -> Actor:
    return builders.staff(Role.ADMINISTRATOR)


def wanted(at: datetime, **changed: Any) -> commands.NewVersion:
    values: dict[str, Any] = {
        "product": "easy",
        "currency": "CNY",
        "parameters": Parameters(),
        "effective_from": at.date(),
        "after": 0,
    }
    return commands.NewVersion(**(values | changed))


def add(wish: commands.NewVersion, owner: Actor, at: datetime, key: Any = None) -> ProductVersion:
    return commands.add_product_version(wanted=wish, key=key or new_id(), actor=owner, at=at)


@pytest.mark.django_db
def test_a_new_version_follows_the_one_it_was_made_from(at: datetime, owner: Actor) -> None:
    first = add(wanted(at), owner, at)
    second = add(wanted(at, after=1, parameters=Parameters(apr_cap="0.20")), owner, at)
    assert (first.version, second.version) == (1, 2)
    assert second.stored_by_id == owner.person_id
    assert Fact.objects.filter(kind="ProductVersionStored").count() == 2
    with pytest.raises(Conflict, match="product-changed-meanwhile"):
        add(wanted(at, after=1, parameters=Parameters(apr_cap="0.22")), owner, at)
    with pytest.raises(Conflict, match="product-unchanged"):
        add(wanted(at, after=2, parameters=Parameters(apr_cap="0.20")), owner, at)
    with pytest.raises(Conflict, match="product-currency-fixed"):
        add(wanted(at, after=2, currency="TWD"), owner, at)


@pytest.mark.django_db
def test_the_same_form_sent_twice_makes_one_version(at: datetime, owner: Actor) -> None:
    key = new_id()
    assert add(wanted(at), owner, at, key).id == add(wanted(at), owner, at, key).id
    with pytest.raises(Conflict, match="key-reused"):
        add(wanted(at, parameters=Parameters(apr_cap="0.20")), owner, at, key)
    assert ProductVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_price_above_the_cap_is_refused_and_nothing_is_stored(at: datetime, owner: Actor) -> None:
    dear = Parameters(instalment_terms={"12": "0.15"})
    with pytest.raises(Invalid, match="price-above-cap"):
        add(wanted(at, parameters=dear), owner, at)
    with pytest.raises(Invalid, match="price-above-cap"):
        commands.store_product_version(product="easy", currency="CNY", parameters=dear, actor=SYSTEM, at=at)
    assert ProductVersion.objects.count() == 0
    assert Fact.objects.filter(kind="ProductVersionStored").count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"product": ""}, "product-name-unreadable"),
        ({"product": " easy"}, "product-name-unreadable"),
        ({"product": "e" * 41}, "product-name-unreadable"),
        ({"product": "ea\nsy"}, "product-name-unreadable"),
        ({"currency": "XXX"}, "currency-unknown"),
        ({"effective_from": date(2020, 1, 1)}, "effective-in-the-past"),
    ],
)
def test_a_version_that_makes_no_sense_is_refused(
    changed: dict[str, Any], code: str, at: datetime, owner: Actor
) -> None:
    with pytest.raises(Invalid, match=code):
        add(wanted(at, **changed), owner, at)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.FINANCE, Role.COMPLIANCE, Role.DISPATCHER])
def test_only_an_administrator_says_what_a_product_costs(role: Role, at: datetime) -> None:
    actor = builders.staff(role)
    with pytest.raises(Denied, match="products-not-yours"):
        add(wanted(at), actor, at)
    with pytest.raises(Denied, match="products-not-yours"):
        commands.store_product_version(
            product="easy", currency="CNY", parameters=Parameters(), actor=actor, at=at
        )


@pytest.mark.django_db
def test_finance_and_compliance_read_every_version_and_how_many_accounts_have_it(
    at: datetime, owner: Actor
) -> None:
    a_line(at)
    add(wanted(at), owner, at)
    for role in (Role.FINANCE, Role.COMPLIANCE, Role.ADMINISTRATOR):
        read = queries.product_versions(actor=builders.staff(role))
        assert [(one.product, one.version, one.accounts) for one in read] == [  # type: ignore[attr-defined]
            ("easy", 1, 0),
            ("everyday", 1, 1),
        ]
    with pytest.raises(Denied):
        queries.product_versions(actor=builders.staff(Role.DISPATCHER))


@pytest.mark.django_db
def test_an_account_keeps_the_version_it_was_opened_with(at: datetime, owner: Actor) -> None:
    line = a_line(at)
    before = CreditAccount.objects.get(id=line.account_id)
    promised = before.product.parameters
    add(
        wanted(at, product="everyday", after=1, parameters=Parameters(revolving_daily_rate="0.0006")),
        owner,
        at,
    )
    after = CreditAccount.objects.get(id=line.account_id)
    assert (after.product_id, after.version) == (before.product_id, before.version)
    assert after.product.parameters == promised


@pytest.mark.django_db
def test_no_account_is_opened_with_a_version_whose_day_has_not_come(at: datetime, owner: Actor) -> None:
    version = add(wanted(at, effective_from=at.date() + timedelta(days=30)), owner, at)
    opening: dict[str, Any] = {
        "customer_id": builders.a_customer(at).id,
        "product_id": version.id,
        "number": "T-1",
        "limit_minor": 1_000_00,
        "opened_date": at.date(),
        "actor": SYSTEM,
    }
    with pytest.raises(Conflict, match="product-not-in-force"):
        commands.open_credit_account(**opening, at=at)
    commands.open_credit_account(**opening, at=at + timedelta(days=30))


@pytest.mark.django_db
def test_the_database_keeps_a_version_as_it_was_stored(at: datetime, owner: Actor) -> None:
    version = add(wanted(at), owner, at)
    row = ProductVersion.objects.filter(id=version.id)
    with pytest.raises(DatabaseError, match="may not change"), transaction.atomic():
        row.update(parameters={})
    with pytest.raises(DatabaseError, match="may not change"), transaction.atomic():
        row.delete()
