from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.domain.errors import DefinitionError
from treadle.domain.schedule import MOST_STEPS, Timing, next_fires_due, parse_timing
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


def test_on_time_the_due_instant_fires_and_the_next_one_follows() -> None:
    plan = next_fires_due(cron("* * * * *"), utc("2026-01-01T00:05"), utc("2026-01-01T00:05:01"), "latest")

    (step,) = plan.steps
    assert (step.at, step.outcome, step.next_fire_at) == (utc("2026-01-01T00:05"), "fired", utc("2026-01-01T00:06"))
    assert plan.next_fire_at == utc("2026-01-01T00:06")


def test_what_is_not_due_changes_nothing() -> None:
    plan = next_fires_due(every(60), utc("2026-01-01T00:05"), utc("2026-01-01T00:04:59"), "all")

    assert plan.steps == ()
    assert plan.next_fire_at == utc("2026-01-01T00:05")


def test_latest_fires_the_newest_and_records_the_others_as_missed() -> None:
    plan = next_fires_due(cron("0 * * * *"), utc("2026-01-01T01:00"), utc("2026-01-01T04:30"), "latest")

    assert plan.fire == (utc("2026-01-01T04:00"),)
    assert plan.missed == (utc("2026-01-01T01:00"), utc("2026-01-01T02:00"), utc("2026-01-01T03:00"))
    assert plan.next_fire_at == utc("2026-01-01T05:00")


@pytest.mark.parametrize(("now", "fired"), [("2026-01-01T04:04:59", ["2026-01-01T04:00"]), ("2026-01-01T04:05:01", [])])
def test_skip_fires_the_newest_only_within_its_grace(now: str, fired: list[str]) -> None:
    plan = next_fires_due(cron("0 * * * *"), utc("2026-01-01T03:00"), utc(now), "skip")

    assert plan.fire == tuple(utc(at) for at in fired)
    assert plan.missed[0] == utc("2026-01-01T03:00")
    assert len(plan.steps) == 2


def test_all_fires_everything_oldest_first_a_hundred_at_a_time() -> None:
    timing, start, now = every(60), utc("2026-01-01T00:00"), utc("2026-01-01T02:29:30")

    first = next_fires_due(timing, start, now, "all")
    assert first.next_fire_at is not None
    second = next_fires_due(timing, first.next_fire_at, now, "all")

    assert first.fire == tuple(start + timedelta(minutes=n) for n in range(MOST_STEPS))
    assert second.fire == tuple(start + timedelta(minutes=n) for n in range(MOST_STEPS, 150))
    assert second.next_fire_at == utc("2026-01-01T02:30")


@pytest.mark.parametrize("policy", ["latest", "skip"])
def test_fires_of_the_last_poll_cycles_were_never_missed(policy: str) -> None:
    plan = next_fires_due(every(1), utc("2026-01-01T00:00:00"), utc("2026-01-01T00:00:01.5"), policy)

    assert plan.fire == (utc("2026-01-01T00:00:00"), utc("2026-01-01T00:00:01"))
    assert plan.missed == ()


@pytest.mark.parametrize("timing", [every(1), cron("* * * * * *", "Europe/Berlin")])
def test_years_of_missed_seconds_are_jumped_over(timing: Timing) -> None:
    seen, now = utc("2016-01-01T00:00"), utc("2026-07-01T12:34:56.7")

    plan = next_fires_due(timing, seen, now, "latest")

    assert plan.fire == (utc("2026-07-01T12:34:56"),)
    assert plan.next_fire_at == utc("2026-07-01T12:34:57")
    assert plan.missed == tuple(seen + timedelta(seconds=n) for n in range(MOST_STEPS))
    assert "more than 901 later ones were missed too" in plan.steps[MOST_STEPS - 1].reason


def test_the_number_of_unlisted_misses_is_exact_where_it_was_counted() -> None:
    plan = next_fires_due(every(60), utc("2026-01-01T00:00"), utc("2026-01-01T02:30"), "latest")

    assert plan.steps[MOST_STEPS - 1].reason == "no worker was there in time; 50 later ones were missed too and are not listed"
    assert len(plan.steps) == MOST_STEPS + 1


def test_an_interval_keeps_its_phase_over_a_long_pause() -> None:
    plan = next_fires_due(every(7), utc("2026-01-01T00:00:03"), utc("2026-01-09T00:00"), "skip")

    assert plan.next_fire_at is not None
    assert (plan.next_fire_at - utc("2026-01-01T00:00:03")) % timedelta(seconds=7) == timedelta(0)
    assert utc("2026-01-09T00:00") < plan.next_fire_at <= utc("2026-01-09T00:00:07")


def test_the_last_fire_of_all_leaves_nothing_to_come() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    plans = [next_fires_due(every(3600), last, last, policy) for policy in ("latest", "skip", "all")]

    assert [(plan.fire, plan.next_fire_at) for plan in plans] == [((last,), None)] * 3


@given(
    timing=st.sampled_from([every(1), every(97.5), cron("*/7 * * * *", "Europe/Berlin"), cron("30 2 * * *", "Europe/Berlin"),
                            cron("*/10 * * * * *", "Australia/Lord_Howe"), cron("0 0 29 2 *")]),
    late=st.floats(0, 40 * 86400), policy=st.sampled_from(["latest", "skip", "all"]),
)
@settings(max_examples=150, deadline=None)
def test_a_plan_is_in_order_and_leaves_off_at_the_first_fire_not_planned(timing: Timing, late: float, policy: str) -> None:
    seen = timing.next_after(utc("2026-03-20T00:00"))
    assert seen is not None
    now = seen + timedelta(seconds=late)

    plan = next_fires_due(timing, seen, now, policy)

    assert plan.steps[0].at == seen
    assert all(step.next_fire_at == after.at for step, after in pairwise(plan.steps))
    assert plan.steps[-1].next_fire_at == plan.next_fire_at
    assert all(step.at < after.at for step, after in pairwise(plan.steps))
    assert all(step.at <= now for step in plan.steps)
    assert plan.next_fire_at is None or plan.next_fire_at > now or policy == "all"


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="latest, skip, all"):
        next_fires_due(every(1), utc("2026-01-01T00:00"), utc("2026-01-01T00:00"), "some")
