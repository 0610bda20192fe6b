"""Starting, finding, listing and counting executions (T6, T18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conftest import START, MovableClock
from store_steps import (
    GRAPH,
    NEW_EXECUTION,
    claim,
    claim_one,
    commit,
    end,
    given_claimed,
    given_ended,
    given_execution,
    given_paused,
    given_waiting,
    given_worker,
    given_workflow,
    row,
    send,
)
from treadle.domain.errors import DefinitionError, IdempotencyError, NotFoundError
from treadle.domain.execution_filter import ExecutionFilter
from treadle.domain.records import ExecutionRecord, Known, MessageKind, Page
from treadle.ports import Store
from treadle.store import status_counts


def search(word: str) -> ExecutionFilter:
    return ExecutionFilter(words=(word,) if word else ())


def ids(page: Page[ExecutionRecord]) -> list[str]:
    return [each.id for each in page.items]


def test_a_started_execution_has_all_it_was_given(store: Store) -> None:
    given_workflow(store)
    full = replace(
        NEW_EXECUTION,
        input_json='{"order":"ä"}',
        trigger_json='{"node":"t","type":"trigger.webhook"}',
        priority=2,
        queue="gpu",
        timeout=1.5,
        parent_id="exec-0",
        parent_activity="/sub#1@1",
        on_parent_end="abandon",
        depth=3,
        schedule_id="sch-1",
    )

    reply = store.executions.start(full)

    assert (reply.id, reply.created) == ("exec-1", True)
    execution = store.executions.get("exec-1")
    assert (execution.workflow, execution.version, execution.status, execution.attempt) == ("orders", 1, "running", 1)
    assert (execution.input_json, execution.trigger_json) == (full.input_json, full.trigger_json)
    assert (execution.priority, execution.queue, execution.depth, execution.schedule_id) == (2, "gpu", 3, "sch-1")
    assert (execution.parent_id, execution.parent_activity, execution.on_parent_end) == ("exec-0", "/sub#1@1", "abandon")
    assert (execution.created_at, execution.ready_at, execution.started_at) == (START, START, None)
    assert execution.deadline_at == START + timedelta(seconds=1.5)
    assert (execution.owner, execution.claim_no, execution.crashes) == (None, 0, 0)


def test_the_same_start_again_is_answered_as_the_first_time(store: Store) -> None:
    given_execution(store)

    again = store.executions.start(NEW_EXECUTION)

    assert (again.id, again.created) == ("exec-1", True)
    assert ids(store.executions.list()) == ["exec-1"]


def test_an_idempotency_key_counts_once(store: Store) -> None:
    given_execution(store, "exec-1", idempotency_key="order-7", body_hash="h")

    again = store.executions.start(replace(NEW_EXECUTION, id="exec-2", idempotency_key="order-7", body_hash="h"))

    assert (again.id, again.created) == ("exec-1", False)
    assert ids(store.executions.list()) == ["exec-1"]


def test_an_idempotency_key_with_another_body_is_refused(store: Store) -> None:
    given_execution(store, "exec-1", idempotency_key="order-7", body_hash="h")

    with pytest.raises(IdempotencyError) as refused:
        store.executions.start(replace(NEW_EXECUTION, id="exec-2", idempotency_key="order-7", body_hash="other"))

    assert refused.value.key == "order-7"
    assert ids(store.executions.list()) == ["exec-1"]


def test_the_same_start_with_its_key_again_is_answered_as_the_first_time(store: Store) -> None:
    given_execution(store, "exec-1", idempotency_key="order-7", body_hash="h")

    again = store.executions.start(replace(NEW_EXECUTION, idempotency_key="order-7", body_hash="h"))

    assert (again.id, again.created) == ("exec-1", True)


def test_each_workflow_has_keys_of_its_own(store: Store) -> None:
    given_execution(store, "exec-1", idempotency_key="k", body_hash="h")
    given_workflow(store, "bills")

    other = store.executions.start(replace(NEW_EXECUTION, id="exec-2", workflow="bills", idempotency_key="k", body_hash="x"))

    assert (other.id, other.created) == ("exec-2", True)


def test_an_unknown_version_cannot_be_started(store: Store) -> None:
    given_workflow(store)

    with pytest.raises(NotFoundError):
        store.executions.start(replace(NEW_EXECUTION, version=2))

    assert ids(store.executions.list()) == []


def test_an_unknown_execution_is_not_found(store: Store) -> None:
    assert store.ownership.state("exec-1") is None

    with pytest.raises(NotFoundError):
        store.executions.get("exec-1")


def test_the_state_comes_without_input_and_output(store: Store) -> None:
    given_ended(store)

    state = store.ownership.state("exec-1")

    full = store.executions.get("exec-1")
    assert full.input_json == "{}"
    assert state == replace(full, input_json=None, output_json=None)


def test_a_unique_prefix_names_an_execution(store: Store) -> None:
    given_execution(store, "exec-abc")
    given_execution(store, "exec-abd")

    resolved = store.executions.resolve("exec-abc")

    assert resolved == "exec-abc"
    assert store.executions.resolve("exec-abd") == "exec-abd"


def test_a_whole_id_wins_over_those_it_begins(store: Store) -> None:
    given_execution(store, "exec-a")
    given_execution(store, "exec-ab")

    resolved = store.executions.resolve("exec-a")

    assert resolved == "exec-a"


@pytest.mark.parametrize(("prefix", "known"), [("exec-a", ("exec-ab", "exec-ac")), ("exec-x", ()), ("exec-%", ())])
def test_an_ambiguous_or_unknown_prefix_names_none(store: Store, prefix: str, known: tuple[str, ...]) -> None:
    given_execution(store, "exec-ac")
    given_execution(store, "exec-ab")

    with pytest.raises(NotFoundError) as missing:
        store.executions.resolve(prefix)

    assert missing.value.known == known


def test_a_new_owner_loads_everything_in_the_order_it_asked(store: Store) -> None:
    given_claimed(store, "exec-1")
    given_execution(store, "exec-2", input_json='{"b":2}')
    claim_one(store)
    send(store, MessageKind.SIGNAL, "exec-1", "s-1")
    send(store, MessageKind.SIGNAL, "exec-1", "s-2")
    commit(store, rows=[row("exec-1", 1), row("exec-2", 1), row("exec-1", 2)])

    loaded = store.ownership.load(["exec-2", "exec-unknown", "exec-1"])

    assert [each.record.id for each in loaded] == ["exec-2", "exec-1"]
    assert [[each.seq for each in one.rows] for one in loaded] == [[1], [1, 2]]
    assert [[each.message_id for each in one.inbox] for one in loaded] == [[], ["s-1", "s-2"]]
    assert (loaded[0].record.input_json, loaded[0].record.owner, loaded[0].graph_json) == ('{"b":2}', "a", GRAPH)
    assert loaded[0].graph_json is loaded[1].graph_json


def test_nothing_is_loaded_of_nothing(store: Store) -> None:
    assert list(store.ownership.load([])) == []


def test_what_a_worker_knows_is_not_loaded_again(store: Store) -> None:
    given_claimed(store, "exec-1")
    for number in (2, 3):
        given_execution(store, f"exec-{number}")
        claim_one(store)
    for execution_id in ("exec-1", "exec-2", "exec-3"):
        commit(store, rows=[row(execution_id, seq) for seq in (1, 2, 3)])
        send(store, MessageKind.SIGNAL, execution_id, "s-1")
        send(store, MessageKind.SIGNAL, execution_id, "s-2")

    loaded = store.ownership.load(
        ["exec-3", "exec-2", "exec-1"],
        after={"exec-1": Known(seq=3, inbox_seq=2), "exec-3": Known(seq=2, inbox_seq=1), "exec-9": Known(seq=1)},
    )

    assert [[each.seq for each in one.rows] for one in loaded] == [[2, 3], [1, 2, 3], [3]]
    assert [[each.message_id for each in one.inbox] for one in loaded] == [["s-2"], ["s-1", "s-2"], []]
    assert [(one.record.inbox_seq, one.graph_json) for one in loaded] == [(2, GRAPH)] * 3


def test_the_row_that_a_worker_knows_comes_again_to_be_compared(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=1), row(seq=2, output_json='"second"')])

    [loaded] = store.ownership.load(["exec-1"], after={"exec-1": Known(seq=2)})

    assert loaded.rows == (row(seq=2, output_json='"second"', by="a"),)


def test_nothing_comes_of_a_journal_that_is_shorter_than_what_is_known(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=1)])

    [loaded] = store.ownership.load(["exec-1"], after={"exec-1": Known(seq=5, inbox_seq=3)})

    assert (loaded.rows, loaded.inbox) == ((), ())


def test_a_worker_that_knows_nothing_yet_is_given_everything(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=1), row(seq=2)])
    send(store, MessageKind.SIGNAL)

    known, unknown = (store.ownership.load(["exec-1"], after=after) for after in ({"exec-1": Known()}, None))

    assert list(known) == list(unknown)


def test_each_execution_is_loaded_with_the_version_it_started_with(store: Store) -> None:
    given_execution(store, "exec-1")
    store.workflows.save("orders", '{"nodes":[]}', None)
    given_execution(store, "exec-2", workflow="orders", version=1)

    loaded = store.ownership.load(["exec-1", "exec-2"])

    assert [each.graph_json for each in loaded] == [GRAPH, GRAPH]


def test_after_three_crashes_only_the_last_row_is_loaded(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=1), row(seq=2)])
    for _ in range(3):
        store.workers.evict("a")
        given_worker(store)
        claim(store, owns_nothing=True)

    [whole] = store.ownership.load(["exec-1"])
    [known] = store.ownership.load(["exec-1"], after={"exec-1": Known(seq=1)})

    assert (whole.record.crashes, [each.seq for each in whole.rows]) == (3, [2])
    assert known.rows == whole.rows


def test_the_journal_is_read_in_pieces(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=seq) for seq in range(1, 8)])

    pieces = [[each.seq for each in store.executions.journal("exec-1", after=after, limit=3)] for after in (0, 3, 6, 7)]

    assert pieces == [[1, 2, 3], [4, 5, 6], [7], []]


def test_the_list_is_newest_first_and_without_payloads(store: Store, clock: MovableClock) -> None:
    for number in (2, 1, 3):
        given_execution(store, f"exec-{number}")
        clock.advance(seconds=1)

    page = store.executions.list()

    assert (ids(page), page.next_cursor) == (["exec-3", "exec-1", "exec-2"], None)
    assert {(each.input_json, each.output_json) for each in page.items} == {(None, None)}


def test_pages_join_up_whatever_starts_meanwhile(store: Store, clock: MovableClock) -> None:
    for number in range(7):
        given_execution(store, f"exec-{number}")
        if number % 3 == 0:
            clock.advance(seconds=1)
    first = store.executions.list(limit=3)
    given_execution(store, "exec-new")

    second = store.executions.list(limit=3, cursor=first.next_cursor)
    third = store.executions.list(limit=3, cursor=second.next_cursor)

    assert [ids(first), ids(second), ids(third)] == [
        ["exec-6", "exec-5", "exec-4"], ["exec-3", "exec-2", "exec-1"], ["exec-0"],
    ]  # fmt: skip
    assert third.next_cursor is None


def test_a_full_last_page_has_no_cursor(store: Store) -> None:
    given_execution(store, "exec-1")
    given_execution(store, "exec-2")

    page = store.executions.list(limit=2)

    assert (len(page.items), page.next_cursor) == (2, None)


@pytest.mark.parametrize("cursor", ["", "nonsense", "%%%", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkgeA=="])
def test_a_strange_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(DefinitionError):
        store.executions.list(cursor=cursor)


def given_variety(store: Store) -> None:
    given_ended(store, "completed", "exec-a1", workflow="orders")
    given_ended(store, "failed", "exec-a2", workflow="orders")
    given_waiting(store, "exec-b1", workflow="Big_Bills")
    given_paused(store, "exec-b2", workflow="Big_Bills", parent_id="exec-a1")
    given_claimed(store, "exec-c1", workflow="other", parent_id="exec-a1")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "failed"}, {"exec-a2"}),
        ({"status": "cancelled"}, set()),
        ({"workflow": "orders"}, {"exec-a1", "exec-a2"}),
        ({"workflow": "orders", "status": "completed"}, {"exec-a1"}),
        ({"workflow": "nothing"}, set()),
        ({"parent": "exec-a1"}, {"exec-b2", "exec-c1"}),
        ({"parent": "exec-a1", "status": "paused"}, {"exec-b2"}),
        ({"parent": "exec-a1", "workflow": "other"}, {"exec-c1"}),
        ({"parent": "exec-a1", "q": "big"}, {"exec-b2"}),
        ({"q": "exec-a"}, {"exec-a1", "exec-a2"}),
        ({"q": "exec-a", "status": "failed"}, {"exec-a2"}),
        ({"q": "exec-", "workflow": "other"}, {"exec-c1"}),
        ({"q": "bill"}, {"exec-b1", "exec-b2"}),
        ({"q": "BILL", "status": "waiting"}, {"exec-b1"}),
        ({"q": "g_b"}, {"exec-b1", "exec-b2"}),
        ({"q": "gxb"}, set()),
        ({"q": "r"}, {"exec-a1", "exec-a2", "exec-c1"}),
        ({"q": "%"}, set()),
        ({"q": "!"}, set()),
        ({"q": ""}, {"exec-a1", "exec-a2", "exec-b1", "exec-b2", "exec-c1"}),
    ],
)
def test_the_list_is_filtered(store: Store, filters: dict[str, str], expected: set[str]) -> None:
    given_variety(store)

    wanted = search(filters.get("q", "")).narrowed(**{key: value for key, value in filters.items() if key != "q"})
    page = store.executions.list(wanted)

    assert set(ids(page)) == expected
    assert len(page.items) == len(expected)


def test_filtered_pages_join_up(store: Store) -> None:
    for number in range(9):
        given_execution(store, f"exec-{number}", workflow=["orders", "other", "order-bills"][number % 3])

    seen, cursor = [], None
    while True:
        page = store.executions.list(search("order"), limit=2, cursor=cursor)
        seen += ids(page)
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == ["exec-8", "exec-6", "exec-5", "exec-3", "exec-2", "exec-0"]


def test_counts_tell_every_status_and_what_is_ready(store: Store) -> None:
    given_variety(store)
    given_execution(store, "exec-d1")

    counts = store.executions.counts()

    assert counts == {"running": 2, "waiting": 1, "paused": 1, "completed": 1, "failed": 1, "cancelled": 0, "ready": 1}


def test_an_empty_store_counts_nothing(store: Store) -> None:
    assert set(store.executions.counts().values()) == {0}


def test_counts_stay_right_when_old_counts_are_remembered(
    store: Store, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_counts, "MUCH", 1)
    given_ended(store, "completed", "exec-1")
    given_ended(store, "failed", "exec-2")
    clock.advance(seconds=100)
    seen = [store.executions.counts()]

    given_ended(store, "completed", "exec-3")
    seen.append(store.executions.counts())
    send(store, MessageKind.RETRY, "exec-2")
    clock.advance(seconds=100)
    seen.append(store.executions.counts())
    store.executions.prune(finished_before=clock.now())
    seen.append(store.executions.counts())

    told = [(each["completed"], each["failed"], each["running"]) for each in seen]
    assert told == [(1, 1, 0), (2, 1, 0), (2, 0, 1), (0, 0, 1)]


def test_an_unfinished_execution_has_no_finish_time(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    later = clock.advance(seconds=3)

    before = store.executions.get("exec-1").finished_at
    commit(store, end(held))

    assert (before, store.executions.get("exec-1").finished_at) == (None, later)


def test_an_execution_that_changes_while_it_is_listed_is_listed_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    given_paused(store)
    listed: Any = store.executions._listed  # type: ignore[attr-defined]
    fetch = listed._fetch

    def fetch_and_change(session: Any, stream: Any, *rest: Any) -> Any:
        found = fetch(session, stream, *rest)
        if stream.parameters["status"] == "running":
            send(store, MessageKind.RESUME)
        return found

    monkeypatch.setattr(listed, "_fetch", fetch_and_change)

    assert ids(store.executions.list()) == ["exec-1"]
