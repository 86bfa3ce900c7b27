"""Receipts: numbers without gaps, content in three languages, a PDF that never undoes a payment."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from koumen.audit.models import Fact
from koumen.documents.commands import issue_receipt_pdf
from koumen.documents.models import Document
from koumen.documents.queries import verify_pdf
from koumen.documents.rules.receipt import Language, Method, Paper
from koumen.kit.actor import Actor, Role
from koumen.kit.errors import Missing
from koumen.kit.ids import new_id
from koumen.payments import commands, jobs, queries
from koumen.payments.models import Receipt
from koumen.people.commands import change_preferences
from koumen.people.models import Reveal
from tests.payments.test_cash import pays
from tests.payments.test_wallet import opens, paid, settle
from tests.visits.stories import Story, a_visit


def receipt_of(story: Story) -> Receipt:
    return Receipt.objects.get(payment__visit_id=story.visit_id)


@pytest.mark.django_db
class TestReceipt:
    def test_the_content_names_everything_a_receipt_must(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid(30000)
        pays(story, {10000: 3, 5000: 1}, {5000: 1})
        receipt = receipt_of(story)
        content = commands.receipt_content(receipt_id=receipt.id, at=story.now)
        assert content.number == receipt.printed_number
        assert content.lender.name == "清河消费金融有限公司"
        assert content.contract.debtor.startswith("李")
        assert content.contract.number == story.visit.account.number
        assert (content.amount.minor, content.balance_after.minor) == (30000, 70000)
        assert content.split.principal.minor == 30000
        assert content.tendered.cash is not None
        assert content.tendered.cash.counted == ((10000, 3), (5000, 1))
        assert content.tendered.cash.change.minor == 5000
        assert content.visit_number == story.visit.number
        assert content.agent_number == story.agent.staff_number
        assert content.proof.verify_url.endswith(f"/public/r/{receipt.token}/")
        assert Reveal.objects.filter(purpose="receipt").count() == 1

    def test_a_wallet_receipt_names_the_providers_number(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        settle(story, paid(opens(story), reference="W123"))
        content = commands.receipt_content(receipt_id=receipt_of(story).id, at=story.now)
        assert (content.tendered.method, content.tendered.reference) == (Method.WALLET, "W123")

    @pytest.mark.parametrize(
        ("code", "language"), [("zh-hans", Language.HANS), ("zh-hant", Language.HANT), ("en", Language.EN)]
    )
    def test_a_receipt_speaks_the_customers_language(
        self, at: datetime, code: str, language: Language
    ) -> None:
        story = a_visit(at).may_be_paid()
        change_preferences(language=code, elder_mode=True, actor=story.customer, at=at)
        pays(story, {10000: 3})
        content = commands.receipt_content(receipt_id=receipt_of(story).id, at=story.now)
        assert (content.language, content.paper) == (language, Paper.LARGE)

    def test_the_pdf_is_made_once_signed_and_stored(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})
        receipt = receipt_of(story)
        assert receipt.document_id is None
        first = commands.receipt_pdf(receipt_id=receipt.id, actor=story.customer, at=story.now)
        second = commands.receipt_pdf(receipt_id=receipt.id, actor=story.visitor, at=story.now)
        assert first == second
        assert first.startswith(b"%PDF")
        assert verify_pdf(first).is_genuine
        assert Document.objects.count() == 1
        assert Fact.objects.filter(kind="ReceiptPrinted").count() == 1

    def test_the_job_after_the_payment_prints_it_and_twice_is_once(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})
        made = Fact.objects.get(kind="PaymentMade")
        jobs.print_receipt(made.fact_id)
        jobs.print_receipt(made.fact_id)
        assert receipt_of(story).document_id is not None
        assert Document.objects.count() == 1

    def test_a_pdf_that_fails_undoes_nothing(self, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})

        def broken(*_: object) -> bytes:
            raise RuntimeError("no typesetter")

        receipts = "koumen.payments.commands.receipts.issue_receipt_pdf"
        monkeypatch.setattr(receipts, broken)
        with pytest.raises(RuntimeError):
            jobs.print_receipt(Fact.objects.get(kind="PaymentMade").fact_id)
        assert queries.receipts_of_visit(actor=story.customer, visit_id=story.visit_id)
        monkeypatch.setattr(receipts, issue_receipt_pdf)
        assert commands.receipt_pdf(receipt_id=receipt_of(story).id, actor=story.customer, at=story.now)

    def test_a_stranger_opens_no_receipt(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})
        for stranger in (a_visit(at).customer, Actor(Role.RELATIVE)):
            with pytest.raises(Missing, match="receipt-not-found"):
                commands.receipt_pdf(receipt_id=receipt_of(story).id, actor=stranger, at=story.now)

    def test_whoever_holds_the_paper_finds_it_by_qr_or_by_code(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})
        receipt = receipt_of(story)
        assert queries.public_receipt(token=receipt.token).number == receipt.printed_number
        typed = receipt.short_code.lower().replace("-", "")
        assert queries.receipt_by_code(code=typed).token == receipt.token
        for wrong in ("", "AAAA-AAAA-AAAA", receipt.token):
            with pytest.raises(Missing, match="receipt-not-found"):
                queries.receipt_by_code(code=wrong)

    def test_a_fact_of_a_payment_carries_no_name_and_no_token(self, at: datetime) -> None:
        story = a_visit(at).may_be_paid()
        pays(story, {10000: 3})
        body = json.loads(Fact.objects.get(kind="PaymentMade").body)
        assert set(body) == {
            *("visit_id", "credit_account_id", "receipt_id", "tender"),
            *("amount_minor", "currency", "is_late"),
        }


def _paid_in_parallel(stories: list[Story]) -> Iterator[int]:
    def one(story: Story) -> int:
        try:
            return pays(story, {10000: 3}).receipt.number
        finally:
            connection.close()

    with ThreadPoolExecutor(len(stories)) as pool:
        yield from pool.map(one, stories)


@pytest.mark.usefixtures("committed")
def test_numbers_have_no_gap_however_many_pay_at_once(at: datetime) -> None:
    stories = [a_visit(at).may_be_paid() for _ in range(8)]
    assert sorted(_paid_in_parallel(stories)) == list(range(1, 9))


@pytest.mark.usefixtures("committed")
def test_the_same_click_ten_times_at_once_is_one_payment(at: datetime) -> None:
    story, key = a_visit(at).may_be_paid(), new_id()

    def click(_: int) -> int:
        try:
            return pays(story, {10000: 3}, key=key).receipt.number
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(click, range(10))) == {1}
    assert Receipt.objects.count() == 1
