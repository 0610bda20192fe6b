"""What becomes of a fire while an execution of its schedule is still open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conftest import START
from schedule_steps import (
    HOUR,
    fire,
    fire_in_line,
    given_schedule,
)
from store_steps import (
    claim_one,
    commit,
    end,
    given_execution,
    given_worker,
    status,
)
from treadle.ports import Store


@pytest.mark.parametrize(("overlap", "outcomes"), [("skip", ["fired", "skipped"]), ("allow", ["fired", "fired"])])
def test_an_execution_still_open_is_an_overlap(store: Store, overlap: str, outcomes: list[str]) -> None:
    first = fire(store, given_schedule(store, overlap=overlap))

    second = fire(store, store.schedules.get("sch-1"), fire_at=START + HOUR)

    assert [first, second] == outcomes
    assert [each.outcome for each in store.schedules.fires("sch-1")] == outcomes[::-1]
    assert len(store.executions.list().items) == outcomes.count("fired")


def test_a_skipped_fire_says_why(store: Store) -> None:
    fire(store, given_schedule(store))

    fire(store, store.schedules.get("sch-1"), fire_at=START + HOUR)

    latest = store.schedules.fires("sch-1")[0]
    assert (latest.execution_id, latest.reason) == (None, "overlap with exec-sch-1-1200")


@pytest.mark.parametrize(
    ("outcome", "retry_in", "fired"), [("completed", None, "fired"), ("failed", None, "fired"), ("failed", 60, "skipped")]
)
def test_only_what_may_still_run_is_an_overlap(store: Store, outcome: str, retry_in: float | None, fired: str) -> None:
    fire(store, given_schedule(store))
    given_worker(store)
    commit(store, end(claim_one(store), outcome, retry_in=retry_in))

    second = fire(store, store.schedules.get("sch-1"), fire_at=START + HOUR)

    assert second == fired


def test_other_executions_of_the_workflow_are_no_overlap(store: Store) -> None:
    seen = given_schedule(store)
    given_execution(store, "exec-by-hand")

    outcome = fire(store, seen)

    assert outcome == "fired"
    assert status(store, "exec-by-hand") == "running"


def test_queue_one_lets_one_wait_and_skips_the_others(store: Store) -> None:
    given_schedule(store, overlap="queue_one")

    outcomes = [fire_in_line(store, hours) for hours in range(4)]

    assert outcomes == ["fired", "fired", "skipped", "skipped"]
    assert [status(store, f"exec-sch-1-{hour}00") for hour in (12, 13)] == ["running", "waiting"]
    reasons = [each.reason for each in store.schedules.fires("sch-1")][::-1]
    assert reasons[:2] == ["caught up", "caught up; queued behind exec-sch-1-1200"]
    assert reasons[2] == "overlap with exec-sch-1-1200 and exec-sch-1-1300, which wait or run already"


def test_the_one_that_waits_runs_when_the_one_before_has_ended(store: Store) -> None:
    given_schedule(store, overlap="queue_one")
    fire_in_line(store, 0)
    fire_in_line(store, 1)
    given_worker(store)
    commit(store, end(claim_one(store)))

    admitted = store.limits.admit()

    assert admitted.ids == ("exec-sch-1-1300",)
    assert fire_in_line(store, 2) == "fired"
    assert status(store, "exec-sch-1-1400") == "waiting"


def test_queue_one_waits_behind_no_execution_that_is_not_in_its_line(store: Store) -> None:
    fire(store, given_schedule(store, overlap="allow"))
    store.schedules.update(replace(store.schedules.get("sch-1"), overlap="queue_one"))

    outcome = fire_in_line(store, 1)

    assert outcome == "skipped"


def test_cancel_previous_asks_what_is_open_to_stop_and_starts_behind_it(store: Store) -> None:
    given_schedule(store, overlap="cancel_previous")
    fire_in_line(store, 0)
    given_execution(store, "exec-by-hand")

    outcomes = [fire_in_line(store, 1), fire_in_line(store, 2)]

    assert outcomes == ["fired", "fired"]
    cancels = {each: [m.kind for m in store.ownership.inbox(each, after=0)] for each in ("exec-sch-1-1200", "exec-sch-1-1300")}
    assert cancels == {"exec-sch-1-1200": ["cancel"], "exec-sch-1-1300": ["cancel"]}
    assert list(store.ownership.inbox("exec-sch-1-1400", after=0)) == list(store.ownership.inbox("exec-by-hand", after=0)) == []
    assert status(store, "exec-sch-1-1400") == "waiting"
    assert [each.reason for each in store.schedules.fires("sch-1")] == [
        "caught up; cancelled exec-sch-1-1300", "caught up; cancelled exec-sch-1-1200", "caught up",
    ]  # fmt: skip
