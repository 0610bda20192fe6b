"""Cron across clock changes, against a slow oracle: the main loop of Debian's cron, played minute by minute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from treadle.domain.schedule import parse_timing

# Zone and day of a change: to and from daylight saving where there are both, by an hour unless it says otherwise.
CHANGES = [
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"),      # half an hour
    ("America/St_Johns", "2011-03-13"), ("America/St_Johns", "2010-11-07"),            # at 00:01
    ("Africa/Casablanca", "2026-02-15"), ("Africa/Casablanca", "2026-03-22"),          # around Ramadan
    ("Asia/Tehran", "2022-03-22"), ("Asia/Tehran", "2021-09-22"),                      # at midnight
    ("Pacific/Apia", "2011-12-30"), ("Pacific/Apia", "2012-04-01"), ("Pacific/Apia", "2012-09-30"),  # a day left out first
    ("Pacific/Kwajalein", "1993-08-21"),                                               # a day left out
    ("America/Sao_Paulo", "2018-02-18"), ("America/Sao_Paulo", "2018-11-04"),          # at midnight
    ("Europe/Dublin", "2026-03-29"), ("Europe/Dublin", "2026-10-25"),                  # winter is the exception
    ("Antarctica/Troll", "2026-03-29"), ("Antarctica/Troll", "2026-10-25"),            # two hours
    ("Antarctica/Casey", "2010-03-05"), ("Antarctica/Casey", "2009-10-18"),            # three hours
    ("Asia/Kathmandu", "1986-01-01"),                                                  # a quarter of an hour, once
    ("America/Havana", "2026-03-08"), ("America/Havana", "2026-11-01"),                # at midnight
    ("Asia/Beirut", "2026-03-29"), ("Asia/Beirut", "2026-10-25"),                      # at midnight
    ("Pacific/Chatham", "2026-04-05"), ("Pacific/Chatham", "2026-09-27"),              # at 02:45
    ("UTC", "2026-03-29"),
]

EXPRESSIONS = [
    "30 2 * * *", "0,15,30,45 2 * * *", "0 0 * * *", "15 0 * * *", "30 1,2,3 * * *", "0-59/10 0-4 * * *", "0 */2 * * *",
    "*/20 * * * *", "*/15 2 * * *", "5 * * * *", "* 0-5 * * *", "45 23 * * SUN", "10 2 1-31/2 * MON", "0 3 * * *", "59 1 * * *",
]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_fires_are_those_of_debians_cron_around_a_clock_change(zone: str, day: str) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=30)
    end = start + timedelta(hours=66)
    wall = local_minutes(zone, start, end)

    for expression in EXPRESSIONS:
        fires = debian_fires(expression, start, wall)
        timing = parse_timing(cron=expression, interval=None, timezone=zone)

        assert list(until(end, timing.fires_after(start))) == fires, expression
        for asked in (start + timedelta(minutes=97 * n, seconds=n % 60, microseconds=n) for n in range(40)):
            expected = next((fire for fire in fires if fire > asked), None)
            answer = timing.next_after(asked)
            assert answer is not None
            assert answer == expected if expected else answer >= end, (expression, asked)


def test_six_fields_with_a_fixed_time_obey_the_same_rules() -> None:
    five = parse_timing(cron="30 2 * * *", interval=None, timezone="Europe/Berlin")
    six = parse_timing(cron="0 30 2 * * *", interval=None, timezone="Europe/Berlin")

    for day in ("2026-03-28", "2026-10-24"):
        start = datetime.fromisoformat(day).replace(tzinfo=UTC)

        assert six.preview(start, 4) == five.preview(start, 4)


def test_a_job_with_wild_seconds_follows_real_time() -> None:
    timing = parse_timing(cron="*/30 30 2 * * *", interval=None, timezone="Europe/Berlin")

    spring = timing.preview(utc("2026-03-28T12:00"), 1)
    autumn = timing.preview(utc("2026-10-24T12:00"), 4)

    assert spring == [utc("2026-03-30T00:30")]
    assert autumn == [utc("2026-10-25T00:30"), utc("2026-10-25T00:30:30"), utc("2026-10-25T01:30"), utc("2026-10-25T01:30:30")]


@pytest.mark.parametrize("asked", ["2026-10-25T01:00", "2026-10-25T01:15:00.5", "2026-10-25T01:30", "2026-10-25T01:59:59"])
def test_asked_in_the_second_pass_of_a_repeated_hour_a_fixed_job_waits_for_the_next_day(asked: str) -> None:
    timing = parse_timing(cron="30 2 * * *", interval=None, timezone="Europe/Berlin")

    answer = timing.next_after(utc(asked))

    assert answer == utc("2026-10-26T01:30")


@pytest.mark.parametrize(("rule", "spring", "autumn"), [
    ("debian", ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"], ["2026-10-25T00:30", "2026-10-26T01:30"]),
    ("skip", ["2026-03-28T01:30", "2026-03-30T00:30", "2026-03-31T00:30"], ["2026-10-25T00:30", "2026-10-26T01:30"]),
    ("twice", ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"], ["2026-10-25T00:30", "2026-10-25T01:30"]),
    ("exact", ["2026-03-28T01:30", "2026-03-30T00:30", "2026-03-31T00:30"], ["2026-10-25T00:30", "2026-10-25T01:30"]),
])
def test_each_rule_says_what_becomes_of_times_left_out_and_repeated(rule: str, spring: list[str], autumn: list[str]) -> None:
    timing = parse_timing(cron="30 2 * * *", interval=None, timezone="Europe/Berlin", dst=rule)

    in_spring = timing.preview(utc("2026-03-28T00:00"), 3)
    in_autumn = timing.preview(utc("2026-10-24T12:00"), 2)

    assert in_spring == [utc(at) for at in spring]
    assert in_autumn == [utc(at) for at in autumn]


@pytest.mark.parametrize("rule", ["debian", "skip", "twice", "exact"])
@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_fires_rise_strictly_and_each_is_what_follows_the_one_before(zone: str, day: str, rule: str) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=30)
    timing = parse_timing(cron="0-59/7 0-4 * * *", interval=None, timezone=zone, dst=rule)

    fires = timing.preview(start, 100)

    assert all(earlier < later for earlier, later in zip([start, *fires], fires, strict=False))
    assert [timing.next_after(fire) for fire in fires[:-1]] == fires[1:]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def until(end: datetime, fires: Iterator[datetime]) -> Iterator[datetime]:
    for fire in fires:
        if fire >= end:
            return
        yield fire


def local_minutes(zone: str, start: datetime, end: datetime) -> list[datetime]:
    """The wall clock at each minute from `start` to `end`."""
    local = ZoneInfo(zone)
    minutes = int((end - start).total_seconds()) // 60
    return [(start + timedelta(minutes=n)).astimezone(local).replace(tzinfo=None) for n in range(minutes)]


def debian_fires(expression: str, start: datetime, wall: list[datetime]) -> list[datetime]:
    """Debian's main loop: `virtual` is the wall minute up to which jobs have run, compared with the clock each minute."""
    minute_field, hour_field, *_ = expression.split()
    wild = minute_field.startswith("*") or hour_field.startswith("*")
    fires = []
    virtual = wall[0]
    for elapsed, running in enumerate(wall[1:], start=1):
        difference = int((running - virtual).total_seconds()) // 60
        if difference == 1 or difference > 180 or difference <= -180:
            ran, virtual = [running], running
        elif difference > 0:
            missed = [virtual + timedelta(minutes=n) for n in range(1, difference + 1)]
            ran, virtual = ([running] if wild else missed), running
        else:
            ran = [running] if wild else []
        if any(matches(expression, at) for at in ran):
            fires.append(start + timedelta(minutes=elapsed))
    return fires


def matches(expression: str, at: datetime) -> bool:
    minute, hour, day, month, weekday = expression.split()
    in_day = at.day in values(day, 1, 31)
    in_week = at.isoweekday() % 7 in {value % 7 for value in values(weekday, 0, 7)}
    both = day.startswith("*") or weekday.startswith("*")
    return (at.minute in values(minute, 0, 59) and at.hour in values(hour, 0, 23) and at.month in values(month, 1, 12)
            and (in_day and in_week if both else in_day or in_week))


@cache
def values(field: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for term in field.replace("SUN", "0").replace("MON", "1").split(","):
        match = re.fullmatch(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?", term)
        assert match
        first, last, step = match.groups()
        begin = low if first == "*" else int(first)
        finish = high if first == "*" else int(last or first)
        found.update(range(begin, finish + 1, int(step or 1)))
    return frozenset(found)
