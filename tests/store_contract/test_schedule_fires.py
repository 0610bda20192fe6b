"""Fires: each due instant is recorded once, with what became of it (T20)."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from conftest import START, MovableClock
from schedule_steps import (
    HOUR,
    by_hand,
    execution_of,
    fire,
    given_schedule,
    in_line,
)
from treadle.domain.errors import NotFoundError
from treadle.ports import Store
from treadle.store import open_store


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


def test_a_missed_instant_is_recorded_with_its_reason(store: Store) -> None:
    seen = given_schedule(store)

    outcome = store.schedules.fire(
        seen, fire_at=START, next_fire_at=START + HOUR, execution=None, outcome="missed", reason="the workers were down"
    )

    assert outcome == "missed"
    [recorded] = store.schedules.fires("sch-1")
    assert (recorded.outcome, recorded.reason, recorded.execution_id) == ("missed", "the workers were down", None)
    assert store.executions.list().items == ()


def test_a_fire_of_an_unknown_version_changes_nothing(store: Store) -> None:
    seen = given_schedule(store)

    with pytest.raises(NotFoundError):
        store.schedules.fire(seen, fire_at=START, next_fire_at=START + HOUR, execution=replace(execution_of(START), version=9))

    assert (store.schedules.get("sch-1"), list(store.schedules.fires("sch-1"))) == (seen, [])


def test_fires_are_listed_newest_first(store: Store) -> None:
    given_schedule(store, overlap="allow")
    for number in range(3):
        fire(store, store.schedules.get("sch-1"), fire_at=START + number * HOUR)

    listed = store.schedules.fires("sch-1", limit=2)

    assert [each.fire_at for each in listed] == [START + 2 * HOUR, START + HOUR]


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
