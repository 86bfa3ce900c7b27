"""What two people mend: a payment taken back with its void receipt, the account it was on, the acts of the desk."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.credit.models import Activity, CreditAccount
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.ids import new_id
from koumen.payments import jobs
from koumen.payments.models import Receipt
from tests import builders
from tests.pages.sight import Sight
from tests.sites import doors
from tests.sites.doors import key_in
from tests.visits.stories import Story


def mending_sights(story: Story) -> Iterator[Sight]:
    """An account with much on it, what is proposed about it, and the acts of the desk."""
    account = CreditAccount.objects.get(id=story.visit.account_id)
    first, second = (doors.as_staff(builders.a_person(story.now, role=Role.FINANCE)) for _ in range(2))
    taken = Activity.objects.filter(account=account, kind="repayment").latest("id")
    below = f"/console/accounts/{account.id}/"
    reversal = f"{below}propose/reversal/?activity={taken.id}"
    yield Sight("console-propose-reversal", first, reversal)
    sent = {"once": key_in(first.get(reversal)), "activity": str(taken.id), "reason": "told_twice"}
    proposal = first.post(reversal, sent)["Location"]
    yield Sight("console-proposal-own", first, proposal)
    yield Sight("console-proposal-second", second, proposal)
    second.post(f"{proposal}decide/", {"once": str(new_id()), "decision": "approve"})
    jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
    yield Sight("console-proposal-approved", second, proposal)
    yield Sight("console-proposals", second, "/console/finance/proposals/")
    for name, address in (
        ("account", f"/console/accounts/{account.number}/"),
        ("account-bill", f"/console/bills/{_bill_of(account, story.now)}/"),
        ("propose-waiver", f"{below}propose/waiver/"),
        ("propose-write-off", f"{below}propose/write_off/"),
        ("record-transfer", f"{below}transfer/"),
        ("pause", f"{below}pause/"),
        ("close-account", f"{below}close/"),
        ("credit-balances", "/console/finance/credit-balances/"),
    ):
        yield Sight(f"console-{name}", second, address)
    receipt = Receipt.objects.get(payment_id=taken.id)
    yield Sight("public-receipt-void", doors.nobody(), f"/public/r/{receipt.token}/")
    yield Sight("customer-receipts-void", doors.as_customer(story.home.person_id), "/receipts/")


def _bill_of(account: CreditAccount, at: datetime) -> UUID:
    """The newest bill, made now if there is none."""
    if not account.statements.exists():
        credit.bring_forward(account_id=account.id, actor=SYSTEM, at=at + timedelta(days=40))
    return account.statements.latest("issued_date").id
