"""Schedules from end to end: what workers make of due instants, and what people do to schedules meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import START, MovableClock
from treadle.activities.registry import built_in_registry
from treadle.domain.errors import DefinitionError, NotFoundError
from treadle.domain.schedule_timing import jitter_at
from treadle.engine.engine import WorkflowEngine
from treadle.engine.program import Programs
from treadle.engine.scheduler import WorkflowScheduler
from treadle.engine.system import LocalWakeup, RandomIds
from treadle.ports import Store
from treadle.store import open_store

NOTHING = {"nodes": [{"id": "only", "type": "noop"}], "edges": []}
AN_HOUR_WRONG = datetime(1999, 1, 1, tzinfo=UTC)


@dataclass
class Place:
    store: Store
    engine: WorkflowEngine
    scheduler: WorkflowScheduler
    clock: MovableClock

    def work(self, seconds: float = 0) -> int:
        """Time passes; then a worker, whose machine's clock is wrong, does its phase."""
        self.clock.advance(seconds)
        return self.scheduler.run_once(AN_HOUR_WRONG)

    def outcomes(self, schedule_id: str) -> list[tuple[int, str, str]]:
        """Oldest first: minutes after the start, outcome, reason."""
        fires = self.store.schedules.fires(schedule_id, limit=1000)[::-1]
        return [(int((fire.fire_at - START).total_seconds() // 60), fire.outcome, fire.reason) for fire in fires]


@pytest.fixture
def place(tmp_path: Path, clock: MovableClock) -> Iterator[Place]:
    store = open_store(f"sqlite:///{tmp_path}/treadle.db", clock=clock)
    store.migrate()
    handlers = built_in_registry()
    engine = WorkflowEngine(store, handlers, ids=RandomIds(), wakeup=LocalWakeup())
    engine.save_workflow("only", NOTHING)
    yield Place(store, engine, WorkflowScheduler(store.schedules, store.workflows, Programs(handlers)), clock)
    store.close()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_a_due_schedule_starts_its_workflow_with_input_version_and_instant(place: Place) -> None:
    place.engine.save_workflow("only", {**NOTHING, "settings": {"timeout": "1h"}})
    made = place.engine.add_schedule("only", interval="10m", input={"full": True}, version=1, priority="high")

    started = place.work(600)

    [execution] = place.store.executions.list().items
    whole = place.store.executions.get(execution.id)
    assert started == 1
    assert (whole.version, whole.priority, whole.input_json, whole.schedule_id) == (1, 1, '{"full":true}', made.id)
    assert '"fire_at":"2026-01-01T12:10:00Z"' in whole.trigger_json
    assert place.outcomes(made.id) == [(10, "fired", "")]


@pytest.mark.parametrize(("catch_up", "said"), [
    ({"catch_up": "skip"}, ["missed", "missed", "missed", "missed"]),
    ({"catch_up": "skip", "catch_up_window": "10m"}, ["missed", "missed", "missed", "fired"]),
    ({"catch_up": "latest"}, ["missed", "missed", "missed", "fired"]),
    ({"catch_up": "latest", "catch_up_window": "1m"}, ["missed", "missed", "missed", "missed"]),
    ({"catch_up": "all"}, ["fired", "fired", "fired", "fired"]),
    ({"catch_up": "all", "catch_up_limit": 2}, ["missed", "missed", "fired", "fired"]),
    ({"catch_up": "all", "catch_up_window": "30m"}, ["missed", "missed", "fired", "fired"]),
])  # fmt: skip
def test_after_downtime_each_due_instant_is_recorded_with_what_became_of_it(
    place: Place, catch_up: dict[str, Any], said: list[str]
) -> None:
    made = place.engine.add_schedule("only", cron="*/15 * * * *", **catch_up)

    started = place.work(3600 + 360)

    found = place.outcomes(made.id)
    assert started == said.count("fired")
    assert [(at, outcome) for at, outcome, _ in found] == list(zip([15, 30, 45, 60], said, strict=True))
    assert all(reason.startswith("caught up" if outcome == "fired" else "no worker was there") for _, outcome, reason in found)
    assert place.store.schedules.get(made.id).next_fire_at == START + minutes(75)


def test_what_was_due_while_it_was_paused_is_recorded_when_it_resumes(place: Place) -> None:
    made = place.engine.add_schedule("only", interval="10m")
    place.work(600)
    place.engine.change_schedule(made.id, paused=True)

    idle = place.work(1500)
    resumed = place.engine.change_schedule(made.id, paused=False)

    assert idle == 0
    assert resumed.next_fire_at == START + minutes(40)
    assert place.outcomes(made.id) == [
        (10, "fired", ""), (20, "paused", "the schedule was paused"), (30, "paused", "the schedule was paused"),
    ]  # fmt: skip


def test_a_change_records_what_it_leaves_behind(place: Place) -> None:
    made = place.engine.add_schedule("only", interval="10m")
    place.clock.advance(900)

    changed = place.engine.change_schedule(made.id, cron="0 * * * *")

    assert (changed.interval, changed.next_fire_at) == (None, START + minutes(60))
    assert place.outcomes(made.id) == [(10, "missed", "the schedule was changed before it fired")]


def test_a_change_to_two_ways_of_timing_at_once_is_refused(place: Place) -> None:
    made = place.engine.add_schedule("only", interval="10m")

    with pytest.raises(DefinitionError) as refused:
        place.engine.change_schedule(made.id, cron="0 * * * *", interval="5m")

    assert "`cron` and `interval` at once" in refused.value.findings[0].message
    assert place.store.schedules.get(made.id) == made


def test_a_broken_schedule_is_set_aside_and_the_others_go_on(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    broken = place.engine.add_schedule("only", interval="10m", id="a-broken")
    fine = place.engine.add_schedule("only", interval="10m", id="b-fine")
    place.engine.save_workflow("only", {**NOTHING, "input_schema": {"type": "object", "required": ["who"]}})
    place.engine.change_schedule(fine.id, input={"who": "Ada"})

    started = place.work(600)

    aside = place.store.schedules.get(broken.id)
    assert started == 1
    assert aside.status == "set_aside"
    assert "who" in (aside.error or "")
    assert "a-broken is set aside" in caplog.text
    assert [fire[1] for fire in place.outcomes(fine.id)] == ["fired"]
    mended = place.engine.change_schedule(broken.id, input={"who": "Bob"})
    assert (mended.status, mended.next_fire_at) == ("active", START + minutes(20))
    assert place.outcomes(broken.id)[0][2].startswith("the schedule was set aside: ")


def test_single_times_fire_once_each_and_then_the_schedule_has_ended(place: Place) -> None:
    made = place.engine.add_schedule("only", at=[START + minutes(5), (START + minutes(9)).isoformat()])

    started = [place.work(300), place.work(300), place.work(10_000)]

    ended = place.store.schedules.get(made.id)
    assert started == [1, 1, 0]
    assert (ended.next_fire_at, ended.status) == (None, "ended")
    with pytest.raises(DefinitionError, match="never fires"):
        place.engine.add_schedule("only", at=START)


def test_a_schedule_fires_from_its_start_to_its_end(place: Place) -> None:
    made = place.engine.add_schedule("only", interval="10m", start_at=START + minutes(7), end_at=START + minutes(27))

    started = [place.work(60) for _ in range(60)]

    assert [number for number, count in enumerate(started, start=1) if count] == [7, 17, 27]
    assert place.store.schedules.get(made.id).status == "ended"
    assert place.engine.change_schedule(made.id, end_at=None).next_fire_at == START + minutes(67)
    assert place.engine.change_schedule(made.id, end_at=START + minutes(27)).status == "ended"


def test_a_fire_comes_as_late_as_its_jitter_says_and_is_recorded_under_its_instant(place: Place) -> None:
    made = place.engine.add_schedule("only", interval="10m", jitter="5m")
    put_off = jitter_at(made.id, START + minutes(10), 300).total_seconds()

    early, late = place.work(600 + put_off - 0.01), place.work(0.02)

    assert (early, late) == (0, 1)
    assert [fire[:2] for fire in place.outcomes(made.id)] == [(10, "fired")]


@pytest.mark.parametrize("jitter", ["10m", "11m", "2d"])
def test_jitter_as_long_as_the_interval_is_refused(place: Place, jitter: str) -> None:
    with pytest.raises(DefinitionError, match="jitter is too long"):
        place.engine.add_schedule("only", interval="10m", jitter=jitter)


def test_run_now_fires_a_paused_schedule_by_its_overlap_or_another(place: Place) -> None:
    made = place.engine.add_schedule("only", cron="0 0 * * *", overlap="skip", paused=True)

    fires = []
    for overlap in (None, None, "allow"):
        place.clock.advance(1)
        fires.append(place.engine.run_schedule(made.id, overlap=overlap))

    assert [(fire.outcome, fire.reason.split(" with ")[0]) for fire in fires] == [
        ("fired", "run by hand"), ("skipped", "overlap"), ("fired", "run by hand"),
    ]  # fmt: skip
    assert place.store.schedules.get(made.id).next_fire_at == made.next_fire_at
    assert len(place.store.executions.list().items) == 2


def test_a_backfill_fires_what_has_not_fired_in_parts_and_never_twice(place: Place) -> None:
    made = place.engine.add_schedule("only", cron="0 * * * *", catch_up="latest")
    place.work(3 * 3600 + 5)
    start, end = START - minutes(120), START + minutes(180)

    parts = [place.engine.backfill_schedule(made.id, start=start, end=end, limit=3)]
    while (since := parts[-1].next_start) is not None:
        parts.append(place.engine.backfill_schedule(made.id, start=since, end=end, limit=3))
    again = place.engine.backfill_schedule(made.id, start=start, end=end)

    assert [len(part.fires) for part in parts] == [3, 3]
    assert [part.fired for part in parts] == [3, 2]
    assert (again.fired, again.next_start) == (0, None)
    assert [(at, outcome) for at, outcome, _ in place.outcomes(made.id)] == [(60 * n, "fired") for n in range(-2, 4)]
    assert len(place.store.executions.list(limit=100).items) == 6


def test_a_backfill_keeps_the_phase_of_an_interval(place: Place) -> None:
    place.clock.advance(90)
    made = place.engine.add_schedule("only", interval="10m")

    filled = place.engine.backfill_schedule(made.id, start=START - minutes(30), end=START)

    assert [fire.fire_at for fire in filled.fires] == [START + minutes(1.5 - 10 * n) for n in (3, 2, 1)]


@pytest.mark.parametrize(("change", "path"), [
    ({"end": START + timedelta(seconds=1)}, "end"), ({"start": START, "end": START - minutes(1)}, "end"),
    ({"overlap": "maybe"}, "overlap"), ({"limit": 0}, "limit"), ({"limit": 1001}, "limit"),
    ({"start": START.replace(tzinfo=None)}, "start"),
])  # fmt: skip
def test_a_backfill_that_cannot_be_is_refused_with_its_place(place: Place, change: dict[str, Any], path: str) -> None:
    made = place.engine.add_schedule("only", interval="10m")

    with pytest.raises(DefinitionError) as refused:
        place.engine.backfill_schedule(made.id, **{"start": START - minutes(60), "end": START, **change})

    assert [finding.path for finding in refused.value.findings] == [path]


def test_a_line_of_its_own_is_refused_where_the_workflow_limits_itself(place: Place) -> None:
    place.engine.save_workflow("limited", {**NOTHING, "settings": {"concurrency": {"limit": 3}}})

    with pytest.raises(DefinitionError) as refused:
        place.engine.add_schedule("limited", interval="10m", overlap="queue_one")

    assert refused.value.findings[0].path == "overlap"
    assert place.engine.add_schedule("limited", interval="10m", overlap="cancel_previous").status == "active"


def test_an_input_that_the_workflow_refuses_is_refused_when_the_schedule_is_made(place: Place) -> None:
    place.engine.save_workflow("greet", {**NOTHING, "input_schema": {"type": "object", "required": ["who"]}})

    with pytest.raises(DefinitionError):
        place.engine.add_schedule("greet", interval="10m", input={})
    with pytest.raises(NotFoundError):
        place.engine.add_schedule("nobody", interval="10m")


def test_fires_are_paged_and_filtered(place: Place) -> None:
    made = place.engine.add_schedule("only", interval="10m", overlap="skip")
    for _ in range(4):
        place.work(600)

    first = place.engine.fires(made.id, outcome="skipped", limit=2)
    rest = place.engine.fires(made.id, outcome="skipped", limit=2, cursor=first.next_cursor)

    assert [fire.fire_at for fire in (*first.items, *rest.items)] == [START + minutes(10 * n) for n in (4, 3, 2)]
    assert rest.next_cursor is None
    for wrong in ({"cursor": "yesterday"}, {"cursor": "2026-01-01"}, {"outcome": "lost"}):
        with pytest.raises(DefinitionError):
            place.engine.fires(made.id, **wrong)  # type: ignore[arg-type]
