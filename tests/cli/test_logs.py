"""What processes tell about themselves, and what they leave out."""

import json
from collections.abc import Iterator

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured

from koumen.config import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_an_event_is_one_line_of_json_on_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", as_json=True)
    structlog.get_logger().info("places_offered", asked=3)
    told = capsys.readouterr()
    assert told.out == "", "what a command prints stays readable by machines"
    assert json.loads(told.err)["event"] == "places_offered"
    assert json.loads(told.err)["asked"] == 3


def test_what_is_below_the_level_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("warning", as_json=False)
    structlog.get_logger().info("places_offered", asked=0)
    structlog.get_logger().warning("wallet_still_open")
    told = capsys.readouterr().err
    assert "wallet_still_open" in told
    assert "places_offered" not in told


def test_an_unknown_level_is_refused_by_the_name_of_its_setting() -> None:
    with pytest.raises(ImproperlyConfigured, match="KOUMEN_LOG is 'loud'"):
        logs.set_up("loud", as_json=False)
