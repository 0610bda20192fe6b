"""Forks (T22): an execution and the rows its journal begins with, in one transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store_steps import NEW_EXECUTION, claim_one, given_execution, given_worker, given_workflow, row, seqs
from treadle.domain.errors import ConcurrencyLimitError, DataRejectedError, NotFoundError
from treadle.domain.values import INLINE_LIMIT
from treadle.ports import Store

FORK = replace(NEW_EXECUTION, id="exec-9")
ROWS = [row("exec-9", 1), row("exec-9", 2, kind="control", output_json=None, by="")]


def test_a_fork_begins_with_its_rows(store: Store) -> None:
    given_workflow(store)

    reply = store.executions.fork(FORK, ROWS)

    assert (reply.id, reply.created, reply.status) == ("exec-9", True, "running")
    assert list(store.executions.journal("exec-9")) == ROWS
    given_worker(store)
    claim_one(store)
    [loaded] = store.ownership.load(["exec-9"])
    assert [each.seq for each in loaded.rows] == [1, 2]


def test_a_large_result_is_copied_whole(store: Store) -> None:
    given_workflow(store)
    text = f'"{"ä" * (2 * INLINE_LIMIT)}"'

    store.executions.fork(FORK, [row("exec-9", 1, output_json=text)])

    [kept] = store.executions.journal("exec-9")
    assert kept.output_json == text


def test_the_same_fork_again_changes_nothing(store: Store) -> None:
    given_workflow(store)
    store.executions.fork(FORK, ROWS)

    again = store.executions.fork(FORK, ROWS)

    assert (again.id, again.created) == ("exec-9", True)
    assert seqs(store, "exec-9") == [1, 2]


def test_a_fork_that_cannot_be_stored_leaves_nothing(store: Store) -> None:
    given_workflow(store)

    with pytest.raises(DataRejectedError):
        store.executions.fork(FORK, [*ROWS, row("exec-9", 3, output_json="\ud800")])

    with pytest.raises(NotFoundError):
        store.executions.get("exec-9")
    assert seqs(store, "exec-9") == []


def test_a_fork_waits_for_a_slot_as_a_start_does(store: Store) -> None:
    given_execution(store, "exec-1", slot_key="k", slot_limit=1)

    waits = store.executions.fork(replace(FORK, slot_key="k", slot_limit=1), ROWS)
    with pytest.raises(ConcurrencyLimitError):
        store.executions.fork(replace(FORK, id="exec-8", slot_key="k", slot_limit=1, on_limit="skip"), [row("exec-8", 1)])

    assert waits.status == "waiting"
    assert (seqs(store, "exec-9"), seqs(store, "exec-8")) == ([1, 2], [])
