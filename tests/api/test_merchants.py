"""Merchants' programs: signed, once by their key, only their own purchases, refused by name with nothing changed."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from koumen.audit.models import Fact
from koumen.credit.books import check_books
from koumen.credit.commands import merchants as commands
from koumen.credit.models import CreditAccount, Merchant, Purchase, Reservation
from koumen.credit.queries.merchants import key_of
from koumen.credit.rules.merchants import signed_text
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Conflict, Denied, Missing
from koumen.kit.ids import new_id
from koumen.kit.signed import signature
from tests import builders
from tests.credit.stories import Line, a_line

pytestmark = pytest.mark.django_db


@dataclass
class Shop:
    """A merchant's program and the customer's account that it was told."""

    merchant: Merchant
    line: Line
    client: Client
    at: datetime

    @property
    def account(self) -> str:
        return CreditAccount.objects.values_list("number", flat=True).get(id=self.line.account_id)

    def sends(
        self,
        path: str,
        said: dict[str, Any] | None,
        *,
        once: UUID | str = "",
        signed_by: bytes | None = None,
        signed_at: datetime | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """One signed request; without ``said`` it only asks."""
        method, path = "GET" if said is None else "POST", f"/api/merchants/{path}"
        body = b"" if said is None else json.dumps(said).encode()
        key = str(once or new_id())
        timestamp = str(int((signed_at or self.at).timestamp()))
        text = signed_text(method, path, key, body)
        headers = {
            "Koumen-Merchant": str(self.merchant.id),
            "Koumen-Timestamp": timestamp,
            "Koumen-Signature": signature(signed_by or key_of(self.merchant), timestamp, text),
            "Idempotency-Key": key,
        }
        with clock.stopped_at(self.at):
            answer = self.client.generic(method, path, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    def sells(self, amount_minor: int = 300_00, **more: Any) -> tuple[int, dict[str, Any]]:
        once = more.pop("once", "")
        said = {"account": self.account, "amount_minor": amount_minor, "currency": "CNY"} | more
        return self.sends("purchases", said, once=once)

    def holds(self, amount_minor: int = 300_00, **more: Any) -> tuple[int, dict[str, Any]]:
        said = {"account": self.account, "amount_minor": amount_minor, "currency": "CNY"}
        return self.sends("reservations", said, **more)

    @property
    def owed_minor(self) -> int:
        return self.line.owed(self.at).all_minor


@pytest.fixture
def shop(at: datetime, settings: Settings) -> Shop:
    settings.ROOT_URLCONF = "koumen.api.urls"
    return Shop(a_merchant("电器城", at), a_line(at), Client(enforce_csrf_checks=True), at)


def a_merchant(name: str, at: datetime) -> Merchant:
    return commands.register_merchant(name=name, actor=SYSTEM, at=at)


def test_a_purchase_and_a_refund_stand_on_the_account_with_the_merchants_name(shop: Shop) -> None:
    status, bought = shop.sells(300_00)
    assert (status, bought["amount_minor"], bought["currency"]) == (201, 300_00, "CNY")
    row = Purchase.objects.get(id=bought["purchase"])
    assert (row.description, row.merchant_id) == ("电器城", shop.merchant.id)
    status, back = shop.sends(f"purchases/{row.id}/refunds", {"amount_minor": 100_00, "currency": "CNY"})
    assert (status, back["amount_minor"], back["refund_of"]) == (201, -100_00, str(row.id))
    assert shop.owed_minor == 200_00
    assert shop.sends(f"purchases/{row.id}", None)[1]["amount_minor"] == 300_00
    actors = Fact.objects.filter(kind="PurchaseRecorded").values_list("actor", flat=True)
    assert set(actors) == {f"merchant:{shop.merchant.id}"}
    assert check_books().is_right


def test_the_same_key_is_the_same_purchase_and_with_another_body_it_is_refused(shop: Shop) -> None:
    once = new_id()
    first, again = shop.sells(once=once), shop.sells(once=once)
    assert first == again
    status, problem = shop.sells(300_01, once=once)
    assert (status, problem["code"]) == (409, "key-reused")
    assert shop.owed_minor == 300_00
    purchase = first[1]["purchase"]
    refund = {"amount_minor": 300_00, "currency": "CNY"}
    once = new_id()
    answers = [shop.sends(f"purchases/{purchase}/refunds", refund, once=once) for _ in range(2)]
    assert answers[0] == answers[1]
    assert shop.owed_minor == 0


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"amount_minor": 10_000_01}, 409, "limit-exceeded"),
        ({"currency": "TWD"}, 422, "currencies-differ"),
        ({"amount_minor": 0}, 422, "amount-not-positive"),
        ({"amount_minor": -300_00}, 422, "amount-not-positive"),
        ({"amount_minor": 10**18}, 422, "amount-too-large"),
        ({"account": "T-none"}, 404, "account-not-found"),
        ({"amount_minor": "much"}, 422, "form-unreadable"),
        ({"category": "card_bill"}, 422, "form-unreadable"),
    ],
)
def test_what_cannot_be_bought_is_refused_by_name(
    shop: Shop, said: dict[str, Any], status: int, code: str
) -> None:
    for path in ("purchases", "reservations"):
        answered, problem = shop.sends(
            path, {"account": shop.account, "amount_minor": 300_00, "currency": "CNY"} | said
        )
        assert (answered, problem["code"], problem["type"]) == (status, code, f"urn:koumen:refusal:{code}")
    assert shop.owed_minor == 0
    assert not Purchase.objects.exists()
    assert not Reservation.objects.exists()


def test_another_merchants_purchase_and_reservation_are_nowhere(shop: Shop) -> None:
    purchase = shop.sells()[1]["purchase"]
    reservation = shop.holds()[1]["reservation"]
    other = Shop(a_merchant("花店", shop.at), shop.line, shop.client, shop.at)
    refund = {"amount_minor": 1_00, "currency": "CNY"}
    for path, said, code in (
        (f"purchases/{purchase}", None, "purchase-not-found"),
        (f"purchases/{purchase}/refunds", refund, "purchase-not-found"),
        (f"reservations/{reservation}/capture", {"amount_minor": 1_00}, "reservation-not-found"),
        (f"reservations/{reservation}/release", {}, "reservation-not-found"),
    ):
        status, problem = other.sends(path, said)
        assert (status, problem["code"]) == (404, code), path
    assert shop.owed_minor == 300_00


def test_more_than_was_bought_is_never_given_back(shop: Shop) -> None:
    purchase = shop.sells(300_00)[1]["purchase"]
    refund = {"amount_minor": 200_00, "currency": "CNY"}
    assert shop.sends(f"purchases/{purchase}/refunds", refund)[0] == 201
    status, problem = shop.sends(f"purchases/{purchase}/refunds", refund)
    assert (status, problem["code"]) == (409, "refund-too-large")
    assert "left_minor" not in problem, "what a refusal knows is not told"
    wrong = {"amount_minor": 1_00, "currency": "TWD"}
    assert shop.sends(f"purchases/{purchase}/refunds", wrong)[1]["code"] == "currencies-differ"


def test_a_reservation_is_taken_or_let_go(shop: Shop) -> None:
    held = shop.holds(9_000_00)[1]["reservation"]
    assert shop.sells(2_000_00)[1]["code"] == "limit-exceeded"
    assert shop.sends(f"reservations/{held}/capture", {"amount_minor": 9_000_01})[1]["code"] == (
        "reservation-too-small"
    )
    once = new_id()
    taken = [
        shop.sends(f"reservations/{held}/capture", {"amount_minor": 8_000_00}, once=once) for _ in range(2)
    ]
    assert taken[0] == taken[1]
    assert (taken[0][0], shop.owed_minor) == (201, 8_000_00)
    assert shop.sends(f"reservations/{held}/release", {})[1]["code"] == "reservation-cannot-release"
    second = shop.holds(1_000_00)[1]["reservation"]
    status, let_go = shop.sends(f"reservations/{second}/release", {})
    assert (status, let_go["state"]) == (200, "released")
    assert shop.sends(f"reservations/{second}/capture", {"amount_minor": 1_00})[1]["code"] == (
        "reservation-cannot-take"
    )


def test_who_cannot_sign_is_told_nothing_and_an_old_signature_is_worth_nothing(shop: Shop) -> None:
    said = {"account": shop.account, "amount_minor": 1_00, "currency": "CNY"}
    assert shop.sends("purchases", said, signed_by=bytes(32))[1]["code"] == "request-not-signed"
    old = shop.at - timedelta(minutes=6)
    assert shop.sends("purchases", said, signed_at=old)[1]["code"] == "request-too-old"
    nobody = Shop(Merchant(id=new_id()), shop.line, shop.client, shop.at)
    assert nobody.sends("purchases", said)[1]["code"] == "request-not-signed"
    key = key_of(shop.merchant)
    commands.renew_merchant_key(merchant_id=shop.merchant.id, is_active=True, actor=SYSTEM, at=shop.at)
    assert shop.sends("purchases", said, signed_by=key)[1]["code"] == "request-not-signed"
    shop.merchant.refresh_from_db()
    assert shop.sends("purchases", said)[0] == 201
    commands.renew_merchant_key(merchant_id=shop.merchant.id, is_active=False, actor=SYSTEM, at=shop.at)
    shop.merchant.refresh_from_db()
    assert shop.sends("purchases", said)[1]["code"] == "request-not-signed"
    assert shop.owed_minor == 1_00


def test_a_signature_serves_for_no_other_request(shop: Shop) -> None:
    said = {"account": shop.account, "amount_minor": 1_00, "currency": "CNY"}
    body, once, timestamp = json.dumps(said).encode(), str(new_id()), str(int(shop.at.timestamp()))
    text = signed_text("POST", "/api/merchants/reservations", once, body)
    headers = {
        "Koumen-Merchant": str(shop.merchant.id),
        "Koumen-Timestamp": timestamp,
        "Koumen-Signature": signature(key_of(shop.merchant), timestamp, text),
        "Idempotency-Key": once,
    }
    with clock.stopped_at(shop.at):
        for path, changed in (
            ("/api/merchants/purchases", headers),
            ("/api/merchants/reservations", headers | {"Idempotency-Key": str(new_id())}),
        ):
            answer = shop.client.post(path, body, content_type="application/json", headers=changed)
            assert (answer.status_code, answer.json()["code"]) == (403, "request-not-signed")


def test_without_a_key_of_its_own_nothing_is_done(shop: Shop) -> None:
    said = {"account": shop.account, "amount_minor": 1_00, "currency": "CNY"}
    status, problem = shop.sends("purchases", said, once="none")
    assert (status, problem["code"], problem["field"]) == (422, "idempotency-key-missing", "Idempotency-Key")


def test_the_description_names_every_request_and_how_it_is_signed(shop: Shop) -> None:
    told = shop.client.get("/api/openapi.json").json()
    paths = {path for path in told["paths"] if "/merchants/" in path}
    assert paths == {
        "/api/merchants/purchases",
        "/api/merchants/purchases/{purchase_id}",
        "/api/merchants/purchases/{purchase_id}/refunds",
        "/api/merchants/reservations",
        "/api/merchants/reservations/{reservation_id}/capture",
        "/api/merchants/reservations/{reservation_id}/release",
    }
    assert told["components"]["securitySchemes"]["MerchantSignature"]["name"] == "Koumen-Merchant"
    assert set(told["paths"]["/api/merchants/purchases"]["post"]["responses"]) == {
        *("201", "403", "404", "409", "422")
    }


def test_only_an_administrator_lets_a_merchant_in_and_once(at: datetime) -> None:
    merchant = a_merchant("书店", at)
    for role in (Role.FINANCE, Role.DISPATCHER):
        with pytest.raises(Denied, match="merchant-not-yours"):
            commands.register_merchant(name="茶馆", actor=builders.staff(role), at=at)
    with pytest.raises(Conflict, match="merchant-known"):
        a_merchant(" 书店 ", at)
    with pytest.raises(Missing, match="merchant-not-found"):
        commands.renew_merchant_key(merchant_id=new_id(), is_active=True, actor=SYSTEM, at=at)
    assert key_of(merchant) != key_of(a_merchant("茶馆", at))


def test_staff_do_not_sell(shop: Shop) -> None:
    order = commands.Order(account_number=shop.account, amount_minor=1_00, currency="CNY")
    with pytest.raises(Denied, match="credit-not-yours"):
        commands.sell(order=order, key=new_id(), actor=builders.staff(Role.FINANCE), at=shop.at)
