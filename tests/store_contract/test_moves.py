"""Moves: the row that says so and the new version are written together, by the owner alone."""

from __future__ import annotations

import pytest

from store_steps import GRAPH, claim, claim_one, given_claimed, given_status, given_worker, row, send
from treadle.domain.records import Claim, MessageKind, MessageOutcome, RowKind
from treadle.ports import Store

OTHER = '{"nodes":[{"id":"other","type":"noop"}],"edges":[]}'


def given_two_versions(store: Store) -> Claim:
    held = given_claimed(store)
    assert store.workflows.save("orders", OTHER, "").version == 2
    return held


def moved(store: Store, held: Claim, *, owner: str = "a", version: int | None = 2) -> bool:
    verb = "move" if version is not None else "not_moved"
    return store.ownership.move(owner, held, row(kind=RowKind.CONTROL, status=verb, message_seq=1), version=version)


def test_a_moved_execution_is_given_back_and_loaded_with_its_new_graph(store: Store) -> None:
    held = given_two_versions(store)

    assert moved(store, held)
    again = claim_one(store)
    [loaded] = store.ownership.load([again.execution_id])

    assert (loaded.record.version, loaded.record.status, loaded.graph_json) == (2, "running", OTHER)
    assert [(each.seq, each.status, each.by) for each in loaded.rows] == [(1, "move", "a")]
    assert loaded.record.crashes == 0


def test_one_that_does_not_fit_keeps_its_version(store: Store) -> None:
    held = given_two_versions(store)

    assert moved(store, held, version=None)
    claim_one(store)
    [loaded] = store.ownership.load([held.execution_id])

    assert (loaded.record.version, loaded.graph_json) == (1, GRAPH)
    assert [each.status for each in loaded.rows] == ["not_moved"]


def test_a_move_that_is_sent_again_changes_nothing(store: Store) -> None:
    held = given_two_versions(store)
    moved(store, held)

    assert not moved(store, held)
    assert len(store.executions.journal(held.execution_id)) == 1


def test_a_worker_that_lost_it_cannot_move_it(store: Store) -> None:
    held = given_two_versions(store)
    store.workers.evict("a")
    given_worker(store, "b")

    assert not moved(store, held)
    assert not moved(store, held, owner="b")
    [taken] = claim(store, "b")
    assert not moved(store, held, owner="b")

    assert (store.executions.get("exec-1").version, taken.claim_no) == (1, 2)
    assert store.executions.journal("exec-1") == []


@pytest.mark.parametrize(("status", "becomes"), [("running", "running"), ("waiting", "waiting"), ("paused", "running")])
def test_the_message_wakes_what_is_paused(store: Store, status: str, becomes: str) -> None:
    given_status(store, status)

    reply = send(store, MessageKind.MOVE)

    assert (reply.outcome, reply.status) == (MessageOutcome.ACCEPTED, becomes)


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_what_is_over_takes_no_message(store: Store, status: str) -> None:
    given_status(store, status)

    assert send(store, MessageKind.MOVE).outcome is MessageOutcome.REFUSED
