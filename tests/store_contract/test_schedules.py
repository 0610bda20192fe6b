"""Schedules: each due instant is recorded once, with what became of it (T20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from conftest import START, MovableClock
from store_steps import (
    NEW_EXECUTION,
    claim_one,
    commit,
    end,
    given_execution,
    given_worker,
    given_workflow,
    schedule,
    status,
)
from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import NewExecution, Schedule
from treadle.domain.schedule import timing_of
from treadle.domain.schedule_due import passed_over
from treadle.domain.schedule_timing import jitter_at
from treadle.ports import Store
from treadle.store import open_store

HOUR = timedelta(hours=1)


def given_schedule(store: Store, **fields: Any) -> Schedule:
    given_workflow(store)
    store.schedules.add(schedule(START, **fields))
    return store.schedules.get("sch-1")


def in_line(fire_at: datetime) -> NewExecution:
    """As the engine makes them for `queue_one` and `cancel_previous`."""
    return replace(execution_of(fire_at), slot_key="orders\x1fschedule\x1fsch-1", slot_limit=1)


def fire_in_line(store: Store, hours: int) -> str | None:
    at = START + hours * HOUR
    return store.schedules.fire(
        store.schedules.get("sch-1"), fire_at=at, next_fire_at=at + HOUR, execution=in_line(at), reason="caught up"
    )


def by_hand(store: Store, fire_at: datetime, overlap: str = "allow") -> tuple[str, bool]:
    found, fired = store.schedules.fire_by_hand(
        store.schedules.get("sch-1"), fire_at=fire_at, execution=execution_of(fire_at), overlap=overlap, reason="by hand"
    )
    return found.outcome, fired


def execution_of(fire_at: datetime) -> NewExecution:
    return replace(NEW_EXECUTION, id=f"exec-sch-1-{fire_at:%H%M}", schedule_id="sch-1")


def fire(store: Store, seen: Schedule, *, fire_at: datetime = START) -> str | None:
    return store.schedules.fire(seen, fire_at=fire_at, next_fire_at=fire_at + HOUR, execution=execution_of(fire_at))


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


def test_a_fire_starts_its_execution_and_moves_on(store: Store) -> None:
    seen = given_schedule(store)

    outcome = fire(store, seen)

    assert outcome == "fired"
    assert store.schedules.get("sch-1").next_fire_at == START + HOUR
    execution = store.executions.get("exec-sch-1-1200")
    assert (execution.status, execution.schedule_id) == ("running", "sch-1")
    [recorded] = store.schedules.fires("sch-1")
    assert (recorded.fire_at, recorded.outcome, recorded.execution_id, recorded.recorded_at) == (
        START, "fired", "exec-sch-1-1200", START,
    )  # fmt: skip


def test_of_two_workers_that_see_it_due_one_fires(store: Store) -> None:
    seen = given_schedule(store, overlap="allow")

    outcomes = [fire(store, seen), fire(store, seen)]

    assert outcomes == ["fired", None]
    assert len(store.schedules.fires("sch-1")) == 1
    assert len(store.executions.list().items) == 1


def test_a_worker_that_comes_late_does_not_set_the_schedule_back(store: Store) -> None:
    seen = given_schedule(store, overlap="allow")
    fire(store, seen)
    fire(store, store.schedules.get("sch-1"), fire_at=START + HOUR)

    late = fire(store, seen)

    assert (late, store.schedules.get("sch-1").next_fire_at) == (None, START + 2 * HOUR)


def test_an_instant_that_was_recorded_is_not_fired_again(store: Store) -> None:
    seen = given_schedule(store, overlap="allow")
    fire(store, seen)
    store.schedules.update(replace(store.schedules.get("sch-1"), next_fire_at=START))

    again = fire(store, store.schedules.get("sch-1"))

    assert again is None
    assert len(store.executions.list().items) == 1
    assert store.schedules.get("sch-1").next_fire_at == START + HOUR


@pytest.mark.parametrize(
    "edit",
    [
        lambda seen: replace(seen, cron="7 * * * *"),
        lambda seen: replace(seen, paused=True),
        lambda seen: replace(seen, next_fire_at=START + HOUR),
    ],
    ids=["cron", "paused", "next_fire_at"],
)
def test_a_schedule_that_was_edited_meanwhile_does_not_fire(store: Store, edit: object) -> None:
    assert callable(edit)
    seen = given_schedule(store)
    store.schedules.update(edit(seen))

    outcome = fire(store, seen)

    assert outcome is None
    assert (list(store.schedules.fires("sch-1")), store.executions.list().items) == ([], ())


def test_a_deleted_schedule_does_not_fire(store: Store) -> None:
    seen = given_schedule(store)

    deleted, again = store.schedules.delete("sch-1"), store.schedules.delete("sch-1")

    assert (deleted, again, fire(store, seen)) == (True, False, None)


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


def test_a_missed_instant_is_recorded_with_its_reason(store: Store) -> None:
    seen = given_schedule(store)

    outcome = store.schedules.fire(
        seen, fire_at=START, next_fire_at=START + HOUR, execution=None, outcome="missed", reason="the workers were down"
    )

    assert outcome == "missed"
    [recorded] = store.schedules.fires("sch-1")
    assert (recorded.outcome, recorded.reason, recorded.execution_id) == ("missed", "the workers were down", None)
    assert store.executions.list().items == ()


def test_a_schedule_may_come_to_its_end(store: Store, clock: MovableClock) -> None:
    seen = given_schedule(store)

    store.schedules.fire(seen, fire_at=START, next_fire_at=None, execution=execution_of(START))

    clock.advance(seconds=10**7)
    assert store.schedules.get("sch-1").next_fire_at is None
    assert list(store.schedules.due()[1]) == []


def test_a_fire_of_an_unknown_version_changes_nothing(store: Store) -> None:
    seen = given_schedule(store)

    with pytest.raises(NotFoundError):
        store.schedules.fire(seen, fire_at=START, next_fire_at=START + HOUR, execution=replace(execution_of(START), version=9))

    assert (store.schedules.get("sch-1"), list(store.schedules.fires("sch-1"))) == (seen, [])


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


def test_fires_are_listed_newest_first(store: Store) -> None:
    given_schedule(store, overlap="allow")
    for number in range(3):
        fire(store, store.schedules.get("sch-1"), fire_at=START + number * HOUR)

    listed = store.schedules.fires("sch-1", limit=2)

    assert [each.fire_at for each in listed] == [START + 2 * HOUR, START + HOUR]


def test_every_field_of_a_schedule_is_kept_through_an_edit(store: Store) -> None:
    seen = given_schedule(store)
    edited = replace(
        seen, cron=None, at=(START, START + HOUR), start_at=START, end_at=START + HOUR, jitter=2.5, catch_up_limit=7,
        catch_up_window=90.0, overlap="queue_one",
    )  # fmt: skip

    store.schedules.update(edited)

    assert store.schedules.get("sch-1") == replace(edited, row_version=2)


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


def test_a_fire_by_hand_leaves_the_schedule_where_it_is_and_is_made_once(store: Store) -> None:
    given_schedule(store, paused=True)

    answers = [by_hand(store, START - HOUR), by_hand(store, START - HOUR)]

    assert answers == [("fired", True), ("fired", False)]
    assert store.schedules.get("sch-1").next_fire_at == START
    assert [each.id for each in store.executions.list().items] == ["exec-sch-1-1100"]


def test_by_hand_an_instant_that_was_missed_is_made_up_for_and_one_that_fired_is_not(store: Store) -> None:
    seen = given_schedule(store, overlap="allow")
    store.schedules.fire(seen, fire_at=START, next_fire_at=START + HOUR, execution=None, outcome="missed", reason="late")
    fire(store, store.schedules.get("sch-1"), fire_at=START + HOUR)

    answers = [by_hand(store, START), by_hand(store, START + HOUR)]

    assert answers == [("fired", True), ("fired", False)]
    assert [(each.outcome, each.reason) for each in store.schedules.fires("sch-1")] == [("fired", ""), ("fired", "by hand")]
    assert len(store.executions.list().items) == 2


def test_by_hand_an_overlap_leaves_what_is_recorded(store: Store) -> None:
    seen = given_schedule(store, overlap="allow")
    store.schedules.fire(seen, fire_at=START, next_fire_at=START + HOUR, execution=None, outcome="missed", reason="late")
    fire(store, store.schedules.get("sch-1"), fire_at=START + HOUR)

    answers = [by_hand(store, START, "skip"), by_hand(store, START - HOUR, "skip")]

    assert answers == [("missed", False), ("skipped", False)]


def test_an_instant_fired_by_hand_first_is_not_fired_again_when_it_comes(store: Store) -> None:
    seen = given_schedule(store)
    by_hand(store, START)

    outcome = fire(store, seen)

    assert outcome is None
    assert store.schedules.get("sch-1").next_fire_at == START + HOUR
    assert len(store.executions.list().items) == 1


def test_a_schedule_that_is_gone_is_not_fired_by_hand(store: Store) -> None:
    seen = given_schedule(store)
    store.schedules.delete("sch-1")

    with pytest.raises(NotFoundError):
        store.schedules.fire_by_hand(seen, fire_at=START, execution=execution_of(START), overlap="allow", reason="")


def test_fires_are_filtered_by_outcome_and_paged_by_instant(store: Store) -> None:
    given_schedule(store)
    for number in range(4):
        fire(store, store.schedules.get("sch-1"), fire_at=START + number * HOUR)

    skipped = store.schedules.fires("sch-1", outcome="skipped", limit=2)
    rest = store.schedules.fires("sch-1", outcome="skipped", before=skipped[-1].fire_at)

    assert [each.fire_at for each in [*skipped, *rest]] == [START + n * HOUR for n in (3, 2, 1)]


@pytest.mark.parametrize("by", ["worker", "hand"])
def test_of_connections_that_race_for_a_fire_one_wins(store_url: str, clock: MovableClock, by: str) -> None:
    stores = [open_store(store_url, clock=clock) for _ in range(4)]
    stores[0].migrate()
    seen = given_schedule(stores[0], overlap="queue_one")
    start = Barrier(4)
    answers: list[object] = []

    def race(rival: Store) -> None:
        for hours in range(20):
            at = START + hours * HOUR
            start.wait()
            if by == "worker":
                turn = replace(seen, next_fire_at=at)
                answers.append(rival.schedules.fire(turn, fire_at=at, next_fire_at=at + HOUR, execution=in_line(at)))
            else:
                answers.append(rival.schedules.fire_by_hand(seen, fire_at=at, execution=in_line(at), overlap="allow", reason="")[1])

    rivals = [Thread(target=race, args=[rival]) for rival in stores]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    winners = [answer for answer in answers if answer not in (None, False)]
    fires = stores[0].schedules.fires("sch-1", limit=100)
    assert (len(answers), len(winners), len(fires)) == (80, 20, 20)
    assert len(stores[0].executions.list(limit=100).items) == sum(each.outcome == "fired" for each in fires)
    for each in stores:
        each.close()
