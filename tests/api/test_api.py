"""The API: health, and refusals as problem details."""

import json
from datetime import datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from pytest_django import Settings

from koumen.kit.ids import new_id
from koumen.kit.signed import signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings: Settings) -> Client:
    settings.ROOT_URLCONF = "koumen.api.urls"
    return Client(enforce_csrf_checks=True)


def calls_back(
    api: Client, at: datetime, body: bytes, *, key: bytes | None = None
) -> tuple[int, dict[str, object]]:
    timestamp = str(int(at.timestamp()))
    answer = api.post(
        "/api/wallet/callback",
        data=body,
        content_type="application/json",
        headers={
            "Koumen-Timestamp": timestamp,
            "Koumen-Signature": signature(key or django_settings.KOUMEN_WALLET_KEY, timestamp, body),
        },
    )
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()


def test_an_unsigned_callback_is_a_problem_in_the_standards_form(api: Client, at: datetime) -> None:
    status, problem = calls_back(api, at, b"{}", key=bytes(32))
    assert status == 403
    assert problem == {
        "type": "urn:koumen:refusal:callback-not-signed",
        "title": "Forbidden",
        "status": 403,
        "code": "callback-not-signed",
    }


def test_an_unreadable_callback_names_the_field(api: Client, at: datetime) -> None:
    status, problem = calls_back(api, at, b"{}")
    assert (status, problem["code"], problem["field"]) == (422, "charge-unreadable", "body")


def test_a_callback_about_nothing_is_missing(api: Client, at: datetime) -> None:
    told = {
        "merchant_reference": str(new_id()),
        "state": "paid",
        "amount_minor": 1,
        "currency": "CNY",
        "reference": "W1",
    }
    status, problem = calls_back(api, at, json.dumps(told).encode())
    assert (status, problem["code"]) == (404, "payment-not-found")


def test_health_is_degraded_without_a_worker_and_fine_with_one(api: Client, at: datetime) -> None:
    assert api.get("/api/health").status_code == 503
    _beat(at - timedelta(seconds=5))
    answer = api.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "worker_age_s": 5.0,
        "sealed_until": None,
    }


def test_a_worker_that_went_silent_is_seen(api: Client, at: datetime) -> None:
    _beat(at - timedelta(seconds=31))
    assert api.get("/api/health").json()["status"] == "degraded"


def _beat(when: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (%s)", [when])
