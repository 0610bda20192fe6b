from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.domain.errors import DefinitionError
from treadle.domain.schedule import Timing, parse_timing
from treadle.domain.schedule_cron import ALIASES


def cron(expression: str, zone: str = "UTC") -> Timing:
    return parse_timing(cron=expression, interval=None, timezone=zone)


def every(interval: object) -> Timing:
    return parse_timing(cron=None, interval=interval)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("expression", "first"), [
    ("0 9 * * MON-FRI", "2026-01-01T09:00"),
    ("*/20 * * * *", "2026-01-01T00:20"),
    ("15 * * * * *", "2026-01-01T00:00:15"),
    ("0 0 12 * * sat", "2026-01-03T12:00"),
    ("0 0 L * *", "2026-01-31T00:00"),
    ("0 0 LW * *", "2026-01-30T00:00"),
    ("0 0 * * 5L", "2026-01-30T00:00"),
    ("0 0 * * MON#2", "2026-01-12T00:00"),
    ("0 0 * * 7", "2026-01-04T00:00"),
    ("0 0 29 2 *", "2028-02-29T00:00"),
    ("0 0 13 * FRI", "2026-01-02T00:00"),
    ("0 0 1 jan *", "2027-01-01T00:00"),
    ("5/15 * * * *", "2026-01-01T00:05"),
    ("0 0 * 2 MON#5", "2044-02-29T00:00"),
])
def test_cron_knows_names_seconds_last_days_and_nth_weekdays(expression: str, first: str) -> None:
    timing = cron(expression)

    answer = timing.next_after(utc("2026-01-01T00:00"))

    assert answer == utc(first)


@pytest.mark.parametrize(("alias", "first"), [
    ("@hourly", "2026-01-01T01:00"), ("@daily", "2026-01-02"), ("@midnight", "2026-01-02"), ("@weekly", "2026-01-04"),
    ("@monthly", "2026-02-01"), ("@yearly", "2027-01-01"), ("@annually", "2027-01-01"),
])
def test_each_alias_stands_for_its_expression(alias: str, first: str) -> None:
    timing = cron(alias.upper())

    answer = timing.next_after(utc("2026-01-01T00:00"))

    assert answer == utc(first)
    assert alias in ALIASES


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 31 4,6 *", "* * */20 * 1L"])
def test_an_expression_that_no_day_matches_never_fires(expression: str) -> None:
    timing = cron(expression, "Europe/Berlin")

    answer = timing.next_after(utc("2026-01-01T00:00"))

    assert answer is None
    assert timing.preview(utc("2026-01-01T00:00"), 5) == []


