"""The console's account pages: all that happened in words, two persons for what is mended, acts of the desk done once."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from koumen.credit import commands as credit
from koumen.credit.models import Activity, CreditAccount, Payout, Proposal
from koumen.credit.queries import owed
from koumen.credit.queries.timeline import KINDS
from koumen.credit.rules.mending import BY_RULE_REASONS, PAUSE_REASONS, REASONS, Act
from koumen.credit.rules.payout import AtTheBank
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.queries import trial_balance
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.payments import commands as payments
from koumen.payments.models import Payment
from koumen.web.console.pages import account_words
from tests import builders
from tests.sites.doors import as_agent, as_customer, as_staff, key_in, nobody, text
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(at: datetime) -> Story:
    """1,000.00 owed, of which 300.00 were paid in cash at the door."""
    story = a_visit(at).may_be_paid()
    payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    return story


def account_of(story: Story) -> CreditAccount:
    return CreditAccount.objects.get(id=story.visit.account_id)


def desk(at: datetime, role: Role = Role.FINANCE) -> Client:
    return as_staff(builders.a_person(at, role=role))


def home(story: Story) -> str:
    return f"/console/accounts/{account_of(story).number}/"


def below(story: Story, path: str) -> str:
    return f"/console/accounts/{account_of(story).id}/{path}"


def a_transfer(story: Story, amount: str) -> dict[str, str]:
    """A filled form, as its page made it."""
    return {
        "once": str(new_id()),
        "opened": f"{story.now:%Y-%m-%dT%H:%M:%S.%f%z}",
        "amount": amount,
        "arrived": story.now.date().isoformat(),
    }


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def owed_on(story: Story) -> int:
    return owed(actor=SYSTEM, account_id=story.visit.account_id, at=story.now).all_minor


def reversal_of(story: Story) -> str:
    return below(story, f"propose/reversal/?activity={Payment.objects.get(visit=story.visit_id).id}")


# --- the account ----------------------------------------------------------------------------------------


def test_an_account_tells_what_is_owed_and_everything_that_happened(story: Story) -> None:
    with clock.stopped_at(story.now):
        page = text(desk(story.now).get(home(story)))
    for said in ("¥ 700.00", "Paid in cash: ¥ 300.00", "Principal owed ¥ 300.00", "Bought for ¥ 1,000.00"):
        assert said in page, said
    assert f"Agent {story.agent.staff_number}" in page
    assert "The account was opened" in page
    assert "/console/finance/entries/" in page
    assert "style=" not in page


def test_an_account_is_found_by_its_number_or_id_and_from_its_customer(story: Story) -> None:
    client, account = desk(story.now), account_of(story)
    assert client.get("/console/customers/", {"q": account.number})["Location"] == home(story)
    assert client.get(f"/console/accounts/{account.id}/").status_code == 200
    assert home(story) in text(client.get(f"/console/customers/{story.home.id}/"))
    assert client.get("/console/accounts/nothing/").status_code == 404


def test_the_timeline_is_filtered_by_the_address_and_comes_as_a_file(story: Story) -> None:
    client = desk(story.now)
    with clock.stopped_at(story.now):
        only = text(client.get(f"{home(story)}?kind=repayment"))
        none = text(client.get(f"{home(story)}?kind=repayment&day_to=2020-01-01"))
        odd = client.get(f"{home(story)}?kind=%27&day_from=x&before=x_y")
        lines = rows_of(client.get(f"{home(story)}all.csv?kind=repayment"))
    assert "Paid in cash" in only
    assert "Bought for" not in only
    assert "Nothing happened like this." in none
    assert odd.status_code == 200
    assert [line[2:5] for line in lines[1:]] == [["repayment", "CNY", "300.00"]]


def test_pages_of_a_long_timeline_lead_on(story: Story) -> None:
    for _ in range(45):
        credit.record_purchase(
            purchase=credit.PurchaseRequest(
                account_id=account_of(story).id,
                amount_minor=1_00,
                currency="CNY",
                description="市场",
                purchased_at=story.now,
            ),
            actor=SYSTEM,
            at=story.now,
        )
    client = desk(story.now)
    with clock.stopped_at(story.now):
        first = client.get(home(story)).content.decode()
        older = first.split('href="?before=')[1].split('"')[0]
        second = text(client.get(f"{home(story)}?before={older}"))
    assert "The account was opened" not in first
    assert "The account was opened" in second


def test_a_page_of_an_account_costs_the_same_however_much_happened(story: Story) -> None:
    client = desk(story.now)
    with clock.stopped_at(story.now):
        client.get(home(story))
        with CaptureQueriesContext(connection) as few:
            client.get(home(story))
        for minutes in range(3):
            told = story.now - timedelta(minutes=minutes)
            credit.apply_payment(
                account_id=account_of(story).id,
                received=credit.Received(
                    payment_id=new_id(),
                    amount_minor=1_00,
                    debit_account_id=account_for(kind=AccountKind.BANK, currency="CNY").id,
                    entry_kind=EntryKind.TRANSFER_IN,
                    tendered_at=told,
                ),
                actor=SYSTEM,
                at=story.now,
            )
        with CaptureQueriesContext(connection) as more:
            client.get(home(story))
    assert len(more) == len(few)


# --- who may --------------------------------------------------------------------------------------------


def test_dispatch_reads_but_mends_nothing(story: Story) -> None:
    client = desk(story.now, Role.DISPATCHER)
    with clock.stopped_at(story.now):
        page = text(client.get(home(story)))
        assert "Paid in cash" in page
        assert "Take back" not in page
        assert "/console/finance/entries/" not in page
        for path in (reversal_of(story), *(below(story, p) for p in ("transfer/", "pay-out/", "close/"))):
            assert client.get(path).status_code == 403, path
            assert client.post(path, {"once": str(new_id())}).status_code == 403, path
        assert client.get(below(story, "pause/")).status_code == 200
        assert client.get("/console/finance/proposals/").status_code == 200
    assert not Proposal.objects.exists()


def test_neither_agents_nor_customers_come_to_these_pages(story: Story) -> None:
    paths = (
        home(story),
        reversal_of(story),
        "/console/finance/proposals/",
        "/console/finance/credit-balances/",
    )
    for client in (nobody(), as_customer(story.home.person_id), as_agent(story.agent.person_id)):
        assert {client.get(path).status_code for path in paths} == {302}


# --- two persons ----------------------------------------------------------------------------------------


def proposed(client: Client, story: Story, path: str, **said: str) -> Any:
    """Fill the form in and send it."""
    opened = client.get(path)
    key = key_in(opened)
    sent = {"once": key, **said}
    if "activity=" in path:
        sent["activity"] = path.rpartition("=")[2]
    return client.post(path, sent)


def test_a_payment_is_taken_back_by_two_persons_who_both_see_the_effect(story: Story) -> None:
    ana, bo = desk(story.now), desk(story.now)
    with clock.stopped_at(story.now):
        form = text(ana.get(reversal_of(story)))
        assert "What would be owed after" in form
        assert f"stay with agent {story.agent.staff_number} as notes to give back" in form
        assert "holds ¥ 300.00 less in the books" in form
        answered = proposed(ana, story, reversal_of(story), reason="told_twice")
        page = answered["Location"]
        own = text(ana.get(page))
        assert "Another person must decide" in own
        assert "Agree: it happens at once" not in own
        assert owed_on(story) == 700_00
        assert "Waiting for a second person: 1" in text(bo.get("/console/finance/"))
        assert "For a second person" in text(bo.get("/console/"))
        second = bo.get(page)
        assert "+¥ 300.00" in text(second)
        decided = bo.post(f"{page}decide/", {"once": key_in(second), "decision": "approve"})
        assert decided["Location"] == page
        assert owed_on(story) == 1_000_00
        assert "Taken back" in text(bo.get(home(story)))
        assert "told_twice" in str(rows_of(bo.get("/console/finance/proposals/all.csv")))


def test_nobody_decides_their_own_proposal_however_the_form_is_sent(story: Story) -> None:
    ana = desk(story.now)
    with clock.stopped_at(story.now):
        page = proposed(ana, story, reversal_of(story), reason="told_twice")["Location"]
        answered = ana.post(f"{page}decide/", {"once": str(new_id()), "decision": "approve"})
    assert answered.status_code == 403
    assert "somebody else than the one who asked" in text(answered)
    assert owed_on(story) == 700_00


def test_a_refused_proposal_changes_nothing_and_is_over(story: Story) -> None:
    ana, bo = desk(story.now), desk(story.now)
    with clock.stopped_at(story.now):
        page = proposed(ana, story, reversal_of(story), reason="told_twice")["Location"]
        bo.post(f"{page}decide/", {"once": str(new_id()), "decision": "refuse"})
        again = bo.post(f"{page}decide/", {"once": str(new_id()), "decision": "approve"})
    assert again.status_code == 409
    assert owed_on(story) == 700_00


def test_the_same_form_sent_twice_proposes_once_and_a_second_form_is_told_why_not(story: Story) -> None:
    ana, path = desk(story.now), reversal_of(story)
    with clock.stopped_at(story.now):
        key = key_in(ana.get(path))
        sent = {"once": key, "reason": "told_twice", "activity": path.rpartition("=")[2]}
        assert len({ana.post(path, sent)["Location"] for _ in range(2)}) == 1
        other = ana.post(path, {**sent, "once": str(new_id())})
    assert other.status_code == 422
    assert "waits for a second person" in text(other)
    assert Proposal.objects.count() == 1


def test_a_waiver_shows_its_effect_before_it_is_proposed(story: Story) -> None:
    ana, path = desk(story.now), below(story, "propose/waiver/")
    with clock.stopped_at(story.now):
        opened = ana.get(path)
        assert "Propose to a second person" not in text(opened)
        said = {"once": key_in(opened), "bucket": "late", "amount": "5", "reason": "goodwill", "check": "1"}
        shown = ana.post(path, said)
        assert shown.status_code == 200
        assert "No more than this can be let go" in text(shown), "nothing of this kind is owed"
        assert ana.post(path, {**said, "amount": "x"}).status_code == 200
        assert ana.get(below(story, "propose/nothing/")).status_code == 404
    assert not Proposal.objects.exists()


def test_a_write_off_shows_that_nothing_would_be_owed(story: Story) -> None:
    ana, bo, path = desk(story.now), desk(story.now), below(story, "propose/write_off/")
    with clock.stopped_at(story.now):
        assert "−¥ 700.00" in text(ana.get(path))
        page = proposed(ana, story, path, reason="fraud")["Location"]
        bo.post(f"{page}decide/", {"once": str(new_id()), "decision": "approve"})
        assert "Written off" in text(bo.get(home(story)))
    assert owed_on(story) == 0


# --- acts of the desk -----------------------------------------------------------------------------------


def test_a_transfer_is_entered_after_its_split_was_shown_and_only_once(story: Story) -> None:
    client, path = desk(story.now), below(story, "transfer/")
    with clock.stopped_at(story.now):
        opened = client.get(path)
        assert "Enter this transfer" not in text(opened)
        said = a_transfer(story, "800") | {"once": key_in(opened)}
        shown = text(client.post(path, {**said, "check": "1"}))
        for part in ("Principal owed", "¥ 700.00", "Owed to customers", "¥ 100.00", "Enter this transfer"):
            assert part in shown, part
        assert owed_on(story) == 700_00
        for _ in range(2):
            assert client.post(path, said)["Location"] == home(story)
    assert Activity.objects.filter(kind="repayment").count() == 2, "the one at the door and this one"
    books = {line.kind.value: line.balance_minor for line in trial_balance(actor=SYSTEM)}
    assert (books["bank"], books["credit_balance"]) == (800_00, -100_00)


@pytest.mark.parametrize(
    "said", [{"amount": "0"}, {"amount": "x"}, {"arrived": "2030-01-01"}, {"arrived": ""}]
)
def test_a_transfer_that_makes_no_sense_is_said_at_the_form(story: Story, said: dict[str, str]) -> None:
    client, path = desk(story.now), below(story, "transfer/")
    with clock.stopped_at(story.now):
        sent = a_transfer(story, "8") | said
        assert client.post(path, sent).status_code == 422
    assert owed_on(story) == 700_00


def test_a_credit_balance_is_paid_out_once_and_then_the_account_can_be_closed(story: Story) -> None:
    client = desk(story.now)
    with clock.stopped_at(story.now):
        refused = client.post(below(story, "close/"), {"once": str(new_id())})
        assert refused.status_code == 422
        assert "Something is still open" in text(refused)
        transfer = a_transfer(story, "750")
        client.post(below(story, "transfer/"), transfer)
        assert "Pay the credit balance out" in text(client.get(home(story)))
        builders.a_bank_account(story.visit.customer_id, story.now)
        opened = client.get(below(story, "pay-out/"))
        assert 'value="50.00"' in text(opened)
        for _ in range(2):
            paid = client.post(below(story, "pay-out/"), {"once": key_in(opened), "amount": "50"})
            assert paid["Location"] == home(story)
        builders.told_by_the_bank(Payout.objects.get(), AtTheBank.SENT, story.now)
        for _ in range(2):
            assert client.post(below(story, "close/"), {"once": str(new_id())}).status_code == 302
        page = text(client.get(home(story)))
    assert "Closed" in page
    assert "Enter a transfer" not in page


def test_late_charges_rest_for_a_reason_and_no_longer_than_the_product_allows(story: Story) -> None:
    client, path = desk(story.now, Role.DISPATCHER), below(story, "pause/")
    with clock.stopped_at(story.now):
        said = {"once": key_in(client.get(path)), "until": "2027-12-01", "reason": "illness"}
        too_long = client.post(path, said)
        assert too_long.status_code == 422
        assert "at most 90 days" in text(too_long)
        assert client.post(path, {**said, "until": "2026-12-20"})["Location"] == home(story)
        page = text(client.get(home(story)))
    assert "Late charges rest until Sunday 20 December" in page
    assert "Illness" in page


def test_credit_balances_that_lie_still_are_listed_with_a_way_to_pay_them_out(story: Story) -> None:
    client = desk(story.now)
    with clock.stopped_at(story.now):
        transfer = a_transfer(story, "750")
        client.post(below(story, "transfer/"), transfer)
    path = "/console/finance/credit-balances/"
    with clock.stopped_at(story.now + timedelta(days=20)):
        assert "No credit balance has lain too long." in text(client.get(path))
    with clock.stopped_at(story.now + timedelta(days=40)):
        assert below(story, "pay-out/") in text(client.get(path))
        assert rows_of(client.get(f"{path}all.csv"))[1][:3] == [account_of(story).number, "CNY", "50.00"]


# --- words ----------------------------------------------------------------------------------------------


def test_every_kind_every_act_and_every_reason_has_words() -> None:
    assert set(account_words.KIND_WORDS) == set(KINDS)
    assert set(account_words.ACTS) == set(Act)
    reasons = {code for codes in REASONS.values() for code in codes}
    reasons |= {*PAUSE_REASONS, *BY_RULE_REASONS}
    assert set(account_words.REASONS) == reasons
