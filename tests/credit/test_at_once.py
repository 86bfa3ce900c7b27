"""Two people at the same moment, with real commits: one version follows, one sheet is confirmed once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from koumen.audit.models import Fact
from koumen.credit import commands
from koumen.credit.models import CreditAccount, ProductVersion
from koumen.credit.rules.cost_sheet import instalment_sheet
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from tests import builders
from tests.credit.stories import a_line

pytestmark = pytest.mark.usefixtures("committed")


def answer_of(act: Callable[[int], object], no: int) -> str:
    try:
        act(no)
    except Conflict as refused:
        return refused.code
    finally:
        connection.close()
    return "done"


def test_of_eight_who_change_a_product_at_once_one_makes_the_version(at: datetime) -> None:
    owner = builders.staff(Role.ADMINISTRATOR)

    def change(no: int) -> object:
        wanted = commands.NewVersion(
            product="easy",
            currency="CNY",
            parameters=Parameters(grace_days=no),
            effective_from=at.date(),
            after=0,
        )
        return commands.add_product_version(wanted=wanted, key=new_id(), actor=owner, at=at)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda no: answer_of(change, no), range(8)))
    assert sorted(answers) == ["done", *["product-changed-meanwhile"] * 7]
    assert ProductVersion.objects.filter(product="easy").count() == 1
    assert Fact.objects.filter(kind="ProductVersionStored").count() == 1


def test_of_eight_taps_at_once_one_confirms(at: datetime) -> None:
    account = CreditAccount.objects.select_related("customer").get(id=a_line(at).account_id)
    reader = Actor(Role.CUSTOMER, account.customer.person_id, customer_id=account.customer_id)
    twelve = instalment_sheet(Parameters(), principal_minor=1_000_00, terms=12, currency="CNY")
    sheet = commands.show_cost_sheet(account_id=account.id, sheet=twelve, actor=reader, at=at)

    def tap(_: int) -> object:
        return commands.confirm_cost_sheet(
            sheet_id=sheet.id,
            how=commands.ConfirmedHow.TAP,
            key=new_id(),
            actor=reader,
            at=at + timedelta(seconds=10),
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda no: answer_of(tap, no), range(8)))
    assert sorted(answers) == [*["cost-sheet-already-confirmed"] * 7, "done"]
    assert Fact.objects.filter(kind="CostSheetConfirmed").count() == 1