@pytest.mark.parametrize(("expression", "said"), [
    ("61 * * * *", "'61' is not a minute"),
    ("0 24 * * *", "'24' is not an hour"),
    ("* * * 13 *", "'13' is not a month"),
    ("* * 0 * *", "'0' is not a day of month"),
    ("* * * * FRI-MON", "'FRI-MON' is not a day of week"),
    ("60 * * * * *", "'60' is not a second"),
    ("*/0 * * * *", "'*/0' is not a minute"),
    ("* * * *", "4 fields"),
    ("", "0 fields"),
    ("@reboot", "no time"),
    ("@noon", "1 field"),
    ("9" * 199 + " * * * *", "limit is 200"),
    ("* * 15W * *", "'15W' is not a day of month"),
])
def test_a_wrong_cron_expression_is_refused_with_its_field_and_a_hint(expression: str, said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        cron(expression)

    (finding,) = refused.value.findings
    assert said in finding.message
    assert finding.path == "cron"
    assert finding.hint


def test_every_wrong_part_is_named_at_once() -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_timing(cron="* *", interval=None, timezone="Mars/Base", dst="sometimes")

    assert [finding.path for finding in refused.value.findings] == ["timezone", "dst", "cron"]


@pytest.mark.parametrize("zone", ["berlin", "", "../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5000])
def test_what_is_not_a_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_timing(cron="* * * * *", interval=None, timezone=zone)

    assert [finding.path for finding in refused.value.findings] == ["timezone"]


def test_a_zone_without_its_continent_gets_a_suggestion() -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_timing(cron="* * * * *", interval=None, timezone="new york")

    assert refused.value.findings[0].hint == "did you mean America/New_York?"


@pytest.mark.parametrize(("expression", "interval"), [(None, None), ("* * * * *", "1m")])
def test_exactly_one_of_cron_and_interval_is_given(expression: str | None, interval: str | None) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_timing(cron=expression, interval=interval)

    assert "exactly one" in refused.value.findings[0].message


@pytest.mark.parametrize("interval", [0, 0.5, "999ms", -3, "soon", True, [], float("nan"), 10**400])
def test_an_interval_is_a_duration_of_a_second_or_more(interval: object) -> None:
    with pytest.raises(DefinitionError) as refused:
        every(interval)

    assert [finding.path for finding in refused.value.findings] == ["interval"]


@pytest.mark.parametrize(("asked", "first"), [
    ("2026-01-01T00:00", "2026-01-01T00:02"), ("2026-01-01T00:02", "2026-01-01T00:12"), ("2026-01-01T01:00", "2026-01-01T01:02"),
    ("2025-12-31T23:00", "2025-12-31T23:02"),
])  # fmt: skip
def test_an_interval_with_an_anchor_stands_on_it_before_and_after(asked: str, first: str) -> None:
    timing = parse_timing(interval="10m", anchor=utc("2026-01-01T00:12"))

    answer = timing.next_after(utc(asked))

    assert answer == utc(first)


@pytest.mark.parametrize(("timing", "first"), [
    ({"interval": "10m"}, "2026-01-01T06:05"), ({"cron": "*/15 * * * *"}, "2026-01-01T06:15"),
    ({"at": [utc("2026-01-01T06:05"), utc("2026-01-01T06:00")]}, "2026-01-01T06:05"),
])  # fmt: skip
def test_nothing_fires_before_the_start_or_after_the_end_and_both_count(timing: dict[str, Any], first: str) -> None:
    start, end = utc("2026-01-01T06:05"), utc("2026-01-01T06:35")
    bounded = parse_timing(**timing, start_at=start, end_at=end)

    fires = bounded.preview(utc("2020-01-01T00:00"), 100)

    assert fires[0] == utc(first)
    assert fires[-1] <= end
    assert len(fires) == {"interval": 4, "cron": 2, "at": 1}[next(iter(timing))]
    assert bounded.next_after(end) is None
    assert bounded.describe().endswith(", from 2026-01-01 06:05 UTC, until 2026-01-01 06:35 UTC")


def test_single_times_fire_once_each_in_order_whatever_their_zone() -> None:
    berlin = timezone(timedelta(hours=2))
    timing = parse_timing(at=[utc("2026-05-01T12:00"), utc("2026-05-01T09:00").astimezone(berlin), utc("2026-05-01T09:00")])

    fires = timing.preview(utc("2026-01-01T00:00"), 10)

    assert fires == [utc("2026-05-01T09:00"), utc("2026-05-01T12:00")]
    assert timing.next_after(fires[0]) == fires[1]
    assert timing.next_after(fires[1]) is None
    assert timing.describe() == "at 2 times, the first 2026-05-01T09:00:00Z"


@pytest.mark.parametrize(("fields", "path"), [
    ({"at": [datetime(2026, 1, 1)]}, "at"),  # noqa: DTZ001 - naive on purpose
    ({"at": [utc("2026-01-01T00:00")] * 1001}, "at"),
    ({"cron": "* * * * *", "at": [utc("2026-01-01T00:00")]}, "cron"),
    ({"interval": 60, "start_at": datetime(2026, 1, 1)}, "start_at"),  # noqa: DTZ001
    ({"interval": 60, "start_at": utc("2026-01-02T00:00"), "end_at": utc("2026-01-01T00:00")}, "end_at"),
])  # fmt: skip
def test_times_and_bounds_that_cannot_be_are_refused_with_their_place(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_timing(**fields)

    assert [finding.path for finding in refused.value.findings] == [path]
    assert refused.value.findings[0].hint


def test_a_thousand_leap_days_are_found_day_by_day_and_centuries_ahead() -> None:
    fires = cron("0 0 29 2 *", "Europe/Berlin").preview(utc("2026-01-01T00:00"), 1000)

    assert len(fires) == 1000
    assert fires[18:20] == [utc("2103-12-31T23:00") + timedelta(days=59), utc("2107-12-31T23:00") + timedelta(days=59)]
    assert all(fire.astimezone(ZoneInfo("Europe/Berlin")).strftime("%m-%d %H:%M") == "02-29 00:00" for fire in fires)


@given(
    st.sampled_from(["5 3 * * *", "*/25 0-5/2 L * *", "30 1,2 29 2 *", "0 0 LW 1,6 *", "*/40 7 2 * * MON#2", "0 4 13 * FRI"]),
    st.datetimes(datetime(1950, 1, 1), datetime(2500, 1, 1)),  # noqa: DTZ001 - wall times
)
@settings(max_examples=60, deadline=None)
def test_wall_times_come_as_the_library_itself_finds_them(expression: str, start: datetime) -> None:
    ours = cron(expression).preview(start.replace(tzinfo=UTC), 4)

    theirs = list(islice(CronSim(expression, start), 4))

    assert ours == [at.replace(tzinfo=UTC) for at in theirs]


def test_an_interval_steps_by_elapsed_time_from_the_instant_it_is_given() -> None:
    timing = every("90m")

    fires = timing.preview(utc("2026-03-29T00:10:05.25"), 3)

    assert fires == [utc("2026-03-29T01:40:05.25"), utc("2026-03-29T03:10:05.25"), utc("2026-03-29T04:40:05.25")]


@pytest.mark.parametrize("timing", [cron("* * * * *", "Europe/Berlin"), every(60)])
def test_a_naive_datetime_is_refused(timing: Timing) -> None:
    naive = utc("2026-01-01T00:00").replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        timing.next_after(naive)


@pytest.mark.parametrize("timing", [cron("0 9 * * *", "Asia/Kathmandu"), every("1h")])
def test_answers_are_in_utc_whatever_zone_the_question_is_in(timing: Timing) -> None:
    start = utc("2026-01-01T00:00")

    answers = {timing.next_after(start), timing.next_after(start.astimezone(timezone(timedelta(hours=-11))))}

    (answer,) = answers
    assert answer is not None
    assert answer.tzinfo is UTC


@pytest.mark.parametrize("timing", [cron("0 0 * * *", "Pacific/Kiritimati"), cron("0 0 * * *", "Etc/GMT+12"), every("1d")])
def test_the_ends_of_the_calendar_are_quiet(timing: Timing) -> None:
    last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)

    assert timing.next_after(last) is None
    assert len(timing.preview(first, 2)) in (0, 2)


@pytest.mark.parametrize(("timing", "words"), [
    (cron("0 9 * * MON-FRI", "Europe/Berlin"), "At 09:00 on Monday through Friday, Europe/Berlin time"),
    (cron("@daily"), "At 00:00 every day"),
    (cron("0 0 30 2 *"), "0 0 30 2 *, which never comes"),
    (every(5400), "every 1h30m"),
])
def test_a_timing_describes_itself(timing: Timing, words: str) -> None:
    described = timing.describe()

    assert described == words


TERMS = st.sampled_from([
    "*", "0", "7", "L", "LW", "5L", "MON#1", "JAN", "*/5", "1-3", "-", "#", "/", ",", "²", "1-L", "*/L", "L/2", "MON#1/2",
    "MON-FRI/2", "99999999999999999999", "٣", "1,,2", "?", "@daily", "\0", "1#1#1", "LL",
])  # fmt: skip


@given(st.lists(st.one_of(TERMS, st.text(max_size=4)), min_size=4, max_size=7).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_cron_expression_or_refused_with_a_finding(expression: str) -> None:
    start = utc("2026-03-28T00:00")
    try:
        timing = cron(expression, "Australia/Lord_Howe")
    except DefinitionError as error:
        seen: object = {finding.path for finding in error.findings}
    else:
        answer = timing.next_after(start)
        seen = timing.describe() != "" and (answer is None or answer > start)

    assert seen in ({"cron"}, True)
