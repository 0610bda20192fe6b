"""Workflows: immutable versions, and a deletion that leaves what runs alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conftest import START, MovableClock
from store_steps import (
    GRAPH,
    NEW_EXECUTION,
    commit,
    end,
    given_claimed,
    given_ended,
    given_paused,
    given_status,
    given_waiting,
    given_workflow,
    schedule,
    send,
)
from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import MessageKind
from treadle.ports import Store

OTHER = '{"nodes":[],"edges":[]}'
DRAWN = '{"nodes":[{"id":"fetch","type":"noop","position":{"x":1.0,"y":2.0}}],"edges":[]}'


def test_the_first_save_makes_version_one(store: Store) -> None:
    saved = store.workflows.save("orders", GRAPH, "Refunds")

    assert (saved.workflow, saved.version, saved.graph_json, saved.description) == ("orders", 1, GRAPH, "Refunds")
    assert (saved.created, saved.created_at) == (True, START)


def test_saving_the_same_graph_makes_no_version(store: Store, clock: MovableClock) -> None:
    store.workflows.save("orders", GRAPH, "Refunds")
    clock.advance(seconds=5)

    again = store.workflows.save("orders", GRAPH, None)

    assert (again.version, again.created, again.description, again.created_at) == (1, False, "Refunds", START)


def test_a_changed_graph_makes_the_next_version(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "Refunds")

    changed = store.workflows.save("orders", OTHER, None)
    back = store.workflows.save("orders", GRAPH, "New words")

    assert (changed.version, changed.created, back.version, back.created) == (2, True, 3, True)
    versions = store.workflows.versions("orders")
    assert [(each.version, each.graph_json) for each in versions] == [(3, GRAPH), (2, OTHER), (1, GRAPH)]
    assert store.workflows.get("orders").description == "New words"


def test_a_version_stays_what_it_was(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.workflows.save("orders", OTHER, "")

    first, latest = store.workflows.get("orders", 1), store.workflows.get("orders")

    assert (first.version, first.graph_json) == (1, GRAPH)
    assert (latest.version, latest.graph_json) == (2, OTHER)


def test_a_mistyped_name_is_answered_with_the_nearest(store: Store) -> None:
    store.workflows.save("refund-order", GRAPH, "")
    store.workflows.save("nightly-report", GRAPH, "")

    with pytest.raises(NotFoundError) as missing:
        store.workflows.get("refund-oder")

    assert missing.value.known == ("refund-order",)


def test_an_unknown_version_is_answered_with_those_there_are(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.workflows.save("orders", OTHER, "")

    with pytest.raises(NotFoundError) as missing:
        store.workflows.get("orders", 7)

    assert missing.value.known == ("2", "1")


def test_the_versions_of_nothing_are_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.workflows.versions("orders")


def test_workflows_are_listed_by_name_in_pages(store: Store, clock: MovableClock) -> None:
    for name in ("c", "a", "b"):
        store.workflows.save(name, GRAPH, f"about {name}")
    later = clock.advance(seconds=9)
    store.workflows.save("a", OTHER, None)

    first = store.workflows.list(limit=2)
    second = store.workflows.list(limit=2, cursor=first.next_cursor)

    assert [(each.name, each.version, each.description) for each in first.items] == [("a", 2, "about a"), ("b", 1, "about b")]
    assert (first.items[0].created_at, first.items[0].updated_at) == (START, later)
    assert ([each.name for each in second.items], second.next_cursor) == (["c"], None)


def test_a_deleted_workflow_is_gone_but_its_executions_keep_their_graph(store: Store) -> None:
    given_ended(store)

    store.workflows.delete("orders")

    assert store.workflows.list().items == ()
    with pytest.raises(NotFoundError):
        store.workflows.get("orders")
    assert store.workflows.get("orders", 1).graph_json == GRAPH
    assert store.ownership.load(["exec-1"])[0].graph_json == GRAPH


def test_a_deleted_workflow_stops_its_schedules(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.schedules.add(schedule(START))

    store.workflows.delete("orders")

    stopped = store.schedules.get("sch-1")
    assert (stopped.paused, stopped.row_version) == (True, 2)
    assert store.schedules.due()[1] == []


def test_what_is_not_there_cannot_be_deleted(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.workflows.delete("orders")

    with pytest.raises(NotFoundError):
        store.workflows.delete("orders")

    with pytest.raises(NotFoundError):
        store.workflows.delete("never")


@pytest.mark.parametrize("given", [given_claimed, given_waiting, given_paused])
def test_a_workflow_with_open_executions_is_not_deleted(store: Store, given: object) -> None:
    assert callable(given)
    given(store)

    with pytest.raises(ConflictError):
        store.workflows.delete("orders")

    assert store.workflows.get("orders").version == 1


def test_an_execution_that_waits_for_its_retry_is_open(store: Store) -> None:
    given_ended(store, "failed", retry_in=60)

    with pytest.raises(ConflictError):
        store.workflows.delete("orders")

    send(store, MessageKind.CANCEL)
    [held] = store.ownership.claim("a", queues=["default"], limit=1).claims
    commit(store, end(held, "cancelled", seen=1))
    store.workflows.delete("orders")


def test_a_deleted_workflow_comes_back_when_it_is_saved(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.workflows.delete("orders")

    saved = store.workflows.save("orders", OTHER, "back")

    assert (saved.version, saved.created) == (2, True)
    assert [each.name for each in store.workflows.list().items] == ["orders"]


def test_moving_a_box_makes_no_version(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")

    moved = store.workflows.save("orders", DRAWN, None)
    back = store.workflows.save("orders", GRAPH, None)

    assert (moved.version, moved.created, moved.graph_json) == (1, False, GRAPH)
    assert (moved.positions_json, back.positions_json) == ('{"fetch":{"x":1.0,"y":2.0}}', "{}")
    assert [each.version for each in store.workflows.versions("orders")] == [1]


def test_a_save_that_was_overtaken_is_refused_with_the_version_that_won(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.workflows.save("orders", OTHER, None, expected_version=1, by="ann")

    with pytest.raises(ConflictError, match=r"at version 2, saved .* by ann, and not at 1") as refused:
        store.workflows.save("orders", DRAWN, "lost", expected_version=1)

    assert refused.value.state == "2"
    latest = store.workflows.get("orders")
    assert (latest.version, latest.description, latest.saved_by) == (2, "", "ann")


def test_a_repeated_save_is_not_overtaken_by_itself(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.workflows.save("orders", OTHER, None, expected_version=1)

    again = store.workflows.save("orders", OTHER, None, expected_version=1)

    assert (again.version, again.created) == (2, False)


def test_a_workflow_that_must_be_new_is_refused_if_it_is_there(store: Store) -> None:
    created = store.workflows.save("orders", GRAPH, "", expected_version=0)

    with pytest.raises(ConflictError):
        store.workflows.save("orders", OTHER, None, expected_version=0)
    store.workflows.delete("orders")
    anew = store.workflows.save("orders", OTHER, None, expected_version=0)

    assert (created.version, anew.version) == (1, 2)


def test_a_save_of_a_workflow_that_was_deleted_says_so(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")
    store.workflows.delete("orders")

    with pytest.raises(ConflictError, match="not there any more") as refused:
        store.workflows.save("orders", OTHER, None, expected_version=1)

    assert refused.value.state == "0"


def test_open_executions_are_counted_by_version(store: Store) -> None:
    given_waiting(store, "exec-1")
    store.workflows.save("orders", OTHER, None)
    for execution_id in ("exec-2", "exec-3"):
        store.executions.start(replace(NEW_EXECUTION, id=execution_id, version=2))

    assert store.workflows.open_counts("orders") == {1: {"waiting": 1}, 2: {"running": 2}}
    assert store.workflows.open_counts("none") == {}


def test_a_draft_is_no_version_of_its_workflow(store: Store) -> None:
    store.workflows.save("orders", GRAPH, "")

    draft = store.workflows.keep_draft("orders", OTHER)

    assert draft < 0
    assert store.workflows.get("orders", draft).graph_json == OTHER
    assert store.workflows.get("orders").version == 1
    assert [each.version for each in store.workflows.versions("orders")] == [1]
    with pytest.raises(NotFoundError) as missing:
        store.workflows.get("orders", 7)
    assert missing.value.known == ("1",)


def test_the_same_draft_is_kept_once_and_another_one_beside_it(store: Store) -> None:
    drafts = [store.workflows.keep_draft("orders", text) for text in (OTHER, OTHER, DRAWN)]

    assert drafts[0] == drafts[1] != drafts[2]


def test_a_draft_of_a_workflow_that_is_not_saved_does_not_make_it(store: Store) -> None:
    store.workflows.keep_draft("new", GRAPH)

    with pytest.raises(NotFoundError):
        store.workflows.get("new")
    assert store.workflows.list().items == ()
    saved = store.workflows.save("new", GRAPH, "")
    assert (saved.version, saved.created) == (1, True)


def test_a_draft_goes_a_day_after_its_last_use_when_nothing_runs_it(store: Store, clock: MovableClock) -> None:
    used, unused = (store.workflows.keep_draft("orders", text) for text in (GRAPH, OTHER))
    store.executions.start(replace(NEW_EXECUTION, id="exec-1", version=used))
    recent = store.workflows.keep_draft("orders", DRAWN)
    clock.advance(seconds=80_000)
    store.workflows.keep_draft("orders", DRAWN)
    clock.advance(seconds=10_000)

    store.executions.prune(finished_before=START)

    assert [_is_there(store, draft) for draft in (used, unused, recent)] == [True, False, True]


def _is_there(store: Store, version: int) -> bool:
    try:
        store.workflows.get("orders", version)
    except NotFoundError:
        return False
    return True
def test_the_list_tells_what_goes_on_in_each_workflow(store: Store, clock: MovableClock) -> None:
    for number, status in enumerate(["completed", "waiting", "failed", "waiting", "paused"]):
        given_status(store, status, f"exec-{number}", workflow="orders")
        clock.advance(1)
    given_status(store, "completed", "exec-t", workflow="orders", trigger_json='{"node":null,"type":"test"}')
    given_workflow(store, "quiet")

    orders, quiet = (each.activity for each in store.workflows.list().items)

    assert (orders.open, quiet.open) == (
        {"running": 0, "waiting": 2, "paused": 1},
        {"running": 0, "waiting": 0, "paused": 0},
    )
    assert [(each.id, each.status.value) for each in orders.recent] == [
        ("exec-4", "paused"), ("exec-3", "waiting"), ("exec-2", "failed"), ("exec-1", "waiting"), ("exec-0", "completed"),
    ]  # fmt: skip
    assert orders.recent[2].finished_at == START + timedelta(seconds=2)
    assert quiet.recent == ()


def test_the_last_executions_are_the_newest_twenty(store: Store, clock: MovableClock) -> None:
    for number in range(22):
        given_status(store, ["completed", "failed"][number % 2], f"exec-{number:02}")
        clock.advance(1)

    [orders] = store.workflows.list().items

    assert [each.id for each in orders.activity.recent] == [f"exec-{number:02}" for number in range(21, 1, -1)]
