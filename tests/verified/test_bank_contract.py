"""Our gateway and the bank's simulator against each other, over HTTP, with real commits."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from koumen.credit import gateway, jobs
from koumen.credit.books import check_books
from koumen.credit.models import Payout
from koumen.credit.rules.bank_account import BankDetails
from koumen.credit.states import PayoutState
from koumen.kit import clock
from koumen.kit.ids import new_id
from koumen.kit.money import Money
from koumen.simulation.bank import Bank
from tests.credit.test_lending import Borrower, a_borrower, day
from tests.verified.provider import Moment, served

pytestmark = pytest.mark.usefixtures("committed")

NOW = day(9, 6)
TO = BankDetails.written(bank="清河银行", number="6222020000001234", holder="李秀英")


@dataclass
class Both:
    """The bank, and somebody whose loan is to be paid out."""

    url: str
    borrower: Borrower

    def asks(self) -> Payout:
        with clock.stopped_at(NOW):
            jobs.ask_about_payouts(0)
        return Payout.objects.get()


@pytest.fixture
def both(tmp_path: Path, settings: Settings) -> Iterator[Both]:
    bank = Bank(file=tmp_path / "bank.sqlite3", key=django_settings.KOUMEN_BANK_KEY)
    with served(bank, Moment(NOW)) as place:
        settings.KOUMEN_BANK_URL = place.url
        borrower = a_borrower(alone_minor=20_000_00)
        borrower.asks()
        yield Both(place.url, borrower)


def test_a_payout_is_sent_once_whatever_is_asked(both: Both) -> None:
    assert both.asks().state == PayoutState.SENT
    first = Payout.objects.get().reference
    assert both.asks().reference == first
    assert check_books().is_right


def test_a_lost_answer_pays_once(both: Both) -> None:
    httpx.post(f"{both.url}/faults", params={"mode": "lost_answer"}, trust_env=False)
    assert both.asks().state == PayoutState.ASKED, "nothing is assumed"
    assert both.asks().state == PayoutState.SENT


def test_money_that_the_bank_gives_back_is_booked_back(both: Both) -> None:
    payout = both.asks()
    reason = {"reason": "name_differs"}
    httpx.post(f"{both.url}/payouts/{payout.id}/give-back", params=reason, trust_env=False)
    payout = both.asks()
    assert (payout.state, payout.return_reason) == (PayoutState.RETURNED, "name_differs")
    assert check_books().is_right


def test_who_cannot_sign_is_not_served(both: Both, settings: Settings) -> None:
    settings.KOUMEN_BANK_KEY = bytes(32)
    with pytest.raises(gateway.BankSilentError, match="401"):
        gateway.pay_out(payout_id=new_id(), amount=Money(1, "CNY"), to=TO)
    with pytest.raises(gateway.BankSilentError):
        gateway.ask_payout(payout_id=new_id())


def test_without_a_bank_instructions_wait(both: Both, settings: Settings) -> None:
    settings.KOUMEN_BANK_URL = ""
    assert both.asks().state == PayoutState.ASKED


def test_a_bank_that_is_away_is_asked_again(both: Both, settings: Settings) -> None:
    away, settings.KOUMEN_BANK_URL = settings.KOUMEN_BANK_URL, "http://127.0.0.1:9"
    assert both.asks().state == PayoutState.ASKED
    settings.KOUMEN_BANK_URL = away
    assert both.asks().state == PayoutState.SENT
