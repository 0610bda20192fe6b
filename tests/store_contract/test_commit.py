"""The group commit: all or nothing, and no decision that its guard does not allow (T8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from conftest import START, MovableClock
from store_steps import (
    claim_one,
    commit,
    end,
    given_claimed,
    given_execution,
    given_worker,
    keep,
    new_approval,
    park,
    pause,
    row,
    send,
    seqs,
    status,
)
from treadle.domain.errors import DataRejectedError, JournalConflictError
from treadle.domain.records import Decision, MessageKind, NewExecution
from treadle.ports import Store

CHILD = NewExecution(
    id="child-1", workflow="orders", version=1, input_json='{"x":1}', trigger_json="{}", priority=1, queue="gpu", timeout=60,
    parent_id="exec-1", parent_activity="/sub#1@1", on_parent_end="abandon", depth=1,
)  # fmt: skip

Decide = Callable[..., Decision]

every_decision = pytest.mark.parametrize("decide", [park, pause, keep, end])


def test_plain_rows_are_written_as_they_are(store: Store) -> None:
    given_claimed(store)
    full = row(
        kind="failed",
        node_id="größe",
        scope="items[3]/",
        visit=2,
        attempt=3,
        status="failed",
        port="error",
        taken_json='{"e1":2}',
        output_json='{"a":"quote \\" backslash \\\\ comma , brace } é \\u0000 \\u001f"}',
        error_json='{"type":"x"}',
        detail_json='{"retry_at":"2026-01-01T00:00:00Z"}',
        message_seq=7,
        started_at=datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        finished_at=START,
    )
    bare = row(seq=2, node_id="", port=None, output_json=None)

    reply = commit(store, rows=[full, bare])

    assert (reply.fenced, reply.applied) == (False, frozenset())
    assert list(store.executions.journal("exec-1")) == [full._replace(by="a"), bare._replace(by="a")]


def test_one_empty_text_is_not_taken_for_none(store: Store) -> None:
    given_claimed(store)

    commit(store, rows=[row(node_id="", scope="")])

    [written] = store.executions.journal("exec-1")
    assert (written.node_id, written.scope) == ("", "")


def test_rows_of_several_executions_go_together(store: Store) -> None:
    given_claimed(store, "exec-1")
    given_execution(store, "exec-2")
    claim_one(store)

    commit(store, rows=[row("exec-1", 1), row("exec-2", 1), row("exec-1", 2)])

    assert (seqs(store, "exec-1"), seqs(store, "exec-2")) == ([1, 2], [1])


def test_an_empty_commit_only_asks_the_fence(store: Store) -> None:
    given_worker(store)

    known, unknown = commit(store, owner="a"), commit(store, owner="nobody")

    assert (known.fenced, unknown.fenced) == (False, True)


def test_parking_puts_it_aside_until_its_time(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    wake_at = clock.now() + timedelta(seconds=60)

    reply = commit(store, park(held, wake_at=wake_at, rows=(row(kind="waiting", status="waiting"),)))

    assert reply.applied == {"exec-1"}
    execution = store.executions.get("exec-1")
    assert (execution.status, execution.owner, execution.wake_at, execution.inbox_seen) == ("waiting", None, wake_at, 0)
    assert seqs(store) == [1]


def test_pausing_frees_the_owner(store: Store) -> None:
    held = given_claimed(store)

    reply = commit(store, pause(held))

    assert reply.applied == {"exec-1"}
    execution = store.executions.get("exec-1")
    assert (execution.status, execution.owner) == ("paused", None)


def test_keeping_writes_the_rows_and_keeps_the_owner(store: Store) -> None:
    held = given_claimed(store)

    reply = commit(store, keep(held, rows=(row(),)))

    assert reply.applied == {"exec-1"}
    execution = store.executions.get("exec-1")
    assert (execution.status, execution.owner, execution.claim_no, seqs(store)) == ("running", "a", 1, [1])


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_ending_stores_the_outcome(store: Store, clock: MovableClock, outcome: str) -> None:
    held = given_claimed(store, timeout=60)
    later = clock.advance(seconds=5)

    reply = commit(store, end(held, outcome, output_json='{"o":1}', error_json='{"type":"e"}', rows=(row(),)))

    assert reply.applied == {"exec-1"}
    execution = store.executions.get("exec-1")
    assert (execution.status, execution.owner, execution.finished_at, execution.deadline_at) == (outcome, None, later, None)
    assert (execution.output_json, execution.error_json, execution.next_retry_at) == ('{"o":1}', '{"type":"e"}', None)


def test_a_failure_with_a_retry_to_come_has_its_time(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)

    commit(store, end(held, "failed", retry_in=2.5))

    assert store.executions.get("exec-1").next_retry_at == clock.now() + timedelta(seconds=2.5)


@every_decision
def test_a_decision_is_refused_with_its_rows_when_a_message_came(store: Store, decide: Decide) -> None:
    held = given_claimed(store)
    send(store, MessageKind.SIGNAL)

    reply = commit(store, decide(held, seen=0, rows=(row(seq=2),)), rows=[row(seq=1)])

    assert (reply.fenced, reply.applied) == (False, frozenset())
    execution = store.executions.get("exec-1")
    assert (execution.status, execution.owner, seqs(store)) == ("running", "a", [1])


@every_decision
def test_a_decision_that_has_read_the_message_is_applied(store: Store, decide: Decide) -> None:
    held = given_claimed(store)
    send(store, MessageKind.SIGNAL)

    reply = commit(store, decide(held, seen=1, rows=(row(),)))

    assert reply.applied == {"exec-1"}
    assert seqs(store) == [1]


@every_decision
def test_a_late_decision_of_an_earlier_claim_is_refused(store: Store, decide: Decide) -> None:
    earlier = given_claimed(store)
    store.ownership.release("a", [(earlier.execution_id, earlier.claim_no)])
    claim_one(store)

    reply = commit(store, decide(earlier, rows=(row(),)))

    assert (reply.fenced, reply.applied) == (False, frozenset())
    assert (status(store), store.executions.get("exec-1").owner, seqs(store)) == ("running", "a", [])


@every_decision
def test_a_decision_about_what_another_owns_is_refused(store: Store, decide: Decide) -> None:
    held = given_claimed(store, owner="a")
    given_worker(store, "b")

    reply = commit(store, decide(held, rows=(row(),)), owner="b")

    assert (reply.fenced, reply.applied, seqs(store)) == (False, frozenset(), [])


def test_one_refused_decision_does_not_hold_up_the_others(store: Store) -> None:
    first = given_claimed(store, "exec-1")
    given_execution(store, "exec-2")
    second = claim_one(store)
    send(store, MessageKind.CANCEL, "exec-1")

    reply = commit(store, end(first, rows=(row("exec-1"),)), end(second, rows=(row("exec-2"),)))

    assert reply.applied == {"exec-2"}
    assert (status(store, "exec-1"), status(store, "exec-2")) == ("running", "completed")
    assert (seqs(store, "exec-1"), seqs(store, "exec-2")) == ([], [1])


def test_the_same_commit_again_is_a_conflict_that_shows_my_own_rows(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=1), row(seq=2)])

    with pytest.raises(JournalConflictError):
        commit(store, rows=[row(seq=1), row(seq=2)])

    assert list(store.ownership.journal_rows("exec-1", [2, 1, 9])) == [row(seq=1, by="a"), row(seq=2, by="a")]


def test_a_commit_in_conflict_changes_nothing_at_all(store: Store) -> None:
    held = given_claimed(store, "exec-1")
    given_execution(store, "exec-2")
    other = claim_one(store)
    commit(store, rows=[row("exec-1", 1)])

    with pytest.raises(JournalConflictError):
        commit(
            store,
            end(other),
            rows=[row("exec-2", 1), row("exec-1", 1, output_json='"other content"')],
            progressed=(("exec-1", held.claim_no),),
            children=(CHILD,),
            approvals=(new_approval(),),
        )

    assert (status(store, "exec-2"), seqs(store, "exec-2")) == ("running", [])
    assert store.executions.journal("exec-1")[0].output_json == '{"n":1}'
    assert store.executions.list(parent="exec-1").items == ()
    assert store.executions.approvals().items == ()


def test_a_guard_that_fails_after_a_resend_is_told_apart_by_reading(store: Store) -> None:
    held = given_claimed(store)
    parking = park(held, rows=(row(),))
    commit(store, parking)
    send(store, MessageKind.SIGNAL)

    again = commit(store, parking)

    state = store.ownership.state("exec-1")
    assert state is not None
    assert (again.fenced, again.applied) == (False, frozenset())
    assert (state.status, state.owner) == ("waiting", None)
    assert list(store.ownership.journal_rows("exec-1", [1])) == [row(by="a")]


def test_a_reaped_worker_journals_nothing(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    clock.advance(seconds=31)
    store.workers.reap()

    reply = commit(
        store, end(held), rows=[row()], children=(CHILD,), approvals=(new_approval(),), closed_approvals=("apr-1",)
    )

    assert (reply.fenced, reply.applied) == (True, frozenset())
    assert (status(store), seqs(store)) == ("running", [])
    assert store.executions.list(parent="exec-1").items == ()
    assert store.executions.approvals().items == ()


def test_children_are_started_once_with_all_they_were_given(store: Store, clock: MovableClock) -> None:
    given_claimed(store)

    commit(store, rows=[row(seq=1)], children=(CHILD,))
    commit(store, rows=[row(seq=2)], children=(CHILD,))

    child = store.executions.get("child-1")
    assert (child.status, child.workflow, child.version, child.priority, child.queue) == ("running", "orders", 1, 1, "gpu")
    assert (child.parent_id, child.parent_activity, child.on_parent_end, child.depth) == ("exec-1", "/sub#1@1", "abandon", 1)
    assert (child.input_json, child.deadline_at) == ('{"x":1}', clock.now() + timedelta(seconds=60))
    assert [each.id for each in store.executions.list(parent="exec-1").items] == ["child-1"]


def test_a_child_of_an_unknown_version_is_refused_with_the_whole_commit(store: Store) -> None:
    given_claimed(store)
    stray = NewExecution(id="child-1", workflow="nowhere", version=1, input_json="{}", trigger_json="{}")

    with pytest.raises(DataRejectedError):
        commit(store, rows=[row()], children=(stray,))

    assert seqs(store) == []


def test_children_and_approvals_of_a_refused_decision_are_there_when_it_is_taken_anew(store: Store) -> None:
    held = given_claimed(store)
    send(store, MessageKind.SIGNAL)

    refused = commit(store, park(held, seen=0, rows=(row(),)), children=(CHILD,), approvals=(new_approval(),))
    taken = commit(store, park(held, seen=1, rows=(row(),)), children=(CHILD,), approvals=(new_approval(),))

    assert (sorted(refused.applied), sorted(taken.applied)) == ([], ["exec-1"])
    assert len(store.executions.list(parent="exec-1").items) == 1
    assert len(store.executions.approvals(execution_id="exec-1").items) == 1


def test_the_end_sets_flags_and_writes_to_no_other_execution(store: Store) -> None:
    parent = given_claimed(store, "exec-1")
    commit(store, rows=[row()], children=(CHILD,))
    commit(store, park(parent))
    child = claim_one(store, queues=("gpu",))
    before = store.executions.get("exec-1")

    commit(store, end(child, tell_parent=True, cancel_children=True))

    assert store.executions.get("exec-1") == before


def test_a_hundred_thousand_characters_go_through(store: Store) -> None:
    given_claimed(store)
    large = '"' + "x" * 100_000 + '"'

    commit(store, rows=[row(output_json=large)])

    assert store.executions.journal("exec-1")[0].output_json == large


def test_a_lone_surrogate_is_refused(store: Store) -> None:
    given_claimed(store)

    with pytest.raises(DataRejectedError):
        commit(store, rows=[row(output_json='"\ud800"')])

    assert seqs(store) == []


def test_a_number_beyond_64_bits_is_refused(store: Store) -> None:
    given_claimed(store)

    with pytest.raises(DataRejectedError):
        commit(store, rows=[row(seq=2**70)])

    assert seqs(store) == []


def test_a_decision_with_progress_resets_the_crashes_itself(store: Store) -> None:
    given_claimed(store, "exec-1")
    store.workers.evict("a")
    given_worker(store)
    held = claim_one(store)

    commit(store, keep(held), progressed=((held.execution_id, held.claim_no),))

    execution = store.executions.get("exec-1")
    assert (held.crashes, execution.crashes, execution.owner) == (1, 0, "a")


def test_progress_counts_although_the_decision_is_refused(store: Store) -> None:
    given_claimed(store, "exec-1")
    store.workers.evict("a")
    given_worker(store)
    held = claim_one(store)
    send(store, MessageKind.SIGNAL)

    commit(store, park(held, seen=0), rows=[row()], progressed=((held.execution_id, held.claim_no),))

    execution = store.executions.get("exec-1")
    assert (execution.crashes, execution.status, execution.owner) == (0, "running", "a")


def test_decisions_of_every_kind_go_in_one_commit(store: Store) -> None:
    given_worker(store)
    for number in range(1, 5):
        given_execution(store, f"exec-{number}")
    held = {each.execution_id: each for each in store.ownership.claim("a", queues=["default"], limit=4).claims}

    reply = commit(
        store,
        end(held["exec-4"], rows=(row("exec-4"),)),
        keep(held["exec-3"], rows=(row("exec-3"),)),
        park(held["exec-1"], rows=(row("exec-1", 1), row("exec-1", 2))),
        pause(held["exec-2"]),
    )

    assert reply.applied == {"exec-1", "exec-2", "exec-3", "exec-4"}
    assert [status(store, f"exec-{n}") for n in range(1, 5)] == ["waiting", "paused", "running", "completed"]
    assert [seqs(store, f"exec-{n}") for n in range(1, 5)] == [[1, 2], [], [1], [1]]
