"""Our gateway and the provider's simulator against each other, over HTTP, with real commits."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from pytest_django import Settings

from koumen.credit.queries import owed
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.ids import new_id
from koumen.payments import commands, gateway, jobs, queries
from koumen.payments.models import Payment
from koumen.payments.rules.wallet import ChargeState
from koumen.payments.states import PaymentState
from koumen.simulation.wallet import WalletProvider
from koumen.simulation.wallet_book import WalletBook
from tests.payments.test_cash import pays
from tests.verified.provider import Moment, served
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.usefixtures("committed")
CALLBACK = "POST /api/wallet/callback"


@dataclass
class Both:
    """The provider, ourselves, and a visit at which money may be taken."""

    wallet_url: str
    moment: Moment
    story: Story

    def opens(self) -> Payment:
        """A wallet tender with its QR."""
        return jobs.start_wallet(payment_id=self.opens_silently().id, at=self.story.now)

    def opens_silently(self) -> Payment:
        """A wallet tender that the provider does not know yet."""
        return commands.open_wallet(
            visit_id=self.story.visit_id,
            amount_minor=30000,
            key=new_id(),
            actor=self.story.visitor,
            at=self.story.now,
        )

    def answers(self, payment: Payment, answer: str, mode: str = "") -> str:
        """The customer presses a button on their phone."""
        url = f"{self.wallet_url}/pay/{payment.id}"
        page = httpx.post(url, params={"mode": mode, "lang": "en"}, data={"answer": answer}, trust_env=False)
        return page.text

    def loses_next_answer(self) -> None:
        httpx.post(f"{self.wallet_url}/faults", params={"mode": "lost_answer"}, trust_env=False)

    def state(self, payment: Payment) -> str:
        return queries.payment(actor=SYSTEM, payment_id=payment.id).state

    def waits_for(self, is_so: Callable[[], bool]) -> None:
        """For a callback that is on its way."""
        end = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < end, self.moment.seen
            time.sleep(0.02)

    def callbacks(self) -> list[int]:
        return [status for place, status in self.moment.seen if place == CALLBACK]

    def owed(self) -> tuple[int, int]:
        now = owed(actor=SYSTEM, account_id=self.story.account_id, at=self.moment.at + timedelta(hours=1))
        return now.all_minor, now.credit_balance_minor

    def later(self, **span: int) -> datetime:
        self.story.now += timedelta(**span)
        self.moment.at = self.story.now
        return self.story.now


@pytest.fixture
def both(at: datetime, tmp_path: Path, settings: Settings, committed: None) -> Iterator[Both]:
    story = a_visit(at).may_be_paid()
    moment = Moment(story.now)
    settings.ROOT_URLCONF = "koumen.api.urls"
    ourselves = get_wsgi_application()

    def closing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        try:
            return list(ourselves(environ, start_response))
        finally:
            connection.close()

    with served(closing, moment) as us, served(None, moment) as wallet, clock.stopped_at(story.now):
        settings.KOUMEN_WALLET_URL = wallet.url
        wallet.application = WalletProvider(
            book=WalletBook(tmp_path / "wallet.sqlite3"),
            key=django_settings.KOUMEN_WALLET_KEY,
            own_url=wallet.url,
            callback_url=f"{us.url}/api/wallet/callback",
        )
        yield Both(wallet.url, moment, story)


def test_the_customer_scans_pays_and_the_callback_settles(both: Both) -> None:
    payment = both.opens()
    assert payment.qr_text == f"{both.wallet_url}/pay/{payment.id}"
    shown = httpx.get(payment.qr_text, headers={"Accept-Language": "zh-TW"}, trust_env=False).text
    assert "¥ 300.00" in shown
    assert "確認付款" in shown
    assert "Paid" in both.answers(payment, "pay")
    both.waits_for(lambda: both.state(payment) == PaymentState.PAID)
    assert both.owed() == (70000, 0)
    assert both.callbacks() == [204]


def test_the_same_charge_is_made_once(both: Both) -> None:
    payment = both.opens()
    again = gateway.create_charge(
        payment_id=payment.id,
        amount_minor=30000,
        currency="CNY",
        expires_at=both.story.now,
        description="x",
    )
    assert again.reference == payment.provider_reference
    assert jobs.start_wallet(payment_id=payment.id, at=both.story.now).qr_text == payment.qr_text


def test_a_double_callback_is_booked_once(both: Both) -> None:
    payment = both.opens()
    both.answers(payment, "pay", "double")
    both.waits_for(lambda: both.callbacks() == [204, 204])
    assert both.owed() == (70000, 0)
    assert len(queries.receipts_of(actor=both.story.customer)) == 1


def test_a_wrongly_signed_callback_moves_nothing_and_asking_finds_the_truth(both: Both) -> None:
    payment = both.opens()
    both.answers(payment, "pay", "wrong_signature")
    both.waits_for(lambda: 403 in both.callbacks())
    assert both.state(payment) == PaymentState.PENDING
    assert jobs.ask_wallet(payment_id=payment.id, at=both.story.now).state == PaymentState.PAID


def test_a_lost_answer_is_unknown_until_asked_and_nothing_else_is_tendered(both: Both) -> None:
    payment = both.opens_silently()
    both.loses_next_answer()
    assert jobs.start_wallet(payment_id=payment.id, at=both.story.now).state == PaymentState.UNKNOWN
    asked = jobs.ask_wallet(payment_id=payment.id, at=both.story.now)
    assert asked.qr_text
    both.answers(payment, "pay", "no_callback")
    with clock.stopped_at(both.later(minutes=1)):
        jobs.ask_open_wallets(0)
    assert both.state(payment) == PaymentState.PAID


def test_what_the_provider_never_got_is_closed_and_cannot_come_later(both: Both) -> None:
    payment = both.opens_silently()
    assert jobs.ask_wallet(payment_id=payment.id, at=both.story.now).state == PaymentState.CLOSED
    late = gateway.create_charge(
        payment_id=payment.id,
        amount_minor=30000,
        currency="CNY",
        expires_at=both.later(minutes=10),
        description="x",
    )
    assert late.state is ChargeState.CLOSED
    pays(both.story, {10000: 3})


def test_a_customer_who_refuses_frees_the_next_tender(both: Both) -> None:
    payment = both.opens()
    both.answers(payment, "refuse")
    both.waits_for(lambda: both.state(payment) == PaymentState.CLOSED)
    pays(both.story, {10000: 3})
    assert both.owed() == (70000, 0)


def test_an_expired_qr_cannot_be_paid_and_is_closed_by_the_job(both: Both) -> None:
    payment = both.opens()
    now = both.later(minutes=11)
    assert "no longer valid" in both.answers(payment, "pay")
    with clock.stopped_at(now):
        jobs.ask_open_wallets(0)
    assert both.state(payment) == PaymentState.CLOSED


def test_giving_up_a_qr_that_was_paid_the_moment_before_finds_the_payment(both: Both) -> None:
    payment = both.opens()
    both.answers(payment, "pay", "no_callback")
    given_up = jobs.give_up_wallet(payment_id=payment.id, actor=both.story.visitor, at=both.story.now)
    assert given_up.state == PaymentState.PAID
    assert both.owed() == (70000, 0)


def test_a_late_success_becomes_credit_balance(both: Both) -> None:
    payment = both.opens()
    jobs.give_up_wallet(payment_id=payment.id, actor=both.story.visitor, at=both.story.now)
    pays(both.story, {10000: 3})
    both.answers(payment, "pay", "late")
    both.waits_for(lambda: both.state(payment) == PaymentState.PAID)
    assert both.owed() == (70000, 30000)
    assert queries.payment(actor=SYSTEM, payment_id=payment.id).is_late


def test_a_provider_that_is_gone_leaves_the_payment_unknown(both: Both, settings: Settings) -> None:
    payment = both.opens()
    settings.KOUMEN_WALLET_URL = "http://127.0.0.1:9"
    assert jobs.ask_wallet(payment_id=payment.id, at=both.story.now).state == PaymentState.UNKNOWN
    settings.KOUMEN_WALLET_URL = both.wallet_url
    both.answers(payment, "pay", "no_callback")
    assert jobs.ask_wallet(payment_id=payment.id, at=both.story.now).state == PaymentState.PAID


def test_the_provider_refuses_whoever_cannot_sign(both: Both, settings: Settings) -> None:
    settings.KOUMEN_WALLET_KEY = bytes(32)
    payment = both.opens_silently()
    with pytest.raises(gateway.ProviderSilentError, match="401"):
        gateway.query_charge(payment_id=payment.id)


def test_the_provider_is_never_asked_inside_a_transaction(both: Both) -> None:
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        gateway.query_charge(payment_id=new_id())
