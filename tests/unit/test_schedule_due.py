"""What becomes of due instants: fired, caught up with or missed, by policy, window and limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.domain import schedule_due
from treadle.domain.schedule import Timing, parse_timing
from treadle.domain.schedule_due import MOST_STEPS, DuePolicy, next_fires_due, passed_over
from treadle.domain.schedule_timing import jitter_at


def cron(expression: str, zone: str = "UTC") -> Timing:
    return parse_timing(cron=expression, timezone=zone)


def every(interval: object) -> Timing:
    return parse_timing(interval=interval)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_on_time_the_due_instant_fires_and_the_next_one_follows() -> None:
    plan = next_fires_due(cron("* * * * *"), utc("2026-01-01T00:05"), utc("2026-01-01T00:05:01"), DuePolicy("latest"))

    (step,) = plan.steps
    assert (step.at, step.outcome, step.next_fire_at) == (utc("2026-01-01T00:05"), "fired", utc("2026-01-01T00:06"))
    assert plan.next_fire_at == utc("2026-01-01T00:06")


def test_what_is_not_due_changes_nothing() -> None:
    plan = next_fires_due(every(60), utc("2026-01-01T00:05"), utc("2026-01-01T00:04:59"), DuePolicy("all"))

    assert plan.steps == ()
    assert plan.next_fire_at == utc("2026-01-01T00:05")


def test_latest_fires_the_newest_and_records_the_others_as_missed() -> None:
    plan = next_fires_due(cron("0 * * * *"), utc("2026-01-01T01:00"), utc("2026-01-01T04:30"), DuePolicy("latest"))

    assert plan.fire == (utc("2026-01-01T04:00"),)
    assert plan.missed == (utc("2026-01-01T01:00"), utc("2026-01-01T02:00"), utc("2026-01-01T03:00"))
    assert plan.next_fire_at == utc("2026-01-01T05:00")


@pytest.mark.parametrize(("now", "fired"), [("2026-01-01T04:04:59", ["2026-01-01T04:00"]), ("2026-01-01T04:05:01", [])])
def test_skip_fires_the_newest_only_within_its_grace(now: str, fired: list[str]) -> None:
    plan = next_fires_due(cron("0 * * * *"), utc("2026-01-01T03:00"), utc(now), DuePolicy("skip"))

    assert plan.fire == tuple(utc(at) for at in fired)
    assert plan.missed[0] == utc("2026-01-01T03:00")
    assert len(plan.steps) == 2


def test_all_fires_everything_oldest_first_a_hundred_at_a_time() -> None:
    timing, start, now = every(60), utc("2026-01-01T00:00"), utc("2026-01-01T02:29:30")

    first = next_fires_due(timing, start, now, DuePolicy("all"))
    assert first.next_fire_at is not None
    second = next_fires_due(timing, first.next_fire_at, now, DuePolicy("all"))

    assert first.fire == tuple(start + timedelta(minutes=n) for n in range(MOST_STEPS))
    assert second.fire == tuple(start + timedelta(minutes=n) for n in range(MOST_STEPS, 150))
    assert second.next_fire_at == utc("2026-01-01T02:30")


@pytest.mark.parametrize("policy", ["latest", "skip"])
def test_fires_of_the_last_poll_cycles_were_never_missed(policy: str) -> None:
    plan = next_fires_due(every(1), utc("2026-01-01T00:00:00"), utc("2026-01-01T00:00:01.5"), DuePolicy(policy))

    assert plan.fire == (utc("2026-01-01T00:00:00"), utc("2026-01-01T00:00:01"))
    assert plan.missed == ()


@pytest.mark.parametrize("timing", [every(1), cron("* * * * * *", "Europe/Berlin")])
def test_years_of_missed_seconds_are_jumped_over(timing: Timing) -> None:
    seen, now = utc("2016-01-01T00:00"), utc("2026-07-01T12:34:56.7")

    plan = next_fires_due(timing, seen, now, DuePolicy("latest"))

    assert plan.fire == (utc("2026-07-01T12:34:56"),)
    assert plan.next_fire_at == utc("2026-07-01T12:34:57")
    assert plan.missed == tuple(seen + timedelta(seconds=n) for n in range(MOST_STEPS))
    assert "more than 901 later ones were missed too" in plan.steps[MOST_STEPS - 1].reason


def test_the_number_of_unlisted_misses_is_exact_where_it_was_counted() -> None:
    plan = next_fires_due(every(60), utc("2026-01-01T00:00"), utc("2026-01-01T02:30"), DuePolicy("latest"))

    assert plan.steps[MOST_STEPS - 1].reason == "no worker was there in time; 50 later ones were missed too and are not listed"
    assert len(plan.steps) == MOST_STEPS + 1


def test_an_interval_keeps_its_phase_over_a_long_pause() -> None:
    plan = next_fires_due(every(7), utc("2026-01-01T00:00:03"), utc("2026-01-09T00:00"), DuePolicy("skip"))

    assert plan.next_fire_at is not None
    assert (plan.next_fire_at - utc("2026-01-01T00:00:03")) % timedelta(seconds=7) == timedelta(0)
    assert utc("2026-01-09T00:00") < plan.next_fire_at <= utc("2026-01-09T00:00:07")


def test_the_last_fire_of_all_leaves_nothing_to_come() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    plans = [next_fires_due(every(3600), last, last, DuePolicy(policy)) for policy in ("latest", "skip", "all")]

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

    plan = next_fires_due(timing, seen, now, DuePolicy(policy))

    assert plan.steps[0].at == seen
    assert all(step.next_fire_at == after.at for step, after in pairwise(plan.steps))
    assert plan.steps[-1].next_fire_at == plan.next_fire_at
    assert all(step.at < after.at for step, after in pairwise(plan.steps))
    assert all(step.at <= now for step in plan.steps)
    assert plan.next_fire_at is None or plan.next_fire_at > now or policy == "all"


@pytest.mark.parametrize(("limit", "window", "fired"), [
    (None, None, 6), (2, None, 2), (100, None, 6), (None, 7200.0, 2), (1, 7200.0, 1), (5, 7200.0, 2), (None, 60.0, 0),
])  # fmt: skip
def test_all_catches_up_with_the_newest_within_its_limit_and_window(limit: int | None, window: float | None, fired: int) -> None:
    policy = DuePolicy("all", window=window, limit=limit)

    plan = next_fires_due(cron("0 * * * *"), utc("2026-01-01T00:00"), utc("2026-01-01T05:30"), policy)

    assert plan.fire == tuple(utc(f"2026-01-01T0{hour}:00") for hour in range(6 - fired, 6))
    assert plan.missed == tuple(utc(f"2026-01-01T0{hour}:00") for hour in range(6 - fired))
    assert plan.next_fire_at == utc("2026-01-01T06:00")


def test_a_missed_instant_names_the_window_or_the_limit_that_it_fell_out_of() -> None:
    timing, seen, now = cron("0 * * * *"), utc("2026-01-01T00:00"), utc("2026-01-01T05:30")

    by_window = next_fires_due(timing, seen, now, DuePolicy("all", window=5400))
    by_limit = next_fires_due(timing, seen, now, DuePolicy("all", limit=2))

    assert by_window.steps[0].reason == "no worker was there in time, and its catch-up window is 1h30m"
    assert by_limit.steps[0].reason == "no worker was there in time, and its catch-up limit is 2"
    assert by_limit.steps[-1].reason == "caught up 30m late"


@pytest.mark.parametrize(("window", "fired"), [(None, 1), (1800.0, 1), (1799.0, 0)])
def test_latest_and_skip_take_a_window_too(window: float | None, fired: int) -> None:
    timing, seen, now = cron("0 * * * *"), utc("2026-01-01T00:00"), utc("2026-01-01T05:30")

    latest = next_fires_due(timing, seen, now, DuePolicy("latest", window=window))
    skip = next_fires_due(timing, seen, now, DuePolicy("skip", window=window))

    assert len(latest.fire) == fired
    assert len(skip.fire) == (fired if window else 0)
    assert latest.next_fire_at == skip.next_fire_at == utc("2026-01-01T06:00")


@pytest.mark.parametrize(("limit", "window", "first"), [
    (250, None, "2026-07-01T12:30:47"), (None, 60.0, "2026-07-01T12:33:57"), (250, 60.0, "2026-07-01T12:33:57"),
    (20, 60.0, "2026-07-01T12:34:37"), (5000, None, "2026-07-01T11:11:37"),
])  # fmt: skip
@pytest.mark.parametrize("timing", [
    parse_timing(interval=1, anchor=datetime(2016, 1, 1, tzinfo=UTC)), cron("* * * * * *", "Europe/Berlin"),
])  # fmt: skip
def test_years_of_missed_seconds_are_caught_up_within_limit_and_window(
    timing: Timing, limit: int | None, window: float | None, first: str
) -> None:
    seen, now = utc("2016-01-01T00:00"), utc("2026-07-01T12:34:56.7")

    plan = next_fires_due(timing, seen, now, DuePolicy("all", window=window, limit=limit))

    assert plan.fire[0] == utc(first)
    assert len(plan.fire) == min(MOST_STEPS, limit or MOST_STEPS, int((now - utc(first)).total_seconds()) + 1)
    assert len(plan.missed) == MOST_STEPS
    assert plan.next_fire_at == plan.fire[-1] + timedelta(seconds=1)


def test_after_years_a_window_without_a_fire_leaves_nothing_to_catch_up() -> None:
    plan = next_fires_due(cron("* * * 6 *"), utc("2016-06-01T00:00"), utc("2026-01-01T00:00"), DuePolicy("all", window=60))

    assert plan.fire == ()
    assert plan.next_fire_at == utc("2026-06-01T00:00")


def test_jitter_puts_a_fire_off_by_the_same_time_for_everyone() -> None:
    timing, seen = cron("0 * * * *"), utc("2026-01-01T01:00")
    put_off = jitter_at("sch-1", seen, 600)
    policy = DuePolicy("latest", jitter=600, schedule_id="sch-1")

    before = next_fires_due(timing, seen, seen + put_off - timedelta.resolution, policy)
    after = next_fires_due(timing, seen, seen + put_off, policy)

    assert timedelta(0) < put_off < timedelta(minutes=10)
    assert before.steps == ()
    assert after.fire == (seen,)
    assert after.next_fire_at == utc("2026-01-01T02:00")


def test_jitter_spreads_schedules_and_instants_over_its_whole_length() -> None:
    at = utc("2026-01-01T00:00")

    by_schedule = [jitter_at(f"sch-{n}", at, 100).total_seconds() for n in range(400)]
    by_instant = [jitter_at("sch-1", at + timedelta(hours=n), 100).total_seconds() for n in range(400)]

    for drawn in (by_schedule, by_instant):
        assert all(0 <= seconds < 100 for seconds in drawn)
        assert all(sum(low <= seconds < low + 25 for seconds in drawn) > 60 for low in (0, 25, 50, 75))


def test_what_passed_over_a_paused_schedule_is_listed_up_to_a_bound() -> None:
    seen, now = utc("2026-01-01T00:00"), utc("2026-01-01T02:30")

    steps = passed_over(every(60), seen, now, outcome="paused", reason="it was paused")

    assert [step.at for step in steps] == [seen + timedelta(minutes=n) for n in range(MOST_STEPS)]
    assert {step.outcome for step in steps} == {"paused"}
    assert steps[-1].reason == "it was paused; 51 later ones were paused too and are not listed"
    assert passed_over(every(60), now, seen, outcome="paused", reason="") == ()


@given(
    timing=st.sampled_from([
        parse_timing(interval=60, anchor=datetime(2026, 1, 1, tzinfo=UTC)), cron("*/7 1-4 * * *", "Europe/Berlin"),
        cron("* 2 * * SUN"), cron("0 */5 * * *", "Australia/Lord_Howe"),
    ]),
    late=st.floats(0, 30 * 86400), catch_up=st.sampled_from(["latest", "skip", "all"]), jitter=st.sampled_from([0.0, 50.0]),
    window=st.sampled_from([None, 1.0, 4000.0, 1e6]), limit=st.sampled_from([None, 1, 7, 150]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_what_is_too_much_to_count_is_planned_as_if_it_were_counted(
    timing: Timing, late: float, catch_up: str, jitter: float, window: float | None, limit: int | None
) -> None:
    seen = timing.next_after(utc("2026-03-20T00:00"))
    assert seen is not None
    now = seen + timedelta(seconds=late)
    policy = DuePolicy(catch_up, window, limit, jitter, "sch-1")

    plans = []
    for most in (10**6, 5):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(schedule_due, "_MOST_COUNTED", most)
            plans.append(next_fires_due(timing, seen, now, policy))

    counted, uncounted = plans
    assert uncounted.next_fire_at is not None
    assert counted.next_fire_at is not None
    if jitter:
        # What jitter puts off for a moment has its turn later, and is not passed over.
        assert uncounted.next_fire_at <= counted.next_fire_at
    else:
        assert (uncounted.fire, uncounted.next_fire_at) == (counted.fire, counted.next_fire_at)
    assert not {*uncounted.missed} & {*uncounted.fire}
    assert all(policy.late(at, now) >= 0 for at in uncounted.fire)


def test_an_instant_that_jitter_puts_off_is_not_passed_over_after_a_long_time() -> None:
    timing, seen = parse_timing(interval=60, anchor=utc("2026-01-01T00:00")), utc("2026-01-01T00:00")
    policy = DuePolicy("all", window=1.0, jitter=50.0, schedule_id="sch-1")
    last = next(
        at for at in timing.preview(utc("2026-01-05T00:00"), 100) if jitter_at("sch-1", at, 50.0) > timedelta(seconds=1)
    )

    plan = next_fires_due(timing, seen, last, policy)

    assert plan.fire == ()
    assert plan.next_fire_at is not None
    assert plan.next_fire_at <= last
