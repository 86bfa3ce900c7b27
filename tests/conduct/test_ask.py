"""No act is allowed outside the hours where the customer lives, on any day of any year."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koumen.conduct.rules.acts import Act, Circumstances, Reason, Verdict
from koumen.conduct.rules.ask import decide
from koumen.conduct.rules.pack import Pack, pack_on, read_pack
from koumen.kit.errors import Invalid

BASE = json.loads((Path(__file__).parents[2] / "koumen/conduct/packs/base.json").read_text("utf-8"))
PACK = read_pack(BASE)
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Zones with every kind of clock: none, an hour, half an hour, southern, and one that skipped a day.
ZONES = (
    "Asia/Shanghai",
    "Asia/Taipei",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
# Days on which the clock jumps in one of them.
JUMPS = (
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 11, 1),
)
WINDOW = (
    datetime(2026, 11, 25, 2, 0, tzinfo=UTC),
    datetime(2026, 11, 25, 3, 0, tzinfo=UTC),
)  # 10 to 11 there


def given_window(start: datetime, end: datetime, zone: ZoneInfo = SHANGHAI, **known: object) -> Circumstances:
    certificates = known.get("certificates", frozenset({"home_visit"}))
    assert isinstance(certificates, frozenset)
    return Circumstances(
        zone=zone,
        window_from=start,
        window_to=end,
        certificates=certificates,
        is_assigned=bool(known.get("is_assigned", True)),
    )


def pack_with_hours(opens: str, closes: str) -> Pack:
    return read_pack({**BASE, "hours": {"visit": [opens, closes], "zone": "customer"}})


days = st.one_of(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from(JUMPS))


@given(days, st.integers(-12 * 60, 36 * 60), st.sampled_from(ZONES), st.integers(0, 180), st.integers(1, 180))
@settings(max_examples=1500, deadline=None)
def test_no_knock_is_allowed_outside_the_hours_of_the_customers_zone(
    day: date, minute: int, zone_name: str, back: int, width: int
) -> None:
    zone = ZoneInfo(zone_name)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    window = (moment - timedelta(minutes=back), moment - timedelta(minutes=back) + timedelta(minutes=width))
    decision = decide(PACK, Act.KNOCK, moment, given_window(*window, zone))
    if decision.verdict is Verdict.ALLOW:
        assert time(9) <= moment.astimezone(zone).time() < time(19)
        assert window[0] - timedelta(minutes=20) <= moment <= window[1] + timedelta(minutes=60)
    else:
        assert decision.reasons


@given(
    days,
    st.integers(-12 * 60, 36 * 60),
    st.sampled_from(ZONES),
    st.integers(1, 240),
    st.sampled_from([("09:00", "19:00"), ("00:30", "02:30"), ("01:15", "01:45"), ("02:00", "04:00")]),
)
@settings(max_examples=1500, deadline=None)
def test_every_minute_of_a_window_that_may_be_booked_is_within_the_hours(
    day: date, minute: int, zone_name: str, width: int, hours: tuple[str, str]
) -> None:
    zone, pack = ZoneInfo(zone_name), pack_with_hours(*hours)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    end = start + timedelta(minutes=width)
    if decide(pack, Act.BOOK, start, given_window(start, end, zone)).verdict is Verdict.ALLOW:
        inside = [(start + timedelta(minutes=n)).astimezone(zone).time() for n in range(width)]
        assert all(pack.opens <= wall < pack.closes for wall in inside)


@pytest.mark.parametrize(
    ("minutes", "reason"),
    [(-21, Reason.TOO_EARLY), (-20, None), (0, None), (120, None), (121, Reason.TOO_LATE)],
)
def test_one_may_knock_from_20_minutes_before_to_60_after(minutes: int, reason: Reason | None) -> None:
    moment = WINDOW[0] + timedelta(minutes=minutes)
    decision = decide(PACK, Act.KNOCK, moment, given_window(*WINDOW))
    assert decision.reasons == ((reason,) if reason else ())


def test_without_a_certificate_there_is_neither_booking_nor_knocking() -> None:
    for act in Act:
        decision = decide(PACK, act, WINDOW[0], given_window(*WINDOW, certificates=frozenset({"driving"})))
        assert decision.reasons == (Reason.NO_CERTIFICATE,)


def test_only_the_agent_of_the_visit_may_knock() -> None:
    decision = decide(PACK, Act.KNOCK, WINDOW[0], given_window(*WINDOW, is_assigned=False))
    assert decision.reasons == (Reason.NOT_ASSIGNED,)


def test_every_reason_that_applies_is_named() -> None:
    night = WINDOW[0] + timedelta(hours=12)
    decision = decide(PACK, Act.KNOCK, night, given_window(*WINDOW, certificates=frozenset()))
    assert decision.reasons == (Reason.OUTSIDE_HOURS, Reason.NO_CERTIFICATE, Reason.TOO_LATE)


def test_of_two_packs_in_force_the_one_that_came_last_answers() -> None:
    newer = read_pack({**BASE, "version": 2, "effective_from": "2026-12-01"})
    ended = read_pack({**BASE, "version": 3, "effective_from": "2026-11-01", "effective_to": "2026-11-15"})
    packs = [newer, PACK, ended]
    assert pack_on(packs, date(2026, 11, 30)) is PACK
    assert pack_on(packs, date(2026, 12, 1)) is newer
    assert pack_on(packs, date(2026, 11, 14)) is ended
    assert pack_on(packs, date(2026, 11, 15)) is PACK
    assert pack_on(packs, date(2019, 12, 31)) is None


def _without(part: str) -> Callable[[dict[str, object]], dict[str, object]]:
    return lambda pack: {name: value for name, value in pack.items() if name != part}


def test_a_pack_from_before_there_were_repayment_plans_still_reads() -> None:
    assert read_pack({name: part for name, part in BASE.items() if name != "living"}).living_minor == {}
    assert PACK.living_minor["CNY"] == 500_00


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (
            lambda pack: pack | {"hours": {"visit": ["19:00", "09:00"], "zone": "customer"}},
            "pack-hours-wrong",
            "hours",
        ),
        (lambda pack: pack | {"hours": {"visit": ["9 am"], "zone": "customer"}}, "pack-hours-wrong", "hours"),
        (
            lambda pack: pack | {"hours": {"visit": ["09:00", "19:00"], "zone": "lender"}},
            "pack-zone-unknown",
            "hours",
        ),
        (
            lambda pack: pack | {"knock": {"before_min": -1, "after_min": 60}},
            "pack-number-wrong",
            "before_min",
        ),
        (lambda pack: pack | {"version": True}, "pack-number-wrong", "version"),
        (lambda pack: pack | {"living": {"XXX": 1}}, "currency-unknown", "living"),
        (lambda pack: pack | {"living": {"CNY": -1}}, "pack-number-wrong", "CNY"),
        (lambda pack: pack | {"stop": []}, "pack-stop-wrong", "stop"),
        (lambda pack: pack | {"surprise": 1}, "pack-part-unknown", "surprise"),
        (lambda pack: pack | {"effective_to": "2020-01-01"}, "pack-never-effective", "effective_to"),
        (lambda pack: pack | {"cash": {"XXX": {}}}, "currency-unknown", "cash"),
        (_without("effective_from"), "pack-date-wrong", "effective_from"),
        (_without("staff"), "pack-part-missing", "staff"),
    ],
)
def test_a_pack_that_cannot_be_understood_is_refused_by_its_part(
    change: Callable[[dict[str, object]], dict[str, object]], code: str, field: str
) -> None:
    with pytest.raises(Invalid, match=code) as refusal:
        read_pack(change(dict(BASE)))
    assert refusal.value.field == field
