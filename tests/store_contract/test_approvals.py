"""Approvals: opened by a commit, decided once, expired when nobody needs them any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import START, MovableClock
from store_steps import claim_one, commit, end, given_claimed, given_execution, keep, new_approval, park, send
from treadle.domain.approvals import Vote
from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import Claim, MessageKind, MessageOutcome, MessageReply
from treadle.ports import Store


def given_open_approval(store: Store, approval_id: str = "apr-1") -> Claim:
    held = given_claimed(store)
    commit(store, approvals=(new_approval(approval_id),))
    return held


def decide(store: Store, decision: str = "approved", by: str = "ann", **said: str) -> MessageReply:
    return store.approvals.decide("apr-1", Vote(decision, by, **said))


def state(store: Store, approval_id: str = "apr-1") -> str:
    return store.executions.approval(approval_id).status


def test_an_opened_approval_shows_what_is_asked(store: Store, clock: MovableClock) -> None:
    given_claimed(store)
    due_at = START + timedelta(days=2, microseconds=1)
    asked = new_approval(scope="items[1]/", visit=2, title="Größe?", body="b", form_json='{"a":1}', due_at=due_at)

    commit(store, approvals=(asked,))

    approval = store.executions.approval("apr-1")
    assert (approval.execution_id, approval.workflow, approval.node_id) == ("exec-1", "orders", "ok")
    assert (approval.scope, approval.visit, approval.title, approval.body) == ("items[1]/", 2, "Größe?", "b")
    assert (approval.form_json, approval.assignees_json, approval.due_at) == ('{"a":1}', '["ann"]', due_at)
    assert (approval.status, approval.created_at, approval.decision_json, approval.decided_at) == ("open", START, None, None)


def test_a_decision_closes_the_approval_and_tells_the_execution(store: Store, clock: MovableClock) -> None:
    given_open_approval(store)
    later = clock.advance(seconds=5)

    reply = decide(store, comment="fine", data_json='{"limit":5}')

    assert (reply.outcome, reply.seq) == (MessageOutcome.ACCEPTED, 1)
    approval = store.executions.approval("apr-1")
    told = '{"decision":"approved","by":"ann","comment":"fine","data":{"limit":5}}'
    assert (approval.status, approval.decision_json, approval.decided_at) == ("decided", told, later)
    [message] = store.ownership.inbox("exec-1", after=0)
    assert (message.kind, message.name, message.payload_json) == (MessageKind.DECISION, "apr-1", told)


def test_of_two_decisions_one_wins_and_the_other_is_told(store: Store) -> None:
    given_open_approval(store)
    decide(store)

    with pytest.raises(ConflictError, match="already decided: approved by ann") as late:
        decide(store, "rejected", "bob")

    assert late.value.state == "decided"
    assert '"approved"' in (store.executions.approval("apr-1").decision_json or "")
    assert store.executions.inbox_count("exec-1") == 1


def test_the_same_decision_again_is_a_duplicate(store: Store) -> None:
    given_open_approval(store)
    decide(store)

    again = decide(store)

    assert again.outcome is MessageOutcome.DUPLICATE
    assert len(store.approvals.events("apr-1")) == 1


def test_an_expired_approval_cannot_be_decided(store: Store) -> None:
    held = given_open_approval(store)
    commit(store, keep(held), closed_approvals=("apr-1",))

    with pytest.raises(ConflictError) as late:
        decide(store)

    assert late.value.state == "expired"
    assert store.executions.inbox_count("exec-1") == 0


def test_an_unknown_approval_cannot_be_decided(store: Store) -> None:
    given_claimed(store)

    with pytest.raises(NotFoundError):
        store.approvals.decide("apr-9", Vote("approved"))

    with pytest.raises(NotFoundError):
        store.executions.approval("apr-9")


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_the_end_expires_what_is_open(store: Store, clock: MovableClock, outcome: str) -> None:
    held = given_open_approval(store)
    later = clock.advance(seconds=1)

    commit(store, end(held, outcome))

    approval = store.executions.approval("apr-1")
    assert (approval.status, approval.decided_at) == ("expired", later)


def test_the_end_leaves_the_approvals_of_others(store: Store) -> None:
    given_open_approval(store)
    given_execution(store, "exec-2")
    other = claim_one(store)

    commit(store, end(other))

    assert state(store) == "open"


def test_a_refused_end_expires_nothing(store: Store) -> None:
    held = given_open_approval(store)
    send(store, MessageKind.SIGNAL)

    commit(store, end(held, seen=0))

    assert state(store) == "open"


def test_parking_leaves_the_approval_open(store: Store) -> None:
    held = given_open_approval(store)

    commit(store, park(held))

    assert state(store) == "open"


def test_a_decided_approval_is_not_expired_afterwards(store: Store) -> None:
    held = given_open_approval(store)
    decide(store)

    commit(store, end(held, seen=1), closed_approvals=("apr-1",))

    assert state(store) == "decided"


def test_an_approval_that_is_opened_and_withdrawn_in_one_commit_is_expired(store: Store) -> None:
    held = given_claimed(store)

    commit(store, approvals=(new_approval("apr-1"),), closed_approvals=("apr-1",))
    commit(store, end(held), approvals=(new_approval("apr-2"),))

    assert (state(store, "apr-1"), state(store, "apr-2")) == ("expired", "expired")


def test_several_close_in_one_commit(store: Store) -> None:
    held = given_claimed(store)
    commit(store, approvals=tuple(new_approval(f"apr-{n}") for n in range(4)))

    commit(store, end(held), closed_approvals=("apr-1", "apr-2"))

    assert {state(store, f"apr-{n}") for n in range(4)} == {"expired"}


def test_opening_the_same_approval_again_changes_nothing(store: Store) -> None:
    given_open_approval(store)
    decide(store)

    commit(store, approvals=(new_approval("apr-1", title="again"),))

    assert (state(store), store.executions.approval("apr-1").title) == ("decided", "Refund?")


def test_approvals_are_listed_newest_first_by_status_and_execution(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    given_execution(store, "exec-2")
    for number, execution_id in enumerate(["exec-1", "exec-2", "exec-1", "exec-1"]):
        commit(store, approvals=(new_approval(f"apr-{number}", execution_id),))
        clock.advance(seconds=1)
    commit(store, keep(held), closed_approvals=("apr-3",))

    def listed(status: str | None = None, of: str | None = None) -> list[str]:
        return [each.id for each in store.executions.approvals(status=status, execution_id=of).items]

    assert listed() == ["apr-3", "apr-2", "apr-1", "apr-0"]
    assert listed(status="open") == ["apr-2", "apr-1", "apr-0"]
    assert listed(of="exec-1") == ["apr-3", "apr-2", "apr-0"]
    assert listed(status="expired", of="exec-1") == ["apr-3"]


def test_pages_of_approvals_join_up(store: Store) -> None:
    given_claimed(store)
    commit(store, approvals=tuple(new_approval(f"apr-{n}") for n in range(5)))

    first = store.executions.approvals(limit=3)
    second = store.executions.approvals(limit=3, cursor=first.next_cursor)

    assert [each.id for each in first.items] == ["apr-4", "apr-3", "apr-2"]
    assert ([each.id for each in second.items], second.next_cursor) == (["apr-1", "apr-0"], None)
