"""Every change of the clocks in seventeen zones over some years: what cron fires around it, against a slow reading of Debian's.

`TREADLE_CRON_YEARS` plays more years, and `TREADLE_CRON_JOBS` more expressions at each change.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from treadle.domain.schedule import parse_timing
from unit.cron_oracle import Wake, changes, fires, wakes

YEARS = int(os.environ.get("TREADLE_CRON_YEARS", "2"))
JOBS = int(os.environ.get("TREADLE_CRON_JOBS", "2"))

SINCE = {"Pacific/Apia": 2009, "America/Sao_Paulo": 2010, "Asia/Tehran": 2013, "Asia/Kathmandu": 1985, "Africa/El_Aaiun": 2018, "Africa/Cairo": 2023}
"""First years of zones that no longer change their clocks, or did so in more ways before."""

ZONES = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll", "Africa/Casablanca",
    "Africa/El_Aaiun", "Europe/Dublin", "Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "America/Asuncion",
    "Asia/Kathmandu", "Asia/Tehran", "America/Havana", "America/St_Johns",
]  # fmt: skip
RULES = {"debian": (True, False), "skip": (False, False), "twice": (True, True), "exact": (False, True)}

MINUTES = ("0", "30", "1,59", "0-59/7", "15,45", "*", "*/5", "*/20", "5/15", "59")
HOURS = ("0", "1", "2", "3", "0,1,2,3", "0-4", "1-5/2", "23", "22,23,0", "*", "*/2", "*/3", "2/6", "0-23")
DAYS = ("*", "*", "*", "1-31/2", "*/2", "L", "1,15,30")
MONTHS = ("*", "*", "*/3", "JAN-JUN", "3,4,9,10,11")
WEEKDAYS = ("*", "*", "SUN", "SAT,SUN", "MON-FRI", "5L", "SUN#4", "0L", "7", "*/2")


def any_job(random: Random) -> str:
    return " ".join(random.choice(field) for field in (MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS))


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_clocks_cron_fires_as_debians_would(zone: str) -> None:
    random = Random(zone)
    since = datetime(SINCE.get(zone, 2020), 1, 1, tzinfo=UTC)
    found = list(changes(zone, since, since.replace(year=since.year + YEARS)))
    assert found, "a zone without changes tries nothing"

    for change in found:
        start, end = change - timedelta(hours=26), change + timedelta(hours=28)
        played = {rule: wakes(zone, start, end, run_in_gap=gap, repeat=twice) for rule, (gap, twice) in RULES.items()}
        for job in ["30 2 * * *", "*/30 0 * * *", *(any_job(random) for _ in range(JOBS))]:
            for rule, heard in played.items():
                assert answered(job, zone, rule, start, end) == fires(job, heard), (job, rule, change)


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "Asia/Beirut", "Africa/Casablanca"])
def test_asked_at_any_moment_the_next_fire_is_the_oracles(zone: str) -> None:
    random = Random(zone)
    since = datetime(2024, 1, 1, tzinfo=UTC)

    for change in list(changes(zone, since, since.replace(year=2026))):
        start, end = change - timedelta(hours=26), change + timedelta(hours=28)
        heard = wakes(zone, start, end)
        for job in ["30 0 * * *", "45 1-3 * * *", any_job(random)]:
            timing = parse_timing(cron=job, interval=None, timezone=zone)
            expected = fires(job, heard)
            for _ in range(40):
                asked = start + random.random() * (end - start)
                first = next((fire for fire in expected if fire > asked), None)
                answer = timing.next_after(asked)
                assert answer is not None
                assert answer == first if first else answer >= end, (job, asked)


def test_the_oracle_tells_the_rules_apart() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    spring = {rule: fires("30 2 * * *", play("Europe/Berlin", start, rule)) for rule in RULES}
    autumn = {rule: len(fires("30 2 * * *", play("Europe/Berlin", start.replace(month=10, day=24), rule))) for rule in RULES}

    assert {rule: len(found) for rule, found in spring.items()} == {"debian": 1, "skip": 0, "twice": 1, "exact": 0}
    assert spring["debian"] == [datetime(2026, 3, 29, 1, tzinfo=UTC)]
    assert autumn == {"debian": 1, "skip": 1, "twice": 2, "exact": 2}


def play(zone: str, start: datetime, rule: str) -> list[Wake]:
    gap, twice = RULES[rule]
    return wakes(zone, start, start + timedelta(days=1), run_in_gap=gap, repeat=twice)


def answered(job: str, zone: str, rule: str, start: datetime, end: datetime) -> list[datetime]:
    timing = parse_timing(cron=job, interval=None, timezone=zone, dst=rule)
    found = []
    for fire in timing.fires_after(start):
        if fire >= end:
            break
        found.append(fire)
    return found
