"""Schedules as they are kept, edited, listed and set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conftest import START, MovableClock
from schedule_steps import (
    HOUR,
    execution_of,
    fire,
    given_schedule,
)
from store_steps import (
    given_workflow,
    schedule,
)
from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.schedule import timing_of
from treadle.domain.schedule_due import passed_over
from treadle.domain.schedule_timing import jitter_at
from treadle.ports import Store


def test_a_schedule_is_read_as_it_was_added(store: Store) -> None:
    given_workflow(store)
    added = schedule(
        START, cron=None, interval=0.5, timezone="Asia/Kathmandu", dst="earlier", input_json='{"a":1}', priority=-1,
        overlap="allow", catch_up="all", paused=True, next_fire_at=None, version=1,
    )  # fmt: skip

    store.schedules.add(added)

    assert store.schedules.get("sch-1") == added


def test_a_schedule_needs_its_workflow(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.schedules.add(schedule(START))

    with pytest.raises(NotFoundError):
        store.schedules.get("sch-1")


def test_an_id_names_one_schedule(store: Store) -> None:
    given_schedule(store)

    with pytest.raises(ConflictError):
        store.schedules.add(schedule(START, cron="1 * * * *"))

    assert store.schedules.get("sch-1").cron == "0 * * * *"


def test_an_edit_is_written_where_nobody_edited_before(store: Store) -> None:
    seen = given_schedule(store)

    first = store.schedules.update(replace(seen, cron="5 * * * *", next_fire_at=START + HOUR))
    second = store.schedules.update(replace(seen, cron="6 * * * *"))

    kept = store.schedules.get("sch-1")
    assert (first, second) == (True, False)
    assert (kept.cron, kept.next_fire_at, kept.row_version) == ("5 * * * *", START + HOUR, 2)


def test_an_edit_that_keeps_its_place_does_not_undo_a_fire_meanwhile(store: Store) -> None:
    seen = given_schedule(store, jitter=5.0)
    fire(store, seen)

    written = store.schedules.update(replace(seen, paused=True), keeps_place=True)

    kept = store.schedules.get("sch-1")
    assert (written, kept.paused, kept.next_fire_at) == (True, True, START + HOUR)


def test_due_schedules_come_in_order_with_the_database_time(store: Store, clock: MovableClock) -> None:
    given_workflow(store)
    for number, offset in enumerate([3, 1, 2, 99]):
        store.schedules.add(schedule(START, id=f"sch-{number}", next_fire_at=START + timedelta(seconds=offset)))
    store.schedules.add(schedule(START, id="sch-paused", paused=True))
    store.schedules.add(schedule(START, id="sch-over", next_fire_at=None))
    later = clock.advance(seconds=3)

    now, due = store.schedules.due()

    assert now == later
    assert [each.id for each in due] == ["sch-1", "sch-2", "sch-0"]
    assert [each.id for each in store.schedules.due(limit=1)[1]] == ["sch-1"]


def test_a_schedule_may_come_to_its_end(store: Store, clock: MovableClock) -> None:
    seen = given_schedule(store)

    store.schedules.fire(seen, fire_at=START, next_fire_at=None, execution=execution_of(START))

    clock.advance(seconds=10**7)
    assert store.schedules.get("sch-1").next_fire_at is None
    assert list(store.schedules.due()[1]) == []


def test_a_schedule_set_aside_is_left_alone_until_it_is_edited(store: Store) -> None:
    seen = given_schedule(store)

    store.schedules.set_aside(seen, "unknown time zone")

    aside = store.schedules.get("sch-1")
    assert (aside.error, list(store.schedules.due()[1]), fire(store, seen)) == ("unknown time zone", [], None)
    store.schedules.update(replace(aside, timezone="UTC"))
    assert [each.id for each in store.schedules.due()[1]] == ["sch-1"]


def test_setting_aside_what_was_edited_meanwhile_does_nothing(store: Store) -> None:
    seen = given_schedule(store)
    store.schedules.update(seen)

    store.schedules.set_aside(seen, "late")

    assert store.schedules.get("sch-1").error is None


def test_schedules_are_listed_in_pages_and_by_workflow(store: Store) -> None:
    given_workflow(store)
    given_workflow(store, "bills")
    for number in range(4):
        store.schedules.add(schedule(START, id=f"sch-{number}", workflow=["orders", "bills"][number % 2]))

    first = store.schedules.list(limit=3)
    second = store.schedules.list(limit=3, cursor=first.next_cursor)
    bills = store.schedules.list(workflow="bills")

    assert [each.id for each in first.items] == ["sch-0", "sch-1", "sch-2"]
    assert ([each.id for each in second.items], second.next_cursor) == (["sch-3"], None)
    assert [each.id for each in bills.items] == ["sch-1", "sch-3"]


def test_every_field_of_a_schedule_is_kept_through_an_edit(store: Store) -> None:
    seen = given_schedule(store)
    edited = replace(
        seen, cron=None, at=(START, START + HOUR), start_at=START, end_at=START + HOUR, jitter=2.5, catch_up_limit=7,
        catch_up_window=90.0, overlap="queue_one",
    )  # fmt: skip

    store.schedules.update(edited)

    assert store.schedules.get("sch-1") == replace(edited, row_version=2)


def test_with_jitter_a_schedule_is_due_later_and_the_worker_wakes_for_that(store: Store, clock: MovableClock) -> None:
    given_schedule(store, jitter=600.0)
    put_off = jitter_at("sch-1", START, 600.0)

    clock.advance(put_off.total_seconds() - 0.001)
    before = store.schedules.due()[1]
    clock.advance(0.002)
    after = store.schedules.due()[1]

    assert (list(before), [each.id for each in after]) == ([], ["sch-1"])
    fire(store, after[0])
    assert list(store.schedules.due()[1]) == []


def test_what_an_edit_passes_over_is_recorded_with_it_or_not_at_all(store: Store) -> None:
    seen = given_schedule(store, paused=True)
    steps = passed_over(timing_of(seen), START, START + 2 * HOUR, outcome="paused", reason="the schedule was paused")

    written = store.schedules.update(replace(seen, paused=False, next_fire_at=START + 3 * HOUR), passed_over=steps)
    late = store.schedules.update(replace(seen, paused=False), passed_over=[replace(steps[0], at=START - HOUR)])

    assert (written, late) == (True, False)
    assert [(each.fire_at, each.outcome, each.reason) for each in store.schedules.fires("sch-1")] == [
        (START + hours * HOUR, "paused", "the schedule was paused") for hours in (2, 1, 0)
    ]
