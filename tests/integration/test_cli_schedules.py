"""`treadle schedules` in its own process: making, showing, running by hand, backfilling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command import ASK, HELLO, Treadle


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    return Treadle(tmp_path)


def test_a_schedule_is_created_paused_resumed_and_deleted(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    created = treadle.json("schedules", "create", "hello", "--cron", "0 2 * * *", "-i", "name=Ada")

    treadle("schedules", "pause", created["id"][:-1])
    paused = treadle.json("schedules", "show", created["id"])["paused"]
    treadle("schedules", "resume", created["id"])
    resumed = treadle.json("schedules", "list")["items"]
    treadle("schedules", "delete", created["id"])

    assert paused is True
    assert [(one["id"], one["paused"]) for one in resumed] == [(created["id"], False)]
    assert treadle.json("schedules", "list")["items"] == []


def test_the_next_fires_of_an_expression_need_no_database(treadle: Treadle) -> None:
    asked = (
        "schedules",
        "next",
        "--cron",
        "30 2 * * *",
        "--timezone",
        "Europe/Berlin",
        "--start",
        "2026-03-28",
        "--count",
        "2",
    )

    fires = treadle.json(*asked)["items"]

    assert [fire["fire_at"] for fire in fires] == ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"]
    assert not (treadle.folder / "test.db").exists()


@pytest.mark.parametrize("words", [[], ["--cron", "* * * * *", "--every", "5m"]])
def test_a_schedule_has_a_cron_expression_or_an_interval(treadle: Treadle, words: list[str]) -> None:
    refused = treadle("schedules", "create", "hello", *words, status=2)

    assert "Give one of --cron, --every and --at." in refused.stderr


def test_a_schedule_is_run_and_backfilled_by_hand_and_its_fires_are_listed(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    treadle("schedules", "create", "hello", "--cron", "0 2 * * *", "--id", "nightly", "--paused", "-i", "name=Ada")
    asked = ("schedules", "backfill", "nightly", "--start", "2026-03-28", "--end", "2026-03-30T12:00:00Z")

    ran = treadle.json("schedules", "run", "nightly")
    first = treadle.json(*asked)["items"]
    again = treadle(*asked).stderr

    assert (ran["outcome"], ran["reason"]) == ("fired", "run by hand")
    assert [(fire["fire_at"], fire["outcome"]) for fire in first] == [(f"2026-03-{day}T02:00:00Z", "fired") for day in (28, 29, 30)]
    assert "0 fired of 3 due" in again
    page = treadle.json("schedules", "fires", "nightly", "--outcome", "fired", "--limit", "3")
    rest = treadle.json("schedules", "fires", "nightly", "--cursor", page["next_cursor"])["items"]
    assert [fire["fire_at"] for fire in [*page["items"], *rest]] == [ran["fire_at"], *(fire["fire_at"] for fire in first[::-1])]


def test_an_interval_is_shown_as_a_duration_and_single_times_as_times(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("ask.yaml", ASK))
    created = treadle("schedules", "create", "ask", "--every", "15m", "--id", "often").stdout
    treadle("schedules", "create", "ask", "--at", "2998-12-31T23:00:00Z", "--id", "once")

    listed, once = treadle("schedules", "list").stdout, treadle("schedules", "show", "once").stdout

    assert "  15m  " in created
    assert "  15m  " in listed
    assert re.search(r"^at +2998-12-31 23:00:00Z$", once, re.MULTILINE)


def test_a_schedule_of_single_times_is_shown_with_its_bounds(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    times = ("--at", "2999-01-01T00:00:00+01:00", "--at", "2999-02-01T00:00:00Z", "--end-at", "2999-01-15")

    made = treadle.json("schedules", "create", "hello", *times, "--jitter", "5m", "-i", "name=Ada")

    assert (made["at"], made["jitter"]) == (["2998-12-31T23:00:00Z", "2999-02-01T00:00:00Z"], 300)
    assert (made["next_fire_at"], made["end_at"], made["status"]) == ("2998-12-31T23:00:00Z", "2999-01-15T00:00:00Z", "active")
    assert treadle.json("schedules", "next", made["id"])["items"] == [{"fire_at": "2998-12-31T23:00:00Z"}]
    assert "does not say its offset" in treadle("schedules", "create", "hello", "--start-at", "2999-01-01T00:00:00", status=2).stderr


def test_a_schedule_is_changed_key_by_key_and_keeps_the_rest(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    made = treadle.json(
        "schedules", "create", "hello", "--cron", "0 2 * * *", "--input", '{"name": "Ada", "n": 1}', "--version", "1",
        "--end-at", "2999-01-01", "--catch-up-window", "2h", "--jitter", "5m",
    )  # fmt: skip

    changed = treadle.json(
        "schedules", "update", made["id"][:-1], "--every", "30m", "--timezone", "Europe/Berlin", "-i", "name=Bob", "--overlap", "skip",
        "--version", "latest", "--end-at", "none", "--catch-up-window", "none", "--catch-up", "all", "--catch-up-limit", "7",
        "--priority", "high", "--dst", "skip", "--start-at", "2026-01-01T00:00:00Z", "--paused",
    )  # fmt: skip

    assert {key: value for key, value in changed.items() if made[key] != value and key != "next_fire_at"} == {
        "cron": None, "interval": 1800, "timezone": "Europe/Berlin", "input": {"name": "Bob", "n": 1}, "overlap": "skip",
        "version": None, "end_at": None, "catch_up_window": None, "catch_up": "all", "catch_up_limit": 7, "priority": "high",
        "dst": "skip", "start_at": "2026-01-01T00:00:00Z", "paused": True, "status": "paused",
    }  # fmt: skip
    assert treadle.json("schedules", "show", made["id"]) == changed
    assert treadle.json("schedules", "update", made["id"], "--active", "--input", '{"name": "Eve"}')["input"] == {"name": "Eve"}


def test_an_update_says_what_is_wrong_and_changes_nothing(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    made = treadle.json("schedules", "create", "hello", "--cron", "0 2 * * *", "-i", "name=Ada")

    empty = treadle("schedules", "update", made["id"], status=2)
    two = treadle("schedules", "update", made["id"], "--cron", "0 3 * * *", "--every", "5m", status=5)
    version = treadle("schedules", "update", made["id"], "--version", "0", status=2)

    assert "Give what changes" in empty.stderr
    assert "cron" in two.stderr
    assert "--version" in version.stderr
    assert treadle.json("schedules", "show", made["id"]) == made


def test_a_run_by_hand_is_one_object(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    made = treadle.json("schedules", "create", "hello", "--cron", "0 2 * * *", "-i", "name=Ada")

    fire = treadle.json("schedules", "run", made["id"])

    assert fire["outcome"] == "fired"
    assert treadle.json("executions", "show", fire["execution_id"])["workflow"] == "hello"
