"""The agent app's own programs write what the server reads: canonical JSON, signatures, seals, QR codes."""

from typing import Any
from uuid import UUID

import pytest
import segno
from playwright.sync_api import Page

from koumen.devices.rules.carried import unpack_act
from koumen.devices.rules.envelope import item_of, read_signed_act
from koumen.devices.rules.sealing import belongs_to, open_word, sealing_key
from koumen.devices.rules.signing import from_text, is_signed_by, point_of, to_text
from koumen.kit.canonical import canonical
from koumen.simulation.phone import CashCount, Phone
from tests.browser import PageFor
from tests.conftest import NOON

pytestmark = pytest.mark.journey


@pytest.fixture
def parts(server: str, page_for: PageFor) -> Page:
    page: Page = page_for(390, language="en", address=server)
    page.goto(f"{server}/public/devices.json")
    return page


def runs(page: Page, program: str, value: Any = None) -> Any:
    """Run the body of a function of ``use`` (gives a module of the app) and ``value``."""
    return page.evaluate(
        f"async (value) => {{ const use = (name) => import(`/static/agent/${{name}}.mjs`); {program} }}",
        value,
    )


def test_the_app_writes_the_same_canonical_json_as_the_server(parts: Page) -> None:
    for value in (
        {},
        {
            "b": 1,
            "a": [True, False, None, -3, 0, 2**53 - 1],
            "é": '陈\n"\\\u2028\x01',
            "€": {"z": {}, "y": []},
        },
        {"\U0001f600": 1, "\ufb33": 2, "1": 3, "10": 4, "2": 5},  # sorted by UTF-16 units, not by characters
    ):
        assert runs(parts, "return (await use('canonical')).canonical(value);", value) == canonical(value)
    for bad in (0.5, 2**53):
        with pytest.raises(Exception, match="no such number"):
            runs(parts, "return (await use('canonical')).canonical({a: value});", bad)


def test_a_qr_code_of_the_app_is_segnos_square_for_square(
    parts: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def padded(buffer: bytearray, version: int, length: int) -> None:
        """As ISO/IEC 18004 has it: segno 1.6 adds a whole zero codeword where the data end on a boundary."""
        buffer.extend([0] * (-length % 8))

    monkeypatch.setattr("segno.encoder.write_padding_bits", padded)
    for length in (1, 17, 18, 100, 271, 272, 500, 858, 900, 1273, 1500, 2900, 2953):
        _is_segnos(parts, length)


def _is_segnos(parts: Page, length: int) -> None:
    text = ("https://koumen.example/public/a/" + "Ab3-_" * 600)[:length]
    drawn = runs(parts, "return (await use('qr')).qrSquares(value);", text)
    right = segno.make(text, error="l", mask=0, mode="byte", boost_error=False, micro=False, encoding="utf-8")
    assert drawn == [list(row) for row in right.matrix], length


def test_what_the_app_seals_opens_here_and_only_for_what_it_was_sealed(parts: Page) -> None:
    key = sealing_key(b"k" * 32)
    bound = {"device": "d", "visit": "v", "word": "door_card", "amount_minor": 30000}
    sealed = runs(
        parts,
        "return (await use('acts')).seal(value.word, value.to, value.bound);",
        {"word": "482913", "to": to_text(point_of(key.public_key())), "bound": bound},
    )
    assert open_word(sealed, key=key, bound=belongs_to(**bound)) == "482913"  # type: ignore[arg-type]
    assert open_word(sealed, key=key, bound=belongs_to(visit="v")) is None


def test_the_apps_address_of_a_receipt_carries_the_whole_act(parts: Page) -> None:
    phone = Phone(device_id=UUID(int=7))
    act = phone.takes_cash(CashCount(amount_minor=30000, notes_in={10000: 3}), visit_id=UUID(int=8), at=NOON)
    item = item_of(act.text, act.signature)
    address = runs(
        parts,
        "return (await use('carried')).carriedAddress({text: value.act, sig: value.sig});",
        item,
    )
    assert unpack_act(address.rstrip("/").rsplit("/", 1)[1]) == act


def test_a_key_of_the_app_signs_what_the_server_verifies_and_cannot_be_taken_out(parts: Page) -> None:
    made = runs(
        parts,
        "const keys = await use('keys'); const key = await keys.deviceKey();"
        "const taken = await crypto.subtle.exportKey('jwk', key.privateKey).then(() => true, () => false);"
        "return [await keys.pointOf(key), await keys.sign(key, value), taken];",
        '{"a":1}',
    )
    point, signature, was_taken = made
    assert is_signed_by(from_text(point, field="p"), '{"a":1}', from_text(signature, field="s"))
    assert not was_taken
    again = runs(parts, "const keys = await use('keys'); return keys.pointOf(await keys.deviceKey());")
    assert again == point


def test_an_act_of_the_app_is_read_and_follows_the_one_before(parts: Page) -> None:
    program = (
        "const store = await use('store'); const keys = await use('keys'); const acts = await use('acts');"
        "const point = await keys.pointOf(await keys.deviceKey());"
        "await store.put('device', {id: value, code: 'X'});"
        "const made = [await acts.act('set_out', value), await acts.act('leave', value, {})];"
        "return [point, made.map(({text, sig}) => ({act: text, sig}))];"
    )
    point, items = runs(parts, program, "00000000-0000-0000-0000-000000000007")
    first, second = (read_signed_act(item) for item in items)
    assert (first.sequence, second.sequence) == (1, 2)
    assert second.previous == first.hash
    assert first.is_signed_by(from_text(point, field="p"))


def test_whoever_stands_at_a_door_is_watched_and_who_goes_along_or_has_an_older_day_is_not(
    parts: Page,
) -> None:
    stop = {"visit": "v", "state": "at_the_door", "leader": ""}
    day = {"issued_at": "2026-11-24T04:00:00.000Z", "check_in_s": 1800, "outcome_s": 7200, "stops": [stop]}
    program = "const found = (await use('watch')).watchOf(value, [], 0); return found && found.dueAt;"
    assert runs(parts, program, day) == int(NOON.timestamp() * 1000) + 1_800_000
    assert runs(parts, program, day | {"stops": [stop | {"leader": "Chen 4821"}]}) is None
    assert runs(parts, program, day | {"stops": [stop | {"state": "booked"}]}) is None
    assert runs(parts, program, {"stops": [stop]}) is None
