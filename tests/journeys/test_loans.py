"""A loan in large letters, from the amount to the instruction to the bank; and a part of a bill in instalments."""

from datetime import timedelta
from uuid import UUID

import pytest

from koumen.credit import commands as credit
from koumen.credit.models import InstalmentPlan, LoanRequest, Payout
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM
from tests import builders
from tests.browser import PageFor
from tests.journeys.test_instalments import reads_easily
from tests.journeys.town import Household, Town
from tests.journeys.walker import Walker, customer_signs_in

pytestmark = pytest.mark.journey


def may_borrow(household: Household, town: Town) -> UUID:
    """An account on which up to 8,000.00 are lent, 5,000.00 without two persons; and where to pay them out."""
    at = town.clock.at
    parameters = Parameters(
        kind="loan",
        loan_annual_rate="0.12",
        loan_terms=(6, 12),
        instalment_terms={},
        loan_alone_most_minor=5_000_00,
    )
    product = credit.store_product_version(
        product="loan", currency="CNY", parameters=parameters, actor=SYSTEM, at=at
    )
    builders.a_bank_account(household.customer.id, at)
    return credit.open_credit_account(
        customer_id=household.customer.id,
        product_id=product.id,
        number=f"L{household.customer.number}",
        limit_minor=8_000_00,
        opened_date=at.date(),
        actor=SYSTEM,
        at=at,
    ).id


def test_a_loan_is_asked_for_after_all_costs_were_read_and_goes_to_the_bank(
    town: Town, server: str, page_for: PageFor
) -> None:
    household = town.household("赵桂兰", language="zh-hans", elder=True)
    may_borrow(household, town)
    customer = Walker(page_for(320, language="zh-hans", elder=True, address=server), server, "loan")
    customer_signs_in(customer, household, Walker(page_for(390, address=server), server, "loan-public"))

    customer.presses('main a[href="/plans/"]')
    reads_easily(customer.presses('main a[href*="/loans/"]')).sees("¥ 8,000.00")
    reads_easily(customer.writes("amount", "9000").carries_on()).sees("超过")
    reads_easily(customer.writes("amount", "3000").carries_on()).sees("一年相当于 12.00%")
    customer.picks("terms", "12").carries_on()
    reads_easily(customer).sees("¥3,198.56")
    town.clock.goes_to(town.clock.at + timedelta(seconds=30))
    reads_easily(customer.carries_on()).sees("尾号 1234")
    reads_easily(customer.carries_on()).sees("送往银行途中")
    assert LoanRequest.objects.get().amount_minor == 3_000_00
    assert Payout.objects.get().amount_minor == 3_000_00


def test_some_of_a_bill_is_put_into_instalments(town: Town, server: str, page_for: PageFor) -> None:
    household = town.household("钱秀珍", language="zh-hans", elder=True)
    customer = Walker(page_for(390, language="zh-hans", elder=True, address=server), server, "part")
    customer_signs_in(customer, household, Walker(page_for(390, address=server), server, "part-public"))

    customer.opens("/bills/").presses("main .list a")
    reads_easily(customer.presses('main a[href*="/instalments/part/"]'))
    customer.picks("part", "other").writes("other", "600")
    reads_easily(customer.carries_on()).sees("¥ 600.00")
    customer.picks("terms", "3").carries_on()
    town.clock.goes_to(town.clock.at + timedelta(seconds=30))
    customer.carries_on().carries_on()
    plan = InstalmentPlan.objects.get(account_id=household.account_id)
    assert (plan.kind, plan.principal_minor, len(plan.schedule)) == ("bill", 600_00, 3)
