"""treadle.testing: a house whose time skips; schedules, waits of years, several executions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from engine_house import graph, node, value
from treadle.activities.decorator import DECLARED, activity
from treadle.domain.schedule import parse_timing
from treadle.testing import Act, BudgetError, House, SetUpError, run_workflow, signal, world

QUICK = graph([value("a", 1)])
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def declared() -> Iterator[None]:
    known = list(DECLARED)
    yield
    DECLARED[:] = known


def test_a_year_of_a_schedule_fires_as_planned() -> None:
    timing = parse_timing(cron="30 2 * * *", interval=None, timezone="Europe/Berlin")
    planned = list(takewhile(lambda at: at <= START + timedelta(days=365), timing.fires_after(START)))

    with House() as house:
        schedule = house.schedule(QUICK, cron="30 2 * * *", timezone="Europe/Berlin")
        house.skip("365d")
        fires, executions = house.fires(schedule), house.executions()

    assert [fire.fire_at for fire in fires] == planned
    assert {fire.outcome for fire in fires} == {"fired"}
    assert [each.created_at for each in executions] == planned
    assert {str(each.status) for each in executions} == {"completed"}


def test_a_fire_that_overlaps_is_skipped() -> None:
    with House() as house:
        schedule = house.schedule(graph([node("nap", "wait", {"duration": "90m"})]), interval="1h", overlap="skip")
        house.skip("4h30m")

        assert [fire.outcome for fire in house.fires(schedule)] == ["fired", "skipped", "fired", "skipped"]


def test_a_wait_of_years_is_exact() -> None:
    result = run_workflow(graph([node("nap", "wait", {"until": "2035-03-29T01:00:00Z"})]), max_time="7300d")

    assert result.node("nap").finished_at == datetime(2035, 3, 29, 1, 0, tzinfo=UTC)


def test_a_house_starts_when_the_test_says() -> None:
    christmas = datetime(2030, 12, 24, 18, 0, tzinfo=UTC)

    with House(start=christmas) as house:
        begun = house.now
        house.skip(datetime(2030, 12, 25, tzinfo=UTC))

        assert (begun, house.now) == (christmas, datetime(2030, 12, 25, tzinfo=UTC))


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(SetUpError, match="has no time zone"):
        House(start=datetime(2030, 12, 24))  # noqa: DTZ001  # the point of the test


def test_between_calls_time_stands_still_and_the_engine_is_the_real_one() -> None:
    with House({"ask": graph([node("paid", "signal.wait", {"signal": "paid"})])}) as house:
        execution_id = house.start("ask")
        house.settle()
        waiting = house.result(execution_id)
        house.engine.signal(execution_id, "paid", 5)
        result = house.finish(execution_id)

    assert (waiting.status, waiting.waits[0].startswith("Node paid waits for signal 'paid'")) == ("waiting", True)
    assert (result.output, result.time_skipped) == (5, timedelta())


def test_several_executions_share_a_house() -> None:
    with House({"nap": graph([node("nap", "wait", {"duration": "{{ input }}"})])}) as house:
        ids = [house.start("nap", input=f"{hours}h") for hours in (3, 1, 2)]
        house.skip("90m")
        statuses = [house.result(each).status for each in ids]
        house.skip("2h")

        assert statuses == ["waiting", "completed", "waiting"]
        assert {house.result(each).status for each in ids} == {"completed"}


def test_an_act_is_for_its_own_execution() -> None:
    with House({"paid": graph([node("paid", "signal.wait", {"signal": "paid"})])}) as house:
        sent: tuple[list[Act], ...] = ([], [signal("paid", 5, when_waiting="paid")], [])
        ids = [house.start("paid", signals=signals) for signals in sent]
        house.settle()

        assert [house.result(each).status for each in ids] == ["waiting", "completed", "waiting"]


def test_work_in_an_executor_is_waited_for(declared: None) -> None:
    @activity("own.executor")
    async def executor() -> str:
        async with asyncio.timeout(5):
            await asyncio.to_thread(threading.Event().wait, 0.1)
            return "done"

    result = run_workflow(graph([node("a", "own.executor")]))

    assert (result.status, result.output, result.time_skipped) == ("completed", "done", timedelta())


def test_a_handler_that_sleeps_in_a_loop_is_found(declared: None, monkeypatch: pytest.MonkeyPatch) -> None:
    @activity("own.poll")
    async def poll() -> None:
        while True:
            await asyncio.sleep(1)

    monkeypatch.setattr(world, "MOST_JUMPS", 1000)

    with pytest.raises(BudgetError, match="nothing was committed: does a handler sleep in a loop"):
        run_workflow(graph([node("a", "own.poll")]))


def test_a_slot_is_given_on_when_its_holder_has_ended() -> None:
    one_at_a_time = graph([node("nap", "wait", {"duration": "1h"})], settings={"concurrency": {"limit": 1}})

    with House({"one": one_at_a_time}) as house:
        ids = [house.start("one") for _ in range(3)]
        ended = [house.finish(each).record.finished_at for each in ids]

    assert ended == [START + timedelta(hours=hours) for hours in (1, 2, 3)]


def test_a_rate_limit_spreads_starts_over_virtual_time() -> None:
    calls = node("each", "for_each", {"count": 5, "graph": graph([value("call", 1)])})
    limited = graph([calls], settings={"rate_limits": [{"type": "set", "limit": 1, "per": "1h"}]})

    result = run_workflow(limited)

    assert (result.status, result.time_skipped) == ("completed", timedelta(hours=4))


def test_a_failure_workflow_runs_in_the_same_house() -> None:
    failing = graph([node("no", "fail", {"message": "no"})], settings={"on_failure": {"workflow": "tell"}})

    with House({"tell": QUICK, "failing": failing}) as house:
        house.run("failing")
        house.settle()

        assert [str(each.status) for each in house.executions("tell")] == ["completed"]


def test_an_execution_is_retried_by_its_own_policy() -> None:
    failing = graph([node("flaky", "demo.flaky", {"fail_times": 9})], settings={"retry": {"max_attempts": 3, "initial_interval": "1d", "backoff": 2}})

    result = run_workflow(failing)

    assert (result.status, result.record.attempt, len(result.calls)) == ("failed", 3, 3)
    assert result.time_skipped >= timedelta(days=1)


def test_a_timeout_of_an_execution_ends_a_sleeping_handler(declared: None) -> None:
    @activity("own.sleep")
    async def sleep() -> None:
        await asyncio.sleep(86400)

    result = run_workflow(graph([node("a", "own.sleep")], settings={"timeout": "1h"}))

    assert (result.status, result.error["type"]) == ("failed", "timeout")
    assert result.time_skipped == timedelta(hours=1)


def test_a_wait_that_follows_a_long_handler_is_not_forgotten(declared: None) -> None:
    @activity("own.sleep")
    async def sleep() -> None:
        await asyncio.sleep(86400)

    result = run_workflow(graph([node("a", "own.sleep"), node("nap", "wait", {"duration": "2d"})], "a -> nap"))

    assert (result.status, result.time_skipped) == ("completed", timedelta(days=3))
